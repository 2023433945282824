"""A scenario as telemetry: what the contract says is there, and the fault. Pure; nobody judges here.

Where a scenario says nothing, the world is well: targets answer, counters rise, those of errors stand still,
timestamps are fresh, all other gauges are the same, so that shares of one in another are 100 %.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tocsin.model.scenario import Course, Scenario, Signal
from tocsin.model.telemetry import Metric, Service
from tocsin.model.workspace import Model
from tocsin.query.numbers import bucket_edge
from tocsin.witness.telemetry import Gap, Labels, Run, Sample, Series, labels, runs

START = 1_704_067_200.0
"""2024-01-01 00:00:00 UTC, a Monday."""
DAY = 86_400.0
WARM_UP = 1_800.0
"""Seconds of health before the fault; windows that are longer see a part of it."""
LEAST_EVERY = 30.0
"""Between evaluations: finer would tell nothing more about minutes."""
LONG = 6 * 3_600.0
"""What lasts longer is looked at on a coarser grid."""
_EVALUATIONS = 350
_SILENT = frozenset(("fails", "away"))
_STEPS = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
_COARSE = 60.0
_BAD = re.compile(r"fail|err|drop|lost|miss|refus|reject|corrupt|invalid|discard|timeout|retr|cancel|panic")
_GOOD = re.compile(r"success|healthy|ready|_up$|available$|connected")
_LEVEL = 100.0
_NOISE = 0.05
_USUAL_RATE = 1.0


@dataclass(frozen=True, slots=True)
class Timing:
    """The grid: seconds between samples and between evaluations, when the fault begins, when all ends."""

    interval: float
    every: float
    fault: float
    until: float

    @property
    def samples(self) -> int:
        """How many there are of each series."""
        return int(self.until / self.interval) + 1


def timing(scenario: Scenario, model: Model) -> Timing:
    """Fine for faults, coarse for days."""
    scrape, every = model.stack.scrape_interval.seconds, model.stack.evaluation_interval.seconds
    lasts = scenario.lasts.seconds
    if lasts <= LONG:
        every = every * max(1, round(LEAST_EVERY / every))
        return Timing(min(scrape, every), every, WARM_UP, WARM_UP + math.ceil(lasts / every) * every)
    step = next((step for step in _STEPS if lasts / step <= _EVALUATIONS), _STEPS[-1])
    return Timing(_COARSE, step, WARM_UP, WARM_UP + math.ceil(lasts / step) * step)


Event = Literal["fails", "away", "reset"]
"""A scrape fails; the service does not answer; its counters begin again."""


@dataclass(frozen=True, slots=True)
class Track:
    """One series: what it usually does, and from the fault on."""

    labels: Labels
    counter: bool
    usual: Course | None
    fault: Course | None = None
    """None: nothing happens to it."""
    born: float = 0.0
    """The value that a counter begins with."""
    extra: tuple[tuple[float, float, Event], ...] = field(default=())
    """Things that happen on the way: from, to, and what."""

    @property
    def name(self) -> str:
        """The metric's name."""
        return dict(self.labels).get("__name__", "")

    @property
    def probed(self) -> bool:
        """Whether it is known from outside, by a probe."""
        return "check" in dict(self.labels)


def start_of(on: Timing) -> float:
    """Unix time of second 0: evaluations are at multiples of their interval."""
    return math.ceil(START / on.every) * on.every


def tracks(scenario: Scenario, model: Model) -> list[Track]:
    """All series of the scenario."""
    found = {one.labels: one for one in healthy(model)}
    for signal in scenario.usual:
        for track in _meant(signal, found.values(), model):
            found[track.labels] = _replaced(track, usual=signal.course)
    for signal in scenario.signals:
        for track in _meant(signal, found.values(), model):
            found[track.labels] = _replaced(track, fault=signal.course)
    return list(found.values())


def _replaced(track: Track, usual: Course | None = None, fault: Course | None = None) -> Track:
    return Track(track.labels, track.counter, usual or track.usual, fault or track.fault)


def series(found: Iterable[Track], on: Timing) -> tuple[Series, ...]:
    """The samples of all of them."""
    return tuple(Series(one.labels, runs(_samples(one, on))) for one in found)


# -- the healthy world -----------------------------------------------------------------------------------
def healthy(model: Model) -> Iterator[Track]:
    """One series of each metric that the contract declares; `up` and probes of every target."""
    for service in model.services.values():
        yield from _targets(service, model)
        main = next((scrape for scrape in service.scrapes if not scrape.probes), None)
        if main is None:
            continue
        target = {
            **model.identity,
            **main.labels,
            "job": main.job,
            "instance": (*main.targets, "host-1:9100")[0],
        }
        for metric in service.metrics.values():
            yield from _usual(metric, target)


def _targets(service: Service, model: Model) -> Iterator[Track]:
    one = Course("level", 1.0, 1.0)
    for scrape in service.scrapes:
        own = {**model.identity, **scrape.labels, "job": scrape.job}
        for check, url in scrape.probes.items():
            probe = {**own, "check": check, "instance": url}
            yield Track(_named("up", probe), False, one)
            yield Track(_named("probe_success", probe), False, one)
        for target in () if scrape.probes else (scrape.targets or ("host-1:9100",)):
            yield Track(_named("up", {**own, "instance": target}), False, one)


def _usual(metric: Metric, target: Mapping[str, str]) -> Iterator[Track]:
    said = {matcher.label: matcher.value for matcher in metric.matchers if matcher.op == "="}
    own = {**target, **said, **{label: values[0] for label, values in metric.labels.items() if values}}
    rate = 0.0 if _BAD.search(metric.name) else _USUAL_RATE
    rising = Course("rate", rate, rate)
    match metric.type:
        case "counter":
            yield Track(_named(metric.name, own), True, rising)
        case "histogram":
            for bound in metric.buckets:
                yield Track(_named(f"{metric.name}_bucket", {**own, "le": bucket_edge(bound)}), True, rising)
            yield Track(_named(f"{metric.name}_bucket", {**own, "le": "+Inf"}), True, rising)
            yield Track(_named(f"{metric.name}_count", own), True, rising)
            yield Track(_named(f"{metric.name}_sum", own), True, Course("rate", rate / 100, rate / 100))
        case "summary":
            yield Track(_named(f"{metric.name}_count", own), True, rising)
        case "info":
            yield Track(_named(metric.name, own), False, Course("level", 1.0, 1.0))
        case _:
            yield Track(_named(metric.name, own), False, _gauge(metric))


def _gauge(metric: Metric) -> Course:
    if metric.unit == "timestamp" or metric.name.endswith("_timestamp_seconds"):
        return Course("now")
    if metric.unit == "bool" or metric.name.endswith(("_readonly", "_up")) or _GOOD.search(metric.name):
        value = 1.0 if _GOOD.search(metric.name) else 0.0
        return Course("level", value, value)
    level = 0.0 if _BAD.search(metric.name) else _LEVEL
    return Course("level", level, level)


def _named(name: str, own: Mapping[str, str]) -> Labels:
    return labels([*own.items(), ("__name__", name)])


def _meant(signal: Signal, there: Iterable[Track], model: Model) -> list[Track]:
    """Those of the series that are there which have these labels; else a new one beside them."""
    alike = [one for one in there if one.name == signal.metric]
    wanted = signal.labels.items()
    met = [one for one in alike if wanted <= dict(one.labels).items()]
    if met:
        return met
    counter = alike[0].counter if alike else signal.course.kind == "rate"
    like = dict(alike[0].labels) if alike else {**model.identity, "__name__": signal.metric}
    quiet = Course("rate") if counter else None
    return [Track(labels({**like, **signal.labels}.items()), counter, quiet)]


# -- samples ---------------------------------------------------------------------------------------------
def _samples(track: Track, on: Timing) -> Iterator[Sample]:
    """One after the other; a counter carries what it has."""
    total, last = track.born, track.born
    listed = _listed(track.fault, on)
    for i in range(on.samples):
        at = i * on.interval
        fault = track.fault if track.fault is not None and at >= on.fault else None
        course = fault or track.usual
        if fault is not None and fault.kind == "samples":
            yield next(listed)
            continue
        if fault is not None and fault.kind == "stops":
            yield Gap.STALE if at - on.interval < on.fault else Gap.MISSING
            continue
        if course is not None and course.kind == "rate":
            total += _value(course, at, i, track.labels) * on.interval
        happening, before = _happening(track, at), _happening(track, at - on.interval)
        total = 0.0 if "reset" in happening else total
        if happening & _SILENT:
            yield _silent(track, "fails" in happening, again=bool(before & _SILENT))
            continue
        if course is None:
            yield Gap.MISSING
            continue
        if course.kind != "freezes":
            last = _now(track, course, at, i, total)
        yield last


def _happening(track: Track, at: float) -> set[Event]:
    return {what for begin, end, what in track.extra if begin <= at < end}


def _silent(track: Track, fails: bool, *, again: bool) -> Sample:
    """Prometheus 3.15.0: `up` is 0 where a scrape fails, and all that it gave before is stale at once.

    A probe is scraped from its exporter, which says that the service does not answer.
    """
    if track.name == "up":
        return 1.0 if track.probed and not fails else 0.0
    if track.name == "probe_success" and not fails:
        return 0.0
    return Gap.MISSING if again else Gap.STALE


def _now(track: Track, course: Course, at: float, i: int, total: float) -> float:
    if course.kind == "now":
        return START + at
    if course.kind == "rate":
        # sums of seconds and bytes are no whole numbers, counts are
        whole = not track.name.endswith("_sum")
        return float(math.floor(total + 1e-9)) if whole else round(total, 6)
    return _value(course, at, i, track.labels)


def _value(course: Course, at: float, i: int, name: Labels) -> float:
    """Of a daily rhythm: least at 4 in the morning, with some noise that is always the same."""
    if not course.daily:
        return course.low
    share = (1 - math.cos(2 * math.pi * (at / DAY - 4 / 24))) / 2
    level = course.low + (course.high - course.low) * share
    noise = math.sin(12.9898 * i + 78.233 * (len(name) + len(str(name)))) * 43758.5453
    return round(level * (1 + _NOISE * (2 * (noise - math.floor(noise)) - 1)), 6)


def _listed(course: Course | None, on: Timing) -> Iterator[Sample]:
    """The samples that are said, and after them none."""
    for first, step, count in course.items if course is not None else ():
        begin = Gap(first) if first in ("_", "stale") else float(first)
        yield from Run(begin, count or on.samples, step).samples()
    while True:
        yield Gap.MISSING
