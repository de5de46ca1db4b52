"""People behind acquisition links, and the administrator who pays for them (fact sheet 2.8)."""

from __future__ import annotations

from bot.simulator import callbacks, payloads
from bot.simulator.acts.friends import Friends
from bot.simulator.acts.stage import ActRefused, No, customer_of
from bot.simulator.wire.xml import Field
from bot.simulator.world.acquisition import AcquisitionLink, LinkCustomer
from bot.simulator.world.people import Employee
from bot.simulator.world.relations import Follow
from bot.simulator.world.world import World

#: ``add_way`` of somebody who came through a link.
BY_LINK = 16
#: ``customer_channel`` is cut behind so many bytes (3.7; unverified).
MAX_STATE = 64


class Acquirers:
    """Opening links, writing for the first time, running out of quota."""

    def __init__(self, world: World, friends: Friends) -> None:
        """Act in ``world``; ``friends`` adds."""
        self._world = world
        self._friends = friends

    def open(self, customer: str, link_id: str, state: str = "") -> Follow:
        """Open a link and add its member; costs one of the quota.

        Without ``skip_verify`` a friend request comes first and is accepted at once.

        Raises:
            ActRefused: unknown link or customer, no member or quota left, or friends already.
        """
        world, office = self._world, self._world.acquisition
        customer_of(world, customer)
        link = self._link(link_id)
        members = self._members(link)
        if not members or office.balance == 0:
            raise ActRefused(No.LINK_UNAVAILABLE, link_id)
        channel = state.encode()[:MAX_STATE].decode(errors="ignore")
        origin: list[Field] = [("LinkId", link_id), *payloads.filled(State=channel)]
        rep = members[link.turn % len(members)]
        follow = self._friends.add_by_link(customer, rep.userid, channel, BY_LINK)
        if not link.skip_verify:
            self._tell("friend_request", origin)
        link.turn += 1
        chat_key = world.ids.word("ck")
        office.customers.append(LinkCustomer(customer, rep.userid, link_id, channel, chat_key))
        self._spend()
        return follow

    def wrote(self, customer: str, userid: str) -> None:
        """Report what a link's customer wrote: the first message, or one more."""
        came = self._world.acquisition.came(userid, customer)
        if came is None:
            return
        came.messages += 1
        change = "customer_start_chat" if came.messages == 1 else "message_from_customer"
        ids: list[Field] = [("UserID", userid), ("ExternalUserID", customer)]
        origin: list[Field] = [("LinkId", came.link_id), *payloads.filled(State=came.state)]
        self._tell(change, [*ids, *origin, ("ChatKey", came.chat_key)])

    def open_profile(self, link_id: str, state: str = "") -> None:
        """Let somebody look at the member behind a link without adding (some industries)."""
        self._link(link_id)
        self._tell("open_profile", [("LinkId", link_id), *payloads.filled(State=state)])

    def buy(self, amount: int) -> None:
        """Let the administrator buy more quota."""
        office = self._world.acquisition
        office.total, office.balance = office.total + amount, office.balance + amount
        self._tell("balance_increased")

    def warn_of_expiry(self) -> None:
        """Let a part of the quota be about to expire."""
        self._tell("quota_expire_soon")

    def remove_link(self, link_id: str) -> None:
        """Let the administrator delete a link in the console."""
        self._link(link_id)
        del self._world.acquisition.links[link_id]
        self._tell("delete_link", [("LinkId", link_id)])

    def disable_link(self, link_id: str) -> None:
        """Let a link lose its members, so that nobody can be added through it."""
        link = self._link(link_id)
        link.users, link.departments = [], []
        self._tell("link_unavailable", [("LinkId", link_id)])

    def _spend(self) -> None:
        office, low = self._world.acquisition, self._world.config.limits.acquisition_low
        office.balance -= 1
        if office.balance == low - 1:
            self._tell("balance_low")
        if office.balance == 0:
            self._tell("balance_exhausted")

    def _members(self, link: AcquisitionLink) -> list[Employee]:
        directory = self._world.directory
        listed = [directory.find(userid) for userid in link.users]
        below = {one for number in link.departments for one in directory.below(number)}
        found = [one for one in listed if one] + directory.members_of(below)
        return list({one.userid: one for one in found}.values())

    def _link(self, link_id: str) -> AcquisitionLink:
        found = self._world.acquisition.links.get(link_id)
        if found is None:
            raise ActRefused(No.UNKNOWN_LINK, link_id)
        return found

    def _tell(self, change: str, body: list[Field] | None = None) -> None:
        fields: list[Field] = [("ChangeType", change), *(body or [])]
        event = payloads.corp_event(self._world, "customer_acquisition", fields)
        callbacks.tell_corp(self._world, event)
