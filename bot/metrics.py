"""Counters and gauges of every stage, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from bot.wecom.client.transport import CallSeen

CALLBACKS = Counter("clew_callbacks_total", "Callbacks answered", ("route", "result"))
PROCESSED = Counter("clew_updates_processed_total", "Inbox rows that took effect")
PARKED = Counter("clew_inbox_parked_total", "Inbox rows put aside", ("reason",))
RETRIED = Counter("clew_inbox_retried_total", "Inbox rows given back for a later attempt")
BATCH_ROWS = Histogram(
    "clew_batch_rows", "Rows per claimed batch", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
PUSHES = Counter("clew_pushes_total", "Outbox rows settled", ("endpoint", "result"))
FETCHES = Counter("clew_fetches_total", "Requests for platform data settled", ("kind", "result"))
INBOX_ROWS = Gauge("clew_inbox_rows", "Inbox rows by state", ("state",))
OUTBOX_ROWS = Gauge("clew_outbox_rows", "Outbox rows by state", ("state",))
AGES = Gauge("clew_queue_age_seconds", "Since when the oldest due row of a queue waits", ("queue",))
COMMIT_ROWS = Histogram(
    "clew_inbox_commit_rows",
    "Callers that shared a commit of the inbox",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
COMMIT_SECONDS = Histogram(
    "clew_inbox_commit_seconds",
    "For how long the first caller of a commit of the inbox waited for it",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
APPLY_LAG = Histogram(
    "clew_apply_lag_seconds",
    "From the arrival of an inbox row to the commit of its effects",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)
PUSH_LAG = Histogram(
    "clew_push_lag_seconds",
    "From the moment a push was due to the platform's answer",
    ("endpoint",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)
STORAGE_FAILURES = Counter(
    "clew_storage_failures_total", "What the storage could not do", ("part", "cause")
)
CLOCK_JUMPS = Counter("clew_clock_jumps_total", "Jumps of the machine's clock", ("direction",))
REFUSALS = Counter("clew_refusals_total", "Expected refusals", ("door", "reason"))
PURGED = Counter("clew_purged_rows_total", "Rows or payloads dropped after their time", ("what",))
SCORES_CHECKED = Counter("clew_scores_checked_total", "Scores worked out again and compared")
SCORES_DIFFERING = Gauge("clew_scores_differing", "Scores that the last truth check found wrong")
LIST_ENTRIES = Gauge("clew_list_entries", "Entries of a running list", ("list",))
LISTS_BROKEN = Gauge(
    "clew_list_broken", "1 while a changed list cannot be used and the one before runs", ("list",)
)
UNKNOWN = Counter("clew_updates_unknown_total", "Updates that nothing takes, kept for the operator")
WIRE_CALLS = Counter("clew_wire_calls_total", "Calls to the platform", ("endpoint", "result"))
WIRE_SECONDS = Histogram("clew_wire_seconds", "Duration of calls to the platform", ("endpoint",))


def count_commit(callers: int, seconds: float) -> None:
    """Note a commit of the inbox: how many shared it, how long the first of them waited."""
    COMMIT_ROWS.observe(callers)
    COMMIT_SECONDS.observe(seconds)


def count_refusal(door: str, reason: str) -> None:
    """Count an expected refusal that was kept."""
    REFUSALS.labels(door, reason).inc()


def count_call(call: CallSeen) -> None:
    """Count a call to the platform: the errcode, or the word of a failure."""
    WIRE_CALLS.labels(call.endpoint, call.result).inc()
    WIRE_SECONDS.labels(call.endpoint).observe(call.seconds)
