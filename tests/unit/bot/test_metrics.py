from __future__ import annotations

import re

from prometheus_client import REGISTRY, Counter
from prometheus_client.metrics import MetricWrapperBase

import bot.metrics
from bot.metrics import count_call, count_refusal
from bot.wecom.client.transport import CallSeen
from tests.shared import ROOT

PAGE = ROOT / "docs" / "reference" / "metrics.md"


def test_every_metric_is_explained_with_its_labels() -> None:
    explained = {
        name: set(re.findall(r"`(\w+)`", kind.partition(";")[2]))
        for name, kind in re.findall(r"^\| `(clew_\w+)` \| ([^|]+)", PAGE.read_text(), re.MULTILINE)
    }
    metrics = [m for m in vars(bot.metrics).values() if isinstance(m, MetricWrapperBase)]
    assert explained == {
        m._name + ("_total" if isinstance(m, Counter) else ""): set(m._labelnames) for m in metrics
    }


def test_calls_to_the_platform_are_counted_and_timed() -> None:
    count_call(CallSeen("/cgi-bin/test", "45033", 0.25))
    labels = {"endpoint": "/cgi-bin/test"}
    counted = REGISTRY.get_sample_value("clew_wire_calls_total", labels | {"result": "45033"})
    assert counted == 1
    assert REGISTRY.get_sample_value("clew_wire_seconds_sum", labels) == 0.25


def test_every_door_that_refuses_is_explained() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "handlers").rglob("*.py"))
    doors = set(re.findall(r'work\.refused\(\s*"(\w+)"', sources))
    [line] = re.findall(r"^\| `clew_refusals_total`.*", PAGE.read_text(), re.MULTILINE)
    assert doors == set(re.findall(r"`(\w+)`", line.rpartition("|")[0].rpartition("|")[2]))


def test_refusals_are_counted_by_door_and_reason() -> None:
    count_refusal("card", "for_this_test")
    labels = {"door": "card", "reason": "for_this_test"}
    assert REGISTRY.get_sample_value("clew_refusals_total", labels) == 1
