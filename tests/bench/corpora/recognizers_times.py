"""Recognizers-Text, ``DateTimeModel``: spans, kinds and resolutions.

A case is right when every expression is found with its span and kind and our one reading
is among theirs (they list past and future ones). Where the chat conventions decide
otherwise, a rule below translates their value into ours; each rule is counted, so that
the figure says how much rests on it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.chat.times import Kind, Length, TimeSaid, find_times
from domain.chat.when.almanac import lunar_day
from domain.chat.when.model import Grain, Part
from domain.cleaning.text import fold
from domain.values import BUSINESS_ZONE

if TYPE_CHECKING:
    from pathlib import Path

_DAY = timedelta(days=1)
_SECONDS_PER_MONTH, _SECONDS_PER_YEAR = 30 * 86_400, 365 * 86_400
#: Parts of the day in TIMEX, and ours.
_PARTS = {
    "TMO": (Part.MORNING, Part.EARLY),
    "TAF": (Part.AFTERNOON,),
    "TEV": (Part.EVENING, Part.DUSK),
    "TNI": (Part.EVENING,),
    "TMI": (Part.NOON,),
}


@dataclass(frozen=True)
class Score:
    """How many cases there are, have right spans and kinds, and right values.

    ``right_as_theirs``: those that need none of our conventions to be right.
    """

    cases: int
    spans: int
    right: int
    right_as_theirs: int
    rules: Counter[str]
    wrong: list[str]


def score(folder: Path) -> Score:
    """Read the corpus and hold it against ours."""
    path = folder / "recognizers_zh/DateTime/DateTimeModel.json"
    cases = json.loads(path.read_text(encoding="utf-8-sig"))
    rules: Counter[str] = Counter()
    spans = right = as_theirs = 0
    wrong = []
    for case in cases:
        found = find_times(case["Input"], _reference(case), BUSINESS_ZONE)
        expected = case["Results"]
        if not _same_spans(case["Input"], expected, found):
            wrong.append(f"span: {case['Input']}")
            continue
        spans += 1
        used = [_rule(result, said) for result, said in zip(expected, found, strict=True)]
        if None in used:
            wrong.append(f"value: {case['Input']}")
            continue
        right += 1
        as_theirs += not any(used)
        rules.update(rule for rule in used if rule)
    return Score(len(cases), spans, right, as_theirs, rules, wrong)


def _reference(case: dict[str, Any]) -> datetime:
    """Return the case's now."""
    said = (case.get("Context") or {}).get("ReferenceDateTime") or "2017-03-22T00:00:00"
    return datetime.fromisoformat(said[:19]).replace(tzinfo=BUSINESS_ZONE)


def _same_spans(text: str, expected: list[Any], found: tuple[TimeSaid, ...]) -> bool:
    """Tell whether the expressions stand where they should, and are of the kinds they should."""
    theirs = [(fold(result["Text"]).lower(), _kind(result)) for result in expected]
    ours = [(fold(s.span.cut(text)).lower().strip(), s.kind.value) for s in found]
    return theirs == ours


def _kind(result: dict[str, Any]) -> str:
    """Return the kind; by the chat conventions a weekend is its Saturday, a date."""
    values = (result["Resolution"] or {}).get("values", [])
    is_weekend = any(value.get("timex", "").endswith("-WE") for value in values)
    return "date" if is_weekend else str(result["TypeName"]).split(".")[-1]


def _rule(result: dict[str, Any], said: TimeSaid) -> str | None:
    """Return "" when a reading is the same, the rule that translates it, None when wrong."""
    values = (result["Resolution"] or {}).get("values", [])
    for value in values:
        rule = _compare(value, said)
        if rule is not None:
            return rule
    return None


def _compare(value: dict[str, Any], said: TimeSaid) -> str | None:
    """Compare one reading."""
    timex = value.get("timex", "")
    if said.kind is Kind.DURATION:
        return "" if said.length and int(value["value"]) in _seconds(said.length) else None
    if value.get("value") == "not resolved":
        is_open = said.kind is Kind.SET or said.start is None or "SU" in timex or "W" in timex
        return "" if is_open else None
    if value.get("isLunar"):
        year, month, day = map(int, value["value"].split("-"))
        start = said.start.date() if said.start else None
        return "lunar dates become solar ones" if start == lunar_day(year, month, day) else None
    if "value" in value:
        return "" if said.start and _is_moment(value["value"], said.start) else None
    return _compare_ends(value, timex, said)


def _compare_ends(value: dict[str, Any], timex: str, said: TimeSaid) -> str | None:
    """Compare a range; the first rule that makes it equal is the answer."""
    begin, end = value.get("start"), value.get("end")
    modifier = value.get("Mod", "")
    begins, ends = _same(begin, said.start), _same(end, said.end)
    ends_later = _one_less(end, said.end, said.grain)
    begins_later = _one_less(begin, said.start, said.grain)
    part = re.search(r"T[A-Z]{2}$", timex)
    rules = {
        "": begins and ends,
        "an end is exclusive": modifier == "until" and not begin and ends_later,
        "after a day begins when it is over": modifier == "after" and not end and begins_later,
        "A to B includes B": timex.startswith("(") and begins and ends_later,
        "a weekend is its Saturday": timex.endswith("-WE") and begins,
        "hours of the parts of the day": bool(part and _is_our_part(part[0], begin, said)),
    }
    return next((rule for rule, applies in rules.items() if applies), None)


def _is_our_part(part: str, begin: str | None, said: TimeSaid) -> bool:
    """Tell whether it is the same day and part, with our hours."""
    start, end = said.start, said.end
    if start is None or end is None:
        return False
    same_day = begin is None or len(begin) < len("2000-01-01") or begin[:10] == f"{start:%Y-%m-%d}"
    return same_day and any(
        (start.time(), end.time()) == (ours.begins, ours.ends) for ours in _PARTS.get(part, ())
    )


def _one_less(theirs: str | None, ours: datetime | None, grain: Grain | None) -> bool:
    """Tell whether ours lies one unit later: a day, or for months and years one of them."""
    if theirs is None or ours is None:
        return False
    if grain is not Grain.MONTH:
        return _is_moment(theirs, ours - _DAY)
    months = ours.year * 12 + ours.month - 1
    earlier = (ours.replace(year=m // 12, month=m % 12 + 1) for m in (months - 1, months - 12))
    return any(_is_moment(theirs, moment) for moment in earlier)


def _same(theirs: str | None, ours: datetime | None) -> bool:
    """Tell whether both are missing or the same moment."""
    if theirs is None or ours is None:
        return theirs is None and ours is None
    return _is_moment(theirs, ours)


def _is_moment(theirs: str, ours: datetime) -> bool:
    """Compare in the form in which theirs is written."""
    forms = {8: "%H:%M:%S", 10: "%Y-%m-%d", 19: "%Y-%m-%d %H:%M:%S"}
    form = forms.get(len(theirs))
    return form is not None and ours.strftime(form) == theirs


def _seconds(length: Length) -> set[int]:
    """Return a length as they count: years of 365 days, the rest in months of 30 or as a share."""
    years, months = divmod(length.months, 12)
    exact = length.time.total_seconds()
    by_month = years * _SECONDS_PER_YEAR + months * _SECONDS_PER_MONTH
    by_share = length.months / 12 * _SECONDS_PER_YEAR
    return {int(by_month + exact), int(by_share + exact)}
