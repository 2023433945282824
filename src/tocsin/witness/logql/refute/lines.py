"""Whether any line can pass a log query: what its matchers and filters ask for, and what contradicts.

What is asked of a label holds until a stage may give it another value; what is asked of the line until a
stage writes another line. Where a filter compares a number, a line whose label is none passes with an
`__error__`, which makes the query fail unless a stage drops it (Loki 3.7.8): then nothing is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin.query.logql.ast import (
    Condition,
    Decolorize,
    Drop,
    IpFilter,
    Json,
    Junction,
    Keep,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    Logfmt,
    Logs,
    Pattern,
    Regexp,
    Stage,
    Unpack,
)
from tocsin.query.logql.labels import labels_of
from tocsin.query.matchers import regex_literal
from tocsin.query.nodes import LabelMatcher, Name, Node
from tocsin.query.regex_language import Condition as Matcher
from tocsin.query.regex_language import satisfiable
from tocsin.witness.interval import NUMBERS, Interval, only, passing
from tocsin.witness.outcome import Reason

_PARSERS = (Json, Logfmt, Regexp, Pattern, Unpack)
MAX_BRANCHES = 16
"""Alternatives of one label filter that are looked at."""


@dataclass(slots=True)
class _Asked:
    """What was asked so far of one label, or of the line."""

    matchers: list[Matcher] = field(default_factory=list)
    numbers: dict[str, Interval] = field(default_factory=dict)
    """Of each unit."""
    places: list[Node] = field(default_factory=list)

    def copy(self) -> "_Asked":
        return _Asked([*self.matchers], dict(self.numbers), [*self.places])


class _Lines:
    """The way of a line through the stages."""

    def __init__(self, query: Logs) -> None:
        self.labels: dict[str, _Asked] = {}
        self.line = _Asked()
        self.fixed = set(labels_of(Logs(query.matchers)).certain)
        """Labels of the stream, which no parser overwrites."""
        self.numbers = not any(isinstance(stage, Drop | Keep) for stage in query.stages)
        self.matchers = query.matchers

    def run(self, stages: tuple[Stage, ...]) -> Reason | None:
        """The first contradiction."""
        for matcher in self.matchers:
            self._ask(matcher)
        reason = self._contradiction("contradicting-matchers")
        for stage in stages:
            if reason is not None:
                break
            reason = self._through(stage)
        return reason

    def _through(self, stage: Stage) -> Reason | None:
        match stage:
            case LabelFilter(condition=condition):
                return self._filtered(condition)
            case LineFilter():
                return self._line_filtered(stage)
            case LineFormat() | Decolorize():
                self.line = _Asked()
            case LabelFormat(assignments=assignments):
                for each in assignments:
                    self._changed(each.label, *([each.value.text] if isinstance(each.value, Name) else []))
            case Drop() | Keep():
                self.labels.clear()
                self.fixed.clear()
            case _ if isinstance(stage, _PARSERS):
                self.line = _Asked() if isinstance(stage, Unpack) else self.line
                self._changed(*(label for label in self.labels if label not in self.fixed))
            case _:
                pass
        return None

    def _changed(self, *labels: str) -> None:
        for label in labels:
            self.labels.pop(label, None)
            self.fixed.discard(label)

    # -- label filters ---------------------------------------------------------------------------------------
    def _filtered(self, condition: Condition) -> Reason | None:
        branches = list(_branches(condition))
        if len(branches) > MAX_BRANCHES:
            return None
        before, reasons = {label: asked.copy() for label, asked in self.labels.items()}, []
        for branch in branches:
            self.labels = {label: asked.copy() for label, asked in before.items()}
            for one in branch:
                self._ask(one)
            reasons.append(self._contradiction("contradicting-filters"))
        if all(reason is not None for reason in reasons):
            return reasons[0]
        if len(branches) > 1:
            self.labels = before
        return None

    def _ask(self, condition: Condition) -> None:
        if isinstance(condition, Junction | IpFilter) or condition.label.startswith("__error"):
            return  # what filters of numbers set by themselves
        asked = self.labels.setdefault(condition.label, _Asked())
        if isinstance(condition, LabelMatcher):
            asked.matchers.append((condition.op, condition.value))
        elif self.numbers:
            op = "==" if condition.op == "=" else condition.op
            known = asked.numbers.get(condition.unit, NUMBERS)
            asked.numbers[condition.unit] = passing(op, known, only(condition.value))
        asked.places.append(condition)

    def _contradiction(self, kind: str) -> Reason | None:
        for label, asked in self.labels.items():
            numbers = any(values.empty for values in asked.numbers.values())
            if numbers or satisfiable(asked.matchers) is False:
                start, end = min(p.start for p in asked.places), max(p.end for p in asked.places)
                words = f"no value of `{label}` passes all that is asked of it"
                if len(asked.places) == 1:
                    words = f"no value of `{label}` passes this"
                return Reason(kind=kind, start=start, end=end, words=words)
        return None

    # -- line filters ----------------------------------------------------------------------------------------
    def _line_filtered(self, stage: LineFilter) -> Reason | None:
        pattern = _pattern(stage)
        if pattern is None:
            return None
        self.line.matchers.append(("=~" if stage.op in ("|=", "|~") else "!~", pattern))
        self.line.places.append(stage)
        if satisfiable(self.line.matchers) is not False:
            return None
        start = min(place.start for place in self.line.places)
        words = "no line passes all these filters"
        if satisfiable(self.line.matchers[-1:]) is False:
            start, words = stage.start, "no line passes this filter: every line contains it"
        return Reason(kind="contradicting-filters", start=start, end=stage.end, words=words)


def _branches(condition: Condition) -> Iterator[list[Condition]]:
    """The alternatives of a label filter, each a list of what must all hold."""
    match condition:
        case Junction(op="or", left=left, right=right):
            yield from _branches(left)
            yield from _branches(right)
        case Junction(left=left, right=right):
            seconds = list(_branches(right))
            for first in _branches(left):
                yield from ([*first, *second] for second in seconds)
        case _:
            yield [condition]


def _pattern(stage: LineFilter) -> str | None:
    """A regular expression for lines that have one of the filter's texts; None where that is not known."""
    if stage.op not in ("|=", "!=", "|~", "!~") or any(one.ip for one in stage.alternatives):
        return None
    found = []
    for one in stage.alternatives:
        text = regex_literal(one.value) if stage.op in ("|=", "!=") else f"(?-s:{one.value})"
        found.append(text)
    return f"(?:.*)(?:{'|'.join(found)})(?:.*)"


def no_line(query: Logs) -> Reason | None:
    """Why no line whatever passes; None where one may."""
    return _Lines(query).run(query.stages)
