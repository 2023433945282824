"""Variations of a case's lines, nearest to what a mutant changes first. Nothing is evaluated here."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from tocsin.query.logql import parse
from tocsin.query.logql.ast import Binary, Compare, Condition, LabelFilter, RangeAggregate
from tocsin.query.logql.conditions import constant
from tocsin.query.logql.walk import conditions, log_queries, walk
from tocsin.query.nodes import LabelMatcher
from tocsin.witness.case import Case
from tocsin.witness.mutant import Mutant
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Line, Stream, labels

_APART = 0.001
_SHORT = 50
_NUMBERS = (1, 10)
"""How many lines are put beside each."""
_QUOTED = re.compile(r"`(\w+)")
Change = Callable[[Line], Line | None]


@dataclass(frozen=True, slots=True)
class Varied:
    """A case with other lines, not yet evaluated; `words` say what is different."""

    words: str
    case: Case


def varied(rule: Rule, mutant: Mutant, case: Case) -> Iterator[Varied]:
    """Those that have to do with what the mutant changes."""
    match mutant.kind:
        case "matcher":
            yield from _other_streams(rule, mutant, case)
        case "grouping":
            yield from _other_groups(mutant, case)
        case "stage" if "__error__" in mutant.words:
            yield from _broken(case)
            yield from _with_fields(rule, case)
        case "stage":
            yield from _with_fields(rule, case)
            yield from _broken(case)
        case _:
            yield from _of_so_many_bytes(rule, case)
            yield from _more_or_fewer(case)
            yield from _with_fields(rule, case)


# -- streams -------------------------------------------------------------------------------------------------
def _other_streams(rule: Rule, mutant: Mutant, case: Case) -> Iterator[Varied]:
    for query in log_queries(parse(rule.expr)):
        for matcher in query.matchers:
            if (matcher.start, matcher.end) == (mutant.start, mutant.end) and matcher.op != "!~":
                value = matcher.value if matcher.op == "!=" else "other"
                yield from _relabelled(case, matcher.label, value)


def _relabelled(case: Case, label: str, value: str) -> Iterator[Varied]:
    """The same lines again, in streams with another label."""
    for some in _parts(case.streams):
        for number in _NUMBERS:
            beside = [Stream(_with(one, label, value), _times(one.lines, number)) for one in some]
            yield _beside(case, beside, f'beside it lines with {label}="{value}"')


def _with(stream: Stream, label: str, value: str) -> tuple[tuple[str, str], ...]:
    return labels((dict(stream.labels) | {label: value}).items())


def _parts(streams: tuple[Stream, ...]) -> Iterator[tuple[Stream, ...]]:
    """All of them, and where there are several, each alone."""
    yield streams
    if len(streams) > 1:
        yield from ((one,) for one in streams)


def _other_groups(mutant: Mutant, case: Case) -> Iterator[Varied]:
    found = _QUOTED.search(mutant.words)
    label = found[1] if found else ""
    for some in _parts(case.streams):
        for number in _NUMBERS:
            beside = [_in_group(one, label, number) for one in some]
            yield _beside(case, beside, f"beside it lines with another `{label}`")


def _in_group(stream: Stream, label: str, number: int) -> Stream:
    if label in dict(stream.labels):
        return Stream(_with(stream, label, "other"), _times(stream.lines, number))
    lines = (_field(line, label, "other") for line in stream.lines)
    return Stream(stream.labels, _times([one for one in lines if one is not None], number))


# -- fields --------------------------------------------------------------------------------------------------
def _with_fields(rule: Rule, case: Case) -> Iterator[Varied]:
    """The same lines again, with other values of what is filtered by."""
    asked = [*_asked(rule)]
    for number in _NUMBERS:
        for one in asked:
            words = f'beside it lines with {one[0]}="{one[1]}"'
            yield from _changed(case, partial(_all_fields, values=(one,)), number, words)
        if len(asked) > 1:
            yield from _changed(case, partial(_all_fields, values=asked), number, "beside it healthy lines")


def _asked(rule: Rule) -> Iterator[tuple[str, str]]:
    """Labels that filters ask for, each with a value that turns the answer round."""
    for query in log_queries(parse(rule.expr)):
        for stage in query.stages:
            if isinstance(stage, LabelFilter):
                yield from filter(None, map(_turned, conditions(stage.condition)))


def _turned(condition: Condition) -> tuple[str, str] | None:
    match condition:
        case LabelMatcher(label=label) if label.startswith("__"):
            return None
        case LabelMatcher(label=label, op="!=", value=value):
            return label, value
        case LabelMatcher(label=label):
            return label, "other"
        case Compare(label=label, op=op, value=value):
            return label, f"{value - 1 if op in ('>', '>=', '==', '=') else value + 1:g}"
        case _:
            return None


def _changed(case: Case, change: Change, number: int, words: str) -> Iterator[Varied]:
    for some in _parts(case.streams):
        beside = []
        for one in some:
            lines = [new for line in one.lines if (new := change(line)) is not None]
            beside.append(Stream(one.labels, _times(lines, number)))
        yield _beside(case, beside, words)


def _all_fields(line: Line, values: Iterable[tuple[str, str]]) -> Line | None:
    """None: nothing can be changed."""
    changed: Line | None = line
    for label, value in values:
        changed = _field(changed, label, value) if changed else None
    return changed


def _field(line: Line, label: str, value: str) -> Line | None:
    """The line with another value of a field, as far as it is JSON or logfmt; None: it is neither."""
    if label in dict(line.metadata):
        return replace(line, metadata=labels((dict(line.metadata) | {label: value}).items()))
    if line.text.startswith("{"):
        try:
            fields = json.loads(line.text)
        except ValueError:
            return None
        return replace(line, text=json.dumps(fields | {label: value}, ensure_ascii=False))
    if "=" not in line.text:
        return None
    rest = re.sub(rf'(?:^|(?<=\s)){re.escape(label)}=(?:"[^"]*"|\S*)\s*', "", line.text)
    return replace(line, text=f"{rest} {label}={value}".strip())


def _broken(case: Case) -> Iterator[Varied]:
    def cut(line: Line) -> Line:
        return replace(line, text=line.text[:-1] if line.text.startswith("{") else line.text + ' x="')

    def no_number(line: Line) -> Line:
        return replace(line, text=re.sub(r"\d+", "x", line.text))

    for number in _NUMBERS:
        yield from _changed(case, cut, number, "beside it broken lines")
        yield from _changed(case, no_number, number, "beside it lines without numbers")


# -- numbers -------------------------------------------------------------------------------------------------
def _more_or_fewer(case: Case) -> Iterator[Varied]:
    for i, stream in enumerate(case.streams):
        for words, lines in _resized(stream.lines):
            streams = (*case.streams[:i], Stream(stream.labels, lines), *case.streams[i + 1 :])
            yield Varied(words, replace(case, streams=streams))


def _of_so_many_bytes(rule: Rule, case: Case) -> Iterator[Varied]:
    """One short line in the place of all, where bytes are compared with a small number."""
    nodes = [*walk(parse(rule.expr))]
    if not any(isinstance(node, RangeAggregate) and node.op == "bytes_over_time" for node in nodes):
        return
    sides = [side for node in nodes if isinstance(node, Binary) for side in (node.left, node.right)]
    asked = [n for n in map(constant, sides) if n is not None and 0 <= n < _SHORT]
    for size in sorted({round(n) + step for n in asked for step in (0, 1, 2)}):
        for stream in case.streams:
            line = next((line for line in stream.lines if len(line.text) >= size), None)
            if line is not None:
                short = Stream(stream.labels, (replace(line, text=line.text[:size]),))
                yield Varied(f"one line of {size} bytes", replace(case, streams=(short,)))


def _resized(lines: tuple[Line, ...]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    if not lines:
        return
    yield "a line less", lines[:-1]
    yield "a line more", _times(lines, 2)[: len(lines) + 1]
    for more in (1, 2, 5):
        last = replace(lines[-1], text=lines[-1].text + " " * more)
        yield "a longer line", (*lines[:-1], last)
    yield "half of the lines", lines[::2]
    yield "twice the lines", _times(lines, 2)


def _times(lines: Iterable[Line], number: int) -> tuple[Line, ...]:
    """Each line so many times, one shortly after the other."""
    found = (replace(one, at=one.at + i * _APART) for one in lines for i in range(number))
    return tuple(sorted(found, key=lambda one: one.at))


def _beside(case: Case, streams: Iterable[Stream], words: str) -> Varied:
    merged: dict[tuple[tuple[str, str], ...], list[Line]] = {}
    for one in (*case.streams, *streams):
        merged.setdefault(one.labels, []).extend(one.lines)
    every = (Stream(name, tuple(sorted(lines, key=lambda line: line.at))) for name, lines in merged.items())
    return Varied(words, replace(case, streams=tuple(every)))
