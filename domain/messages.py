"""What Clew says, before it is put into any platform's wire form.

Actions put a :class:`Push` into the outbox; the relay renders its body for the
endpoint. Lengths are cut by the renderer (fact sheet 3.2), never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.swift import swift
from domain.values import LeadId, PersonId, Priority


class Endpoint(StrEnum):
    """Platform calls that write; each has its own once-only rule (architecture section 1)."""

    APP_MESSAGE = "app_message"
    CARD_UPDATE = "card_update"
    WELCOME = "welcome"
    KF_MESSAGE = "kf_message"
    KF_EVENT_MESSAGE = "kf_event_message"
    MP_MESSAGE = "mp_message"
    REMARK = "remark"
    MARK_TAG = "mark_tag"
    #: Orders about entry points: contact ways, links, scenes, join ways.
    ENTRY = "entry"


@swift
@dataclass(frozen=True, slots=True)
class Text:
    """Plain text; an app message may hold ``<a href>`` links."""

    content: str


@dataclass(frozen=True, slots=True)
class CardRow:
    """A line of a card: short key, value, and where a tap leads (URL or a member)."""

    key: str
    value: str
    url: str = ""
    userid: str = ""


@dataclass(frozen=True, slots=True)
class CardButton:
    """A button: with ``url`` it opens a page, else its ``key`` comes back as a click."""

    text: str
    key: str
    style: int = 1
    url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down on a card: (id, text) options under a question key."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]
    selected: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A template card: with buttons it can be clicked, without it is a notice.

    ``task_id`` is unique per app and never reused; a click brings it back.
    ``url`` is where a tap on a notice leads. ``advice`` is the quoted block.
    """

    title: str
    task_id: str
    description: str = ""
    rows: tuple[CardRow, ...] = ()
    buttons: tuple[CardButton, ...] = ()
    choice: Choice | None = None
    advice: str = ""
    text: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """Replace the buttons of a clicked card by one grey word, or the whole card."""

    response_code: str
    userids: tuple[str, ...]
    replace_name: str = ""
    card: Card | None = None


@swift
@dataclass(frozen=True, slots=True)
class Welcome:
    """Answer to a new contact within 20 s, with an optional link."""

    code: str
    text: str
    link_title: str = ""
    link_url: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """Text with clickable answers, for 微信客服 and official accounts: (id, text) items."""

    head: str
    items: tuple[tuple[str, str], ...]
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What the rep sees as remark of the customer."""

    userid: str
    remark: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class MarkTag:
    """Corp tags to add and remove for a customer of a rep, by tag id."""

    userid: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class EntryAct(StrEnum):
    """What is to be done about an entry point."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """Make, change or delete an entry point of ``kind`` whose word is ``word``.

    ``userids`` are the members to show, ``chat_ids`` the groups of a join way;
    ``platform_id`` is empty before it was made, ``life_seconds`` None for ever.
    """

    kind: str
    act: EntryAct
    word: str
    title: str = ""
    userids: tuple[str, ...] = ()
    platform_id: str = ""
    life_seconds: int | None = None
    chat_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorpTagName:
    """A corp tag by its names: the relay finds its id, or creates it in ``group``.

    With ``is_anywhere`` a tag of that name will do in whatever group people keep it.
    """

    group: str
    name: str
    is_anywhere: bool = False


@dataclass(frozen=True, slots=True)
class WearTags:
    """Corp tags to add and remove for a customer of a rep, by name.

    What is to be removed and does not exist needs no removing. ``spared`` are groups
    where nothing is looked for "anywhere": they show computed tags.
    """

    userid: str
    add: tuple[CorpTagName, ...] = ()
    remove: tuple[CorpTagName, ...] = ()
    spared: tuple[str, ...] = ()


Body = Text | Card | CardUpdate | Welcome | Menu | Remark | MarkTag | WearTags | EntryOrder


@swift
@dataclass(frozen=True, slots=True)
class Push:
    """One thing to send, once.

    ``dedupe_key`` names the cause (``card:<lead>:<assignment>``): a second push
    with the same key is dropped. ``account`` is the sending app, open_kfid or
    official account. ``merge_key`` groups texts that may be joined when the
    receiver's budget is used up; empty means never joined. ``expires_at``
    bounds retries (a welcome code lives 20 s). ``code`` of
    ``KF_EVENT_MESSAGE`` stands in ``event_code``.
    """

    endpoint: Endpoint
    account: str
    receiver: str
    body: Body
    dedupe_key: str
    priority: Priority = Priority.NORMAL
    not_before: datetime | None = None
    expires_at: datetime | None = None
    merge_key: str = ""
    event_code: str = ""
    person_id: PersonId | None = None
    lead_id: LeadId | None = None


class FetchKind(StrEnum):
    """Platform data that is asked for and comes back through the inbox."""

    EXTERNAL_CONTACT = "external_contact"
    GROUP_CHAT = "group_chat"
    KF_MESSAGES = "kf_messages"
    KF_CUSTOMER = "kf_customer"
    EMPLOYEE = "employee"
    MP_USER = "mp_user"
    #: A page of a list of a synchronisation; the subject is the id of its part.
    SYNC_PAGE = "sync_page"
    #: Not the platform: the customer's own system, which says what happens to a duplicate.
    DEDUP_HOOK = "dedup_hook"


#: Generation of every pull of an account: each wants all that is new, so none makes another
#: stale, and a clock that was set back keeps none from being made.
EVERY_PULL = 0


@swift
@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask the platform for data about ``subject``.

    ``generation`` is the event time (µs since 1970) of what made it necessary:
    a newer request for the same subject makes an older answer stale. ``token``
    is the 微信客服 pull token (10 min), ``account`` the app or account to ask with.
    """

    kind: FetchKind
    subject: str
    account: str
    generation: int
    token: str = ""


@swift
@dataclass(frozen=True, slots=True)
class Timer:
    """Something that happens later: fires once as an update of ``kind``.

    ``dedupe_key`` names the cause; setting a timer with the key of a pending
    one replaces its moment, cancelling goes by the key. ``payload`` holds ids
    and codes only.
    """

    kind: str
    subject_id: int
    due_at: datetime
    dedupe_key: str
    payload: tuple[tuple[str, str], ...] = ()
