"""Refuse sockets that leave the machine, so that no test depends on the network."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class OutsideConnectionError(RuntimeError):
    """A test tried to reach something other than loopback."""


def refuse_outside_connections(patch: pytest.MonkeyPatch) -> None:
    """Make connecting and name lookup fail for every address but loopback."""
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def look_up_local(host: str | bytes | None, *args: Any, **kwargs: Any) -> list[Any]:
        _check(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", look_up_local)


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(address[0])
        return connect(self, address)

    return guarded


def _check(host: str | None) -> None:
    if host in {None, "", "localhost"} or _is_loopback(str(host)):
        return
    message = f"tests reach loopback only, not {host!r}; point the address at the stand-in"
    raise OutsideConnectionError(message)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
