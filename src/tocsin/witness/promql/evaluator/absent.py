"""`absent` and `absent_over_time`: an element where there is nothing, and which labels it has."""

from tocsin.query.promql.ast import Call, LabelMatcher, Range, Selector
from tocsin.query.promql.walk import bare
from tocsin.query.regex import excludes_empty
from tocsin.witness.promql.evaluator.select import matrix
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Element,
    Moment,
    OfScalar,
    OfVector,
    VectorPlan,
)
from tocsin.witness.telemetry import Labels


def absent(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """Something exactly where the vector has no element."""
    inner, labels = of_vector(node.args[0]), _labels(node)

    def run(moment: Moment) -> list[Element]:
        found = inner(moment)
        margin = -max(element.margin for element in found) if found else CERTAIN
        return [Element(labels, 1.0, margin)] if margin > 0 or moment.hopeful else []

    return run


def absent_over_time(node: Call, of_vector: OfVector, of_scalar: OfScalar) -> VectorPlan:
    """Something exactly where no series has a sample in the range."""
    windows, labels = matrix(node.args[0], of_vector)[0], _labels(node)

    def run(moment: Moment) -> list[Element]:
        found = windows(moment)
        margin = -max(window.margin for window in found) if found else CERTAIN
        return [Element(labels, 1.0, margin)] if margin > 0 or moment.hopeful else []

    return run


def _labels(node: Call) -> Labels:
    """What `absent` says of the series that is not there: its equal matchers, each label named once."""
    inner = bare(node.args[0])
    selector = inner.selector if isinstance(inner, Range) else inner
    if not isinstance(selector, Selector):
        return ()
    said: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in _as_looked_up(selector):
        if matcher.op == "=" and matcher.label not in seen:
            said[matcher.label] = matcher.value
            seen.add(matcher.label)
        else:
            said.pop(matcher.label, None)
    return tuple(sorted((name, value) for name, value in said.items() if value))


def _as_looked_up(selector: Selector) -> list[LabelMatcher]:
    """The matchers in the order in which the TSDB leaves them: those that only take series away are last."""
    matchers = [matcher for matcher in selector.matchers if matcher.label != "__name__"]
    needed = {matcher.label for matcher in matchers if excludes_empty(matcher.op, matcher.value)}

    def takes_away(matcher: LabelMatcher) -> bool:
        excluding = matcher.op[0] == "!" and not excludes_empty(matcher.op, matcher.value)
        return matcher.label not in needed or excluding

    return sorted(matchers, key=takes_away)
