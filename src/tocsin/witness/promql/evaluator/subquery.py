"""Subqueries: an expression at many instants, of which the next evaluation asks most again.

What it gave at an instant is remembered for as long as the columns are the same; and where it asks for
nothing but the newest samples, what it gives for the same samples.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Generic, TypeAlias, TypeVar

from tocsin.query.promql.ast import Call, Expr, Number, Range, Subquery, Timed
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.promql.evaluator.durations import When, positive, when
from tocsin.witness.promql.evaluator.functions_time import PARTS
from tocsin.witness.promql.evaluator.store import AnyOf, Matchers, Store
from tocsin.witness.promql.evaluator.terms import Element, MatrixPlan, Moment, VectorPlan, Window, nameless
from tocsin.witness.telemetry import Labels

Known = TypeVar("Known")
Steps: TypeAlias = dict[int, list[Element]]
"""What the expression gives at instants; it may be added to."""
_Stretch: TypeAlias = tuple[Element, range]
"""An element, and the instants in a row at which it is given."""
Stepping: TypeAlias = Callable[[Moment, range], Iterable[list[Element]]]
"""What it gives at each of these instants."""
_MOST_COURSES = 8
"""So many sets of columns are remembered for each subquery."""
_MOST_SAMPLED = 256
"""So many sets of samples."""
_OF_THE_EVALUATION = frozenset(("start", "end", "range", "step"))
_OF_THE_INSTANT = frozenset(("time", "timestamp", *PARTS)) | _OF_THE_EVALUATION


class _Memory(Generic[Known]):
    """What is known of stores of one family, bounded; what an evaluation pays depends on nothing else."""

    __slots__ = ("_family", "_known", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._family: object = None
        self._known: dict[tuple[object, ...], Known] = {}

    def of(self, store: Store) -> dict[tuple[object, ...], Known]:
        """All that is known of this store."""
        if store.family is not self._family:
            self._family, self._known = store.family, {}
        return self._known

    def keep(self, key: tuple[object, ...], value: Known) -> Known:
        """Remember it; when there is too much, all else is forgotten."""
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = value
        return value


def subquery(node: Subquery, inner: VectorPlan) -> tuple[MatrixPlan, When, int]:
    """The windows of a subquery, the instant of their end and their length."""
    at, length = when(node), positive(node.range)
    step = None if node.step is None else positive(node.step)
    remembered, stepping = _memory(node.expr), _stepping(node.expr, inner)

    def run(moment: Moment) -> list[Window]:
        high = at(moment)
        every = moment.every if step is None else step
        times = range(_first(high - length, every), high + 1, every)
        moment.budget.spend(len(times))
        steps = remembered(moment) if high <= moment.horizon else {}
        later = times[_known(times, steps) :]
        steps.update(zip(later, stepping(moment, later), strict=True))
        points: dict[Labels, list[_Stretch]] = {}
        for found, stretch in _stretches(steps, times):
            for element in found:
                points.setdefault(element.labels, []).append((element, stretch))
        return [_window(labels, found) for labels, found in points.items()]

    return run, at, length


def _known(times: range, steps: Steps) -> int:
    """How many of the first steps are known."""
    return next((i for i, time in enumerate(times) if time not in steps), len(times)) if steps else 0


def _first(low: int, every: int) -> int:
    """The first multiple of `every` after `low`, dividing as Go does (towards zero)."""
    first = -every * (-low // every) if low < 0 else every * (low // every)
    return first + every if first <= low else first


def _stretches(steps: Steps, times: range) -> Iterator[tuple[list[Element], range]]:
    """The steps, those together that give the very same."""
    first, before = 0, steps[times[0]] if times else []
    for i, time in enumerate(times):
        found = steps[time]
        if found is not before:
            yield before, times[first:i]
            first, before = i, found
    yield before, times[first:]


def _window(labels: Labels, stretches: list[_Stretch]) -> Window:
    margin = max(element.margin for element, _ in stretches)
    if margin > 0:
        stretches = [one for one in stretches if one[0].margin > 0]
    points = [(time, element.value) for element, times in stretches for time in times]
    if margin <= 0:  # of several that are not there the last
        points = list(dict(points).items())
    return Window(labels, nameless(labels), [t for t, _ in points], [v for _, v in points], margin)


def _memory(node: Expr) -> Callable[[Moment], Steps]:
    """What is known of the steps, for the columns of the moment's store."""
    if any(map(_beyond_its_instant, walk(node))):
        return lambda moment: {}
    wanted = _wanted(node)
    memory: _Memory[Steps] = _Memory(_MOST_COURSES)

    def run(moment: Moment) -> Steps:
        store = moment.store
        if store.grows:
            return {}
        columns = store.columns
        key = moment.every, moment.hopeful, *[columns[i] for i in store.find(wanted)]
        found = memory.of(store).get(key)
        return memory.keep(key, {}) if found is None else found

    return run


def _stepping(node: Expr, plan: VectorPlan) -> Stepping:
    """The plan at many instants; where time is nothing to it, once for the same samples."""

    def each(moment: Moment, times: Iterable[int]) -> Iterator[list[Element]]:
        now = moment.t
        try:
            for time in times:
                moment.t = time
                yield plan(moment)
        finally:
            moment.t = now

    if any(map(_asks_for_more, walk(node))):
        return each
    wanted = _wanted(node)
    memory: _Memory[list[Element]] = _Memory(_MOST_SAMPLED)

    def run(moment: Moment, times: range) -> Iterator[list[Element]]:
        store = moment.store
        columns = [store.columns[i] for i in store.find(wanted)]
        moment.budget.spend(len(times) * len(columns))
        sampled = [column.sampled(times, moment.horizon) for column in columns]
        rows = zip(*sampled, strict=True) if sampled else repeat((), len(times))
        for time, samples in zip(times, rows, strict=True):
            key = moment.hopeful, samples
            found = memory.of(store).get(key)
            if found is None:
                [made] = each(moment, (time,))
                found = memory.keep(key, made)
            yield found

    return run


def _wanted(node: Expr) -> Matchers:
    return AnyOf(tuple(Matchers(selector) for selector in selectors(node)))


def _asks_for_more(node: Expr) -> bool:
    """Whether more is asked than the newest samples."""
    if isinstance(node, Call):
        return node.name in _OF_THE_INSTANT
    moved = isinstance(node, Timed) and (node.offset is not None or node.at is not None)
    return moved or isinstance(node, Range | Subquery)


def _beyond_its_instant(node: Expr) -> bool:
    """Whether more is asked than what was there at the instant: about the evaluation, or what follows."""
    if isinstance(node, Call):
        return node.name in _OF_THE_EVALUATION
    if not isinstance(node, Timed):
        return False
    back = node.offset is None or (isinstance(node.offset, Number) and node.offset.value >= 0)
    return node.at is not None or not back
