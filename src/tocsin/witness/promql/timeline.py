"""What a rule is predicted to make of a case: its alerts over the grid of evaluations. The engine judges."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Alerting
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, vector
from tocsin.witness.promql.evaluator.parsed import parsed
from tocsin.witness.promql.evaluator.store import STALE, Store
from tocsin.witness.promql.past import Given, Past
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Labels, Series

_NONE = Known()


def predicted(
    rule: Rule,
    case_series: Iterable[Series],
    interval: float,
    every: float,
    until: float,
    start: float = 0.0,
    known: Known = _NONE,
    *,
    budget: Budget | None = None,
    past: Past | None = None,
) -> tuple[Alerting, ...]:
    """The alerts of `rule` when it is evaluated at 0, `every`, ... `until`, in seconds since `start`.

    Recording rules come first, in their order, at each of these instants, as promtool 3.15.0 has it. `past`
    knows courses of the same rule. Raises what `evaluate.vector` raises, and QueryError for an expression
    that does not parse.
    """
    case_series = tuple(case_series)
    store = Store(case_series, interval, start)
    budget = Budget() if budget is None else budget
    recorders = [Recorder(one, every, budget) for one in needed(rule.expr, known.recordings)]
    every = float(every)
    count = int(until / every + 1e-9) + 1
    past = Past() if past is None or recorders else past
    given = past.given((interval, every, start), case_series, count)
    for i in range(len(given), count):
        now = start + i * every
        for recorder in recorders:
            recorder.record(store, now)
        given.append(alerts(rule, store, now, every, budget))
    past.keep((interval, every, start), case_series, given)
    return alertings(_presence(given), every, rule.hold, rule.keep)


def _presence(given: Given) -> dict[Labels, list[bool]]:
    """For each element, which evaluations gave it."""
    present: dict[Labels, list[bool]] = {}
    for i, found in enumerate(given):
        for labels in found:
            present.setdefault(labels, [False] * len(given))[i] = True
    return present


def needed(expr: str, recordings: Sequence[Recording]) -> tuple[Recording, ...]:
    """The recording rules whose series `expr` reads, or those read by them; in their order."""
    if not recordings:
        return ()
    read, found = _read(expr), set[int]()
    size = -1
    while len(found) > size:
        size = len(found)
        for i, one in enumerate(recordings):
            if i not in found and (read is None or one.record in read):
                found.add(i)
                more = _read(one.expr)
                read = None if read is None or more is None else read | more
    return tuple(one for i, one in enumerate(recordings) if i in found)


@lru_cache(maxsize=512)
def _read(expr: str) -> frozenset[str] | None:
    """The names of all metrics that are read; None: any may be."""
    names = {selector.metric for selector in selectors(parsed(expr))}
    return None if None in names else frozenset(name for name in names if name is not None)


def alerts(rule: Rule, store: Store, now: float, every: float, budget: Budget) -> list[Labels]:
    """The label sets that one evaluation gives; none when there are more than the limit."""
    found = vector(parsed(rule.expr), store, now - rule.query_offset, every=every, budget=budget, horizon=now)
    if not found:
        return []
    labels = [tuple(pair for pair in element.labels if pair[0] != "__name__") for element in found]
    replaced = {name for name, value in rule.labels if "{{" not in value} | {"alertname"}
    if len({tuple(pair for pair in one if pair[0] not in replaced) for one in labels}) < len(labels):
        raise EngineRefuses("vector contains metrics with the same labelset after applying alert labels")
    return labels if not rule.limit or len(labels) <= rule.limit else []


class Recorder:
    """A recording rule under way: it marks the end of series that it no longer gives."""

    def __init__(self, recording: Recording, every: float, budget: Budget) -> None:
        self.expr = parsed(recording.expr)
        self.labels = dict(recording.labels) | {"__name__": recording.record}
        self.every = every
        self.budget = budget
        self.before: set[Labels] = set()

    def record(self, store: Store, now: float) -> None:
        """Evaluate it and append its samples."""
        found = vector(self.expr, store, now, every=self.every, budget=self.budget)
        named = [self._named(element.labels) for element in found]
        if len(set(named)) < len(named):
            raise EngineRefuses("vector contains metrics with the same labelset after applying rule labels")
        at = round(now * 1000)
        for labels, element in zip(named, found, strict=True):
            store.record(labels, at, element.value)
        for labels in sorted(self.before.difference(named)):
            store.record(labels, at, STALE)
        self.before = set(named)

    def _named(self, labels: Labels) -> Labels:
        return tuple(sorted((name, value) for name, value in (dict(labels) | self.labels).items() if value))
