"""What storage raises: no driver error ever leaves this package.

Each error carries what went wrong and what to do about it; none carries a
stored value, because values may be phone numbers or message texts.
"""

from __future__ import annotations

from enum import StrEnum

from domain.errors import Portable


class StorageError(Portable):
    """Root of every error that storage raises."""

    advice = "Look at the cause above; nothing of the transaction was kept."

    def __init__(self, problem: str, *, advice: str = "") -> None:
        """Say what is wrong and, where it differs from the usual, what to do."""
        super().__init__(problem)
        self.problem = problem
        self.advice = advice or type(self).advice

    def __str__(self) -> str:
        """Return problem and advice as one line for log and terminal."""
        return f"{self.problem}. {self.advice}"


class Cause(StrEnum):
    """Why the storage cannot be used right now; a stable word for counters."""

    #: Another writer holds the lock, or two transactions waited for each other.
    LOCKED = "locked"
    #: The server or the file is not reachable, or the connection was lost.
    GONE = "gone"
    #: No space, memory, connection or file handle left.
    FULL = "full"
    #: The database was closed by this process.
    CLOSED = "closed"
    #: More work is queued than this process accepts.
    OVERLOADED = "overloaded"


_ADVICE = {
    Cause.LOCKED: "Try again; if it stays, look for a long transaction or a second writer.",
    Cause.GONE: "Check that the database is running, and its address and rights (clew doctor).",
    Cause.FULL: "Free disk space or connections of the database, then try again.",
    Cause.CLOSED: "The service is stopping; send the work to the next one.",
    Cause.OVERLOADED: "Try again later; if it stays, the disk is too slow for the traffic.",
}


class StorageUnavailable(StorageError):  # noqa: N818 — a state of the world, named as such
    """The storage cannot be used now; the same work may succeed later."""

    def __init__(self, problem: str, cause: Cause) -> None:
        """Say what failed and why."""
        super().__init__(problem, advice=_ADVICE[cause])
        self.cause = cause


class Conflict(StorageError):  # noqa: N818 — "a conflict" is what callers catch
    """A row with the same unique key is there already.

    ``constraint`` reads ``table(column, …)`` on both databases, or is the name
    of the index where the index is over an expression.
    """

    advice = "Load the present row and decide again."

    def __init__(self, constraint: str) -> None:
        """Name the unique key that is taken."""
        super().__init__(f"the key {constraint} is taken")
        self.constraint = constraint


class InvalidRow(StorageError):  # noqa: N818 — names the row, not the act
    """A value is missing, of the wrong type, or breaks a check or a reference."""

    advice = "This is a defect in the code that wrote the row; report it."


class SchemaMissing(StorageError):  # noqa: N818 — a state of the world, named as such
    """A table or column is not there."""

    advice = "Run `clew migrate`."


class SealBroken(StorageError):  # noqa: N818 — a finding about data
    """A sealed value was changed, belongs to another row, or another key sealed it."""

    advice = "Check that CLEW_MASTER_KEY holds every key that was ever used (clew doctor)."


class Erased(StorageError):  # noqa: N818 — a fact about the person
    """The data key of the person was destroyed; what it sealed is gone for good."""

    advice = "Show the person as erased."

    def __init__(self, person_id: int) -> None:
        """Name the person whose key is gone."""
        super().__init__(f"person {person_id} was erased")
        self.person_id = person_id


class BadMasterKeys(StorageError):  # noqa: N818 — names the setting
    """The master keys of the settings cannot be used; the message shows none."""

    advice = "Set CLEW_MASTER_KEY to 1:<base64 of 32 random bytes>, further keys after a comma."


class LeaseLost(StorageError):  # noqa: N818 — a fact about the lease
    """Another process holds the lease now; this one must stop its singleton work."""

    advice = "Stop this duty and apply for the lease again."


def over() -> StorageError:
    """Return the error for a statement after the end of its transaction."""
    return StorageError(
        "the transaction is over", advice="Use it only inside its `async with` block."
    )
