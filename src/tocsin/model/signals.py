"""Alerts' own signals for panels, compiled when a panel asks for them and only then."""

from collections.abc import Iterator, Mapping

from tocsin.model.alerting import Alert, Variant
from tocsin.model.build_alerts import AlertBuilder
from tocsin.model.dashboard_setting import panel_variables
from tocsin.model.telemetry import Service


class Signals(Mapping[str, tuple[Variant, ...]]):
    """`service/Name` -> the alert's variants with selectors that carry the dashboard's variables."""

    def __init__(
        self, builder: AlertBuilder, alerts: tuple[Alert, ...], services: Mapping[str, Service]
    ) -> None:
        self._builder, self._services = builder, services
        self._alerts = {alert.id: alert for alert in alerts}
        self._done: dict[str, tuple[Variant, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Variant, ...]:
        if name not in self._done:
            alert = self._alerts[name]
            self._done[name] = self._builder.in_panel(
                alert, self._services.get(alert.service), panel_variables()
            )
        return self._done[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._alerts)

    def __len__(self) -> int:
        return len(self._alerts)
