"""Which rules can have anything to do with a scenario, so that only those are evaluated.

A rule that reads none of the metrics that a scenario touches does what it does in the healthy world, which is
evaluated once. A rule that can neither wake anybody, nor inhibit one that does, nor is expected to tell
anything, need not be evaluated at all. And where nobody should be woken, an escalated twin matters only once
the rule itself fires.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.model.digest import DIGEST
from tocsin.model.routing import WATCHDOG, Routing
from tocsin.model.workspace import Model
from tocsin.proof.promtool.rule import rule_file
from tocsin.proof.rulebook import Book
from tocsin.proof.scenario.pages import wakes
from tocsin.proof.scenario.world import WARM_UP
from tocsin.query.errors import QueryError
from tocsin.query.promql import Expr, parse
from tocsin.query.promql.ast import Number, Range, Selector, Subquery
from tocsin.query.promql.walk import selectors, walk_with_parents
from tocsin.witness.promql.grid import asks_the_time
from tocsin.witness.rule import Language, Recording, Rule

_OF_ALERTS = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
Metrics = frozenset[str] | None
"""None: any metric."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The Prometheus rules of a book that matter for who is woken, with what each of them reads."""

    recordings: tuple[tuple[Recording, Metrics], ...]
    rules: tuple[tuple[Rule, Metrics], ...]

    def about(self, touched: Metrics, told: Iterable[str] = (), *, days: bool = False) -> "Chosen":
        """Those that read any of these metrics; `told` are alerts that are asked for by name.

        In a scenario of `days` those as well that look back further than a short one lasts, or ask for the
        time of day.
        """
        names = {name.rpartition("/")[2] for name in told}
        reach = self._reach(touched)
        recorded = self._recorded()
        chosen = [
            (rule, reads)
            for rule, reads in self.rules
            if _meets(reads, reach) or rule.name in names or (days and _far(rule, reads, recorded))
        ]
        wanted = _needed(_union(reads for _, reads in chosen), recorded)
        recordings = [one for one, _ in self.recordings if wanted is None or one.record in wanted]
        return Chosen(tuple(recordings), tuple(rule for rule, _ in chosen), wanted)

    def _reach(self, touched: Metrics) -> Metrics:
        """With what is recorded of it."""
        if touched is None:
            return None
        reach = set(touched)
        for one, reads in self.recordings:
            if _meets(reads, frozenset(reach)):
                reach.add(one.record)
        return frozenset(reach)

    def _recorded(self) -> "Recorded":
        found: dict[str, list[tuple[Recording, Metrics]]] = {}
        for one, reads in self.recordings:
            found.setdefault(one.record, []).append((one, reads))
        return found


Recorded = Mapping[str, Sequence[tuple[Recording, Metrics]]]
"""Name -> the recording rules that give it, with what they read."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules for one scenario."""

    recordings: tuple[Recording, ...]
    rules: tuple[Rule, ...]
    reads: Metrics
    """All metrics that they read."""

    def feeds(self, metric: str) -> bool:
        """Whether they may read this metric."""
        return self.reads is None or metric in self.reads

    @property
    def first(self) -> "Chosen":
        """Without those that can fire only when another one does, which fires sooner."""
        least: dict[str, float] = {}
        for one in self.rules:
            least[one.expr] = min(one.hold, least.get(one.expr, one.hold))
        return replace(self, rules=tuple(one for one in self.rules if one.hold == least[one.expr]))

    @property
    def file(self) -> Mapping[str, Any]:
        """As a rule file: what is recorded comes first."""
        if not self.rules:
            return {"groups": []}
        first, *others = self.rules
        tree = rule_file(first, self.recordings, annotated=False)
        for one in others:
            tree["groups"][0]["rules"] += rule_file(one, (), annotated=False)["groups"][0]["rules"]
        return tree


def mattering(book: Book, model: Model, language: Language, told: Iterable[str]) -> list[Rule]:
    """The rules for who is woken; `told` are alerts that scenarios expect without a page."""
    routing = Routing(model)
    names = {name.rpartition("/")[2] for name in told} | {one.when for one in model.inhibitions}
    rules = (one.rule for one in book.of(language))
    return [one for one in rules if one.name in names or wakes(model, routing, _sent(one))]


def _sent(rule: Rule) -> Mapping[str, str]:
    return {**dict(rule.labels), "alertname": rule.name}


def rule_set(book: Book, model: Model, told: Iterable[str]) -> RuleSet:
    """The Prometheus rules of the book that matter; `told` are alerts that are expected without a page."""
    rules = mattering(book, model, "promql", told)
    recordings = [one for several in book.recorded.values() for one in several]
    return RuleSet(
        recordings=tuple((one, _reads(one.expr)) for one in recordings),
        rules=tuple((rule, _reads(rule.expr)) for rule in rules if rule.name not in (DIGEST, WATCHDOG)),
    )


def _reads(expr: str) -> Metrics:
    try:
        found = [selector.metric for selector in selectors(parse(expr))]
    except QueryError:
        return None
    names = frozenset(name for name in found if name)
    return None if len(names) < len(set(found)) or names & _OF_ALERTS else names


def _union(several: Iterable[Metrics]) -> Metrics:
    found: set[str] = set()
    for one in several:
        if one is None:
            return None
        found |= one
    return frozenset(found)


def _needed(reads: Metrics, recorded: Recorded) -> Metrics:
    """What has to be there to be read, recorded or not."""
    if reads is None:
        return None
    found: set[str] = set()
    waiting = [*reads]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        of = _union(reads for _, reads in recorded.get(name, ()))
        if of is None:
            return None
        waiting += of
    return frozenset(found)


def _far(rule: Rule, reads: Metrics, recorded: Recorded) -> bool:
    """Whether it looks back further than what comes before a scenario."""
    needed = _needed(reads, recorded)
    names = recorded.keys() if needed is None else recorded.keys() & needed
    exprs = [rule.expr, *(one.expr for name in names for one, _ in recorded[name])]
    return sum(map(_looks_back, exprs), max(rule.hold, rule.keep)) > WARM_UP


def _looks_back(expr: str) -> float:
    """Seconds; without bound where the expression asks for the time of day."""
    try:
        tree = parse(expr)
    except QueryError:
        return math.inf
    if asks_the_time(tree):
        return math.inf
    return max(sum(map(_span, (node, *above))) for node, above in walk_with_parents(tree))


def _span(node: Expr) -> float:
    """How much further back than its result a part of an expression looks."""
    if not isinstance(node, Selector | Range | Subquery):
        return 0.0
    lengths = [node.offset] if isinstance(node, Selector) else [node.offset, node.range]
    plain = all(one is None or (isinstance(one, Number) and one.value >= 0) for one in lengths)
    if node.at is not None or not plain:
        return math.inf
    return sum(one.value for one in lengths if isinstance(one, Number))


def _meets(reads: Metrics, touched: Metrics) -> bool:
    return reads is None or touched is None or bool(reads & touched)
