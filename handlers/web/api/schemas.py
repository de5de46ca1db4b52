"""What the API takes and answers, field by field; the OpenAPI document is made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MOST_IN_BATCH = 500

Short = Annotated[str, Meta(max_length=64)]
Word = Annotated[str, Meta(max_length=128)]
Line = Annotated[str, Meta(max_length=32, pattern=r"^([a-z][a-z0-9_]*)?$")]
Tag = Annotated[str, Meta(max_length=30)]
Moment = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 with a zone, as 2026-03-02T10:00:00+08:00")
]
Value = str | int | float | bool
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=256)]
Attributes = Annotated[dict[Name, Text | int | float | bool], Meta(max_length=64)]
Elements = Annotated[list[Text], Meta(max_length=50)]
Properties = Annotated[dict[Name, Text | int | float | bool | Elements], Meta(max_length=64)]


class EventIn(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Something the person did; of a kind that nobody registered it waits in quarantine."""

    kind: Annotated[
        str, Meta(min_length=1, max_length=64, description="name or Chinese label of the kind")
    ]
    at: Moment | None = None
    properties: Properties = msgspec.field(default_factory=dict)


class Identities(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What leads to a person; at least one is needed."""

    phone: Annotated[
        str,
        Meta(
            max_length=64,
            description="blanks, dashes and +86 are welcome; of several, split by / or a comma,"
            " the first is the main one",
        ),
    ] = ""
    phone_verified: Annotated[
        bool,
        Meta(
            description="you proved by a code that the (first) phone is theirs; else leave it false"
        ),
    ] = False
    wechat: Annotated[str, Meta(max_length=64, description="WeChat id")] = ""
    email: Annotated[str, Meta(max_length=128, description="e-mail address")] = ""
    uid: Annotated[str, Meta(max_length=128, description="the person's id in your system")] = ""
    unionid: Annotated[str, Meta(max_length=64, description="unionid of the open platform")] = ""
    openid: Annotated[
        str, Meta(max_length=64, description="openid of an official account; needs mp_account")
    ] = ""
    mp_account: Annotated[str, Meta(max_length=64, description="whose openid it is (gh_…)")] = ""
    external_userid: Annotated[str, Meta(max_length=64, description="id of a WeCom customer")] = ""


class LeadIn(Identities, omit_defaults=True, forbid_unknown_fields=True):
    """A lead: what somebody left."""

    name: Annotated[str, Meta(max_length=64, description="what the person is called")] = ""
    channel: Annotated[
        str,
        Meta(
            max_length=64,
            description="a word that the api rules of channels.toml turn into a channel",
        ),
    ] = ""
    at: Moment | None = None
    attributes: Attributes = msgspec.field(default_factory=dict)
    events: Annotated[list[EventIn], Meta(max_length=50)] = msgspec.field(default_factory=list)
    note: Annotated[
        str, Meta(max_length=2000, description="what the person wrote, kept encrypted")
    ] = ""
    tag: Tag = ""
    opt_out: Annotated[bool, Meta(description="the person asked for silence")] = False
    kind: Annotated[
        Literal["sales", "service"],
        Meta(description="to be sold to, or a customer to be served or renewed"),
    ] = "sales"


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """Many leads; a wrong one stops no other."""

    leads: Annotated[list[LeadIn], Meta(min_length=1, max_length=MOST_IN_BATCH)]


class ActivationIn(Identities, omit_defaults=True, forbid_unknown_fields=True):
    """A person chosen by a campaign of yours; uid is the agreed unique user id."""

    tag: Tag = ""
    at: Moment | None = None
    channel: Word = ""
    parameters: Properties = msgspec.field(default_factory=dict)


class FissionIn(ActivationIn, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The person is interested in another product line."""

    line: Annotated[str, Meta(min_length=1, max_length=32, description="code of the product line")]


class LookupIn(Identities, omit_defaults=True, forbid_unknown_fields=True):
    """By what to look for a person or a company; the name of a person is not enough."""

    company: Annotated[
        str, Meta(max_length=128, description="name of a company, however it is written")
    ] = ""


class KeyAnswer(msgspec.Struct):
    """What the caller's own key is."""

    key: str
    name: str
    system: str
    scopes: list[str]
    per_minute: int


class Receipt(msgspec.Struct):
    """It is stored; the receipt tells later what became of it."""

    receipt: str


class RejectedLead(msgspec.Struct):
    """A lead of a batch that was not taken: its position from 0, and why."""

    index: int
    fields: list[FieldOut]


class FieldOut(msgspec.Struct):
    """What is wrong with a field; the message is Chinese."""

    path: str
    code: str
    message: str


class BatchReceipt(msgspec.Struct):
    """What was taken, in the order of the batch (null: not taken), and what was not."""

    accepted: int
    receipts: list[str | None]
    rejected: list[RejectedLead]


class ReceiptState(msgspec.Struct):
    """How far it is: waiting, or done with the leads that the person has now."""

    state: str
    person: str = ""
    leads: list[LeadOut] = msgspec.field(default_factory=list)


class LeadOut(msgspec.Struct):
    """A lead as it stands."""

    id: str
    line: str
    kind: str
    stage: str
    status: str
    owner: str
    channel: str
    score: float
    created_at: datetime


class PersonOut(msgspec.Struct):
    """A person; contacts are whole only for keys with contacts:read."""

    id: str
    name: str
    phone: str
    wechat: str
    email: str
    opted_out: bool
    attributes: dict[str, str]
    leads: list[LeadOut]


class CompanyOut(msgspec.Struct):
    """A company that is there already, with the leads of its people."""

    name: str
    how: Annotated[
        str, Meta(description="company: the same; like_company: somebody should look at it")
    ]
    alike: Annotated[float, Meta(description="0 to 1")]
    leads: list[LeadOut]


class LookupOut(msgspec.Struct):
    """Who was found; a company that is only like the one looked for does not exist."""

    exists: bool
    persons: list[PersonOut]
    companies: list[CompanyOut] = msgspec.field(default_factory=list)
