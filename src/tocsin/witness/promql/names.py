"""What a metric's name, its use and the contract say of its values: type, unit, range, what is healthy."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tocsin.query.promql.ast import COMPARISONS, Binary, Call, Expr, Subquery, Unary
from tocsin.query.promql.conditions import constant
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare, selectors, walk
from tocsin.witness.promql.shapes import Need
from tocsin.witness.rule import Signal
from tocsin.witness.telemetry import Labels

Kind = Literal["gauge", "counter", "clock", "buckets"]
_OF_COUNTERS = frozenset(("rate", "irate", "increase", "resets"))
_OF_DRIFT = frozenset(("deriv", "predict_linear", "delta", "idelta", "double_exponential_smoothing"))
_OF_CHANGE = frozenset(("changes", "resets", "idelta", "stddev_over_time", "stdvar_over_time"))
_OF_GAPS = frozenset(("count_over_time", "present_over_time", "absent_over_time", "timestamp"))
_OF_BUCKETS = frozenset(("histogram_quantile", "histogram_fraction", "histogram_quantiles"))
_STATE = re.compile(r"(^|_)(up|ready|healthy|success|enabled|available|active|status|state|online)$")
_YES_OR_NO = re.compile(r"(^|_)(up|ready|healthy|success|enabled|online)$")
_RATIO = re.compile(r"(ratio|fraction|utili[sz]ation)(_|$)")
_PERCENT = re.compile(r"percent|_pct(_|$)")
_TROUBLE = re.compile(
    r"err|fail|drop|reject|timeout|lost|discard|denied|refused|retr|invalid|panic|oom|throttl|evict|"
    r"exceed|missed|killed|crash|restart|conflict|corrupt|abort|overrun|unavailable|unhealthy|down(_|$)"
)
_TROUBLE_VALUE = re.compile(
    r"^[45](\d\d|xx)$|err|fail|reject|timeout|denied|refused|abort|invalid|unavail|internal"
)
_PLACES = frozenset(("__name__", "job", "instance", "namespace", "pod", "cluster"))
_FRACTIONAL = re.compile(
    r"seconds|ratio|percent|_pct|celsius|volt|ampere|watt|joule|load|temperature|latency|duration|util|avg|"
    r"mean|fraction|score|hertz|humidity|speed|_sum$"
)
_WHOLE = re.compile(
    r"bytes|count|total|replicas|pods|nodes|number|num_|size|length|members|jobs|connections|requests|entries|"
    r"errors|failures|failed|status|state|phase|instances|messages|consumers|brokers|partitions|restarts|"
    r"shards|segments|users|sessions|threads|processes|series|samples|generation|pending|open|free|used|"
    r"capacity|limit|available|desired|health|info$|_up$|^up$"
)


@dataclass(frozen=True, slots=True)
class Nature:
    """How the values of a metric behave.

    `healthy`: a level, or for counters how many a second; `trouble`: what it counts is bad.
    """

    kind: Kind
    whole: bool
    low: float
    high: float
    healthy: float
    trouble: bool = False
    drifts: bool = False
    changes: bool = False
    gaps: bool = False
    """Whether it matters which samples are missing."""


def nature(metric: str, needs: Sequence[Need], signal: Signal | None) -> Nature:
    """The nature of a metric that is read in these places."""
    used = {call.name for need in needs for call in _calls(need)}
    lower = metric.lower()
    drifts = bool(used & _OF_DRIFT) or any(_compared_with_its_past(need) for need in needs)
    changes = bool(used & _OF_CHANGE)
    gaps = bool(used & _OF_GAPS)
    trouble = bool(_TROUBLE.search(lower))
    kind = _kind(needs, used, signal)
    if kind == "clock":
        ahead = any(_is_a_time(need) == "ahead" for need in needs)
        return Nature("clock", True, 0.0, float("inf"), -90 * 86400.0 if ahead else 60.0)
    if kind in ("counter", "buckets"):
        whole = not lower.endswith(("_sum", "_seconds_total"))
        return Nature(kind, whole, 0.0, float("inf"), 0.0 if trouble else 10.0, trouble, drifts, changes)
    found = _gauge(lower, signal, trouble, drifts, changes)
    return replace(found, gaps=gaps, whole=found.whole or any(map(_is_an_answer, needs)))


def troubled(found: Nature, labels: Labels) -> Nature:
    """The nature of a series whose labels say that it counts what is bad."""
    bad = any(_TROUBLE_VALUE.search(value.lower()) for name, value in labels if name not in _PLACES)
    if not bad or found.kind not in ("counter", "buckets"):
        return found
    return replace(found, healthy=0.0, trouble=True)


def _gauge(name: str, signal: Signal | None, trouble: bool, drifts: bool, changes: bool) -> Nature:
    unit = signal.unit if signal is not None else ""
    if name.endswith("_info") or (signal is not None and signal.type == "info"):
        return Nature("gauge", True, 1.0, 1.0, 1.0, changes=changes)
    if _STATE.search(name):
        high = 1.0 if _YES_OR_NO.search(name) else float("inf")
        return Nature("gauge", True, 0.0, high, 1.0, trouble, drifts, changes)
    if _RATIO.search(name) or unit == "ratio":
        return Nature("gauge", False, 0.0, 1.0, 0.0 if trouble else 0.5, trouble, drifts, changes)
    if _PERCENT.search(name) or unit == "percent":
        return Nature("gauge", False, 0.0, 100.0, 0.0 if trouble else 50.0, trouble, drifts, changes)
    whole = unit == "bytes" or bool(_WHOLE.search(name) and not _FRACTIONAL.search(name) and not unit)
    healthy = 0.0 if trouble else 1e9 if "bytes" in name or unit == "bytes" else 1.0
    return Nature("gauge", whole, 0.0, float("inf"), healthy, trouble, drifts, changes)


def _kind(needs: Sequence[Need], used: set[str], signal: Signal | None) -> Kind:
    if used & _OF_BUCKETS and any(_of_buckets(need) for need in needs):
        return "buckets"
    if any(_is_a_time(need) for need in needs):
        return "clock"
    counted = bool(used & _OF_COUNTERS)
    if signal is not None and signal.type in ("gauge", "info"):
        counted = False
    return "counter" if counted else "gauge"  # the level of a counter is a level, when no rate is taken


def _calls(need: Need) -> Iterator[Call]:
    return (node for node in need.above if isinstance(node, Call))


def _of_buckets(need: Need) -> bool:
    """Whether the histogram's buckets themselves are asked for, by no bound of their own."""
    named = any(m.label == "le" and m.op == "=" for m in need.selector.matchers)
    return not named and any(call.name in _OF_BUCKETS for call in _calls(need))


def _is_a_time(need: Need) -> Literal["", "past", "ahead"]:
    """Whether the value is subtracted from, or compared with, the time of the evaluation; or the reverse."""
    below: Expr = need.selector
    for node in reversed(need.above):
        if isinstance(node, Call) and (node.name in _OF_COUNTERS or node.name in ("changes", "timestamp")):
            return ""
        if isinstance(node, Binary) and (node.op == "-" or node.op in COMPARISONS):
            first = node.left is below
            if asks_the_time(node.right if first else node.left):
                return "ahead" if first else "past"
            if node.op in COMPARISONS:
                return ""
        elif isinstance(node, Binary) and node.op not in ("*", "/", "+", "or"):
            return ""
        below = node
    return ""


def asks_the_time(expr: Expr) -> bool:
    """Whether `time()` stands in it, and no series."""
    calls = [node for node in walk(expr) if isinstance(node, Call)]
    return any(c.name == "time" for c in calls) and not selectors(expr)


def _is_an_answer(need: Need) -> bool:
    """Whether it is asked to be exactly a whole number: such values name states, or count."""
    parent = need.above[-1] if need.above else None
    if not isinstance(parent, Binary) or parent.op not in ("==", "!="):
        return False
    value = constant(parent.right if parent.left is need.selector else parent.left)
    return value is not None and value.is_integer()


def _compared_with_its_past(need: Need) -> bool:
    """Whether there is an offset, on the selector or on a subquery above it."""
    timed = (need.selector, need.range, *(n for n in need.above if isinstance(n, Subquery)))
    return any(node is not None and node.offset is not None for node in timed)


def signs(expr: Expr) -> bool:
    """Whether values below zero are meant: a negative number is compared with, or something with `< 0`."""
    for node in walk(expr):
        if isinstance(node, Binary) and node.op in COMPARISONS:
            for side in (node.left, node.right):
                inner = bare(side)
                if isinstance(inner, Unary) and inner.op == "-" and type_of(inner) == "scalar":
                    return True
                if type_of(inner) == "scalar" and getattr(inner, "value", 0) < 0:
                    return True
    return False
