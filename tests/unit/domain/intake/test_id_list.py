"""Whom a cell of a list of ids names."""

from __future__ import annotations

import pytest

from domain.intake.id_list import IdList
from domain.intake.mapping import Fault
from domain.values import ContactKey, IdentityKind


def named(kind: IdentityKind, raw: str) -> ContactKey | Fault:
    return IdList("编号", kind, "老客户", "crm").key(raw)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (IdentityKind.PHONE, " 139 2641 0003 ", "+8613926410003"),
        (IdentityKind.EMAIL, "Li@qq.com", "li@qq.com"),
        (IdentityKind.UID, "A1", "crm:A1"),
        (IdentityKind.UNIONID, "oX_1", "oX_1"),
        (IdentityKind.WECHAT, "Li_Lei", "li_lei"),
        (IdentityKind.WECHAT, "ｌｉｌｅｉ２０２６", "lilei2026"),
        (IdentityKind.WECHAT, "139 0013-9000", "13900139000"),
    ],
)
def test_a_cell_names_somebody_in_the_form_in_which_they_are_kept(
    kind: IdentityKind, raw: str, value: str
) -> None:
    assert named(kind, raw) == ContactKey(kind, value)


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (IdentityKind.UID, " ", "row_without_identity"),
        (IdentityKind.PHONE, "1392641", "phone_wrong_length"),
        (IdentityKind.EMAIL, "li", "email_invalid"),
        (IdentityKind.WECHAT, "小雨", "wechat_invalid"),
        (IdentityKind.WECHAT, "微信同号", "wechat_same"),
    ],
)
def test_what_names_nobody_is_a_named_fault(kind: IdentityKind, raw: str, code: str) -> None:
    assert named(kind, raw) == Fault("编号", code)
