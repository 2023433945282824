"""What a plug-in may know while it makes expressions: contract, selectors, a place to report.

The same template serves rules and panels: in a rule, selectors are pinned to the environment's identity; in a
panel they carry the dashboard's variables. Nothing here knows which plug-in asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tocsin.diag.nodes import Node
from tocsin.model.telemetry import Metric, Service
from tocsin.query.matchers import Matcher, regex_literal, selector
from tocsin.spec.values import Duration

if TYPE_CHECKING:
    from tocsin.diag.diagnostic import Sink

PANEL_VARIABLES = ("cluster", "environment")
"""Identity labels that are dashboard variables; the others stay pinned."""
EXPECTED = "tocsin:service_expected"
"""Recorded as 1 for every service of the inventory, with its identity: what *should* answer."""
TRAFFIC_LABELS = ("endpoint", "handler", "path", "route", "uri", "url")
NOT_TRAFFIC = "/(health|ready|live|metrics).*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything a template or panel may use. `mode` decides how selectors are pinned."""

    mode: Literal["rule", "panel"]
    service: Service | None
    services: Mapping[str, Service]
    identity: Mapping[str, str]
    every: Duration
    """Evaluation interval."""
    sink: "Sink"
    only: tuple[Matcher, ...] = ()
    """Matchers of the variant being built (an override's own, or the exclusion of all overrides)."""
    variables: tuple[tuple[str, str], ...] = ()
    """Panel mode: (label, variable) pairs that a metric's selector gets when the metric has the label."""
    _selectors: dict[object, str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def metric(self, name: str, node: Node) -> Metric | None:
        """The declared metric; reports an unknown one at `node`, with the nearest name."""
        if self.service is not None and name in self.service.metrics:
            return self.service.metrics[name]
        for service in self.services.values():
            if name in service.metrics:
                return service.metrics[name]
        known = [n for s in self.services.values() for n in s.metrics]
        self.sink.unknown("spec/unknown-metric", node, "metric", name, known)
        return None

    def _identity(self) -> tuple[Matcher, ...]:
        if self.mode == "rule":
            return tuple(Matcher(k, "=", v) for k, v in self.identity.items())
        return tuple(
            Matcher(k, "=~", f"${k}") if k in PANEL_VARIABLES else Matcher(k, "=", v)
            for k, v in self.identity.items()
        )

    def select(self, metric: Metric, extra: tuple[Matcher, ...] = (), suffix: str = "") -> str:
        """The metric's selector: its job, the identity (or variables), health endpoints left out, `extra`.

        `suffix` is `_bucket`, `_count` or `_sum` for histograms.
        """
        key = (metric.service, metric.name, extra, suffix, self.only)
        if key not in self._selectors:  # an alert says the same selector several times, a service still more
            self._selectors[key] = self._select(metric, extra, suffix)
        return self._selectors[key]

    def _select(self, metric: Metric, extra: tuple[Matcher, ...], suffix: str) -> str:
        own = [*self._identity(), *metric.matchers]
        taken = {m.label for m in extra} | {m.label for m in self.only}
        if metric.traffic:
            own += [
                Matcher(label, "!~", NOT_TRAFFIC)
                for label in TRAFFIC_LABELS
                if label in metric.labels and label not in taken
            ]
        scoped = [m for m in self.only if m.label in metric.labels]
        if self.mode == "panel":
            own += [
                Matcher(label, "=~", f"${variable}")
                for label, variable in self.variables
                if label in metric.labels or label == "instance"
            ]
        return selector(metric.name + suffix, (*own, *scoped, *extra))

    @property
    def pins(self) -> tuple[Matcher, ...]:
        """Matchers on the identity labels: pinned in a rule, the dashboard's variables in a panel."""
        return self._identity()

    def up(self) -> str:
        """The `up` series of the service's own targets, as a selector; probes are not its targets."""
        own = [*self._identity()]
        jobs = [s.job for s in self.service.scrapes if not s.probes] if self.service is not None else []
        if len(jobs) > 1:
            own.append(Matcher("job", "=~", "|".join(regex_literal(job) for job in jobs)))
        elif self.service is not None:
            own.append(Matcher("job", "=", jobs[0] if jobs else self.service.name))
        return selector("up", own)

    def expected(self) -> str:
        """The series that says that the service is part of the inventory (see `service-down`)."""
        name = self.service.name if self.service else ""
        return selector(EXPECTED, (*self._identity(), Matcher("service", "=", name)))

    def probe(self, check: str, node: Node) -> str | None:
        """The `probe_success` series of one of the service's checks; reports an unknown one at `node`."""
        known: list[str] = []
        for scrape in self.service.scrapes if self.service else ():
            known += scrape.probes
            if check in scrape.probes:
                own = (Matcher("job", "=", scrape.job), Matcher("check", "=", check))
                return selector("probe_success", (*self._identity(), *own))
        self.sink.unknown("spec/unknown-check", node, "probe", check, known)
        return None

    @property
    def job(self) -> str:
        """The service's first scrape job."""
        if self.service is None or not self.service.scrapes:
            return self.service.name if self.service else ""
        return self.service.scrapes[0].job

    def stream(self, extra: tuple[Matcher, ...] = ()) -> str:
        """The LogQL stream selector of the service's logs, pinned as `select` is."""
        labels = self.service.logs.labels if self.service and self.service.logs else {}
        own = [Matcher(k, "=", v) for k, v in labels.items()]
        pins = [m for m in self._identity() if m.label not in labels]  # the collector sets them on every line
        return selector("", (*own, *pins, *extra))
