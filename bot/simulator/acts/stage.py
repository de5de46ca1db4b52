"""What every act needs: the world, and finding people in it or saying why not."""

from __future__ import annotations

from enum import StrEnum

from bot.simulator.world.people import Customer, Employee
from bot.simulator.world.world import World


class No(StrEnum):
    """Why a client would not let a person do something; keys of the texts' ``[errors]``."""

    ALREADY_FOLLOWING = "already_following"
    ALREADY_FRIENDS = "already_friends"
    ALREADY_IN_GROUP = "already_in_group"
    CARD_IS_REPLACED = "card_is_replaced"
    CLOCK_BACKWARDS = "clock_backwards"
    CLOCK_IS_FIXED = "clock_is_fixed"
    DEPARTMENT_IN_USE = "department_in_use"
    EMPTY_NAME = "empty_name"
    EMPTY_TEXT = "empty_text"
    LINK_UNAVAILABLE = "link_unavailable"
    MASS_SEND_OVER = "mass_send_over"
    NOT_A_CARD = "not_a_card"
    NOT_A_MEMBER = "not_a_member"
    NOT_FOLLOWING = "not_following"
    NOT_FRIENDS = "not_friends"
    NOT_IN_GROUP = "not_in_group"
    NOT_IN_KF = "not_in_kf"
    NO_TRANSFER = "no_transfer"
    BOT_IS_BUSY = "bot_is_busy"
    UNKNOWN_BOT = "unknown_bot"
    UNKNOWN_BUTTON = "unknown_button"
    UNKNOWN_CONTACT_WAY = "unknown_contact_way"
    UNKNOWN_CONVERSATION = "unknown_conversation"
    UNKNOWN_DEPARTMENT = "unknown_department"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_KF = "unknown_kf"
    UNKNOWN_LINK = "unknown_link"
    UNKNOWN_MASS_SEND = "unknown_mass_send"
    UNKNOWN_MENU = "unknown_menu"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_OPTION = "unknown_option"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_TAG = "unknown_tag"


class ActRefused(Exception):  # noqa: N818 - an expected "no" to a person in the windows
    """The client would not let a person do this; ``code`` says why."""

    def __init__(self, code: No, detail: str = "") -> None:
        """Refuse because of ``code``; ``detail`` names what was meant."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def customer_of(world: World, customer: str) -> Customer:
    """Return the customer of an external_userid, or refuse."""
    found = world.customers.find(customer)
    if found is None:
        raise ActRefused(No.UNKNOWN_PERSON, customer)
    return found


def employee_of(world: World, userid: str) -> Employee:
    """Return the member, or refuse."""
    found = world.directory.find(userid)
    if found is None:
        raise ActRefused(No.UNKNOWN_PERSON, userid)
    return found


def check_text(text: str) -> None:
    """Refuse an empty text."""
    if not text.strip():
        raise ActRefused(No.EMPTY_TEXT)
