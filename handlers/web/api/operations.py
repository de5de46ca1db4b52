"""What the routes of the API take and answer, as the OpenAPI document says; a test compares."""

from __future__ import annotations

from domain.access import Scope
from domain.behaviour.forms import RuleForm
from handlers.web.api import merges, schemas, segments, tags
from handlers.web.api.openapi import Operation, Query

_PERSON = {
    "type": "string",
    "pattern": "^([0-9]{1,18}|uid:[^/]{1,128})$",
    "description": "our id, or uid: and the id in your system",
}
_NUMBER = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_ONE_TAG = "/api/v1/persons/{person}/tags/{name}"
_ONE_SEGMENT = "/api/v1/segments/{name}"
_RUN = "/api/v1/segment-runs/{run}"
_FILE = "/api/v1/segment-files/{file}"
_AT_PERSON = {"person": _PERSON}
_AT_RUN = {"run": _NUMBER}
_AT_FILE = {"file": _NUMBER}
_IN_FORM = {"form": {"type": "string", "enum": [form.value for form in RuleForm]}}


def _handed_in(path: str, summary: str, takes: type, gives: type = schemas.Receipt) -> Operation:
    """Return an operation that keeps something and answers before it takes effect."""
    scope, refusals = Scope.LEADS_WRITE, (409, 422)
    return Operation(
        "POST", path, summary, scope, gives, takes, 202, is_write=True, refusals=refusals
    )


_LEADS = (
    Operation("GET", "/api/v1/key", "What the key is and may", None, schemas.KeyAnswer),
    _handed_in("/api/v1/leads", "Hand in a lead", schemas.LeadIn),
    _handed_in("/api/v1/leads/batch", "Hand in many leads", schemas.BatchIn, schemas.BatchReceipt),
    _handed_in("/api/v1/activations", "Let a person be worked on now", schemas.ActivationIn),
    _handed_in("/api/v1/fissions", "Tell of interest in another product line", schemas.FissionIn),
    Operation(
        "GET",
        "/api/v1/receipts/{receipt}",
        "What became of what was handed in",
        Scope.LEADS_WRITE,
        schemas.ReceiptState,
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/api/v1/leads/{lead_id}",
        "The person of a lead",
        Scope.LEADS_READ,
        schemas.PersonOut,
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/api/v1/lookup",
        "Who holds an identity, and whether a company is known",
        Scope.LEADS_READ,
        schemas.LookupOut,
        schemas.LookupIn,
        refusals=(422,),
    ),
)

_MERGES = (
    Operation(
        "GET",
        "/api/v1/merges",
        "Which merges hold",
        Scope.MERGES_WRITE,
        merges.MergesOut,
        query=(Query("from", "the next of the page before"),),
    ),
    Operation(
        "POST",
        "/api/v1/merges/{merge}/undo",
        "Take a merge apart",
        Scope.MERGES_WRITE,
        merges.UnmergedOut,
        refusals=(404,),
    ),
)

_TAGS = (
    Operation("GET", "/api/v1/tags", "All definitions of tags", Scope.TAGS_READ, tags.TagsOut),
    Operation(
        "GET",
        "/api/v1/persons/{person}/tags",
        "All tags of a person",
        Scope.TAGS_READ,
        tags.ValuesOut,
        refusals=(404,),
        parts=_AT_PERSON,
    ),
    Operation(
        "GET",
        _ONE_TAG,
        "One tag of a person, null without it",
        Scope.TAGS_READ,
        tags.ValueOut,
        refusals=(404,),
        parts=_AT_PERSON,
    ),
    Operation(
        "PUT",
        _ONE_TAG,
        "Put a tag on a person",
        Scope.TAGS_WRITE,
        tags.ValueOut,
        refusals=(404, 409),
        parts=_AT_PERSON,
    ),
    Operation(
        "DELETE",
        _ONE_TAG,
        "Take a tag off a person",
        Scope.TAGS_WRITE,
        None,
        status=204,
        refusals=(404, 409),
        parts=_AT_PERSON,
    ),
    Operation(
        "GET",
        "/api/v1/persons/{person}/portrait",
        "The portrait of a person in its modules",
        Scope.TAGS_READ,
        tags.PortraitOut,
        refusals=(404,),
        parts=_AT_PERSON,
    ),
)

_SEGMENTS = (
    Operation(
        "GET",
        "/api/v1/segments",
        "All segments with their last size",
        Scope.TAGS_READ,
        segments.SegmentsOut,
    ),
    Operation(
        "PUT",
        _ONE_SEGMENT,
        "Define a segment, or define it anew",
        Scope.SEGMENTS_WRITE,
        segments.SegmentOut,
        segments.DefineIn,
        refusals=(422,),
    ),
    Operation(
        "DELETE",
        _ONE_SEGMENT,
        "Take a segment away",
        Scope.SEGMENTS_WRITE,
        None,
        status=204,
        refusals=(404, 409),
    ),
    Operation(
        "GET",
        f"{_ONE_SEGMENT}/rule/{{form}}",
        "The condition as a rule of Sensors Analytics, or in its JSON form",
        Scope.TAGS_READ,
        segments.RuleOut,
        refusals=(404, 422),
        parts=_IN_FORM,
    ),
    Operation(
        "GET",
        f"{_ONE_SEGMENT}/estimate",
        "About how many are in a segment now",
        Scope.TAGS_READ,
        segments.EstimateOut,
        refusals=(404,),
    ),
    Operation(
        "GET",
        f"{_ONE_SEGMENT}/runs",
        "Computations of a segment, the newest first",
        Scope.TAGS_READ,
        segments.RunsOut,
        refusals=(404,),
    ),
    Operation(
        "POST",
        f"{_ONE_SEGMENT}/runs",
        "Compute a segment",
        Scope.SEGMENTS_WRITE,
        segments.RunOut,
        status=202,
        refusals=(404,),
    ),
    Operation(
        "GET",
        _RUN,
        "How far a computation is",
        Scope.TAGS_READ,
        segments.RunOut,
        refusals=(404,),
        parts=_AT_RUN,
    ),
    Operation(
        "GET",
        f"{_RUN}/members",
        "Who was found, page by page",
        Scope.TAGS_READ,
        segments.MembersOut,
        refusals=(404, 409),
        parts=_AT_RUN,
        query=(
            Query("after", "the last person of the page before"),
            Query("limit", "persons on a page, at most 1000"),
        ),
    ),
    Operation(
        "POST",
        f"{_RUN}/files",
        "Make a file of a computation",
        Scope.SEGMENTS_WRITE,
        segments.FileOut,
        segments.FileIn,
        202,
        refusals=(404, 409, 422),
        parts=_AT_RUN,
    ),
    Operation(
        "GET",
        _FILE,
        "How far a file is",
        Scope.SEGMENTS_WRITE,
        segments.FileOut,
        refusals=(404,),
        parts=_AT_FILE,
    ),
    Operation(
        "GET",
        f"{_FILE}/content",
        "Download a file",
        Scope.SEGMENTS_WRITE,
        None,
        refusals=(404, 409),
        parts=_AT_FILE,
        media=tuple(segments.TYPES.values()),
    ),
)

#: Every public route of the API.
OPERATIONS = (*_LEADS, *_MERGES, *_TAGS, *_SEGMENTS)
