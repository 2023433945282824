"""What kind of query it is, and what Loki 3.7.8 refuses only when it builds the query, though it parses.

A wrong address in `ip(...)` is refused only where that is the whole label filter; beside others, or behind
`unwrap`, Loki lets it fit no line.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, Literal

from tocsin.query import regex
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import (
    Compare,
    Drop,
    Expr,
    IpFilter,
    Json,
    Keep,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    LineMatch,
    Logfmt,
    Logs,
    Stage,
)
from tocsin.query.logql.patterns import (
    check_address,
    check_format,
    check_json_path,
    check_line_pattern,
    check_logfmt_path,
)
from tocsin.query.logql.walk import bare, conditions, walk
from tocsin.query.matchers import is_label
from tocsin.query.nodes import LabelMatcher, String

Type = Literal["log", "metric"]


def type_of(expr: Expr) -> Type:
    """`log` for lines, `metric` for numbers. Only the latter make alerts."""
    return "log" if isinstance(bare(expr), Logs) else "metric"


def mistakes(expr: Expr) -> tuple[QueryError, ...]:
    """All that stops Loki from building the query, in the order of the text."""
    found: list[QueryError] = []
    for check, text in _checks(expr):
        try:
            check(text)
        except QueryError as error:
            found.append(error)
    return tuple(sorted(found, key=lambda error: error.offset))


def _names(query: Logs) -> Iterator[LabelMatcher]:
    """All matchers of labels: of the stream, of label filters, of `drop` and `keep`."""
    yield from query.matchers
    for stage in query.stages:
        if isinstance(stage, LabelFilter):
            yield from (c for c in conditions(stage.condition) if isinstance(c, LabelMatcher))
        elif isinstance(stage, Drop | Keep):
            yield from (label for label in stage.labels if isinstance(label, LabelMatcher))


def _plain_name(matcher: LabelMatcher) -> None:
    """Loki 3.7.8 reads any name in a matcher, but hands it on in quotes, which it cannot read."""
    if not is_label(matcher.label):
        what = f"Loki cannot evaluate a matcher of the label `{matcher.label[:60]}`"
        raise QueryError(f"{what}: only letters a-z, digits and `_`", matcher.start, len(matcher.label))


def _checks(expr: Expr) -> Iterator[tuple[Callable[[Any], object], object]]:
    for query in walk(expr):
        if isinstance(query, Logs):
            yield from ((_plain_name, matcher) for matcher in _names(query))
            for stage in query.stages:
                yield from _of_stage(stage)


def _of_stage(stage: Stage) -> Iterator[tuple[Callable[[Any], object], object]]:
    match stage:
        case LineFilter():
            yield from _line_filter(stage)
        case Json(extractions=extractions):
            yield from ((check_json_path, extraction.path) for extraction in extractions)
        case Logfmt(extractions=extractions):
            yield from ((check_logfmt_path, extraction.path) for extraction in extractions)
        case LineFormat(template=template):
            yield check_format, template
        case LabelFormat(assignments=assignments):
            yield _label_format, stage
            yield from ((check_format, a.value) for a in assignments if isinstance(a.value, String))
        case LabelFilter(condition=IpFilter(value=address)):
            yield check_address, address
        case LabelFilter(condition=condition):
            yield from ((_finite, each) for each in conditions(condition) if isinstance(each, Compare))
        case _:
            return


def _line_filter(stage: LineFilter) -> Iterator[tuple[Callable[[Any], object], object]]:
    """An address among alternatives counts as plain text (3.7.8); negated alternatives stand each alone."""
    alone = len(stage.alternatives) == 1 or stage.op[0] == "!"
    for alternative in stage.alternatives:
        if alternative.ip and alone:
            yield (_no_address_here if stage.op not in ("|=", "!=") else check_address), _literal(alternative)
        elif stage.op in ("|~", "!~"):
            yield _regex, _literal(alternative)
        elif stage.op in ("|>", "!>"):
            yield check_line_pattern, _literal(alternative)


def _literal(alternative: LineMatch) -> String:
    return String(alternative.value, start=alternative.start, end=alternative.end)


def _regex(text: String) -> None:
    regex.check(text.value, text.start, text.end - text.start, literals=False)


def _no_address_here(text: String) -> None:
    raise QueryError("`ip` stands only behind `|=` and `!=`", text.start, text.end - text.start)


def _finite(condition: Compare) -> None:
    """Loki 3.7.8 takes a number that is too big for infinite, and cannot read that when it hands it on."""
    if math.isinf(condition.value):
        raise QueryError(
            "the number is too big", condition.value_start, condition.end - condition.value_start
        )


def _label_format(stage: LabelFormat) -> None:
    seen: set[str] = set()
    for assignment in stage.assignments:
        length = len(assignment.label)
        if assignment.label == "__error__":
            raise QueryError("`__error__` cannot be formatted", assignment.start, length)
        if assignment.label in seen:
            raise QueryError(f"`{assignment.label}` is set twice in one stage", assignment.start, length)
        seen.add(assignment.label)
