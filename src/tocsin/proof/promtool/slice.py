"""What part of each metric a case touches, so that cases which cannot see each other are told. Pure.

Rules of a thousand services read the same metrics, each with the labels of its own service: two cases do not
touch where some label has one value in all that the first reads and writes, and another in the second's.
"""

from collections.abc import Iterable, Iterator, Mapping

from tocsin.proof.compare import is_template
from tocsin.proof.verdict import Proposal
from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Case
from tocsin.witness.rule import Rule

Slice = Mapping[str, str]
"""Labels with the one value that they have everywhere."""
Slices = Mapping[str, Slice]
"""For each metric, and for the alert's name, the slice of it."""
_SET_BY_ENGINE = frozenset(("alertname", "alertstate"))


def rule_slices(proposal: Proposal) -> Slices | None:
    """What the rule and its recording rules read and write; None: they may read anything."""
    found: dict[str, Slice] = {}
    exprs = (proposal.rule.expr, *(one.expr for one in proposal.recordings))
    try:
        read = [selector for expr in exprs for selector in selectors(parse(expr))]
    except QueryError:
        return None
    if any(not selector.metric for selector in read):
        return None
    for selector in read:
        wanted = {matcher.label: matcher.value for matcher in selector.matchers if matcher.op == "="}
        _narrow(found, selector.metric or "", wanted)
    for recording in proposal.recordings:
        _narrow(found, recording.record, dict(recording.labels))
    return found


def slices(of_rule: Slices, case: Case) -> Slices:
    """The same with the series of a case."""
    found = dict(of_rule)
    for one in case.series:
        pairs = dict(one.labels)
        metric = pairs.pop("__name__", "")
        if metric in found:
            found[metric] = {n: v for n, v in found[metric].items() if pairs.get(n, "") == v}
        else:
            found[metric] = pairs
    return found


def disjoint(one: Slice, other: Slice) -> bool:
    """Whether nothing can be in both."""
    return any(name in other and other[name] != value for name, value in one.items())


def fixed_labels(rules: Iterable[Rule]) -> Slice:
    """The labels that all alerts of these rules have, whatever makes them fire."""
    return dict(set.intersection(*(set(_fixed(rule)) for rule in rules)))


def _fixed(rule: Rule) -> Iterator[tuple[str, str]]:
    for name, value in rule.labels:
        if value and name not in _SET_BY_ENGINE and not is_template(value):
            yield name, value


def _narrow(found: dict[str, Slice], metric: str, pairs: Mapping[str, str]) -> None:
    before = found.get(metric, pairs)
    found[metric] = {name: value for name, value in pairs.items() if before.get(name) == value}
