"""Streams of lines as a Loki holds them, read by the range aggregations of a rule."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from tocsin.query.logql.ast import LogRange
from tocsin.witness.logql.entry import SUFFIX, sorted_labels
from tocsin.witness.logql.ingest import with_level, with_service_name
from tocsin.witness.logql.pipeline import Extractor, selects
from tocsin.witness.logql.trouble import EngineRefuses
from tocsin.witness.telemetry import Labels, Stream

SECOND = 10**9


def nanoseconds(seconds: float) -> int:
    """Instants are kept as Loki keeps them."""
    return round(seconds * SECOND)


@dataclass(slots=True)
class Samples:
    """The samples of one series, in the order of time."""

    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Read:
    """All that one range aggregation makes of the lines."""

    series: dict[Labels, Samples] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)

    def window(self, span: LogRange, at: int) -> dict[Labels, tuple[list[int], list[float]]]:
        """What lies in (at - range, at], shifted by the offset: times and values of each series."""
        end = at - (nanoseconds(span.offset.value) if span.offset else 0)
        start = end - nanoseconds(span.range.value)
        for time, error in self.errors:
            if start < time <= end:
                raise EngineRefuses(f"pipeline error {error}: a line that is not as the query wants it")
        found = {}
        for labels, samples in self.series.items():
            low, high = bisect_right(samples.times, start), bisect_right(samples.times, end)
            if high > low:
                found[labels] = samples.times[low:high], samples.values[low:high]
        return found


class Store:
    """The lines of a case; reading is remembered."""

    __slots__ = ("_lines", "_read", "_unlike", "count")

    def __init__(self, streams: Iterable[Stream]) -> None:
        numbers: dict[tuple[Labels, Labels, str], int] = {}
        self._lines: list[tuple[int, int]] = []
        for stream in streams:
            for line in stream.lines:
                key = (stream.labels, line.metadata, line.text)
                self._lines.append((nanoseconds(line.at), numbers.setdefault(key, len(numbers))))
        self._lines.sort(key=itemgetter(0))
        self.count = len(self._lines)
        self._unlike = [_kept(*key) for key in numbers]
        self._read: dict[int, tuple[Extractor, Read]] = {}

    def read(self, extractor: Extractor) -> Read:
        """The samples of a range aggregation."""
        found = self._read.get(id(extractor))
        if found is None:
            found = self._read[id(extractor)] = extractor, self._samples(extractor)
        return found[1]

    def _samples(self, extractor: Extractor) -> Read:
        found = Read()
        samples = [
            extractor.sample(stream, text, metadata) if selects(extractor.node.range, dict(stream)) else None
            for stream, text, metadata in self._unlike
        ]
        series = [found.series.setdefault(each.labels, Samples()) if each else Samples() for each in samples]
        for at, number in self._lines:
            sample = samples[number]
            if sample is None:
                continue
            if sample.error:
                found.errors.append((at, sample.error))
                continue
            series[number].times.append(at)
            series[number].values.append(sample.value)
        return found


def _kept(stream: Labels, metadata: Labels, text: str) -> tuple[Labels, str, Labels]:
    """A line as Loki keeps it."""
    labels = sorted_labels(with_service_name(stream))
    return labels, text, apart(labels, with_level(labels, metadata, text))


def apart(stream: Labels, metadata: Labels) -> Labels:
    """Structured metadata of a name that the stream has gets another one."""
    names = {name for name, _ in stream}
    return tuple((name + SUFFIX if name in names else name, value) for name, value in metadata)
