"""Customers and members as WeCom contacts (fact sheet 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, check_text, customer_of, employee_of
from bot.simulator.wire.xml import Field
from bot.simulator.world.people import Customer, Employee
from bot.simulator.world.relations import ContactWay, Follow, Pair
from bot.simulator.world.windows import ConversationKind, Message, MessageKind, Said
from bot.simulator.world.world import World

#: ``add_way`` of somebody found by phone number.
BY_PHONE = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """What a member changes by hand on a customer; None leaves it."""

    remark: str | None = None
    mobiles: tuple[str, ...] | None = None
    tag_ids: tuple[str, ...] | None = None


class Friends:
    """Adding, talking, editing, deleting."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def scan(self, customer: str, config_id: str, *, is_half: bool = False) -> Follow:
        """Add the member behind a contact way; half until the member adds back.

        Raises:
            ActRefused: unknown way or customer, or already friends.
        """
        way = self._world.relations.ways.get(config_id)
        if way is None:
            raise ActRefused(No.UNKNOWN_CONTACT_WAY, config_id)
        return self._add(customer, self._free_user(way, customer), way.state, is_half=is_half)

    def add_by_phone(self, customer: str, userid: str) -> Follow:
        """Let a member add a customer without any contact way: no state, no welcome code."""
        follow = self._add(customer, userid, state="", has_code=False)
        follow.add_way = BY_PHONE
        return follow

    def add_by_link(self, customer: str, userid: str, state: str, add_way: int) -> Follow:
        """Let a customer add a member through a link of that ``state``."""
        follow = self._add(customer, userid, state=state)
        follow.add_way = add_way
        return follow

    def confirm(self, customer: str, userid: str) -> Follow:
        """Let the member add a half friend back."""
        follow = self._follow(customer, userid)
        if not follow.is_half:
            raise ActRefused(No.ALREADY_FRIENDS, userid)
        follow.is_half = False
        self._announce(follow, "add_external_contact", "added", has_code=True)
        return follow

    def leave_rep(self, customer: str, userid: str) -> None:
        """Let the customer delete the member; the member keeps the contact."""
        follow = self._follow(customer, userid)
        if follow.was_left:
            raise ActRefused(No.NOT_FRIENDS, userid)
        follow.was_left = True
        self._tell_window(follow, "left_rep")
        pair = Pair(follow.userid, customer)
        callbacks.tell_corp(
            self._world, payloads.customer_event(self._world, "del_follow_user", pair)
        )

    def drop_customer(self, customer: str, userid: str, source: str = "") -> None:
        """Let the member delete the customer; ``source`` names a transfer."""
        follow = self._follow(customer, userid)
        self._world.relations.drop(follow.userid, customer)
        self._tell_window(follow, "dropped_customer")
        fields = payloads.customer_event(
            self._world,
            "del_external_contact",
            Pair(follow.userid, customer),
            payloads.filled(Source=source),
        )
        callbacks.tell_corp(self._world, fields)

    def edit(self, customer: str, userid: str, edit: Edit) -> None:
        """Let the member edit; a change of only the phones gives no event."""
        follow = self._follow(customer, userid)
        if edit.mobiles is not None:
            follow.mobiles = list(edit.mobiles)
        if edit.remark is None and edit.tag_ids is None:
            return
        follow.remark = follow.remark if edit.remark is None else edit.remark
        follow.tag_ids = follow.tag_ids if edit.tag_ids is None else list(edit.tag_ids)
        pair = Pair(follow.userid, customer)
        callbacks.tell_corp(
            self._world, payloads.customer_event(self._world, "edit_external_contact", pair)
        )

    def say(self, customer: str, userid: str, sender: str, text: str) -> Message:
        """Talk in the friend window; no app can read it."""
        check_text(text)
        follow = self._follow(customer, userid)
        if follow.was_left or follow.is_half:
            raise ActRefused(No.NOT_FRIENDS, userid)
        return self._world.windows.show(_window(follow), sender, Said(MessageKind.TEXT, text))

    def _free_user(self, way: ContactWay, customer: str) -> str:
        """Return the way's next member, or one who is already a friend: then adding refuses."""
        customer_of(self._world, customer)
        known = self._world.relations.of_customer(customer)
        friends = {f.userid for f in known if not f.was_left}
        return next((userid for userid in way.users if userid in friends), "") or way.pick_user()

    def _add(
        self,
        customer: str,
        userid: str,
        state: str,
        *,
        is_half: bool = False,
        has_code: bool = True,
    ) -> Follow:
        customer_of(self._world, customer)
        employee = employee_of(self._world, userid)
        known = self._world.relations.find(userid, customer)
        if known is not None and not known.was_left:
            raise ActRefused(No.ALREADY_FRIENDS, userid)
        follow = Follow(employee.userid, customer, self._world.now, state=state, is_half=is_half)
        self._world.relations.add(follow)
        if is_half:
            self._announce(follow, "add_half_external_contact", "half_added", has_code=has_code)
        else:
            self._announce(follow, "add_external_contact", "added", has_code=has_code)
        return follow

    def _announce(self, follow: Follow, change: str, line: str, *, has_code: bool) -> None:
        world = self._world
        pair = Pair(follow.userid, follow.external_userid)
        self._open_window(follow)
        self._tell_window(follow, line)
        extra: list[Field] = payloads.filled(State=follow.state)
        if has_code:
            life = world.config.limits.welcome_life
            extra.append(
                ("WelcomeCode", world.relations.welcome_codes.issue(pair, world.now, life))
            )
        callbacks.tell_corp(world, payloads.customer_event(world, change, pair, extra))

    def _follow(self, customer: str, userid: str) -> Follow:
        customer_of(self._world, customer)
        found = self._world.relations.find(userid, customer)
        if found is None:
            raise ActRefused(No.NOT_FRIENDS, userid)
        return found

    def _people(self, follow: Follow) -> tuple[Customer, Employee]:
        return (
            customer_of(self._world, follow.external_userid),
            employee_of(self._world, follow.userid),
        )

    def _open_window(self, follow: Follow) -> None:
        customer, rep = self._people(follow)
        texts = self._world.texts
        title = texts.line("conversation_friend", rep=rep.name, customer=customer.name)
        members = [customer.external_userid, rep.userid]
        self._world.windows.open(_window(follow), ConversationKind.FRIEND, title, members)

    def _tell_window(self, follow: Follow, line: str) -> None:
        customer, rep = self._people(follow)
        text = self._world.texts.line(line, customer=customer.name, rep=rep.name)
        self._world.windows.tell(_window(follow), text)


def _window(follow: Follow) -> str:
    return f"friend:{follow.external_userid}:{follow.userid}"
