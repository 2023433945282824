"""From what the spec says of one panel to its content: a plug-in is asked, its answer checked. No places."""

from dataclasses import dataclass
from typing import Any

from tocsin.diag.nodes import Node
from tocsin.model import layout
from tocsin.model.dashboard_setting import Index, Setting
from tocsin.model.plugins import PanelContent, PanelScope, panel_types
from tocsin.model.telemetry import Metric, Service
from tocsin.spec.dashboards import PanelEnvelope
from tocsin.spec.habits import PANELS

_MOST_HEIGHT = 100
_SAME_UNITS = ({"", "short", "count", "none"}, {"per_second", "requests_per_second"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A panel with its content, not placed yet."""

    envelope: PanelEnvelope
    content: PanelContent
    wish: layout.Wish
    node: Node


class PanelBuilder:
    """Builds the panels of one dashboard, and remembers which metrics they use."""

    def __init__(self, setting: Setting, index: Index) -> None:
        self.setting = setting
        self.index = index
        self.used: dict[tuple[str, str], Metric] = {}

    def build(self, node: Node, service: Service | None) -> Drawn | None:
        """The panel said at `node`; None after every mistake in it has been reported."""
        setting = self.setting
        envelope = setting.decoder.decode(PanelEnvelope, node, setting.sink, extra=True)
        if envelope is None:
            return None
        kind = self._kind(envelope, node)
        if kind is None:
            return None
        params = setting.decoder.decode(kind, node, setting.sink, envelope=PanelEnvelope)
        service = setting.services.get(envelope.service) if envelope.service else service
        if not self._envelope_is_good(envelope, node) or params is None:
            return None
        scope = PanelScope(scope=setting.scope(service), alerts=self.index.alerts, signals=setting.signals)
        content = params.content(scope, node)
        if content is None or not self._alert_fits(content, envelope, node):
            return None
        for query in content.queries:
            for metric in self.index.used(query.expr, service):
                self.used.setdefault((metric.service, metric.name), metric)
        return Drawn(envelope=envelope, content=content, wish=_wish(envelope, kind), node=node)

    def _kind(self, envelope: PanelEnvelope, node: Node) -> Any:
        kind = panel_types.get(envelope.show)
        if kind is None:
            known, help = panel_types.names(), PANELS.get(envelope.show, "")
            self.setting.sink.unknown(
                "spec/unknown-panel", node.at("show"), "panel", envelope.show, known, help=help
            )
        return kind

    def _envelope_is_good(self, envelope: PanelEnvelope, node: Node) -> bool:
        sink, services = self.setting.sink, self.setting.services
        good = True
        if envelope.service and envelope.service not in services:
            sink.unknown("spec/unknown-service", node.at("service"), "service", envelope.service, services)
            good = False
        for key, value, most in (
            ("width", envelope.width, layout.COLUMNS),
            ("height", envelope.height, _MOST_HEIGHT),
        ):
            if value is not None and not 0 < value <= most:
                sink.error(
                    "dashboard/size",
                    node.at(key),
                    f"the {key} {value} is not 1 to {most}",
                    help=f"write a {key} from 1 to {most}, or leave it out",
                )
                good = False
        return good

    def _alert_fits(self, content: PanelContent, envelope: PanelEnvelope, node: Node) -> bool:
        """A threshold of 5 % on a panel of seconds would be a line at 50 ms."""
        alert = self.index.alerts.get(content.alert)
        if alert is None or not content.thresholds or envelope.show == "alert":
            return True
        variants = self.setting.signals.get(alert.id, alert.variants)
        units = {v.condition.unit for v in variants if v.condition.threshold is not None}
        other = [unit for unit in units if not _same(unit, content.unit)]
        for unit in other:
            self.setting.sink.error(
                "panel/alert-unit",
                node.at("alert"),
                f"the threshold of `{alert.name}` is in {unit or 'numbers'}, this panel is in {content.unit}",
                help=f"write `{{show: alert, alert: {alert.name}}}` for the alert's own signal",
            )
        return not other


def _same(one: str, other: str) -> bool:
    return one == other or any({one, other} <= units for units in _SAME_UNITS)


def _wish(envelope: PanelEnvelope, kind: Any) -> layout.Wish:
    return layout.Wish(
        envelope.width or kind.width,
        envelope.height or kind.height,
        envelope.width is not None,
        envelope.height is not None,
    )
