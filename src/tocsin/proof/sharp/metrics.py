"""Sharpness: is every small mistake that could be in a rule noticed by its cases? The engines judge.

A mutant is caught when in one case at least its alerts differ from the rule's: pending, firing, resolved or
labels. The local evaluator says where that is to be expected, the engine is asked there first, and about
everything else only for the mutants that are left. What differs in nothing but `for` follows from what the
cases expect, which the engine has confirmed before (`proof.promtool.judge`).
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tocsin import engines
from tocsin.engines import NotRun
from tocsin.proof.promtool.judge import Maker
from tocsin.proof.sharp.grids import Answer, Question, Refused, Rows, ask
from tocsin.proof.verdict import Proposal
from tocsin.proof.workers import Workers
from tocsin.query.promql import Expr
from tocsin.witness.case import Alerting, Case
from tocsin.witness.mutant import Mutant, of_times
from tocsin.witness.promql.sharp.equivalent import equivalent
from tocsin.witness.promql.sharp.mutants import trees
from tocsin.witness.promql.sharp.noticed import REFUSED, noticed, told_apart, visible
from tocsin.witness.rule import Known, Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Labels

Id = tuple[str, str, str]
_MOST_OPEN = 100
"""Whole grids that are asked for one rule; where that is not enough, far too much survives anyway."""
_NOTHING_KNOWN: Mapping[Id, Known] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Caught:
    """A mutant, and the name of the first case that was seen to notice it."""

    mutant: Mutant
    case: str


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that no telemetry can tell from the rule, and why."""

    mutant: Mutant
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """What became of the mutants of one rule."""

    caught: tuple[Caught, ...] = ()
    survivors: tuple[Mutant, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()

    @property
    def mutants(self) -> int:
        """How many count."""
        return len(self.caught) + len(self.survivors)


def sharp(
    proposals: Sequence[Proposal],
    promtool: Maker = engines.promtool,
    *,
    known: Mapping[Id, Known] = _NOTHING_KNOWN,
    workers: Workers | None = None,
    told: Callable[[int], None] = lambda number: None,
) -> Mapping[Id, Sharpness] | NotRun:
    """How sharp the cases of each PromQL rule are; `told` is called with how many rules are done."""
    given = [_Given(i, one, known.get(one.rule.id, Known())) for i, one in enumerate(proposals)]
    with contextlib.nullcontext(workers) if workers else Workers() as side_by_side:
        works = side_by_side.each(_begun, given, lambda one: len(one.proposal.rule.expr))
    for questions_of, take in ((_Work.hopeful, _Work.confirm), (_Work.open, _Work.compare)):
        asked = {work.number: questions_of(work) for work in works}
        answers = ask(proposals, [one for several in asked.values() for one in several], promtool)
        if isinstance(answers, NotRun):
            return answers
        for work in works:
            take(work, answers)
    told(len(works))
    return {work.proposal.rule.id: work.sharpness() for work in works}


@dataclass(frozen=True, slots=True)
class _Given:
    """A rule whose mutants are to be tried; `number`: which proposal it is."""

    number: int
    proposal: Proposal
    known: Known


def _begun(given: _Given) -> "_Work":
    """All that is known without an engine."""
    pairs, rule = trees(given.proposal.rule), given.proposal.rule
    mutants = (*(mutant for mutant, _ in pairs), *of_times(rule))
    reasons = {mutant.name: equivalent(rule, mutant, given.known) for mutant in mutants}
    equivalents = {name: reason for name, reason in reasons.items() if reason}
    work = _Work(given.number, given.proposal, mutants, equivalents)
    work.hold()
    work.expect(pairs)
    return work


@dataclass(slots=True)
class _Work:
    """The mutants of one rule, and what is known of them by now."""

    number: int
    proposal: Proposal
    mutants: tuple[Mutant, ...]
    equivalents: Mapping[str, str]
    """Name -> why no telemetry can tell it from the rule."""
    caught: dict[str, str] = field(default_factory=dict)
    hopes: dict[str, tuple[Question, Question]] = field(default_factory=dict)
    """Where a mutant should differ: the question about the rule, and about the mutant."""

    @property
    def rule(self) -> Rule:
        return self.proposal.rule

    def left(self) -> list[Mutant]:
        """Those of which nothing is known yet."""
        return [m for m in self.mutants if m.name not in self.equivalents and m.name not in self.caught]

    def hold(self) -> None:
        """Mutants of `for`, by the evaluations that gave the alerts; `keep_firing_for` hides these."""
        if self.rule.keep or self.rule.limit:
            return
        for case in self.proposal.cases:
            rows = _confirmed(case)
            original = _alertings(self.rule, case, rows)
            names = {mutant.name for mutant in self.left()}
            # a case of a long `for` is evaluated less often than the rule
            for mutant in of_times(replace(self.rule, every=case.every)):
                if mutant.name in names and _alertings(mutant.rule_changed, case, rows) != original:
                    self.caught[mutant.name] = case.name

    def expect(self, pairs: Sequence[tuple[Mutant, Expr]]) -> None:
        """Where the local evaluator expects a difference. What `keep_firing_for` hides is none."""
        if self.rule.keep or self.rule.limit:
            return
        left = {mutant.name: mutant for mutant in self.left()}
        wanted = [pair for pair in pairs if pair[0].name in left]
        for name, notice in noticed(self.rule, self.proposal.cases, wanted, self.proposal.recordings).items():
            at = self.number, notice.case
            texts = (self.rule.expr, left[name].rule_changed.expr)
            first, second = (Question(*at, text, notice.evaluation) for text in texts)
            self.hopes[name] = first, second

    def hopeful(self) -> list[Question]:
        """What the engine is asked first."""
        return list(dict.fromkeys(one for pair in self.hopes.values() for one in pair))

    def confirm(self, answers: Mapping[Question, Answer]) -> None:
        """Whether the engine sees the difference too."""
        for name, (original, changed) in self.hopes.items():
            before, after = answers[original], answers[changed]
            if before is not None and after is not None and self._labels(before) != self._labels(after):
                self.caught[name] = self.proposal.cases[original.case].name

    def _labels(self, answer: Rows | Refused) -> frozenset[Labels]:
        return REFUSED if isinstance(answer, Refused) else told_apart(self.rule, answer)

    def open(self) -> list[Question]:
        """The whole grid of every case, for the rule and for those mutants left that see other series."""
        found: dict[Question, None] = {}
        for number, case in enumerate(self.proposal.cases if self.left() else ()):
            mutants = visible(self.rule, case, self.proposal.recordings, self.left())
            for text in (self.rule.expr, *(mutant.rule_changed.expr for mutant in mutants)):
                found[Question(self.number, number, text)] = None
        return list(found)[:_MOST_OPEN]

    def compare(self, answers: Mapping[Question, Answer]) -> None:
        """Whether the alerts differ in any case."""
        for number, case in enumerate(self.proposal.cases):
            for mutant in self.left():
                changed = mutant.rule_changed
                before = answers.get(Question(self.number, number, self.rule.expr))
                after = answers.get(Question(self.number, number, changed.expr))
                if before is None or after is None:
                    continue
                if alerts(self.rule, case, before) != alerts(changed, case, after):
                    self.caught[mutant.name] = case.name

    def sharpness(self) -> Sharpness:
        """All that was found out."""
        return Sharpness(
            caught=tuple(Caught(m, self.caught[m.name]) for m in self.mutants if m.name in self.caught),
            survivors=tuple(self.left()),
            equivalents=tuple(
                Equivalent(m, self.equivalents[m.name]) for m in self.mutants if m.name in self.equivalents
            ),
        )


def alerts(rule: Rule, case: Case, answer: Rows | Refused) -> tuple[Alerting, ...] | None:
    """What the ruler makes of a grid; None: nothing, the evaluation fails."""
    if isinstance(answer, Refused):
        return None
    shown: dict[Labels, int] = {}
    for labels, bits in answer.items():
        (own,) = told_apart(rule, (labels,))
        if shown.get(own, 0) & bits:
            return None  # two alerts with the same labels
        shown[own] = shown.get(own, 0) | bits
    return _alertings(rule, case, shown)


def _alertings(rule: Rule, case: Case, rows: Rows) -> tuple[Alerting, ...]:
    evaluations = range(int(case.until / case.every + 1e-9) + 1)
    present = {labels: tuple(bool(bits >> i & 1) for i in evaluations) for labels, bits in rows.items()}
    return alertings(present, case.every, rule.hold, rule.keep, rule.limit)


def _confirmed(case: Case) -> Rows:
    """The evaluations that gave the alerts of a case."""
    rows: dict[Labels, int] = {}
    for one in case.expected:
        begin = round(one.pending / case.every)
        end = (
            int(case.until / case.every + 1e-9) + 1
            if one.resolved is None
            else round(one.resolved / case.every)
        )
        rows[one.labels] = rows.get(one.labels, 0) | (1 << end) - (1 << begin)
    return rows


def total(found: Iterable[Sharpness]) -> tuple[int, int]:
    """Mutants caught, and mutants that count, of many rules."""
    rows = [(len(one.caught), one.mutants) for one in found]
    return sum(caught for caught, _ in rows), sum(count for _, count in rows)
