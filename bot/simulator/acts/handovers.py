"""Customers who are handed over: they refuse, or a day passes (fact sheet 2.3, 3.7)."""

from __future__ import annotations

from dataclasses import replace

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, customer_of
from bot.simulator.wire.xml import Field
from bot.simulator.world.people import Employee
from bot.simulator.world.relations import Follow, Pair
from bot.simulator.world.transfers import Transfer, TransferStatus
from bot.simulator.world.windows import SYSTEM, ConversationKind, MessageKind, Said
from bot.simulator.world.world import World

#: ``add_way`` of somebody an administrator assigned.
BY_ASSIGNMENT = 202


class Handovers:
    """What becomes of a transfer that the API asked for."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def refuse(self, customer: str) -> None:
        """Let the customer refuse the new member: transfer_fail with customer_refused."""
        customer_of(self._world, customer)
        transfer = self._world.transfers.waiting(customer)
        if transfer is None:
            raise ActRefused(No.NO_TRANSFER, customer)
        transfer.decide(TransferStatus.REFUSED, self._world.now)
        self._close(transfer, "transfer_refused")
        self._fail(transfer, "customer_refused")

    def settle(self) -> None:
        """Complete every transfer whose 24 hours are over."""
        for transfer in self._world.transfers.due(self._world.now):
            self._complete(transfer)

    def _complete(self, transfer: Transfer) -> None:
        world = self._world
        follow = world.relations.find(transfer.handover, transfer.external_userid)
        taker = world.directory.find(transfer.takeover)
        if follow is None or taker is None:
            transfer.decide(TransferStatus.NONE, world.now)
            self._close(transfer, "transfer_void")
            return
        if len(world.relations.of_member(taker.userid)) >= world.config.limits.customers_per_member:
            transfer.decide(TransferStatus.LIMIT, world.now)
            self._close(transfer, "transfer_void")
            self._fail(transfer, "customer_limit_exceed")
            return
        transfer.decide(TransferStatus.DONE, world.now)
        self._close(transfer, "transfer_done")
        self._move(transfer, follow, taker)

    def _move(self, transfer: Transfer, follow: Follow, taker: Employee) -> None:
        """Give the relation with its remark and tags to the new member."""
        world, customer = self._world, transfer.external_userid
        world.relations.drop(follow.userid, customer)
        if not transfer.is_resigned:
            source: list[Field] = [("Source", "DELETE_BY_TRANSFER")]
            self._tell("del_external_contact", Pair(follow.userid, customer), source)
        if world.relations.find(taker.userid, customer) is not None:
            return
        moved = replace(
            follow, userid=taker.userid, created_at=world.now, add_way=BY_ASSIGNMENT, was_left=False
        )
        world.relations.add(moved)
        self._open_window(moved, taker)
        self._tell("add_external_contact", Pair(taker.userid, customer))

    def _open_window(self, follow: Follow, taker: Employee) -> None:
        world = self._world
        person = customer_of(world, follow.external_userid)
        names = {"customer": person.name, "rep": taker.name}
        window = f"friend:{person.external_userid}:{taker.userid}"
        members = [person.external_userid, taker.userid]
        title = world.texts.line("conversation_friend", **names)
        world.windows.open(window, ConversationKind.FRIEND, title, members)
        world.windows.tell(window, world.texts.line("transferred", **names))

    def _close(self, transfer: Transfer, line: str) -> None:
        if transfer.offer is not None:
            transfer.offer.replaced = self._world.texts.line(line)
            self._world.windows.changed(transfer.offer)

    def _fail(self, transfer: Transfer, reason: str) -> None:
        pair = Pair(transfer.takeover, transfer.external_userid)
        self._tell("transfer_fail", pair, [("FailReason", reason)])

    def _tell(self, change: str, pair: Pair, body: list[Field] | None = None) -> None:
        fields = payloads.customer_event(self._world, change, pair, body or [])
        callbacks.tell_corp(self._world, fields)


def offer_transfer(world: World, transfer: Transfer, message: str) -> None:
    """Show the customer who comes, with a button to refuse, in the chat with who goes."""
    window = f"friend:{transfer.external_userid}:{transfer.handover}"
    taker = world.directory.find(transfer.takeover)
    if taker is None or window not in world.windows.conversations:
        return
    text = world.texts.line
    refusal = {
        "label": text("refuse_transfer"),
        "act": "refuse_transfer",
        "fields": {"customer": transfer.external_userid},
        "is_refusal": True,
        "for": transfer.external_userid,
    }
    lines = [message] if message else []
    lines.append(text("transfer_waits"))
    offer = {"title": text("transfer_title", rep=taker.name), "lines": lines, "buttons": [refusal]}
    transfer.offer = world.windows.show(
        window, SYSTEM, Said(MessageKind.OFFER, "", {"offer": offer})
    )
