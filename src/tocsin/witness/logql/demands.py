"""What the stages of a log query demand of a line's labels, said of the fields as they stand in the line.

A label that was renamed or made by a template is followed back to the field that it came from.
"""

import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from tocsin.query.logql.ast import (
    Compare,
    Condition,
    IpFilter,
    Junction,
    LabelFilter,
    LabelFormat,
    RangeAggregate,
)
from tocsin.query.nodes import LabelMatcher, Name
from tocsin.query.regex_members import members
from tocsin.query.regex_tree import TooHard
from tocsin.witness.logql.entry import ERROR, Entry
from tocsin.witness.logql.filters import label_passes
from tocsin.witness.logql.template import TemplateFails, expand, fields, taken_apart
from tocsin.witness.logql.trouble import NotUnderstood

MOST_ALTERNATIVES = 8
_UNITS = {"duration": ("s", "ms", "m", "h"), "bytes": ("B", "KB", "MB", "KiB")}
_SIZES = {"s": 1.0, "ms": 1e-3, "m": 60.0, "h": 3600.0, "B": 1.0, "KB": 1e3, "MB": 1e6, "KiB": 1024.0}
_USUAL = {
    "level": ("info", "warn", "error"), "severity": ("info", "warn", "error"),
    "detected_level": ("info", "warn", "error"), "status": ("200", "404", "500"),
    "code": ("200", "404", "500"),
    "status_code": ("200", "404", "500"), "method": ("GET", "POST"), "path": ("/api/items", "/login"),
    "route": ("/api/items", "/login"), "url": ("/api/items", "/login"), "user": ("ada", "bob"),
    "duration": ("120ms", "2s"), "latency": ("120ms", "2s"), "ip": ("10.0.0.7", "203.0.113.9"),
    "trace_id": ("4bf92f3577b34da6", "a3ce929d0e0e4736"), "request_id": ("r-7f3a", "r-81c2"),
}  # fmt: skip
_WORDS = (
    "other", "200", "ok", "1", "0", "main", "-", "10.0.0.7", "1s", "1KB", "error", "500", "false", "info",
)  # fmt: skip
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Demand:
    """A condition on one field of the line. `seeds`: values worth trying. `at`: characters of the stage."""

    field: str
    holds: Callable[[str], bool]
    seeds: tuple[str, ...]
    at: Place
    stage: int
    """Which stage of the query makes it, counted from 0; those behind `unwrap` count on."""
    label: str = ""
    """The label's name in the condition."""
    numeric: bool = False
    """Whether what is no number gives an error."""


def demands(node: RangeAggregate) -> tuple[tuple[Demand, ...], ...]:
    """The alternatives: each is a list of demands that together are enough. The plainest first."""
    choices: list[list[tuple[Demand, ...]]] = []
    sources: dict[str, _Source] = {}
    count = 0
    for count, stage in enumerate(node.range.logs.stages, 1):
        if isinstance(stage, LabelFilter):
            choices.append(_first(_choices(stage.condition, sources, count - 1)))
        elif isinstance(stage, LabelFormat):
            sources = _followed(stage, sources)
    unwrap = node.range.unwrap
    if unwrap is not None:
        for condition in unwrap.filters:
            choices.append(_first(_choices(condition, sources, count)))
    product = itertools.islice(itertools.product(*choices), MOST_ALTERNATIVES)
    return tuple(tuple(demand for part in parts for demand in part) for parts in product)


def _first(choices: Iterator[tuple[Demand, ...]]) -> list[tuple[Demand, ...]]:
    """The first alternatives; there could be more of them than atoms."""
    return list(itertools.islice(choices, MOST_ALTERNATIVES))


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a label comes from: a field, perhaps through a template; or a template of several fields."""

    field: str
    make: Callable[[str], str | None]
    template: str = ""


def source_field(node: RangeAggregate, label: str) -> str:
    """The field of the line that ends up as this label."""
    sources: dict[str, _Source] = {}
    for stage in node.range.logs.stages:
        if isinstance(stage, LabelFormat):
            sources = _followed(stage, sources)
    return _source(label, sources).field


def _source(label: str, sources: Mapping[str, _Source]) -> _Source:
    return sources.get(label) or _Source(label, lambda value: value)


def _followed(stage: LabelFormat, sources: Mapping[str, _Source]) -> dict[str, _Source]:
    found = dict(sources)
    for each in stage.assignments:
        if isinstance(each.value, Name):
            found[each.label] = _source(each.value.text, sources)
            continue
        read = fields(each.value.value)
        inner = _source(read[0], sources) if len(read) == 1 else _Source("", lambda _: "")
        name = read[0] if len(read) == 1 else ""
        several = each.value.value if len(read) > 1 else ""
        found[each.label] = _Source(inner.field, _through(each.value.value, name, inner), several)
    return found


def _through(template: str, name: str, inner: _Source) -> Callable[[str], str | None]:
    def make(value: str) -> str | None:
        before = inner.make(value)
        try:
            return None if before is None else expand(template, {name: before}, "")
        except (TemplateFails, NotUnderstood):
            return None

    return make


def _choices(
    condition: Condition, sources: Mapping[str, _Source], stage: int
) -> Iterator[tuple[Demand, ...]]:
    """A condition in alternatives, whose parts are all of one label."""
    match condition:
        case Junction(op="or", left=left, right=right):
            yield from _choices(left, sources, stage)
            yield from _choices(right, sources, stage)
        case Junction(left=left, right=right):
            for first in _choices(left, sources, stage):
                for second in _choices(right, sources, stage):
                    yield first + second
        case LabelMatcher() | Compare() | IpFilter():
            source = _source(condition.label, sources)
            if source.template:
                yield from _of_several(condition, source.template, stage)
            else:
                yield (_demand(condition, sources, stage),)


def _of_several(
    condition: LabelMatcher | Compare | IpFilter, template: str, stage: int
) -> Iterator[tuple[Demand, ...]]:
    """A label that is put together from several fields: each of them has its part of the value."""
    for seed in seeds(condition):
        parts = taken_apart(template, seed) if satisfied(condition, seed) else None
        if parts:
            at = condition.start, condition.end
            yield tuple(
                Demand(name, partial(operator.eq, part), (part,), at, stage, condition.label)
                for name, part in parts.items()
            )


def _demand(
    condition: LabelMatcher | Compare | IpFilter, sources: Mapping[str, _Source], stage: int
) -> Demand:
    source = _source(condition.label, sources)

    def holds(value: str) -> bool:
        made = source.make(value)
        return made is not None and satisfied(condition, made)

    return Demand(
        field=source.field,
        holds=holds,
        seeds=seeds(condition),
        at=(condition.start, condition.end),
        stage=stage,
        label=condition.label,
        numeric=isinstance(condition, Compare),
    )


def satisfied(condition: LabelMatcher | Compare | IpFilter, value: str) -> bool:
    """Whether a label of this value meets the condition, without an error."""
    entry = Entry({}, "")
    if condition.label == ERROR:
        entry.error = value
    elif value:
        entry.parsed[condition.label] = value
    passes = label_passes(condition, entry)
    return passes and (condition.label == ERROR or not entry.error)


def seeds(condition: LabelMatcher | Compare | IpFilter) -> tuple[str, ...]:
    """Values on both sides of the condition, those that meet it first."""
    match condition:
        case Compare():
            return tuple(_numbers(condition))
        case IpFilter(value=address):
            return tuple(addresses(address.value))
        case LabelMatcher(op=op, value=value):
            found = [value]
            if op in ("=~", "!~"):
                try:
                    found = list(members(value))
                except TooHard:
                    found = []
            return tuple(found)


def _numbers(condition: Compare) -> Iterator[str]:
    value = condition.value
    step = max(1.0, abs(value) * 0.04) if condition.op in (">", "<") else 1.0
    near = {
        ">": (value + step, value, value * 2, value - step),
        ">=": (value, value + step, value - step, value * 2),
        "<": (value - step, value / 2, value, value + step, 0.0),
        "<=": (value, value / 2, value - step, value + step, 0.0),
    }.get(condition.op, (value, value + 1, value - 1))
    if condition.op == "!=":
        near = (value + 1, value - 1, value)
    for number in near:
        yield quantity(number, condition.unit)


def quantity(value: float, unit: str = "") -> str:
    """A number as it stands in a line: `250ms`, `1.5KB`, `12.5`."""
    for name in _UNITS.get(unit, ()):
        amount = value / _SIZES[name]
        if abs(amount) >= 1 and float(f"{amount:.6g}") == amount and abs(amount) < 10_000:
            return f"{amount:.6g}{name}"
    if unit:
        name = _UNITS[unit][0]
        return f"{value:.9g}{name}" if unit == "duration" else f"{max(0, round(value))}{name}"
    return f"{value:.10g}"


def addresses(pattern: str) -> Iterator[str]:
    """Addresses that `ip(...)` covers, and one that it may not."""
    first = pattern.partition("-")[0].partition("/")[0]
    if "/" in pattern and "." in first:
        head, _, last = first.rpartition(".")
        yield f"{head}.{int(last) + 7}" if last.isdigit() and int(last) < 240 else first
    yield first
    yield "203.0.113.9"
    yield "2001:db8::9"


def usual_values(name: str) -> tuple[str, ...]:
    """What a field of this name holds on other days."""
    lower = name.lower()
    return next((words for key, words in _USUAL.items() if lower == key or lower.endswith(f"_{key}")), ())


def nth_value(name: str, number: int) -> str:
    """A readable value for the label of the `number`-th element, from 0."""
    words = usual_values(name)
    return words[number] if number < len(words) else f"{name.replace('_', '-')}-{number + 1}"


def value_for(wanted: tuple[Demand, ...], given: str | None = None) -> str | None:
    """A value that meets all of these demands (of one field)."""
    usual = (word for each in wanted for word in usual_values(each.field))
    first = [given] if given is not None else []
    candidates = itertools.chain(first, *(each.seeds for each in wanted), usual, _WORDS)
    return next((text for text in candidates if all(each.holds(text) for each in wanted)), None)


def missed_by(wanted: tuple[Demand, ...], target: Demand, given: str | None = None) -> str | None:
    """A value that meets all of these demands but `target`; the nearest that is found."""
    others = tuple(each for each in wanted if each is not target)
    turned = replace(target, holds=lambda text: not target.holds(text))
    found = value_for((turned, *others), None)
    if found is not None:
        return found
    return value_for((*others, turned), given)
