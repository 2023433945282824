"""At which scrape intervals does a rule still fire? Its witness is scraped again, more and less often.

The case's series are taken as what really happened, and each interval is tried at several phases: where in
the interval the scrapes lie is up to chance in production.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tocsin.witness.case import Alerting, Case
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.promql.evaluator.store import STALE, Column, Store
from tocsin.witness.promql.timeline import Recorder, alerts, needed, predicted
from tocsin.witness.rule import Known, Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Gap, Run, Sample, Series

INTERVALS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
"""Seconds; the ones that people choose."""
_PHASES = (0.0, 0.125, 0.375, 0.625, 0.875)
"""Shares of the interval; the instants right behind and right before an evaluation are tried as well."""
_LONGER = 2400.0
"""The fault is made so much longer, so that a slow scrape has the time to see it."""
_CYCLES = 4
"""So many scrapes and evaluations after the first firing, a break would have been seen."""
_STEPS = 3_000_000
_NONE = Known()


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds. None: at none of `INTERVALS`, or, with `words`, it is not known and why."""

    reliable: float | None
    """The longest at which the rule fires whatever the phase, without a break while the fault lasts."""
    ever: float | None
    """The longest at which it fires at all: at some phase, at some evaluation."""
    words: str = ""


def intervals(rule: Rule, case: Case, known: Known = _NONE, *, budget: Budget | None = None) -> Intervals:
    """The longest scrape intervals for a rule, by a case in which it fires."""
    budget = Budget(_STEPS) if budget is None else budget
    try:
        trial = _trial(rule, case, known, budget)
        if trial is None:
            return Intervals(None, None, "the rule does not fire in this case")
        reliable = next((i for i in reversed(INTERVALS) if trial.always(i)), None)
        return Intervals(reliable, trial.longest_once(reliable))
    except (NotUnderstood, EngineRefuses) as error:
        return Intervals(None, None, error.words)
    except OutOfBudget:
        return Intervals(None, None, "the evaluation takes too many steps")


def _trial(rule: Rule, case: Case, known: Known, budget: Budget) -> "_Trial | None":
    """The same case with a longer fault, and the alert that it has then; None when there is none."""
    first = _firing(case.expected)
    if first is None or first.firing is None:
        return None
    index, more = int(first.firing // case.interval), math.ceil(_LONGER / case.interval)
    longer = replace(
        case,
        series=tuple(stretched(one, index, more) for one in case.series),
        until=case.until + more * case.interval,
    )
    found = predicted(
        rule, longer.series, case.interval, case.every, longer.until, case.start, known, budget=budget
    )
    wanted = _firing(one for one in found if one.labels == first.labels)
    fault_end = first.firing + more * case.interval
    return None if wanted is None else _Trial(rule, longer, wanted, fault_end, known, budget)


def _firing(found: Iterable[Alerting]) -> Alerting | None:
    return next((one for one in found if one.firing is not None), None)


def stretched(series: Series, index: int, more: int) -> Series:
    """What goes on at sample `index` goes on for `more` samples; what comes later comes as much later."""
    runs: list[Run] = []
    risen = 0.0
    for run in series.runs:
        first = run.first if isinstance(run.first, Gap) else run.first + risen
        here = 0 <= index < run.count
        index -= run.count
        if here and first is Gap.STALE:
            runs += [run, Run(Gap.MISSING, more)]
        else:
            runs.append(Run(first, run.count + more * here, run.step))
            risen += run.step * more * here
    return Series(series.labels, tuple(runs))


def scraped(series: Series, interval: int, every: int, phase: int, start: int) -> Column:
    """A series whose samples are `interval` apart, as a scrape each `every` sees it (all in milliseconds).

    Between two samples of one run it moves in a straight line; else it stays. A marker that it has ended is
    seen by the first scrape after it.
    """
    samples, moves = _samples(series)
    times: list[int] = []
    values: list[float] = []
    for time in range(phase, interval * len(samples), every):
        i, rest = divmod(time, interval)
        sample = samples[i]
        if not isinstance(sample, Gap):
            times.append(start + time)
            values.append(sample + moves[i] * rest / interval)
        elif sample is Gap.STALE and values and values[-1] is not STALE:
            times.append(start + time)
            values.append(STALE)
    return Column(times, values, True)


def _samples(series: Series) -> tuple[list[Sample], list[float]]:
    """The samples, with how much each moves until the next; what is missing after a marker is one as well."""
    samples: list[Sample] = []
    moves: list[float] = []
    for run in series.runs:
        ended = run.first is Gap.MISSING and bool(samples) and samples[-1] is Gap.STALE
        samples += [Gap.STALE] * run.count if ended else run.samples()
        moves += [run.step] * (run.count - 1) + [0.0]
    return samples, moves


class _Trial:
    """A case that is scraped anew, and the alert that is wanted of it."""

    def __init__(
        self, rule: Rule, case: Case, wanted: Alerting, fault_end: float, known: Known, budget: Budget
    ) -> None:
        self.rule, self.case, self.wanted, self.budget = rule, case, wanted, budget
        self.recordings = needed(rule.expr, known.recordings)
        self.passing = wanted.resolved is not None and wanted.resolved <= fault_end
        self.end = min(fault_end, wanted.resolved or fault_end)

    def longest_once(self, longest: float | None) -> float | None:
        """The longest interval at which the rule fires at some phase, from one on at which it does."""
        for interval in INTERVALS:
            if longest is None or interval > longest:
                if any(_firing(self.alerts(interval, phase)) for phase in _phases(interval)):
                    longest = interval
                elif longest is not None:
                    break
        return longest

    def always(self, interval: float) -> bool:
        """Whether it fires at every phase, and then goes on."""
        return all(self.lasts(self.alerts(interval, phase)) for phase in _phases(interval))

    def lasts(self, found: tuple[Alerting, ...]) -> bool:
        """Whether an alert that fires is there as long as the fault; one that passes by itself, only once."""
        one = _firing(found)
        return one is not None and (one.resolved is None or (self.passing and len(found) == 1))

    def alerts(self, interval: float, phase: int) -> tuple[Alerting, ...]:
        """What becomes of the wanted alert."""
        case, store = self.case, Store((), self.case.interval, self.case.start)
        step, every = round(case.interval * 1000), round(interval * 1000)
        for one in case.series:
            store.add(one.labels, scraped(one, step, every, phase, round(case.start * 1000)))
        recorders = [Recorder(one, case.every, self.budget) for one in self.recordings]
        first = 0 if recorders else max(0, round(self.wanted.pending / case.every) - 1)
        row = []
        seen = (self.wanted.firing or 0.0) + _CYCLES * (interval + case.every)
        for i in range(first, round(min(self.end, seen) / case.every) + 1):
            now = case.start + i * case.every
            for recorder in recorders:
                recorder.record(store, now)
            row.append(self.wanted.labels in alerts(self.rule, store, now, case.every, self.budget))
        return alertings({self.wanted.labels: row}, case.every, self.rule.hold, self.rule.keep)


def _phases(interval: float) -> list[int]:
    """Milliseconds after an evaluation."""
    length = round(interval * 1000)
    return [1, length - 1, *(round(share * length) for share in _PHASES)]
