"""Members of a segment as a file: CSV for people, Parquet for programs.

Nothing personal is in Parquet: ids, scores and tags. A CSV names people, and shows
contacts in full only where the right to see them was proven.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from domain.cleaning.phone import mask_phone
from domain.values import IdentityKind, PersonId
from handlers.actions.tags.show import value_words

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

CSV, PARQUET = "csv", "parquet"
FORMATS = (CSV, PARQUET)
#: Spreadsheets read UTF-8 only behind this mark.
_MARK = "\ufeff"
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Line = dict[str, object]


def lines_of(
    work: UnitOfWork, ctx: Context, roots: Sequence[PersonId], *, has_contacts: bool
) -> list[Line]:
    """Return a line per loaded person."""
    return [_line(work, ctx, root, has_contacts=has_contacts) for root in roots]


def _line(work: UnitOfWork, ctx: Context, root: PersonId, *, has_contacts: bool) -> Line:
    person, leads = work.people.whole(root), work.leads_of(root)
    newest = leads[-1] if leads else None
    phone = person.key_of(IdentityKind.PHONE)
    uid = person.key_of(IdentityKind.UID)
    external = person.key_of(IdentityKind.EXTERNAL_USERID)
    shown = phone.value if phone else ""
    tags = {n: value_words(ctx, t.value) for n, t in sorted(work.tags_of(root).items())}
    return {
        "person_id": str(root),
        "uid": uid.value if uid else "",
        "external_userid": external.value if external else "",
        "name": person.name,
        "phone": shown if has_contacts else mask_phone(shown),
        "owner": (newest.owner or "") if newest else "",
        "stage": newest.stage.value if newest else "",
        "score": round(newest.score.composite, 1) if newest else None,
        "tags": tags,
    }


def csv_of(ctx: Context, lines: Sequence[Line]) -> bytes:
    """Return lines as CSV with Chinese headings, which a spreadsheet opens as it is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = ("person_id", "uid", "external_userid", "name", "phone", "owner", "stage", "score")
    writer.writerow(
        [
            *(ctx.words.get(f"segment.column.{c}") for c in columns),
            ctx.words.get("segment.column.tags"),
        ]
    )
    for line in lines:
        cells = [_cell(line[column]) for column in columns]
        stage = str(line["stage"])
        cells[columns.index("stage")] = ctx.words.get(f"stage.{stage}") if stage else ""
        writer.writerow([*cells, _cell(_tags(line["tags"]))])
    return (_MARK + out.getvalue()).encode()


def _tags(tags: object) -> str:
    if not isinstance(tags, Mapping):
        return ""
    return "; ".join(f"{name}={value}" for name, value in tags.items())


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def parquet_of(lines: Sequence[Line]) -> bytes:
    """Return lines as Parquet, without names and contacts.

    Raises:
        ImportError: the extra ``lake`` is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415 — heavy, and an extra
    import pyarrow.parquet as pq  # noqa: PLC0415 — as above

    schema = pa.schema(
        [
            ("person_id", pa.int64()),
            ("uid", pa.string()),
            ("external_userid", pa.string()),
            ("owner", pa.string()),
            ("stage", pa.string()),
            ("score", pa.float64()),
            ("tags", pa.map_(pa.string(), pa.string())),
        ]
    )
    rows = [
        {
            **{name: line[name] for name in schema.names},
            "person_id": int(str(line["person_id"])),
            "tags": list(line["tags"].items()) if isinstance(line["tags"], dict) else [],
        }
        for line in lines
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out)
    return out.getvalue()
