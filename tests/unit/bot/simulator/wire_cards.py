"""Template cards as a careful caller writes them."""

from __future__ import annotations

from typing import Any


def button_card(task_id: str, **more: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "新线索 张三", "desc": "展会 B7"},
        "horizontal_content_list": [{"keyname": "渠道", "value": "展会 B7"}],
        "button_selection": {
            "question_key": "reason",
            "title": "退回原因",
            "option_list": [{"id": "busy", "text": "太忙"}, {"id": "area", "text": "不在本区"}],
            "selected_id": "busy",
        },
        "button_list": [
            {"text": "接收", "style": 1, "key": "accept:1"},
            {"text": "退回", "style": 2, "key": "return:1"},
            {"text": "详情", "type": 1, "url": "https://crm.example.com/1"},
        ],
        "task_id": task_id,
        **more,
    }


def notice_card(**more: Any) -> dict[str, Any]:
    return {
        "card_type": "text_notice",
        "main_title": {"title": "画像"},
        "card_action": {"type": 1, "url": "https://crm.example.com/1"},
        **more,
    }


def vote_card(task_id: str, **more: Any) -> dict[str, Any]:
    return {
        "card_type": "vote_interaction",
        "main_title": {"title": "状态"},
        "checkbox": {
            "question_key": "states",
            "mode": 1,
            "option_list": [
                {"id": "a", "text": "联系中", "is_checked": True},
                {"id": "b", "text": "明确意向"},
            ],
        },
        "submit_button": {"text": "提交", "key": "submit"},
        "task_id": task_id,
        **more,
    }


def multiple_card(task_id: str, **more: Any) -> dict[str, Any]:
    return {
        "card_type": "multiple_interaction",
        "main_title": {"title": "跟进"},
        "select_list": [
            {
                "question_key": "stage",
                "title": "阶段",
                "option_list": [{"id": "1", "text": "联系中"}, {"id": "2", "text": "成交"}],
            }
        ],
        "submit_button": {"text": "提交", "key": "submit"},
        "task_id": task_id,
        **more,
    }


def card_message(card: dict[str, Any], touser: str = "LiLei") -> dict[str, Any]:
    return {
        "touser": touser,
        "msgtype": "template_card",
        "agentid": 1000002,
        "template_card": card,
    }


def text_message(content: str, touser: str = "LiLei", **more: Any) -> dict[str, Any]:
    return {
        "touser": touser,
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": content},
        **more,
    }
