"""The callback routes as they are, over an inbox that opens each delivery and drops it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

import uvloop
from aiohttp import web
from prometheus_client import Counter

from bot.clock import SystemClock
from bot.interpreter import settle_in
from bot.wecom.callback import CallbackAccount, Family, callback_routes
from bot.wecom.codec import Codec
from storage.inbox import Delivery
from tests.bench.rig.corp import MP_ACCOUNT, MP_APP_ID, MP_KEY, MP_TOKEN
from tests.services.ports import LOOPBACK


class Drop:
    """Stores nothing."""

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Verify, decrypt and identify, as the inbox lets it be done."""
        done = asyncio.get_running_loop().create_future()
        try:
            prepare()
        except Exception as error:  # noqa: BLE001 - handed to the route, as the inbox does
            done.set_exception(error)
        else:
            done.set_result(True)
        return done


def main(port: int) -> None:
    """Serve until terminated."""
    account = CallbackAccount(MP_ACCOUNT, Family.MP, Codec(MP_TOKEN, MP_KEY, MP_APP_ID), MP_ACCOUNT)
    counter = Counter("bench_callbacks", "Callbacks", ("route", "result"))
    app = web.Application()
    app.add_routes(callback_routes([account], Drop(), SystemClock(), counter))
    settle_in()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        web.run_app(
            app,
            host=LOOPBACK,
            port=port,
            access_log=None,
            print=None,
            loop=runner.get_loop(),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
