"""What an expression of a hand-written test was to give, against what it gave: samples, or lines of logs."""

from collections.abc import Iterator, Mapping, Sequence

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.proof.compare import instant, shown
from tocsin.proof.handwritten.declared import ExpectedLog, ExpectedSample, ExprTest, LogqlExprTest, Text
from tocsin.proof.handwritten.match import agreeing, match
from tocsin.proof.handwritten.probe import Got, LogLine, Raw, Sample, seconds
from tocsin.proof.handwritten.streams import label_set
from tocsin.proof.handwritten.terms import Terms, extra_labels, finding
from tocsin.query.matchers import MatcherError
from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote
from tocsin.witness.telemetry import Labels

_MOST_SHOWN = 5
_BY_ITSELF = frozenset(("service_name", "detected_level"))
_ADDED = "Loki adds `service_name` and `detected_level` by itself, as in production"


def expr_failures(expr: ExprTest, terms: Terms, got: Got) -> Iterator[Diagnostic]:
    """Everything in which the result is not as expected."""
    result = got.results.get((expr.expr.text, seconds(expr.eval_time)), ())
    if isinstance(result, str):
        yield finding(expr.expr.node, "this expression is not evaluated", notes=[result])
        return
    if isinstance(result, Raw):
        help = "without `exact` in the file, promtool itself compares them"
        yield finding(
            expr.expr.node, "native histograms are not compared here", notes=[result.text], help=help
        )
        return
    samples = tuple(one for one in result if isinstance(one, Sample))
    lines = tuple(one for one in result if isinstance(one, LogLine))
    yield from _samples(expr, terms, samples)
    if isinstance(expr, LogqlExprTest):
        yield from _lines(expr, terms, lines)


# -- samples -----------------------------------------------------------------------------------------


def _samples(expr: ExprTest, terms: Terms, got: Sequence[Sample]) -> Iterator[Diagnostic]:
    def fits(expected: ExpectedSample, sample: Sample) -> bool:
        return not any(_sample_differences(expected, sample, terms))

    matched = match(expr.exp_samples, got, fits, _alike)
    for expected, sample in matched.near:
        (node, first), *more = _sample_differences(expected, sample, terms)
        yield finding(
            node,
            f"the result at {_at(expr)} is another",
            label=first,
            others=[Label(other.span, words) for other, words in more],
            notes=[f"got {_sample(sample)}"],
        )
    for expected in matched.missing:
        yield finding(expected.node, f"this is not in the result at {_at(expr)}", notes=_listed(got))
    if matched.extra:
        yield finding(
            expr.expr.node,
            f"the result at {_at(expr)} has more than `exp_samples` names",
            notes=_listed(matched.extra),
        )


def _sample_differences(expected: ExpectedSample, got: Sample, terms: Terms) -> Iterator[tuple[Node, str]]:
    yield from _label_differences(expected.labels, expected.node, got.labels, terms.said(expected.exact))
    wanted = expected.value.number if expected.value else got.value if terms.close else 0.0
    if not terms.same(wanted, got.value):
        yield expected.value.node if expected.value else expected.node, f"got {show_number(got.value)}"


def _label_differences(
    said: Text | None, node: Node, got: Labels, terms: Terms
) -> Iterator[tuple[Node, str]]:
    wanted, place = metric(said), said.node if said else node
    there = dict(got)
    for name, value in wanted.items():
        if there.get(name, "") != value:
            instead = quote(there[name]) if name in there else "not there"
            yield place, f"`{name}` is {instead}"
    more = extra_labels(wanted, got) if terms.exact else ""
    if more:
        own = set(there) - set(wanted) <= _BY_ITSELF
        yield place, f"it also has {more}" + (f"; {_ADDED}" if own else "")


def metric(said: Text | None) -> Mapping[str, str]:
    """`name{label="value"}` as labels; what cannot be read has none."""
    if said is None:
        return {}
    name, brace, _ = said.text.strip().partition("{")
    try:
        inner = dict(label_set(said)) if not name else dict(_inner(said, name)) if brace else {}
    except MatcherError:
        inner = {}
    return {**inner, "__name__": name} if name else inner


def _inner(said: Text, name: str) -> Labels:
    return label_set(Text(said.text.strip()[len(name) :], said.node))


def _alike(expected: ExpectedSample, got: Sample) -> float:
    same = expected.value is not None and expected.value.number == got.value
    return agreeing(metric(expected.labels), dict(got.labels)) + same / 2


def _sample(one: Sample) -> str:
    return f"{shown(one.labels)} {show_number(one.value)}"


def _listed(got: Sequence[Sample]) -> list[str]:
    more = len(got) - _MOST_SHOWN
    told = [f"got {_sample(one)}" for one in got[:_MOST_SHOWN]] or ["the result is empty"]
    return told + ([f"and {more} more"] if more > 0 else [])


# -- lines of logs -------------------------------------------------------------------------------------


def _lines(expr: LogqlExprTest, terms: Terms, got: Sequence[LogLine]) -> Iterator[Diagnostic]:
    def fits(expected: ExpectedLog, line: LogLine) -> bool:
        return not any(_line_differences(expected, line, terms))

    matched = match(expr.exp_logs, got, fits, _alike_line)
    for expected, line in matched.near:
        (node, first), *more = _line_differences(expected, line, terms)
        others = [Label(other.span, words) for other, words in more]
        yield finding(node, f"the lines until {_at(expr)} are others", label=first, others=others)
    for expected in matched.missing:
        yield finding(
            expected.node, f"this line is not in the result at {_at(expr)}", notes=_listed_lines(got)
        )
    if matched.extra:
        message = f"the result at {_at(expr)} has more lines than `exp_logs` names"
        yield finding(expr.expr.node, message, notes=_listed_lines(matched.extra))


def _line_differences(expected: ExpectedLog, got: LogLine, terms: Terms) -> Iterator[tuple[Node, str]]:
    yield from _label_differences(expected.labels, expected.node, got.labels, terms.said(expected.exact))
    if expected.line.text != got.text:
        yield expected.line.node, f"got {quote(got.text)}"
    if expected.timestamp and expected.timestamp.text != str(got.at):
        yield expected.timestamp.node, f"got {got.at}"


def _alike_line(expected: ExpectedLog, got: LogLine) -> float:
    return agreeing(metric(expected.labels), dict(got.labels)) + 2 * (expected.line.text == got.text)


def _listed_lines(got: Sequence[LogLine]) -> list[str]:
    more = len(got) - _MOST_SHOWN
    told = [f"got {quote(one.text)} at {instant(one.at / 1e9)}" for one in got[:_MOST_SHOWN]]
    return (told or ["the result is empty"]) + ([f"and {more} more"] if more > 0 else [])


def _at(expr: ExprTest) -> str:
    return instant(seconds(expr.eval_time))
