"""Approvals and batch jobs (fact sheet 2.2); odd spellings are the platform's."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import Arrival, Builder
from bot.wecom.parse.fields import Fields
from domain.values import UserId
from handlers.updates import ApprovalChanged, ApprovalNode, Approver, BatchJobFinished, Update


def _own_approver(item: Fields) -> Approver:
    return Approver(
        userid=UserId(item.text("ItemUserId")),
        status=item.whole("ItemStatus") or 0,
        speech=item.text("ItemSpeech"),
        decided_at=item.moment("ItemOpTime"),
    )


def _own_node(node: Fields) -> ApprovalNode:
    items = node.node("Items").nodes("Item")
    return ApprovalNode(
        status=node.whole("NodeStatus") or 0,
        attribute=node.whole("NodeAttr") or 0,
        approvers=tuple(_own_approver(item) for item in items),
    )


def _own_changed(arrival: Arrival) -> Update:
    arrival.fields.drop("AgentID")
    info = arrival.fields.node("ApprovalInfo")
    notified = info.node("NotifyNodes").nodes("NotifyNode")
    return ApprovalChanged(
        number=info.need("ThirdNo"),
        name=info.text("OpenSpName"),
        template_id=info.text("OpenTemplateId"),
        status=info.whole("OpenSpStatus") or 0,
        applicant=UserId(info.text("ApplyUserId")),
        is_own=True,
        applied_at=info.moment("ApplyTime"),
        nodes=tuple(_own_node(n) for n in info.node("ApprovalNodes").nodes("ApprovalNode")),
        notified=tuple(UserId(n.text("ItemUserId")) for n in notified),
        **arrival.common(),
    )


def _detail(detail: Fields) -> Approver:
    return Approver(
        userid=UserId(detail.node("Approver").text("UserId")),
        status=detail.whole("SpStatus") or 0,
        speech=detail.text("Speech"),
        decided_at=detail.moment("SpTime"),
    )


def _record(record: Fields) -> ApprovalNode:
    return ApprovalNode(
        status=record.whole("SpStatus") or 0,
        attribute=record.whole("ApproverAttr") or 0,
        approvers=tuple(_detail(detail) for detail in record.nodes("Details")),
    )


def _system_changed(arrival: Arrival) -> Update:
    arrival.fields.drop("AgentID")
    info = arrival.fields.node("ApprovalInfo")
    return ApprovalChanged(
        number=info.need("SpNo"),
        name=info.text("SpName"),
        template_id=info.text("TemplateId"),
        status=info.whole("SpStatus") or 0,
        applicant=UserId(info.node("Applyer").text("UserId")),
        is_own=False,
        applied_at=info.moment("ApplyTime"),
        nodes=tuple(_record(record) for record in info.nodes("SpRecord")),
        notified=tuple(UserId(n.text("UserId")) for n in info.nodes("Notifyer")),
        change=info.whole("StatuChangeEvent") or 0,
        **arrival.common(),
    )


def _batch_job_finished(arrival: Arrival) -> Update:
    arrival.fields.drop("AgentID")
    job = arrival.fields.node("BatchJob")
    return BatchJobFinished(
        job_id=job.need("JobId"),
        job_type=job.text("JobType"),
        errcode=job.whole("ErrCode") or 0,
        errmsg=job.text("ErrMsg"),
        **arrival.common(),
    )


EVENTS: Mapping[str, Builder] = {
    "open_approval_change": _own_changed,
    "sys_approval_change": _system_changed,
    "batch_job_result": _batch_job_finished,
}
