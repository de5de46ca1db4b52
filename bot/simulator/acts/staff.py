"""Changes of the corp's members and anything else the platform may report (fact sheet 2.6)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No, employee_of
from bot.simulator.seed import open_app_window
from bot.simulator.wire.courier import Parcel
from bot.simulator.wire.envelopes import Line
from bot.simulator.wire.xml import Field
from bot.simulator.world.people import Customer, Employee, MemberStatus
from bot.simulator.world.world import World


class Staff:
    """People come, change and leave."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def hire(self, employee: Employee) -> None:
        """Take in a member: create_user."""
        self._world.directory.add(employee)
        open_app_window(self._world, employee)
        self._world.hub.publish("person", person=employee.as_json())
        departments = ",".join(str(number) for number in employee.department)
        self._tell(
            "create_user",
            ("UserID", employee.userid),
            ("Name", employee.name),
            ("Department", departments),
            ("Status", employee.status.value),
        )

    def move(self, userid: str, department: list[int]) -> None:
        """Put a member into other departments: update_user with the changed fields only."""
        employee = employee_of(self._world, userid)
        employee.department = department
        departments = ",".join(str(number) for number in department)
        self._tell("update_user", ("UserID", employee.userid), ("Department", departments))

    def resign(self, userid: str) -> None:
        """Let a member leave: delete_user."""
        employee = employee_of(self._world, userid)
        employee.status, employee.left_at = MemberStatus.LEFT, self._world.now
        self._tell("delete_user", ("UserID", employee.userid))

    def add_customer(self, name: str, unionid: str = "") -> Customer:
        """Let somebody new appear outside; nothing is reported until they act."""
        if not name.strip():
            raise ActRefused(No.EMPTY_NAME)
        ids = self._world.ids
        customer = Customer(ids.word("wm"), name.strip(), ids.word("o"), unionid)
        self._world.customers.add(customer)
        self._world.hub.publish("person", person=customer.as_json())
        return customer

    def emit(self, event: str, body: Sequence[Field], sender: str = payloads.SYS) -> None:
        """Send any other corp event, known or unknown."""
        fields = payloads.corp_event(self._world, event, body, sender)
        callbacks.tell_corp(self._world, fields)

    def emit_raw(self, plaintext: bytes, line: Line = Line.CORP, openid: str = "") -> None:
        """Send any plaintext, well-formed or not, in a correct envelope."""
        self._world.courier.post(Parcel(line, "raw", plaintext, openid))

    def _tell(self, change: str, *body: Field) -> None:
        fields: list[Field] = [("ChangeType", change), *body]
        callbacks.tell_corp(self._world, payloads.corp_event(self._world, "change_contact", fields))
