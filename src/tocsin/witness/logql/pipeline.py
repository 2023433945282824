"""A line through the stages of a log query: what comes out, as one sample of a range aggregation.

Exactly as Loki 3.7.8 (log/pipeline.go, log/metrics_extraction.go), its reordering of line filters included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.query.logql.ast import (
    Assignment,
    Decolorize,
    Drop,
    Json,
    Junction,
    Keep,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    Logfmt,
    LogRange,
    Pattern,
    RangeAggregate,
    Regexp,
    Stage,
    Unpack,
)
from tocsin.query.matchers import Matcher
from tocsin.query.nodes import Grouping, LabelMatcher, Name
from tocsin.query.regex_match import fits, program
from tocsin.witness.logql import values
from tocsin.witness.logql.entry import DETAILS, ERROR, PRESERVE, Entry, sorted_labels
from tocsin.witness.logql.filters import label_passes, line_passes
from tocsin.witness.logql.hints import Hints, hints
from tocsin.witness.logql.parsers import parse
from tocsin.witness.logql.template import TemplateFails, expand, sole_field
from tocsin.witness.logql.trouble import NotUnderstood
from tocsin.witness.telemetry import Labels

_PARSERS = (Json, Logfmt, Pattern, Regexp, Unpack)
_BYTES = ("bytes_over_time", "bytes_rate")
_PUSHED = ("bytes_over_time", "bytes_rate", "sum_over_time", "rate", "count_over_time")
_ANSI = (
    "[\u001b\u009b][\\[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\u0007)"
    "|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))"
)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One line's sample."""

    labels: Labels
    value: float
    error: str = ""
    """Not empty: Loki fails on the whole query because of it."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """All that one range aggregation does with each line."""

    stages: tuple[Stage, ...]
    node: RangeAggregate
    hints: Hints
    groups: tuple[str, ...]
    without: bool
    no_labels: bool
    done: dict[tuple[Labels, str, Labels], Sampled | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    def sample(self, stream: Labels, text: str, metadata: Labels) -> Sampled | None:
        """The line's sample; None when a stage throws it away. Remembered: lines repeat."""
        key = (stream, text, metadata)
        if key not in self.done:
            self.done[key] = self._sample(Entry(dict(stream), text, metadata=dict(metadata)))
        return self.done[key]

    def _sample(self, entry: Entry) -> Sampled | None:
        if not run(self.stages, entry, self.hints):
            return None
        value = 1.0
        if self.node.op in _BYTES:
            value = float(len(entry.text.encode()))
        span = self.node.range
        if span.unwrap is not None:
            text = entry.get(span.unwrap.label.text)
            if not text:
                return None
            number = _CONVERSIONS[span.unwrap.conversion](text)
            if number is None:
                entry.fail("SampleExtractionErr", "no number")
            value = number or 0.0
            verdicts = [label_passes(condition, entry) for condition in span.unwrap.filters]
            if not all(verdicts):
                return None
        return self._grouped(entry, value)

    def _grouped(self, entry: Entry, value: float) -> Sampled:
        labels = entry.labels()
        if entry.error:
            preserved = labels.get(PRESERVE) == "true"
            return Sampled(sorted_labels(labels), value, "" if preserved else entry.error)
        if self.no_labels:
            return Sampled((), value)
        if self.groups and self.without:
            labels = {name: text for name, text in labels.items() if name not in self.groups}
        elif self.groups:
            labels = {name: labels[name] for name in self.groups if name in labels and name != DETAILS}
        return Sampled(sorted_labels(labels), value)


def _seconds(text: str) -> float | None:
    found = values.nanoseconds(text)
    return None if found is None else found / 1e9


def _size(text: str) -> float | None:
    found = values.size(text)
    return None if found is None else float(found)


_CONVERSIONS = {
    "": values.number,
    "duration": _seconds,
    "duration_seconds": _seconds,
    "bytes": _size,
}


def extractor(node: RangeAggregate, outer: Grouping | None, summed: bool) -> Extractor:
    """How `node` reads lines. `summed`: a `sum` by `outer` stands directly around it and is pushed down."""
    span, by = node.range, node.grouping
    if by is None and summed and node.op in _PUSHED:
        by = outer if outer is not None else Grouping(False, ())
    groups, without = by.names if by else (), bool(by and by.without)
    no_labels = by is not None and not groups and not without
    if node.op == "absent_over_time":
        no_labels = True
    if span.unwrap is not None and (not groups or without):
        groups, without = (*groups, span.unwrap.label.text), True
    stages = ordered(trimmed(span.logs.stages, node.op))
    wanted = hints(stages, span.unwrap, groups, without, no_labels)
    return Extractor(stages, node, wanted, groups, without, no_labels)


def trimmed(stages: tuple[Stage, ...], op: str) -> tuple[Stage, ...]:
    """Without a `line_format` whose line nobody reads."""
    if op in _BYTES:
        return stages
    found: list[Stage] = []
    for i, stage in enumerate(stages):
        read = any(isinstance(later, (LineFilter, *_PARSERS)) for later in stages[i:])
        if not isinstance(stage, LineFormat) or read:
            found.append(stage)
    return tuple(found)


def ordered(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Line filters move before parsers and formats of labels, as far as the line is still the same."""
    done: list[Stage] = []
    filters: list[Stage] = []
    others: list[Stage] = []
    for stage in stages:
        if isinstance(stage, LineFilter):
            filters.append(stage)
            continue
        if isinstance(stage, LabelFilter):
            done += [*filters, *others, stage]
            filters, others = [], []
            continue
        others.append(stage)
        if isinstance(stage, LineFormat | Unpack):
            done += [*filters, *others]
            filters, others = [], []
    return (*done, *filters, *others)


def run(stages: Iterable[Stage], entry: Entry, wanted: Hints) -> bool:
    """All stages in order; whether the line is kept."""
    return all(_stage(stage, entry, wanted) for stage in stages)


def _stage(stage: Stage, entry: Entry, wanted: Hints) -> bool:
    match stage:
        case LineFilter():
            return line_passes(stage, entry.text)
        case LabelFilter(condition=condition):
            return label_passes(condition, entry)
        case Json() | Logfmt() | Pattern() | Regexp() | Unpack():
            return parse(stage, entry, wanted, lambda line, name: _goes(line, name, wanted))
        case LineFormat(template=template):
            _format_line(template.value, entry)
        case LabelFormat(assignments=assignments):
            _format_labels(assignments, entry)
        case _:
            _relabel(stage, entry)
    return True


def _relabel(stage: Stage, entry: Entry) -> None:
    match stage:
        case Decolorize():
            entry.text = _decolorized(entry.text)
        case Drop(labels=labels):
            for label in labels:
                _drop(label, entry)
        case Keep(labels=labels):
            _keep(labels, entry)
        case _:
            raise NotUnderstood(f"the stage {type(stage).__name__}")


def _goes(entry: Entry, name: str, wanted: Hints) -> bool:
    """Loki 3.7.8: only the first filter of this label further down is looked at."""
    for condition in wanted.filters:
        if not isinstance(condition, Junction) and condition.label == name:
            return label_passes(condition, entry)
    return True


def _format_line(template: str, entry: Entry) -> None:
    only = sole_field(template)
    if only is not None:
        entry.text = entry.get(only) or ""
        return
    try:
        entry.text = expand(template, entry.labels(), entry.text)
    except TemplateFails as error:
        entry.fail("TemplateFormatErr", str(error))


def _format_labels(assignments: tuple[Assignment, ...], entry: Entry) -> None:
    before: Mapping[str, str] | None = None
    for each in assignments:
        if isinstance(each.value, Name):
            value = entry.get(each.value.text)
            if value is not None:
                entry.set(each.label, value)
                entry.delete(each.value.text)
            continue
        before = before or entry.labels()
        try:
            entry.set(each.label, expand(each.value.value, before, entry.text))
        except TemplateFails as error:
            entry.fail("TemplateFormatErr", str(error))


def _decolorized(text: str) -> str:
    if "\u001b" not in text and "\u009b" not in text:
        return text
    machine, out, at = program(_ANSI), "", 0
    while (found := machine.search(text, at)) and found[0]:
        out += text[at : found[0][0]]
        at = found[0][1]
    return out + text[at:]


def _drop(label: Name | LabelMatcher, entry: Entry) -> None:
    name = label.text if isinstance(label, Name) else label.label
    special = {ERROR: entry.error, DETAILS: entry.details}
    value = special[name] if name in special else entry.get(name)
    if isinstance(label, LabelMatcher) and not holds(label.plain, value or ""):
        return
    if name == ERROR:
        entry.error = ""
    elif name == DETAILS:
        entry.details = ""
    elif value is not None or isinstance(label, LabelMatcher):
        entry.delete(name)


def _keep(labels: tuple[Name | LabelMatcher, ...], entry: Entry) -> None:
    for name, value in entry.labels().items():
        if name in (ERROR, DETAILS, PRESERVE):
            continue
        kept = any(
            each.text == name if isinstance(each, Name) else each.label == name and holds(each.plain, value)
            for each in labels
        )
        if not kept:
            entry.delete(name)


def holds(matcher: Matcher, value: str) -> bool:
    """Whether a label of this value (empty: not there) meets the matcher of a stream, `drop` or `keep`."""
    if matcher.op in ("=", "!="):
        return (value == matcher.value) == (matcher.op == "=")
    return fits(matcher.value, value) == (matcher.op == "=~")


def selects(span: LogRange, stream: Mapping[str, str]) -> bool:
    """Whether the range reads this stream."""
    return all(holds(matcher.plain, stream.get(matcher.label, "")) for matcher in span.logs.matchers)
