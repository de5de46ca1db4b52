"""Which person an API call is about."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from domain.person import Person
from domain.values import ContactKey, IdentityKind, PersonId
from handlers.web.api.problem import ApiProblem

if TYPE_CHECKING:
    from handlers.web.api.gate import Call
    from storage.unit_of_work import UnitOfWork

#: The part of a path that names a person: our id, or ``uid:`` and the id in the caller's system.
PERSON = r"{person:[0-9]{1,18}|uid:[^/]{1,128}}"
_UID = "uid:"


async def person_of(work: UnitOfWork, call: Call) -> Person:
    """Return the whole person of the path, loaded.

    Raises:
        ApiProblem: nobody is known by it.
    """
    word = call.request.match_info["person"]
    if word.startswith(_UID):
        value = f"{call.key.system}:{word.removeprefix(_UID)}"
        key = ContactKey(IdentityKind.UID, value)
        await work.load([key])
        holder = work.people.holder(key)
    else:
        await work.load_people([PersonId(int(word))])
        holder = next((p for p in work.people.loaded() if p.id == int(word)), None)
    if holder is None:
        raise ApiProblem(HTTPStatus.NOT_FOUND, "no_person")
    return work.people.whole(holder.id)
