"""Samples of a few series, and which of them a selector finds at an instant: Prometheus 3.15.0's rules.

A store is never changed by an evaluation. A search makes many that differ in one series: `replaced` shares
all the rest. All times in here are milliseconds, as in the engine.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias, cast

from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Selector
from tocsin.query.regex_match import fits
from tocsin.witness.telemetry import Gap, Labels, Run, Sample, Series

LOOKBACK = 300_000
"""How far back an instant selector looks, left-open."""
STALE = float("nan")
"""Stands for the marker that a series has ended; told by identity (a sample may be another NaN)."""
_MOST_SAMPLED = 32
"""So many rows of instants are remembered for a column."""
Times: TypeAlias = "range | list[int]"


class Matchers:
    """What a selector asks for; compare by identity: one for each place in an expression."""

    __slots__ = ("tests",)

    def __init__(self, selector: Selector) -> None:
        matchers = selector.matchers
        if selector.name:
            matchers = (LabelMatcher("__name__", "=", selector.name), *matchers)
        self.tests = tuple(_test(matcher) for matcher in matchers)

    def match(self, labels: Labels) -> bool:
        """Whether a series with these labels is selected. A label that is missing is empty."""
        values = dict(labels)
        return all(test(values.get(name, "")) for name, test in self.tests)


class AnyOf(Matchers):
    """What any of several selectors asks for."""

    __slots__ = ("choices",)

    def __init__(self, choices: tuple[Matchers, ...]) -> None:
        self.choices = choices

    def match(self, labels: Labels) -> bool:
        """Whether one of them selects a series with these labels."""
        return any(choice.match(labels) for choice in self.choices)


def _test(matcher: LabelMatcher) -> tuple[str, Callable[[str], bool]]:
    value, wanted = matcher.value, matcher.op in ("=", "=~")
    if matcher.op in ("=", "!="):
        return matcher.label, lambda text: (text == value) == wanted
    return matcher.label, lambda text: fits(value, text) == wanted


class Column:
    """The samples of one series in the order of time; gaps are left out, the stale marker is one."""

    __slots__ = ("_sampled", "gaps", "remembered", "times", "values")

    def __init__(self, times: Times, values: list[float], gaps: bool) -> None:
        self.times = times
        self.values = values
        self.gaps = gaps
        """Whether the marker may be among the values."""
        self.remembered: dict[object, float | None] = {}
        """What functions of ranges have made of it: a search asks the same again and again."""
        self._sampled: dict[tuple[range, int], tuple[float | None, ...]] = {}

    def forget(self) -> None:
        """Its samples have changed."""
        self.remembered.clear()
        self._sampled.clear()

    def at(self, ref: int, horizon: int) -> tuple[int, float] | None:
        """The newest sample not after `ref`, with its time; None when it is too old or the series ended."""
        i = _until(self.times, ref if ref < horizon else horizon) - 1
        if i < 0:
            return None
        time, value = self.times[i], self.values[i]
        if time <= ref - LOOKBACK or value is STALE:
            return None
        return time, value

    def sampled(self, times: range, horizon: int) -> tuple[float | None, ...]:
        """What `at` finds at each of these times; None: nothing."""
        key = times, horizon
        found = self._sampled.get(key)
        if found is None:
            if len(self._sampled) >= _MOST_SAMPLED:
                self._sampled.clear()
            found = self._sampled[key] = tuple(self._newest(times, horizon))
        return found

    def _newest(self, times: range, horizon: int) -> Iterator[float | None]:
        own, values = self.times, self.values
        count = _until(own, min(times.start, horizon))
        for time in times:
            while count < len(values) and own[count] <= time and own[count] <= horizon:
                count += 1
            newest = values[count - 1] if count and own[count - 1] > time - LOOKBACK else None
            yield None if newest is STALE else newest

    def between(self, low: int, high: int) -> tuple[Times, list[float]]:
        """The samples after `low` and not after `high`."""
        first, last = _until(self.times, low), _until(self.times, high)
        times, values = self.times[first:last], self.values[first:last]
        if not self.gaps:
            return times, values
        kept = [(t, v) for t, v in zip(times, values, strict=True) if v is not STALE]
        return [t for t, _ in kept], [v for _, v in kept]


def _until(times: Times, high: int) -> int:
    """How many of them are not after `high`."""
    if isinstance(times, range):  # as bisect has it, in one step
        return max(0, min((high - times.start) // times.step + 1, len(times)))
    return bisect_right(times, high)


Made: TypeAlias = dict[tuple[Series, int, int], Column]
"""Columns of other stores on the same grid: those of the same series are not made again."""


class Store:
    """Series on the regular grid `start + i * interval` (unix seconds), and recorded ones beside them."""

    __slots__ = (
        "_found", "_recorded", "columns", "family", "interval", "labels", "nameless", "searched", "start",
    )  # fmt: skip

    def __init__(
        self,
        series: Iterable[Series],
        interval: float,
        start: float = 0.0,
        *,
        made: Made | None = None,
    ) -> None:
        self.start = round(start * 1000)
        self.interval = round(interval * 1000)
        self.labels: list[Labels] = []
        self.nameless: list[Labels] = []
        self.columns: list[Column] = []
        self._found: dict[Matchers, tuple[int, ...]] = {}
        self._recorded: set[int] = set()
        self.family = object()
        """The same for all stores that were made of one by `replaced`."""
        self.searched = False
        """Whether this is one of many that differ in few columns."""
        made = {} if made is None else made
        for one in series:
            key = one, self.interval, self.start
            column = made.get(key)
            if column is None:
                column = made[key] = self.column_of(one.runs)
            self.add(one.labels, column)

    def add(self, labels: Labels, column: Column) -> None:
        """One more series; its samples may be at any times."""
        self.labels.append(labels)
        self.nameless.append(tuple(p for p in labels if p[0] not in ("__name__", "__type__", "__unit__")))
        self.columns.append(column)
        self._found.clear()

    def column_of(self, runs: Sequence[Run]) -> Column:
        """The samples of these runs, on the grid of this store."""
        samples = [sample for run in runs for sample in run.samples()]
        if any(isinstance(run.first, Gap) for run in runs):
            return self.column(samples)
        every = range(self.start, self.start + self.interval * len(samples), self.interval)
        return Column(every, cast(list[float], samples), False)

    def column(self, samples: Sequence[Sample]) -> Column:
        """Samples on the grid of this store."""
        every = range(self.start, self.start + self.interval * len(samples), self.interval)
        values = [sample for sample in samples if isinstance(sample, float)]
        if len(values) == len(samples):
            return Column(every, values, False)
        kept = [(t, s) for t, s in zip(every, samples, strict=True) if s is not Gap.MISSING]
        return Column([t for t, _ in kept], [STALE if isinstance(s, Gap) else s for _, s in kept], True)

    def replaced(self, index: int, samples: Sequence[Sample] | Column) -> "Store":
        """The same store with other samples for the series at `index` (in the order they were given).

        A column that was made once (`column`) remembers what was calculated of it.
        """
        other = Store.__new__(Store)
        other.start, other.interval = self.start, self.interval
        other.labels, other.nameless, other._found = self.labels, self.nameless, self._found
        other.family, other.searched, other._recorded = self.family, True, set()
        other.columns = self.columns.copy()
        other.columns[index] = samples if isinstance(samples, Column) else self.column(samples)
        return other

    def record(self, labels: Labels, time: int, sample: float) -> None:
        """Append a sample, as a recording rule does; one that is not newer than the last is lost."""
        if labels not in self.labels:
            self.labels, self.nameless = self.labels.copy(), self.nameless.copy()  # others may share them
            self._found, self.family = {}, object()
            self.add(labels, Column([], [], True))
        index = self.labels.index(labels)
        column = self.columns[index]
        if column.times and column.times[-1] >= time:
            return
        self.searched = False
        if index not in self._recorded:
            column = self.columns[index] = Column(list(column.times), column.values.copy(), True)
            self._recorded.add(index)
        assert isinstance(column.times, list)
        column.forget()
        column.times.append(time)
        column.values.append(sample)

    @property
    def grows(self) -> bool:
        """Whether samples are recorded into it."""
        return bool(self._recorded)

    def find(self, matchers: Matchers) -> tuple[int, ...]:
        """The numbers of the series that are selected."""
        found = self._found.get(matchers)
        if found is None:
            found = tuple(i for i, labels in enumerate(self.labels) if matchers.match(labels))
            self._found[matchers] = found
        return found
