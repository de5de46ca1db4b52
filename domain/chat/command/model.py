"""A command as understood: its name and arguments, before any permission is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum


class CommandName(StrEnum):
    """What reps and managers can ask for in chat (chat conventions, "Commands")."""

    LEAD = "lead"
    FUNNEL = "funnel"
    RANKING = "ranking"
    POOL = "pool"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    CLAIM = "claim"
    RELEASE = "release"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "leave"
    SCORE = "score"
    TAG = "tag"
    SEGMENT = "segment"
    RULES = "rules"
    EVENTS = "events"
    CAMPAIGN = "campaign"
    REPORT = "report"
    EXPORT = "export"
    IMPORT = "import"
    REMIND = "remind"
    TODO = "todo"
    MINE = "mine"
    PORTRAIT = "portrait"
    FOLLOW = "follow"
    HELP = "help"
    AUDIT = "audit"
    CHANNEL = "channel"
    #: 查重, 报备, 审核, 撤销合并.
    LOOK_UP = "look_up"
    REGISTER = "register"
    REVIEW = "review"
    UNMERGE = "unmerge"
    #: 别名: other names of companies.
    ALIAS = "alias"
    ISOLATED = "isolated"
    #: 黑名单, 红名单: who stands on a list of people.
    LISTED = "listed"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was said beside the command; empty or None when nothing was.

    Names, pools, channels and tags are as written. ``rep`` receives in assign and
    transfer, ``from_rep`` gives. ``period`` is ``today``, ``last_month``, … or
    ``YYYY-MM``. ``time`` is the time expression as written: it is resolved with a *now*
    by :func:`domain.chat.when.find_when`.
    """

    lead: str = ""
    rep: str = ""
    from_rep: str = ""
    period: str = ""
    channel: str = ""
    pool: str = ""
    n: int | None = None
    time: str = ""
    tag: str = ""
    remove: bool = False

    def with_people(self, people: Mapping[str, str]) -> Arguments:
        """Return the arguments with the people of ``people`` (lead, rep, from_rep)."""
        return replace(
            self,
            lead=people.get("lead", self.lead),
            rep=people.get("rep", self.rep),
            from_rep=people.get("from_rep", self.from_rep),
        )

    def given(self) -> dict[str, str | int | bool]:
        """Return the arguments that were said, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``text`` is what was typed, for the commands that keep it as a note."""

    name: CommandName
    arguments: Arguments = Arguments()
    text: str = ""
