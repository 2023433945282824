"""Which unit a panel's values have, from what the metric is declared to measure. Not Grafana's ids."""

from typing import Literal

from tocsin.model.telemetry import Metric

Per = Literal["second", "minute", "hour", "day"]
SECONDS: dict[str, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_BY_SUFFIX = (
    ("_timestamp_seconds", "timestamp"),
    ("_seconds", "seconds"),
    ("_bytes", "bytes"),
    ("_ratio", "percentunit"),
    ("_celsius", "celsius"),
)


def unit_of(metric: Metric) -> str:
    """The unit of the metric's own values."""
    if metric.unit:
        return metric.unit
    name = metric.name.removesuffix("_total")
    return next((unit for suffix, unit in _BY_SUFFIX if name.endswith(suffix)), "short")


def rate_unit(metric: Metric, per: Per = "second") -> str:
    """The unit of the metric's increase per `per`."""
    own = "short" if metric.type == "histogram" else unit_of(metric)
    if own == "bytes" and per == "second":
        return "bytes_per_second"
    if own == "seconds" and per == "second":
        return "percentunit"  # seconds per second: the share of the time that was spent
    if "request" in metric.name and per == "second":
        return "requests_per_second"
    return f"per_{per}"


def step(per: Per, scraped: str) -> str:
    """The smallest step of a rate per `per`: rare events are averaged over four of these."""
    return {"hour": "5m", "day": "1h"}.get(per, scraped)


def per_factor(per: Per) -> str:
    """` * 3600` behind a rate that is shown per hour."""
    return "" if per == "second" else f" * {SECONDS[per]}"
