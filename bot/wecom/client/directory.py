"""Members and departments of the corp (fact sheet 3.9)."""

from __future__ import annotations

from bot.wecom.client.answers import JsonObject, object_of, objects_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_IDS_PAGE = 10_000


class DirectoryApi:
    """Calls with the app's or the 通讯录 secret."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def user(self, userid: str) -> JsonObject:
        """Return a member; newer apps see userid, name and department only.

        Raises:
            WireError: 60111 for a userid that does not exist, 60011 outside the scope.
        """
        return await self._api.get("/cgi-bin/user/get", {"userid": userid})

    async def users_of(self, department_id: int) -> tuple[JsonObject, ...]:
        """Return the members of one department: userid, name, department.

        Raises:
            WireError: see :class:`Api`.
        """
        query = {"department_id": str(department_id)}
        answer = await self._api.get("/cgi-bin/user/simplelist", query)
        return tuple(objects_of(answer, "userlist"))

    async def departments(self) -> tuple[JsonObject, ...]:
        """Return all departments in scope: id, name, parentid, order.

        Raises:
            WireError: 48002 or 60011 without the right to read them.
        """
        answer = await self._api.get("/cgi-bin/department/list")
        return tuple(objects_of(answer, "department"))

    async def department(self, department_id: int) -> JsonObject:
        """Return one department: id, name, parentid, order.

        Raises:
            WireError: 60003 for a department that does not exist.
        """
        answer = await self._api.get("/cgi-bin/department/get", {"id": str(department_id)})
        return object_of(answer, "department")

    async def department_ids(self) -> tuple[JsonObject, ...]:
        """Return id, parentid and order of all departments in scope.

        Raises:
            WireError: as :meth:`departments`.
        """
        answer = await self._api.get("/cgi-bin/department/simplelist")
        return tuple(objects_of(answer, "department_id"))

    async def user_details_of(
        self, department_id: int, *, has_children: bool = False
    ) -> tuple[JsonObject, ...]:
        """Return a department's members in detail; ``has_children`` includes those below.

        Raises:
            WireError: 45029 when the answer is too big: ask per department.
        """
        query = {"department_id": str(department_id), "fetch_child": str(int(has_children))}
        answer = await self._api.get("/cgi-bin/user/list", query)
        return tuple(objects_of(answer, "userlist"))

    async def user_ids(self, cursor: str = "") -> Page:
        """Return pairs of userid and department; needs the 通讯录 secret.

        Raises:
            WireError: 48002 with any other secret.
        """
        body = {"cursor": cursor, "limit": _IDS_PAGE}
        answer = await self._api.post("/cgi-bin/user/list_id", body)
        return Page(tuple(objects_of(answer, "dept_user")), text_of(answer, "next_cursor"))
