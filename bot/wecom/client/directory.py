"""Members and departments of the corp (fact sheet 3.9)."""

from __future__ import annotations

from bot.wecom.client.answers import JsonObject, objects_of
from bot.wecom.client.api import Api


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
