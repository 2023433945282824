"""Examples that an alert template brings along: telemetry, and what the alert makes of it. Data, no running.

They are the oracle that the template cannot be itself: written by hand, from what the template promises. The
tests run them all on the real engines, and hold every threshold against ten times its value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

IDENTITY: Mapping[str, str] = {"cluster": "eu1", "environment": "production"}
"""Identity of every example; series get it as target labels."""
SERVICE = "shop"
"""The service whose contract an example gives; series get its job where they say none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Log lines: `line` once every `every`, `count` times from `start` on. `#` is the line's number."""

    line: str
    count: int
    start: str = "0s"
    every: str = "10s"
    stream: Mapping[str, str] = field(default_factory=lambda: {"service_name": SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One situation. `series` maps a selector to promtool's notation of values (`0+1x40 _x3 stale`)."""

    title: str
    """A sentence that says what happens."""
    contract: str
    """YAML of the service: scrape, metrics, logs."""
    alert: str
    """YAML (one flow map) of the alert, without severity and template."""
    series: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Lines, ...] = ()
    since: str = ""
    """The very evaluation at which it begins to fire; empty: it never does."""
    until: str
    """The evaluation at which it has ended, where it fires; how long that is watched, where it does not."""
    ends: bool = False
    """True when it has ended at `until`."""
    labels: tuple[Mapping[str, str], ...] = ({},)
    """Of each alert that fires: the labels beside those of the rule."""
    every: str = "15s"
    """Scrape and evaluation interval."""


def fires(
    title: str,
    *,
    contract: str,
    alert: str,
    since: str,
    series: Mapping[str, str] | None = None,
    lines: tuple[Lines, ...] = (),
    ends: str = "",
    labels: tuple[Mapping[str, str], ...] = ({},),
    every: str = "15s",
) -> Example:
    """It fires from `since` on, not one evaluation earlier, and has ended at `ends`, where that is said."""
    return Example(
        title=title,
        contract=contract,
        alert=alert,
        series=series or {},
        lines=lines,
        since=since,
        until=ends or since,
        ends=bool(ends),
        labels=labels,
        every=every,
    )


def quiet(
    title: str,
    *,
    contract: str,
    alert: str,
    until: str,
    series: Mapping[str, str] | None = None,
    lines: tuple[Lines, ...] = (),
    every: str = "15s",
) -> Example:
    """It does not fire at any evaluation up to `until`."""
    return Example(
        title=title,
        contract=contract,
        alert=alert,
        series=series or {},
        lines=lines,
        until=until,
        every=every,
    )
