"""A record of a profile takes effect, whether it comes in time or late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.tracking.profile import (
    LOGGED,
    OWN,
    Change,
    deleted,
    folded,
    joined,
    set_as_told,
    with_log,
)
from domain.tracking.record import Act
from handlers.actions.intake import enriched
from storage.repositories.profiles import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.events.event import PropertyValue
    from domain.person import Attribute, Person
    from domain.tracking.record import Tracked
    from domain.values import PersonId
    from handlers.context import Context
    from storage.repositories.profiles import Logs
    from storage.unit_of_work import UnitOfWork


async def change_profile(
    work: UnitOfWork,
    ctx: Context,
    person: Person,
    track: Tracked,
    told: Mapping[str, PropertyValue],
) -> None:
    """Change what is known of the person as the record says; ``told`` are its attributes.

    The log of what came in through this person is theirs; what is known is worked out of
    the logs of whoever they were found to be.
    """
    root = work.people.root(person.id)
    kept = await _kept(work, root, track.act)
    record = _Record(ctx, track, told, kept.pop(person.id, {}), list(kept.values()))
    after, changed = record.applied(root)
    for name in changed:
        await work.profiles.save(person.id, name, record.own[name])
    if after is root:
        return
    work.people.put(after)
    before = root.attributes
    fresh = [
        n for n, a in after.attributes.items() if n not in before or before[n].value != a.value
    ]
    enriched(work, person, fresh)


async def _kept(work: UnitOfWork, root: Person, act: Act) -> dict[PersonId, Logs]:
    """Return the logs of whoever the person was found to be, held until the end if one may change.

    What is only set changes no log unless there is one, and mostly there is none.
    """
    members = [member.id for member in work.people.group(root.id)]
    is_logged = act in LOGGED or act is Act.DELETE
    if not is_logged and not await work.profiles.load(members):
        return {}
    await work.profiles.lock(root.id)
    return await work.profiles.load(members)


class _Record:
    """One record with the logs that it meets."""

    def __init__(
        self,
        ctx: Context,
        track: Tracked,
        told: Mapping[str, PropertyValue],
        own: Logs,
        others: list[Logs],
    ) -> None:
        self._ctx = ctx
        self._track = track
        self._told = told
        self.own = own
        self._others = others

    def applied(self, root: Person) -> tuple[Person, list[str]]:
        """Return the person afterwards, and the names whose own log changed."""
        track = self._track
        if track.act is Act.DELETE:
            return self._deleted(root)
        logged = [n for n in self._told if track.act in LOGGED or self._whole(n)]
        for name in logged:
            self._add(name, root.attributes.get(name))
        person = root
        for name in logged:
            person = with_log(person, name, self._since_deletion(name))
        if not self._is_gone():
            plain = {n: v for n, v in self._told.items() if n not in logged}
            person = set_as_told(person, plain, track.at, self._words)
        return person, logged

    def _deleted(self, root: Person) -> tuple[Person, list[str]]:
        track = self._track
        change = Change(Act.UNSET, "", track.at, track.reference)
        self.own[EVERYTHING] = joined(self.own.get(EVERYTHING, ()), [change])
        names = {name for logs in (self.own, *self._others) for name in logs} - {EVERYTHING}
        person = deleted(root, track.at, spared=names)
        for name in sorted(names):
            person = with_log(person, name, self._since_deletion(name))
        return person, [EVERYTHING]

    def _add(self, name: str, before: Attribute | None) -> None:
        """Add the record to the log, and what stands without having been logged."""
        track = self._track
        fresh = [Change(track.act, self._words(self._told[name]), track.at, track.reference)]
        logs = [self._whole(name), *(one.get(name, ()) for one in (self.own, *self._others))]
        known = [folded(joined(log, self._whole(EVERYTHING))) for log in logs]
        is_strange = before is not None and before.value not in {f.value for f in known if f}
        if before is not None and is_strange and before.source in OWN:
            reference = f"fact:{before.set_at.isoformat()}"
            fresh.append(Change(Act.SET, before.value, before.set_at, reference))
        self.own[name] = joined(self.own.get(name, ()), fresh)

    def _whole(self, name: str) -> tuple[Change, ...]:
        return joined(*(logs.get(name, ()) for logs in (self.own, *self._others)))

    def _since_deletion(self, name: str) -> tuple[Change, ...]:
        return joined(self._whole(name), self._whole(EVERYTHING))

    def _is_gone(self) -> bool:
        """Tell whether everything was deleted after what the record tells."""
        return any(change.at > self._track.at for change in self._whole(EVERYTHING))

    def _words(self, value: PropertyValue) -> str:
        if isinstance(value, bool):
            return self._ctx.words.get("api.value.yes" if value else "api.value.no")
        return f"{value:.15g}" if isinstance(value, float) else value.strip()
