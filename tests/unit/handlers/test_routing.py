"""Each type of update has one handler; what nobody takes is visible as such."""

from __future__ import annotations

import inspect

import pytest

import handlers.updates as u
from domain.values import UserId
from handlers.chat.quiet import QUIET
from handlers.context import Context
from handlers.root import root_router
from handlers.routing import Router
from storage.unit_of_work import UnitOfWork
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

#: Updates that nothing is done for yet: each is kept and shown to the operator.
KEPT_FOR_THE_OPERATOR = {
    "AcquisitionAccountChanged",
    "AcquisitionChatStarted",
    "AcquisitionFriendRequested",
    "AcquisitionLinkChanged",
    "AcquisitionMessageReceived",
    "AcquisitionProfileOpened",
    "ArchiveApproved",
    "BotCardClicked",
    "BotChatEntered",
    "BotDisconnected",
    "BotFeedbackGiven",
    "CardMenuClicked",
    "DirectoryTagChanged",
    "FetchRefused",
    "KfAccountsChanged",
    "KfRecalled",
    "KfRejectionSwitched",
    "KfSendFailed",
    "KfServicerChanged",
    "KfSessionChanged",
    "MpTemplateResult",
    "Unknown",
}


async def nothing(update: u.Update, work: UnitOfWork, ctx: Context) -> None:
    del update, work, ctx


def test_the_handler_of_the_type_is_found_with_its_topic() -> None:
    router = Router("menu")
    router.on(u.MenuClicked)(nothing)
    root = Router("root")
    root.include(router)
    click = u.MenuClicked(userid=UserId("LiLei"), key="x", **acts.common())
    assert root.find(click) == ("menu", nothing)
    assert root.find(acts.said("hi")) is None


def test_a_type_has_one_handler() -> None:
    router = Router("menu")
    router.on(u.MenuClicked)(nothing)
    with pytest.raises(ValueError, match="MenuClicked has a handler already in router menu"):
        router.on(u.MenuClicked)(nothing)
    other = Router("other")
    other.on(u.MenuClicked)(nothing)
    with pytest.raises(ValueError, match="MenuClicked"):
        router.include(other)


def test_a_handler_may_take_several_types() -> None:
    router = Router("groups")
    router.on(u.GroupCreated, u.GroupChanged)(nothing)
    for update in (
        u.GroupCreated(chat_id="wr1", **acts.common()),
        u.GroupChanged(chat_id="wr1", detail="name", **acts.common()),
    ):
        assert router.find(update) == ("groups", nothing)


def test_a_base_type_does_not_stand_for_its_heirs() -> None:
    router = Router("groups")
    router.on(u.GroupUpdate)(nothing)
    assert router.find(u.GroupCreated(chat_id="wr1", **acts.common())) is None


def test_the_root_knows_every_topic() -> None:
    root = root_router()
    for update, topic in (
        (acts.added(), "contacts"),
        (acts.wrote("hi"), "messages"),
        (acts.said("hi"), "employees"),
        (acts.clicked("x"), "cards"),
        (u.EmployeeDeleted(userid=UserId("LiLei"), **acts.common()), "directory"),
        (u.GroupDismissed(chat_id="wr1", **acts.common()), "groups"),
        (u.AgentEntered(userid=UserId("LiLei"), **acts.common()), "quiet"),
    ):
        found = root.find(update)
        assert found is not None
        assert found[0] == topic


def test_every_update_has_a_handler_or_is_kept_on_purpose() -> None:
    kinds = [c for _, c in inspect.getmembers(u, inspect.isclass) if issubclass(c, u.Update)]
    whole = [c for c in kinds if not any(issubclass(k, c) and k is not c for k in kinds)]
    root = root_router()
    untaken = {c.__name__ for c in whole if root.find(object.__new__(c)) is None}
    assert untaken == KEPT_FOR_THE_OPERATOR


@pytest.mark.parametrize("kind", QUIET, ids=lambda kind: kind.__name__)
async def test_a_quiet_update_takes_no_effect(company: Company, kind: type[u.Update]) -> None:
    update = object.__new__(kind)
    found = root_router().find(update)
    assert found is not None
    async with company.store.unit_of_work(company.clock.now()) as work:
        await found[1](update, work, company.ctx)
        await work.commit()
    assert await company.sent() == []
    assert await company.count("unknown_update") == 0
