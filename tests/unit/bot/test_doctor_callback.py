from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bootstrap import callback_accounts
from bot.clock import DrivenClock
from bot.doctor import callback
from bot.doctor.callback import Answer, Callback, answer_finding, verification
from bot.doctor.finding import Finding, Severity
from bot.doctor.installation import Installation
from bot.wecom.callback import CallbackAccount
from bot.wecom.codec import Signature
from tests.patience import NEVER_COMES
from tests.unit.bot.doctor_installation import FURTHER, NOWHERE, installed, settings_in

PUBLIC = "https://clew.example.com/callback/wecom/clew"
ECHO = "1616140317555161061"
RIGHT = Answer(200, ECHO.encode(), 0.05)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (RIGHT, "callback_right"),
        (replace(RIGHT, seconds=1.0), "callback_right"),
        (replace(RIGHT, seconds=1.01), "callback_late"),
        (replace(RIGHT, body=f'"{ECHO}"'.encode()), "callback_other_answer"),
        (replace(RIGHT, body=f"{ECHO}\n".encode()), "callback_other_answer"),
        (replace(RIGHT, body=b"<html>login</html>"), "callback_other_answer"),
        (Answer(403, b"", 0.05), "callback_wrong_token"),
        (Answer(400, b"", 0.05), "callback_wrong_key"),
        (Answer(404, b"", 0.05), "callback_no_route"),
        (Answer(301, b"", 0.05), "callback_redirected"),
        (Answer(302, b"", 0.05), "callback_redirected"),
        (Answer(502, b"", 0.05), "callback_gateway"),
        (Answer(503, b"", 0.05), "callback_gateway"),
        (Answer(401, b"", 0.05), "callback_refused"),
    ],
)
def test_each_answer_has_its_meaning(
    answer: Answer, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "IN_TIME", 1.0)
    assert answer_finding(answer, ECHO, PUBLIC).code == code


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "10.1.2.3", "192.168.1.9", "[::]", "[::1]", "clew"]
)
def test_a_right_answer_on_a_local_address_is_a_warning(host: str) -> None:
    finding = answer_finding(RIGHT, ECHO, f"http://{host}:8080/callback/wecom/clew")
    assert (finding.severity, finding.code) == (Severity.WARNING, "callback_local")


@pytest.mark.parametrize("position", [0, 1])
def test_the_check_is_signed_as_the_platform_signs_it(
    position: int, tmp_path: Path, clock: DrivenClock
) -> None:
    account = callback_accounts(settings_in(tmp_path, **FURTHER))[position]
    query = verification(account, ECHO, clock)
    value = query.get("msg_signature") or query["signature"]
    signature = Signature(value, query["timestamp"], query["nonce"])
    if position == 0:
        assert account.codec.verify_url(signature, query["echostr"]) == ECHO.encode()
    else:
        account.codec.check_plain(signature)
        assert query["echostr"] == ECHO


def app_account(installation: Installation) -> CallbackAccount:
    return callback_accounts(installation.settings)[0]


async def looked_at(handler: Callable[[web.Request], object], folder: Path) -> Finding:
    app = web.Application()
    app.router.add_get("/callback/wecom/clew", handler)  # type: ignore[arg-type]
    async with TestServer(app) as server:
        public = str(server.make_url("")).rstrip("/")
        async with installed(folder, CLEW_PUBLIC_URL=public) as installation:
            return await Callback(app_account(installation)).look(installation)


async def test_a_late_answer_is_asked_for_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        settings = settings_in(tmp_path)
        query = request.query
        signature = Signature(query["msg_signature"], query["timestamp"], query["nonce"])
        codec = callback_accounts(settings)[0].codec
        return web.Response(body=codec.verify_url(signature, query["echostr"]))

    monkeypatch.setattr(callback, "IN_TIME", -1.0)
    finding = await looked_at(answer, tmp_path)
    assert (finding.severity, finding.code, asked) == (Severity.BROKEN, "callback_late", 2)


async def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    async def redirect(request: web.Request) -> web.Response:
        del request
        return web.Response(status=301, headers={"Location": "/elsewhere"})

    assert (await looked_at(redirect, tmp_path)).code == "callback_redirected"


async def test_an_address_where_nobody_listens(tmp_path: Path) -> None:
    async with installed(tmp_path, CLEW_PUBLIC_URL=NOWHERE) as installation:
        finding = await Callback(app_account(installation)).look(installation)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "callback_unreachable")


async def test_an_address_that_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(request: web.Request) -> web.Response:
        del request
        await asyncio.Event().wait()
        return web.Response()

    monkeypatch.setattr(callback, "_PATIENCE", aiohttp.ClientTimeout(total=NEVER_COMES))
    assert (await looked_at(sleep, tmp_path)).code == "callback_silent"


async def test_https_where_the_server_speaks_http(tmp_path: Path) -> None:
    async with TestServer(web.Application()) as server:
        public = f"https://127.0.0.1:{server.port}"
        async with installed(tmp_path, CLEW_PUBLIC_URL=public) as installation:
            finding = await Callback(app_account(installation)).look(installation)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "callback_bad_certificate")


async def test_a_host_that_no_name_server_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with installed(tmp_path, CLEW_PUBLIC_URL="http://nowhere.invalid") as installation:
        finding = await Callback(app_account(installation)).look(installation)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "callback_no_such_host")


async def test_a_connection_that_breaks_off(tmp_path: Path) -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert (await looked_at(hang_up, tmp_path)).code == "callback_unreachable"
