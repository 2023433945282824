"""Loki as the judge of LogQL cases: a real Loki gives the grid, the rulers' semantics make alerts of it.

Every case has a tenant of its own; one range query gives all its evaluations. Pending and firing follow from
the grid by `witness.states`, and promtool is shown the same grid as series of a made-up metric: it must see
the same alerts, and it expands labels and annotations with the very templates that Loki's ruler has
(Loki 3.7.8 uses Prometheus' own code, rules/alerting.go).
"""

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import local

from tocsin import engines
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.answers import Refused
from tocsin.engines.servers.loki import RunningLoki
from tocsin.proof.compare import difference, instant, is_template, shown
from tocsin.proof.loki.grid import METRIC, Grid, Refusal, answer, evaluate, push
from tocsin.proof.promtool import judge as promtool_judge
from tocsin.proof.verdict import CaseVerdict, Proposal, Verdicts
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Labels, labels

__all__ = ["judge"]
LOKI = "Loki"
_THREADS = 4
_SAME_LABELS = "two elements of the result have the same labels once the rule's labels are added"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case with what Loki gave for it."""

    rule: Rule
    case: Case
    grid: Grid | Refusal

    @property
    def refused(self) -> str:
        """Why the ruler makes no alerts of it; empty: it does."""
        if isinstance(self.grid, Refusal):
            return f"Loki: {self.grid.words}"
        return _ambiguous(self.rule, self.grid)

    def alerts(self, limit: int = 0) -> tuple[Alerting, ...]:
        """What a ruler makes of the grid, with labels as the expression gives them."""
        if isinstance(self.grid, Refusal):
            return ()
        return alertings(self.grid.present, self.case.every, self.rule.hold, self.rule.keep, limit)

    @property
    def transcoded(self) -> Case | None:
        """The grid as series for promtool; None where there is nothing to show it."""
        if isinstance(self.grid, Refusal) or self.refused or not self.grid.elements:
            return None
        case, series = self.case, self.grid.series()
        return replace(case, interval=case.every, series=series, streams=(), expected=self.alerts())


def judge(
    proposals: Sequence[Proposal],
    loki: RunningLoki | None = None,
    promtool: promtool_judge.Maker = engines.promtool,
    *,
    told: Callable[[int], None] | None = None,
) -> Verdicts | NotRun:
    """What Loki makes of every case; starts one of its own unless it is given a running one.

    `told` is called with the number of cases that are done, from any thread.
    """
    with contextlib.ExitStack() as stack:
        try:
            running = loki or _started(stack)
            if isinstance(running, NotRun):
                return running
            asked = _ask(proposals, running, told)
        except EngineError as error:
            return NotRun("; ".join((error.summary, *(text for _, text in error.facts))), error.cure or None)
    expanded = promtool_judge.judge(tuple(_transcoded(asked)), promtool)
    if isinstance(expanded, NotRun):
        return expanded
    return dict(_verdicts(asked, expanded))


def _started(stack: contextlib.ExitStack) -> RunningLoki | NotRun:
    found = engines.loki()
    return found if isinstance(found, Missing) else stack.enter_context(found.start())


def _ask(
    proposals: Sequence[Proposal], loki: RunningLoki, told: Callable[[int], None] | None
) -> list[tuple[Proposal, list[_Asked]]]:
    """Every case in a tenant of its own, a few side by side; each thread has its own connection."""
    own = local()

    def ask(pair: tuple[Rule, Case]) -> _Asked:
        if not hasattr(own, "loki"):
            own.loki = loki.beside()
        grid = _grid(*pair, own.loki)
        if told:
            told(1)
        return _Asked(*pair, grid)

    with ThreadPoolExecutor(_THREADS) as pool:
        pairs = [(one.rule, case) for one in proposals for case in one.cases]
        done = iter(list(pool.map(ask, pairs)))
    return [(one, [next(done) for _ in one.cases]) for one in proposals]


def _grid(rule: Rule, case: Case, loki: RunningLoki) -> Grid | Refusal:
    tenant = uuid.uuid4().hex
    try:
        push(loki, tenant, case.streams)
    except Refused as error:
        return Refusal(f"it does not take the lines: {answer(error)}")
    return evaluate(loki, tenant, rule.expr, every=case.every, until=case.until, offset=rule.query_offset)


# -- the same grid for promtool ----------------------------------------------------------------------


def transcoded(rule: Rule) -> Rule:
    """The rule for promtool, where its result is a made-up metric. A product has no name, as in LogQL."""
    return replace(rule, language="promql", expr=f"{METRIC} * 1", limit=0, query_offset=0.0)


def _transcoded(asked: Iterable[tuple[Proposal, list[_Asked]]]) -> Iterator[Proposal]:
    for proposal, cases in asked:
        shown = tuple(case for one in cases if (case := one.transcoded))
        if shown:
            yield Proposal(transcoded(proposal.rule), shown)


# -- verdicts ------------------------------------------------------------------------------------------


def _verdicts(
    asked: Iterable[tuple[Proposal, list[_Asked]]], expanded: Verdicts
) -> Iterator[tuple[tuple[str, str, str], tuple[CaseVerdict, ...]]]:
    for proposal, cases in asked:
        of_promtool = iter(expanded.get(proposal.rule.id, ()))
        yield (
            proposal.rule.id,
            tuple(_verdict(one, next(of_promtool) if one.transcoded else None) for one in cases),
        )


def _verdict(asked: _Asked, of_promtool: CaseVerdict | None) -> CaseVerdict:
    """Loki's grid against the prediction; where promtool saw the grid, it is to agree about the alerts."""
    if asked.refused:
        return CaseVerdict(case=asked.case, ok=False, words=asked.refused)
    if of_promtool is None:
        words = difference(asked.rule, asked.case.expected, (), LOKI)
        return CaseVerdict(case=asked.case, ok=not words, words=words)
    limited = asked.alerts(asked.rule.limit)
    whole = limited == asked.alerts()  # promtool knows of no limit here
    seen = of_promtool.seen if whole else _labelled(asked.rule, limited)
    words = difference(asked.rule, asked.case.expected, seen, LOKI)
    if not of_promtool.ok and not words:
        words = f"with Loki's result, {of_promtool.words}"
    return CaseVerdict(
        case=asked.case, ok=not words, seen=seen, expanded=of_promtool.expanded if whole else (), words=words
    )


def _labelled(rule: Rule, alerts: Iterable[Alerting]) -> tuple[Alerting, ...]:
    """With the labels of the rule as they are written."""
    own = dict(rule.labels)
    return tuple(replace(one, labels=labels({**dict(one.labels), **own}.items())) for one in alerts)


def _ambiguous(rule: Rule, grid: Grid) -> str:
    """Whether an evaluation fails because labels of the rule hide what told two elements apart.

    Labels that are templates are promtool's to judge.
    """
    fixed = {name: value for name, value in rule.labels if not is_template(value)}
    rows: dict[Labels, list[tuple[float | None, ...]]] = {}
    for name, row in grid.elements.items():
        rows.setdefault(labels({**dict(name), **fixed}.items()), []).append(row)
    for name, several in rows.items():
        counts = [sum(value is not None for value in values) for values in zip(*several, strict=True)]
        bad = next((i for i, count in enumerate(counts) if count > 1), None)
        if bad is not None:
            return f"at {instant(bad * grid.every)} {_SAME_LABELS}: {shown(name)}"
    return ""
