"""What the spec says of telemetry, as a proposer of witnesses wants it. Invents nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.model.telemetry import Metric, Service
from tocsin.model.workspace import Model
from tocsin.query.numbers import bucket_edge
from tocsin.witness.rule import Known, LogSignal, Recording, Signal

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "histogram": ("", "_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}
_NAME = re.compile(r"[a-zA-Z_:][\w:.]*")
_UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The signals of an environment by service, and what is recorded and logged in it."""

    by_service: Mapping[str, Mapping[str, Signal]] = field(default_factory=dict)
    anybody: Mapping[str, Signal] = field(default_factory=dict)
    """Metric name -> what the first service that declares it says."""
    recordings: tuple[Recording, ...] = ()
    streams: tuple[LogSignal, ...] = ()

    def known(self, expr: str, service: str = "") -> Known:
        """The part of it that a rule of `service` with this expression can have to do with.

        A name counts when it stands anywhere in the expression, or in that of a recording rule which counts.
        """
        taken = self._recordings(expr)
        text = "\n".join((expr, *(one.expr for one in taken)))
        own = self.by_service.get(service, {})
        names = set(_NAME.findall(text))
        if "__name__" in text:
            names.update(self.anybody)
        found = {name: own.get(name) or self.anybody.get(name) for name in sorted(names)}
        signals = {name: signal for name, signal in found.items() if signal is not None}
        return Known(signals=signals, recordings=taken, streams=self.streams)

    def _recordings(self, expr: str) -> tuple[Recording, ...]:
        """Those whose names stand in the expression, and those that they are made of, in their order."""
        text, taken = expr, set[int]()
        while True:
            fresh = [i for i, r in enumerate(self.recordings) if i not in taken and r.record in text]
            if not fresh:
                return tuple(self.recordings[i] for i in sorted(taken))
            taken.update(fresh)
            text = "\n".join((text, *(self.recordings[i].expr for i in fresh)))


def contract(model: Model, recordings: Iterable[Recording]) -> Contract:
    """The contract of an environment, and the rules that record further metrics."""
    by_service = {
        name: {signal.name: signal for signal in _signals(service, model)}
        for name, service in model.services.items()
    }
    anybody: dict[str, Signal] = {}
    for signals in by_service.values():
        for signal in signals.values():
            anybody.setdefault(signal.name, signal)
    return Contract(
        by_service=by_service,
        anybody=anybody,
        recordings=tuple(recordings),
        streams=tuple(_streams(model)),
    )


def _signals(service: Service, model: Model) -> Iterator[Signal]:
    target = _target(service, model)
    interval = min((s.every.seconds for s in service.scrapes), default=0.0)
    for metric in service.metrics.values():
        for suffix in _SUFFIXES.get(metric.type, ("",)):
            yield Signal(
                name=metric.name + suffix,
                type=metric.type,
                unit=metric.unit,
                labels={**target, **_own(metric, suffix)},
                only=metric.only,
                buckets=metric.buckets,
                interval=interval,
            )
    if service.scrapes:
        yield Signal(name=_UP, type="gauge", labels=target, interval=interval)


def _target(service: Service, model: Model) -> dict[str, tuple[str, ...]]:
    """Labels of the target, as every scraped series has them; those of several jobs side by side."""
    out: dict[str, dict[str, None]] = {name: {value: None} for name, value in model.identity.items()}
    for scrape in service.scrapes:
        targets = scrape.targets or ("host-1:9100",)
        pairs = [("job", scrape.job), *(("instance", t) for t in targets), *scrape.labels.items()]
        for name, value in pairs:
            out.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in out.items()}


def _own(metric: Metric, suffix: str) -> dict[str, tuple[str, ...]]:
    said = {m.label: (m.value,) for m in metric.matchers if m.op == "="}
    own = {**said, **metric.labels}
    if suffix == "_bucket":
        own["le"] = tuple(bucket_edge(bound) for bound in metric.buckets)
    return own


def _streams(model: Model) -> Iterator[LogSignal]:
    for service in model.services.values():
        logs = service.logs
        if logs is not None:
            labels = tuple(sorted({**model.identity, **logs.labels}.items()))
            yield LogSignal(labels=labels, format=logs.format, fields=tuple(logs.fields))
