"""Alerts from their declarations: template parameters, overrides, conditions, labels. Not their links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Severity, Variant
from tocsin.model.plugins import AlertTemplate, alert_templates
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Service
from tocsin.query.matchers import Matcher
from tocsin.spec.alerts import AlertSpec, OverrideSpec
from tocsin.spec.decode import Decoder, fields
from tocsin.spec.merge import overlay, without
from tocsin.spec.values import Duration

RESERVED = ("alertname", "service", "team", "severity", "escalated", "stage", "part")
_RAW = ("expr", "logql")
_ENVELOPE = frozenset(f.key for f in fields(AlertSpec)) - {"overrides"}
_Part = tuple[AlertTemplate | None, tuple[Matcher, ...], str, Node]
"""Parameters, what they are for (as matchers and in words), and where that was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBuilder:
    """What all alerts of one environment share."""

    scope: Scope
    """In rule mode, of no service."""
    severities: Mapping[str, Severity]
    teams: Mapping[str, object]
    receivers: Mapping[str, object]
    workspace: str
    sink: Sink
    decoder: Decoder
    _scopes: dict[str, Scope] = field(default_factory=dict)

    def build(self, name: str, node: Node, service: Service | None, team: str) -> Alert | None:
        """One alert; None when something was wrong (all of it is reported)."""
        envelope = self.decoder.decode(AlertSpec, node, self.sink, extra=True)
        plugin = self._template(name, node, envelope)
        known = envelope is not None and self._references(node, envelope, service, team)
        if envelope is None or plugin is None or not known:
            return None
        scope = self._scope(service)
        parts = list(self._parts(node, envelope, plugin))
        variants = tuple(v for v in (_variant(*part, scope) for part in parts) if v is not None)
        if len(variants) < len(parts) or not variants or not self._divided(variants, parts):
            return None
        return self._alert(name, node, service, envelope, envelope.team or team, plugin, variants)

    def _scope(self, service: Service | None) -> Scope:
        """The rule scope of a service, made once."""
        name = service.name if service else ""
        if name not in self._scopes:
            self._scopes[name] = replace(self.scope, service=service)
        return self._scopes[name]

    def in_panel(
        self,
        alert: Alert,
        service: Service | None,
        variables: tuple[tuple[str, str], ...],
    ) -> tuple[Variant, ...]:
        """The alert's variants with selectors that carry a dashboard's variables."""
        envelope = self.decoder.decode(AlertSpec, alert.origin, self.sink, extra=True)
        plugin = alert_templates.get(alert.template)
        if envelope is None or plugin is None:
            return ()
        scope = replace(self.scope, service=service, mode="panel", variables=variables)
        parts = self._parts(alert.origin, envelope, plugin)
        return tuple(v for v in (_variant(*part, scope) for part in parts) if v is not None)

    def _template(self, name: str, node: Node, envelope: AlertSpec | None) -> type[AlertTemplate] | None:
        chosen = template_name(node)
        if not chosen:
            if envelope is not None or node.kind == "map":
                self.sink.error(
                    "spec/template",
                    node.key_place(),
                    f"the alert `{name}` says neither a `template` nor an expression",
                    help="add `template: ...` with its parameters, `expr:` or `logql:`",
                )
            return None
        plugin = alert_templates.get(chosen)
        if plugin is None:
            self.sink.unknown(
                "spec/unknown-template",
                node.at("template"),
                "alert template",
                chosen,
                alert_templates.names(),
            )
        return plugin

    def _references(self, node: Node, envelope: AlertSpec, service: Service | None, team: str) -> bool:
        sink, good = self.sink, True
        if envelope.severity not in self.severities:
            good = False
            sink.unknown(
                "spec/unknown-severity", node.at("severity"), "severity", envelope.severity, self.severities
            )
        if envelope.team and envelope.team not in self.teams:
            good = False
            sink.unknown("spec/unknown-team", node.at("team"), "team", envelope.team, self.teams)
        if not envelope.team and not team:
            good = False
            sink.error(
                "spec/no-team",
                node.key_place(),
                f"nobody owns the alert `{node.key}`",
                help="add `team: ...` to the alert, to its service or to the workspace",
            )
        return all((good, self._receivers(node, envelope), self._labels(node, envelope)))

    def _receivers(self, node: Node, envelope: AlertSpec) -> bool:
        place = node.at("to")
        unknown = [(i, name) for i, name in enumerate(envelope.to) if name not in self.receivers]
        for index, name in unknown:
            where = place.items[index] if place.items else place
            self.sink.unknown("spec/unknown-receiver", where, "receiver", name, self.receivers)
        return not unknown

    def _labels(self, node: Node, envelope: AlertSpec) -> bool:
        taken = [name for name in envelope.labels if name in RESERVED or name in self.scope.identity]
        for name in taken:
            self.sink.error(
                "spec/reserved-label",
                node.at("labels").key_node(name),
                f"the label `{name}` is set by Tocsin",
                help="choose another name",
            )
        return not taken

    def _parts(
        self,
        node: Node,
        envelope: AlertSpec,
        plugin: type[AlertTemplate],
    ) -> Iterator[_Part]:
        """The alert itself without what its overrides cover, then each override."""
        bare = without(node, "overrides")
        taken: tuple[Matcher, ...] = ()
        overriding = []
        for item in envelope.overrides:
            override = self.decoder.decode(OverrideSpec, item, self.sink, extra=True)
            if override is None:
                continue
            if len(override.match) != 1:
                self.sink.error(
                    "spec/override",
                    item.at("match"),
                    "an override matches on exactly one label",
                    help="write one override for each, or use a regular expression",
                )
                continue
            self._own_keys(item)
            merged = overlay(bare, without(item, "match"), item)
            params = self._params(plugin, merged)
            overriding.append((params, (*taken, *override.match), str(override.match[0]), merged))
            taken = (*taken, override.match[0].negated)
        yield self._params(plugin, bare if envelope.overrides else node), taken, "", node
        yield from overriding

    def _own_keys(self, override: Node) -> None:
        """Only the template's parameters can be another for a part; the rest is said once for the alert."""
        for key in override.map:
            if key in _ENVELOPE:
                self.sink.error(
                    "spec/override",
                    override.key_node(key),
                    f"`{key}` holds for the whole alert, an override cannot change it",
                    help="take it out of the override, or write a second alert",
                )

    def _divided(self, variants: Sequence[Variant], parts: Sequence[_Part]) -> bool:
        """Whether each override's expression selects its own part. Raw ones do not, and some templates."""
        whole = [
            node
            for variant, (_, only, words, node) in zip(variants, parts, strict=True)
            if words and str(only[-1]) not in variant.condition.expr
        ]
        for node in whole:
            self.sink.error(
                "spec/override",
                node,
                "this alert's expression is not divided by labels, so the override would be a second alert",
                help="write two alerts, each with the matcher in its own expression",
            )
        return not whole

    def _params(self, plugin: type[AlertTemplate], node: Node) -> AlertTemplate | None:
        return self.decoder.decode(plugin, node, self.sink, envelope=AlertSpec)

    def _alert(
        self,
        name: str,
        node: Node,
        service: Service | None,
        envelope: AlertSpec,
        team: str,
        plugin: type[AlertTemplate],
        variants: tuple[Variant, ...],
    ) -> Alert:
        severity = self.severities[envelope.severity]
        home = service.name if service else ""
        labels = {
            **self.scope.identity,
            **({"service": home} if home else {}),
            "team": team,
            "severity": envelope.severity,
            **envelope.labels,
        }
        if envelope.stage == "shadow":
            labels["stage"] = "shadow"
        after = severity.escalate_after if envelope.escalate_after is None else envelope.escalate_after
        return Alert(
            name=name,
            service=home,
            team=team,
            severity=envelope.severity,
            language=plugin.language,
            variants=variants,
            hold=envelope.for_,
            keep_firing_for=envelope.keep_firing_for,
            escalate_after=after if after and after > Duration(0) and envelope.stage == "live" else None,
            every=envelope.every,
            labels=labels,
            summary=envelope.summary,
            description=envelope.description,
            annotations={},
            runbook=f"{envelope.runbook or name}.md",
            runbook_required=severity.runbook_required or severity.pages,
            dashboard_url="",
            panel=None,
            to=envelope.to,
            shadow=envelope.stage == "shadow",
            was=envelope.was,
            links=envelope.links,
            owner=envelope.owner,
            group=home or self.workspace,
            origin=node,
            template=template_name(node),
        )


def template_name(node: Node) -> str:
    """The template that an alert's node names; a raw expression is a template of its own."""
    said = node.get("template")
    return said.text if said is not None else next((key for key in _RAW if key in node.map), "")


def _variant(
    params: AlertTemplate | None, only: tuple[Matcher, ...], words: str, node: Node, scope: Scope
) -> Variant | None:
    if params is None:
        return None
    condition = params.condition(replace(scope, only=only) if only else scope, node)
    return None if condition is None else Variant(condition=condition, only=words, origin=node)
