"""The operator's check against the stand-in: everything an operator can get wrong, found and named.

Each test spoils one thing on one side of the wire and reads what the check says
about it; the last ones run the command itself beside a running service.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.doctor.examination import Examined
from bot.doctor.finding import Finding, Severity, broken, warning
from bot.doctor.report import words
from bot.simulator import demo as invented
from bot.simulator.config import Right, Secret
from bot.simulator.faults import Fault, FaultKind
from tests.acceptance.doctored import HOST, SECRETS, TEXTS, Scene, codes, served, staged


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with staged(tmp_path) as found:
        yield found


def faulty(found: dict[str, Examined]) -> dict[str, str]:
    """Return what is broken."""
    return codes({n: e for n, e in found.items() if e.finding.severity is Severity.BROKEN})


async def test_an_installation_where_everything_is_right(scene: Scene) -> None:
    found = codes(await scene.found())
    assert found.pop("fonts").startswith("fonts_")  # whatever this machine has
    assert found == {
        "settings": "settings_whole",
        "tables": "tables_whole",
        "data_dir": "data_dir_writable",
        "disk": "disk_has_room",
        "secret_files": "secrets_in_environment",
        "database": "database_not_made",
        "sealed": "nothing_sealed",
        "redis": "redis_not_needed",
        "credentials": "credentials_taken",
        "clock": "clock_right",
        "messages": "messages_allowed",
        "directory": "scope_seen",
        "contacts": "contacts_allowed",
        "kf": "kf_accounts_found",
        f"official {invented.MP_ACCOUNT}": "official_ready",
        "callback clew": "callback_local",
        f"callback {invented.MP_ACCOUNT}": "callback_local",
    }
    # Nobody was written to.
    assert not any(c.messages for c in scene.sim.world.windows.conversations.values())


async def test_what_is_not_configured_is_not_examined(scene: Scene) -> None:
    unset = dict.fromkeys((n for n in scene.settings if n.startswith(("CLEW_MP_", "CLEW_KF"))), "")
    found = await scene.found(**unset)
    assert found["kf"].finding.code == "not_configured"
    assert [name for name in found if invented.MP_ACCOUNT in name] == []
    assert faulty(found) == {}


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("CLEW_APP_SECRET", "x" * 43, {"credentials": "secret_refused"}),
        (
            "CLEW_CORP_ID",
            "wwsomebodyelse001",
            # The service was started for the right corp: its address answers for that one.
            {"credentials": "id_refused", "callback clew": "callback_wrong_token"},
        ),
        ("CLEW_APP_AGENT_ID", "1000003", {"messages": "agent_refused"}),
        ("CLEW_CONTACT_SECRET", "x" * 43, {"contacts": "secret_refused"}),
        ("CLEW_CONTACT_SECRET", invented.KF_SECRET, {"contacts": "contacts_forbidden"}),
        ("CLEW_KF_SECRET", invented.CONTACTS_SECRET, {"kf": "kf_forbidden"}),
        ("CLEW_KF_OPEN_KFIDS", "wknobody", {"kf": "kf_accounts_missing"}),
        ("CLEW_DIRECTORY_SECRET", invented.KF_SECRET, {"directory": "directory_forbidden"}),
        (
            "CLEW_MP_SECRET",
            "x" * 32,
            {f"official {invented.MP_ACCOUNT}": "secret_refused"},
        ),
        (
            "CLEW_MP_APP_ID",
            "wxsomebodyelse0001",
            {f"official {invented.MP_ACCOUNT}": "id_refused"},
        ),
        ("CLEW_APP_TOKEN", "anotherToken", {"callback clew": "callback_wrong_token"}),
        (
            "CLEW_MP_TOKEN",
            "anotherToken",
            {f"callback {invented.MP_ACCOUNT}": "callback_wrong_token"},
        ),
    ],
)
async def test_a_wrong_setting_is_named(
    variable: str, value: str, expected: dict[str, str], scene: Scene
) -> None:
    assert faulty(await scene.found(**{variable: value})) == expected


async def test_the_refused_secret_is_told_once_and_by_its_name(scene: Scene) -> None:
    found = await scene.found(
        CLEW_APP_SECRET="x" * 43, CLEW_CONTACT_SECRET="", CLEW_DIRECTORY_SECRET=""
    )
    assert "CLEW_APP_SECRET" in words(found["credentials"].finding, TEXTS)
    for name in ("messages", "directory", "contacts"):
        assert found[name].finding.code == "same_cause"
        assert "企业微信凭证" in words(found[name].finding, TEXTS)


async def test_another_aes_key_cannot_open_what_we_seal(scene: Scene) -> None:
    found = await scene.found(CLEW_APP_AES_KEY="AnotherKey" * 4 + "abc")
    # Of a random padding byte one in 256 passes, and then length or receiver is wrong.
    assert found["callback clew"].finding.code in {"callback_wrong_key", "callback_wrong_token"}
    assert "wrong" in found["callback clew"].finding.code


async def test_a_manager_whom_the_app_does_not_see(scene: Scene) -> None:
    finding = (await scene.found(CLEW_MANAGERS="WangManager,WangManger"))["messages"].finding
    assert (finding.severity, finding.code) == (Severity.WARNING, "managers_hidden")
    assert finding.values == {"managers": "WangManger"}


async def test_an_address_that_is_not_allowed_is_told_with_the_address(scene: Scene) -> None:
    scene.sim.world.switches.is_ip_allowed = False
    found = await scene.found()
    assert faulty(found) == {
        "credentials": "ip_refused",
        f"official {invented.MP_ACCOUNT}": "official_ip_refused",
    }
    for name in faulty(found):
        assert HOST in words(found[name].finding, TEXTS)


async def test_an_app_without_further_rights(scene: Scene) -> None:
    config = scene.sim.world.config
    own = Secret(invented.APP_SECRET, frozenset({Right.APP}))
    scene.sim.reconfigure(replace(config, corp=replace(config.corp, secrets=(own,))))
    found = await scene.found(CLEW_CONTACT_SECRET="", CLEW_DIRECTORY_SECRET="")
    assert found["contacts"].finding.code == "contacts_forbidden"
    assert "CLEW_CONTACT_SECRET" in words(found["contacts"].finding, TEXTS)
    assert found["messages"].finding.code == "messages_allowed"


@pytest.mark.parametrize(
    ("path", "answer", "check", "expected"),
    [
        ("get_follow_user_list", {"follow_user": []}, "contacts", warning("contacts_nobody")),
        ("department/list", {"department": []}, "directory", broken("scope_empty")),
        ("user/simplelist", {"userlist": []}, "directory", broken("scope_empty")),
    ],
)
async def test_rights_without_anything_behind_them(
    path: str, answer: dict[str, Any], check: str, expected: Finding, scene: Scene
) -> None:
    async with served(platform_that_answers(path, answer)) as platform:
        found = await scene.found(CLEW_QYAPI_BASE=platform)
    assert found[check].finding == expected


async def test_a_clock_that_is_off_is_told_with_by_how_much(scene: Scene) -> None:
    async def answer(request: web.Request) -> web.Response:
        del request
        five_minutes_ago = SystemClock().now() - timedelta(minutes=5)
        return web.Response(headers={"Date": format_datetime(five_minutes_ago, usegmt=True)})

    app = web.Application()
    app.router.add_get("/", answer)
    async with served(app) as platform:
        finding = (await scene.found(CLEW_QYAPI_BASE=platform))["clock"].finding
    assert (finding.severity, finding.code) == (Severity.WARNING, "clock_off")
    assert "NTP" in words(finding, TEXTS)


def platform_that_answers(path: str, answer: dict[str, Any]) -> web.Application:
    """Return a platform that gives one call this answer, and to all others as if all were well."""

    async def handle(request: web.Request) -> web.Response:
        if request.path.endswith(path):
            return web.json_response({"errcode": 0, **answer})
        well = {"access_token": "T", "expires_in": 7200, "department": [{"id": 1}]}
        return web.json_response({"errcode": 0, **well})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def test_a_platform_that_is_not_there_is_told_once(scene: Scene) -> None:
    found = await scene.found(CLEW_QYAPI_BASE="http://127.0.0.1:9", CLEW_MP_BASE="")
    assert found["credentials"].finding.code == "platform_unreachable"
    assert found["credentials"].finding.values["host"] == "127.0.0.1:9"
    for name in ("clock", "messages", "directory", "contacts", "kf"):
        assert found[name].finding.code == "same_cause"


async def test_a_busy_platform_is_told_with_its_code(scene: Scene) -> None:
    scene.sim.faults.add(Fault(FaultKind.ERRCODE, path="*getcallbackip", errcode=45009, times=None))
    finding = (await scene.found())["credentials"].finding
    assert finding.code == "platform_refused"
    assert "45009" in words(finding, TEXTS)


@pytest.mark.parametrize("mode", ["plain", "compat"])
async def test_an_official_account_that_sends_in_clear_is_a_warning(
    mode: str, scene: Scene
) -> None:
    finding = (await scene.found(CLEW_MP_MODE=mode))[f"official {invented.MP_ACCOUNT}"].finding
    assert (finding.severity, finding.code) == (Severity.WARNING, f"official_{mode}")


async def test_a_service_that_does_not_run(scene: Scene) -> None:
    found = await scene.found(CLEW_PUBLIC_URL="http://127.0.0.1:9")
    assert faulty(found) == {
        "callback clew": "callback_unreachable",
        f"callback {invented.MP_ACCOUNT}": "callback_unreachable",
    }


async def test_another_site_at_our_address(scene: Scene) -> None:
    async def welcome(request: web.Request) -> web.Response:
        del request
        return web.Response(text="<html>welcome</html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/callback/wecom/clew", welcome)
    async with served(app) as elsewhere:
        found = await scene.found(CLEW_PUBLIC_URL=elsewhere)
    assert found["callback clew"].finding.code == "callback_other_answer"
    assert found[f"callback {invented.MP_ACCOUNT}"].finding.code == "callback_no_route"


async def doctor(environ: dict[str, str]) -> tuple[int, str, str]:
    """Run ``clew doctor`` as a person does."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "doctor",
        env=bare | environ | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_command_says_that_all_is_well(scene: Scene) -> None:
    status, told, log = await doctor(scene.settings)
    assert (status, log) == (0, "")
    assert "✗ " not in told
    assert "0 项必须处理（✗）" in told
    assert [secret for secret in SECRETS if secret in told] == []


async def test_the_command_fails_when_something_is_broken(scene: Scene) -> None:
    status, told, log = await doctor(scene.settings | {"CLEW_KF_OPEN_KFIDS": "wknobody"})
    assert (status, log) == (1, "")
    assert "✗ 微信客服" in told
    assert "wknobody" in told
    assert "1 项必须处理（✗）" in told


async def test_the_command_names_every_wrong_setting_and_looks_at_the_tables(
    tmp_path: Path,
) -> None:
    status, told, log = await doctor({"CLEW_DATA_DIR": str(tmp_path), "CLEW_APP_TOKEN": "a b"})
    assert (status, log) == (1, "")
    for variable in ("CLEW_MASTER_KEY", "CLEW_PUBLIC_URL", "CLEW_CORP_ID", "CLEW_APP_TOKEN"):
        assert variable in told
    assert "a b" not in told
    assert "✓ 业务表" in told
