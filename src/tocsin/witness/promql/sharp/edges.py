"""The edge of a comparison: telemetry that is just enough, and the same that is just too little.

What happens in a case is made more and less, in ways that differ in what is changed, until the outcome of the
rule changes; between the two it is looked for closely.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tocsin.query.promql.ast import Binary, Expr, Selector
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Case
from tocsin.witness.promql.sharp.pivots import Pivot
from tocsin.witness.promql.sharp.siblings import Telemetry, kept_out, selected
from tocsin.witness.promql.sharp.variations import between, multiplied, sibling
from tocsin.witness.rule import Known

_HALVINGS = 10
_TIMES = (0.02, 0.2, 1.0, 5.0, 40.0)
_MOST_PIVOTS = 2


@dataclass(frozen=True, slots=True)
class Family:
    """Situations on the grid of `pivot`, one for each number."""

    pivot: Pivot
    at: Callable[[float], Telemetry | None]
    numbers: tuple[float, ...]


def families(expr: Expr, comparison: Binary, pivots: Sequence[Pivot], known: Known) -> Iterator[Family]:
    """Those in which the outcome might change through this comparison, the likely ones first."""
    fires = [one for one in pivots if one.fires][:_MOST_PIVOTS]
    quiet = [one for one in pivots if not one.fires][:_MOST_PIVOTS]
    for first in fires:
        for second in quiet:
            if grid(first.case) == grid(second.case):
                yield _mixed(first, second.case)
    among = selectors(comparison)
    for pivot in (*fires, *quiet):
        for chosen in _groups(pivot.case.series, (*([one] for one in among), selectors(expr))):
            yield _scaled(pivot, chosen)
        for more in _others(pivot.case.series, among, known):
            yield _joined(pivot, more)


def _groups(series: Telemetry, choices: Sequence[Sequence[Selector]]) -> list[Telemetry]:
    """What each of the choices selects, and what one of them does and another one does not."""
    found = dict.fromkeys(selected(series, among) for among in choices)
    apart = (tuple(one for one in first if one not in second) for first in found for second in found)
    return [chosen for chosen in dict.fromkeys((*found, *apart)) if chosen]


def _others(series: Telemetry, among: Sequence[Selector], known: Known) -> Iterator[Telemetry]:
    """Series that are not there: what one selector has to leave to another one of the same metric."""
    for selector in among:
        beside = [one for one in among if one.metric == selector.metric and one is not selector]
        for matcher in selector.matchers:
            if all(matcher.plain in [m.plain for m in one.matchers] for one in beside):
                continue
            value = kept_out(selector, matcher, known)
            there = {one.labels for one in series}
            made = sibling(selected(series, [selector]), matcher.label, value)
            if new := tuple(one for one in made if one.labels not in there):
                yield new


def _mixed(pivot: Pivot, other: Case) -> Family:
    return Family(pivot, lambda share: between(pivot.case.series, other.series, share), (0.0, 1.0))


def _scaled(pivot: Pivot, chosen: Telemetry) -> Family:
    """What is chosen happens more or less often."""

    def at(times: float) -> Telemetry:
        more = dict(zip(chosen, multiplied(chosen, times), strict=True))
        return tuple(more.get(one, one) for one in pivot.case.series)

    return Family(pivot, at, _TIMES)


def _joined(pivot: Pivot, others: Telemetry) -> Family:
    """There are others as well, and more or less happens in them."""
    return Family(pivot, lambda times: (*pivot.case.series, *multiplied(others, times)), _TIMES)


def edge(family: Family, holds: Callable[[Telemetry], bool]) -> tuple[Telemetry, Telemetry] | None:
    """Two neighbours, of which the first one fires; None: the outcome is always the same."""
    before: tuple[float, bool] | None = None
    for number in family.numbers:
        series = family.at(number)
        if series is None:
            return None
        now = number, holds(series)
        if before is not None and before[1] != now[1]:
            return _closer(family, holds, *((before[0], now[0]) if before[1] else (now[0], before[0])))
        before = now
    return None


def _closer(
    family: Family, holds: Callable[[Telemetry], bool], good: float, bad: float
) -> tuple[Telemetry, Telemetry] | None:
    for _ in range(_HALVINGS):
        middle = (good + bad) / 2
        series = family.at(middle)
        if series is not None and holds(series):
            good = middle
        else:
            bad = middle
    first, second = family.at(good), family.at(bad)
    return None if first is None or second is None else (first, second)


def grid(case: Case) -> tuple[float, float, float, float]:
    """What has to be the same for telemetry of two cases to be mixed."""
    return case.interval, case.every, case.until, case.start
