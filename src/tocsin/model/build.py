"""From the loaded spec to the resolved workspace. Reports every mistake; resolves nothing twice."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tocsin.diag.diagnostic import Sink
from tocsin.model import annotate, collisions
from tocsin.model import build_organisation as organisation
from tocsin.model.alerting import Alert, RecordingRule, Severity
from tocsin.model.build_alerts import AlertBuilder
from tocsin.model.build_dashboards import DashboardSource, Setting, build_dashboards
from tocsin.model.build_scenarios import scenarios
from tocsin.model.build_services import service as build_service
from tocsin.model.dashboards import Dashboard
from tocsin.model.redaction import CLASSES
from tocsin.model.scope import EXPECTED, Scope
from tocsin.model.signals import Signals
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Links, Model, Stack, Workspace
from tocsin.spec.decode import Decoder
from tocsin.spec.load import Loaded
from tocsin.spec.organisation import LinksSpec, StackSpec
from tocsin.spec.root import LANGUAGE, Spec


def build(loaded: Loaded, sink: Sink) -> Workspace | None:
    """The whole workspace, or None when anything in the spec is wrong."""
    models: list[Model] = []
    parts: list[_Environment] = []
    decoder = Decoder()
    for name, tree in loaded.environments:
        spec = decoder.decode(Spec, tree, sink)
        if spec is not None and _version(spec, sink):
            parts.append(_Environment(name, spec, decoder, sink))
    choices = _choices(parts)
    for part in parts:
        part.choices = choices
        model = part.model()
        if model is not None:
            models.append(model)
    if sink.errors or not models:
        return None
    return Workspace(environments=tuple(models), origin=loaded.root)


def _version(spec: Spec, sink: Sink) -> bool:
    if spec.tocsin != LANGUAGE:
        sink.error(
            "spec/version",
            spec.node.at("tocsin"),
            f"version {spec.tocsin} of the spec is not known",
            help=f"write `tocsin: {LANGUAGE}`",
        )
    return spec.tocsin == LANGUAGE


def _choices(parts: "list[_Environment]") -> Mapping[str, tuple[str, ...]]:
    """Each identity label's values over all environments."""
    out: dict[str, dict[str, None]] = {}
    for part in parts:
        for label, value in part.identity.items():
            out.setdefault(label, {})[value] = None
    return MappingProxyType({label: tuple(values) for label, values in out.items()})


class _Environment:
    """Builds one environment; holds what its steps share."""

    def __init__(self, name: str, spec: Spec, decoder: Decoder, sink: Sink) -> None:
        self.name, self.spec, self.decoder, self.sink = name, spec, decoder, sink
        said = spec.node.at("identity", "environment") if spec.node.get("identity") else spec.node
        inherited = bool(name) and "environments" not in said.path
        self.choices: Mapping[str, tuple[str, ...]] = {}
        self.identity = MappingProxyType({**spec.identity, **({"environment": name} if inherited else {})})
        self.stack = spec.stack or StackSpec(node=spec.node)

    def model(self) -> Model | None:
        spec, sink = self.spec, self.sink
        self._identity_labels()
        receivers = organisation.receivers(spec, sink)
        teams = organisation.teams(spec, receivers, sink)
        self._references()
        severities = organisation.severities(spec, receivers, teams)
        services = {
            n: build_service(n, s, s.team or spec.team, self.stack, self.identity, sink)
            for n, s in spec.services.items()
        }
        builder = self._alert_builder(services, severities)
        alerts = tuple(self._alerts(builder, services))
        collisions.runbooks(alerts, sink)
        inhibitions = organisation.inhibitions(spec, _said_names(spec), sink)
        situations = scenarios(spec, services, self.identity, _said_names(spec), sink)
        hours = organisation.hours(spec, sink)
        watchdog = organisation.watchdog(spec, receivers, sink)
        redact = self._redaction(services)
        organisation.check_roles(spec, teams, {(a.team, a.severity) for a in alerts if not a.to}, sink)
        links = _links(spec.links)
        dashboards = self._dashboards(builder, alerts, services, links)
        if sink.errors:
            return None
        where = annotate.Links.of(dashboards, links, services, self.identity)
        alerts = tuple(where.annotated(a) for a in alerts)
        return Model(
            name=spec.name,
            environment=self.identity.get("environment", ""),
            root=f"env/{self.name}/" if self.name else "",
            identity=self.identity,
            links=links,
            services=MappingProxyType(services),
            alerts=alerts,
            records=_inventory(services, alerts, self.identity),
            receivers=MappingProxyType(receivers),
            teams=MappingProxyType(teams),
            severities=MappingProxyType(severities),
            inhibitions=inhibitions,
            hours=MappingProxyType(hours),
            fallback=spec.fallback,
            watchdog=watchdog,
            dashboards=dashboards,
            redact=redact,
            scenarios=situations,
            stack=self._stack(),
            origin=spec.node,
        )

    def _alert_builder(
        self, services: Mapping[str, Service], severities: Mapping[str, Severity]
    ) -> AlertBuilder:
        scope = Scope(
            mode="rule",
            service=None,
            services=services,
            identity=self.identity,
            every=self.stack.evaluate_every,
            sink=self.sink,
        )
        return AlertBuilder(
            scope=scope,
            severities=severities,
            teams=self.spec.teams,
            receivers=self.spec.receivers,
            workspace=self.spec.name,
            sink=self.sink,
            decoder=self.decoder,
        )

    def _identity_labels(self) -> None:
        from tocsin.query.matchers import is_label

        for label in self.spec.identity:
            if not is_label(label) or label.startswith("__") or label in ("job", "instance", "service"):
                self.sink.error(
                    "spec/name",
                    self.spec.node.at("identity").key_node(label),
                    f"{label!r} cannot be an identity label",
                    help="use letters, digits and `_`",
                )

    def _references(self) -> None:
        spec, sink = self.spec, self.sink
        if spec.fallback and spec.fallback not in spec.receivers:
            sink.unknown(
                "spec/unknown-receiver", spec.node.at("fallback"), "receiver", spec.fallback, spec.receivers
            )
        for name, one in spec.services.items():
            team = one.team or spec.team
            if team not in spec.teams:
                place = one.node.at("team") if one.team else spec.node.at("team")
                sink.unknown("spec/unknown-team", place, "team", team, spec.teams)
            if not one.node.map:
                sink.warning("spec/empty", one.node, f"the service `{name}` says nothing")

    def _alerts(self, builder: AlertBuilder, services: Mapping[str, Service]) -> Iterator[Alert]:
        for name, one in self.spec.services.items():
            for alert_name, node in one.alerts.items():
                alert = builder.build(alert_name, node, services[name], one.team or self.spec.team)
                if alert is not None:
                    yield alert
        for alert_name, node in self.spec.alerts.items():
            alert = builder.build(alert_name, node, None, self.spec.team)
            if alert is not None:
                yield alert

    def _dashboards(
        self, builder: AlertBuilder, alerts: tuple[Alert, ...], services: Mapping[str, Service], links: Links
    ) -> tuple[Dashboard, ...]:
        sources = [DashboardSource(name=n, node=node) for n, node in self.spec.dashboards.items()]
        for name, one in self.spec.services.items():
            sources += [
                DashboardSource(name=name if key == "overview" else f"{name}-{key}", node=node, service=name)
                for key, node in one.dashboards.items()
            ]
        collisions.dashboards(sources, self.sink)
        setting = Setting(
            workspace=self.spec.name,
            environment=self.name,
            identity=self.identity,
            choices=self.choices,
            links=links,
            services=services,
            alerts=alerts,
            signals=Signals(builder, alerts, services),
            every=self.stack.evaluate_every,
            sink=Sink(spoilt=self.sink.spoilt),
            decoder=self.decoder,
        )
        built = build_dashboards(sources, setting)
        said = _said_names(self.spec)
        for found in setting.sink.found:
            # an alert that could not be built has been reported where it is said, not where it is shown
            if found.code != "spec/unknown-alert" or not any(f"`{n}`" in found.message for n in said):
                self.sink.add(found)
        return built

    def _redaction(self, services: Mapping[str, Service]) -> Mapping[str, str]:
        known = {**CLASSES, **self.spec.redact}
        used: dict[str, str] = {}
        for one in services.values():
            for index, name in enumerate(one.logs.redact if one.logs else ()):
                if name in known:
                    used[name] = known[name]
                else:
                    place = one.origin.at("logs", "redact")
                    self.sink.unknown(
                        "spec/unknown-redaction",
                        place.items[index] if place.items else place,
                        "redaction class",
                        name,
                        known,
                    )
        return MappingProxyType(used)

    def _stack(self) -> Stack:
        s = self.stack
        mail = {}
        if s.mail is not None:
            mail = {
                "smarthost": s.mail.smarthost,
                "from": s.mail.from_,
                "username": s.mail.username,
                "password_file": s.mail.password_file.file if s.mail.password_file else "",
                "require_tls": "true" if s.mail.require_tls else "false",
            }
        return Stack(
            metrics_retention=s.metrics_retention,
            logs_retention=s.logs_retention,
            traces_retention=s.traces_retention,
            scrape_interval=s.scrape_every,
            evaluation_interval=s.evaluate_every,
            mimir=s.mimir,
            ingestion_rate=s.ingestion_rate,
            ingestion_burst=s.ingestion_burst,
            max_query_series=s.max_query_series,
            series_budget=s.series_budget,
            log_line_max=s.log_line_max,
            trace_sampling=s.trace_sampling,
            prometheus_url=s.prometheus_url,
            alertmanager_urls=s.alertmanagers,
            loki_url=s.loki_url,
            tempo_url=s.tempo_url,
            mimir_url=s.mimir_url,
            canary_rate=None,
            smtp=MappingProxyType(mail),
            origin=s.node,
        )


def _links(spec: LinksSpec) -> Links:
    return Links(
        grafana=spec.grafana.rstrip("/"),
        runbooks=spec.runbooks.rstrip("/"),
        alertmanager=spec.alertmanager.rstrip("/"),
        prometheus=spec.prometheus.rstrip("/"),
        errors=spec.errors.rstrip("/"),
    )


def _inventory(
    services: Mapping[str, Service], alerts: tuple[Alert, ...], identity: Mapping[str, str]
) -> tuple[RecordingRule, ...]:
    """What should answer: a record for every service with targets, unless one of its alerts makes it."""
    known = {
        (r.record, r.labels.get("service")) for a in alerts for v in a.variants for r in v.condition.records
    }
    return tuple(
        RecordingRule(
            record=EXPECTED, expr="vector(1)", labels={**identity, "service": name}, origin=one.origin
        )
        for name, one in services.items()
        if any(not scrape.probes for scrape in one.scrapes) and (EXPECTED, name) not in known
    )


def _said_names(spec: Spec) -> set[str]:
    """Every alert's name, bare and as `service/Name`, whether or not the alert could be built."""
    out = set(spec.alerts)
    for service, one in spec.services.items():
        out |= set(one.alerts) | {f"{service}/{name}" for name in one.alerts}
    return out
