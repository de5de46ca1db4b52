"""Learned channel points as a section of ``scorecard.toml``, with the evidence beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from config.rules import is_json
from config.tables.scorecard import FILE
from config.texts import Texts
from domain.channels.channel import ChannelTree
from domain.scoring.strata import Evidence

#: The section as it may stand already, up to the next one.
_SECTION = re.compile(r"^\[initial\.channels\]\n(?:(?!\[).*\n?)*", re.MULTILINE)


def with_points(
    sources: Mapping[str, str], evidence: Iterable[Evidence], tree: ChannelTree, texts: Texts
) -> dict[str, str]:
    """Return the files with the learned points in the place of those of the channel table."""
    if is_json(sources[FILE]):
        points = {one.code: one.points for one in evidence}
        return {**sources, FILE: _in_json(sources[FILE], points)}
    lines = ["[initial.channels]"]
    for one in evidence:
        lines += [f"# {evidence_words(one, tree, texts)}", f"{one.code} = {one.points:g}"]
    text = _SECTION.sub("", sources[FILE]).rstrip()
    return {**sources, FILE: text + "\n\n" + "\n".join(lines) + "\n"}


def _in_json(text: str, points: Mapping[str, float]) -> str:
    data = json.loads(text)
    data.setdefault("initial", {})["channels"] = points
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def evidence_words(one: Evidence, tree: ChannelTree, texts: Texts) -> str:
    """Return the evidence of a channel in one line."""
    basis = texts.get("rules.evidence.own")
    if one.basis != one.code:
        name = tree.name_of(one.basis) if one.basis else texts.get("rules.evidence.all")
        basis = texts.get("rules.evidence.by", name=name)
    return texts.get(
        "rules.evidence.line",
        name=tree.name_of(one.code),
        leads=one.own.leads,
        deals=one.own.deals,
        rate=f"{one.rate:.2%}",
        low=f"{one.low:.2%}",
        high=f"{one.high:.2%}",
        basis=basis,
        stratum=one.stratum,
    )
