"""A metric's unit agrees with its name.

## Why

The unit decides how a panel and a notification write the value. Seconds that are called bytes are wrong by no
factor that anybody would guess, and `second` is no unit at all.

## Fix

Correct `unit`, or leave it out where the name ends in `_seconds`, `_bytes` or `_ratio`.

## References

Prometheus' naming practice: base units in the name, before `_total`; ratios are 0 to 1.
"""

from collections.abc import Iterator, Mapping

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic, nearest
from tocsin.model.telemetry import Metric
from tocsin.model.units import UNITS

CODE = "metric/unit"
EXAMPLES = (
    Example(
        title="another unit than the name says",
        finds=("bytes",),
        spec="services: {shop: {metrics: {shop_wait_seconds: {type: gauge, unit: bytes, help: wait}}}}",
    ),
    Example(
        title="a percentage is no share",
        finds=("percentunit",),
        spec="services: {shop: {metrics: {shop_cpu_percent: {type: gauge, unit: percentunit, help: cpu}}}}",
    ),
    Example(
        title="misspelt, in a block",
        finds=("second",),
        spec="""
services:
  shop:
    metrics:
      shop_wait:
        type: gauge
        unit: second
        help: wait
""",
    ),
    Example(
        title="as the name says, or not in the name",
        spec="""
services:
  shop:
    metrics:
      shop_wait_seconds: {type: gauge, unit: seconds, help: wait}
      shop_start_time_seconds: {type: gauge, unit: timestamp, help: start}
      shop_read_bytes_total: {type: counter, help: read}
      shop_temperature: {type: gauge, unit: celsius, help: temperature}
      shop_online: {type: gauge, unit: bool, help: online}
""",
    ),
)
_BY_SUFFIX: Mapping[str, tuple[str, ...]] = {
    "_seconds": ("seconds", "timestamp", "s"),
    "_timestamp_seconds": ("timestamp",),
    "_bytes": ("bytes", "decbytes"),
    "_ratio": ("percentunit", "none"),
    "_percent": ("percent", "none"),
    "_milliseconds": ("milliseconds", "ms"),
    "_ms": ("milliseconds", "ms"),
}
_OTHERS = (
    "celsius",
    "milliseconds",
    "percent",
    "volts",
    "amperes",
    "watts",
    "joules",
    "meters",
    "grams",
    "hertz",
)


@check(CODE, on=Metric, severity="warning")
def right_unit(metric: Metric, view: View) -> Iterator[Diagnostic]:
    """Hold the declared unit against the name's last word."""
    said = metric.origin.get("unit")
    if said is None:
        return
    name = metric.name.removesuffix("_total")
    suffix = max((s for s in _BY_SUFFIX if name.endswith(s)), key=len, default="")
    known = [*UNITS, *_OTHERS]
    if suffix and said.text not in _BY_SUFFIX[suffix]:
        yield view.finding(
            CODE,
            said,
            f"`{metric.name}` ends in `{suffix}`, and its unit is said to be {said.text}",
            help=f"write `unit: {_BY_SUFFIX[suffix][0]}`, or rename the metric",
        )
    elif said.text not in known and (near := nearest(said.text, [u for u in known if u])):
        yield view.finding(
            CODE,
            said,
            f"there is no unit `{said.text}`",
            label=f"did you mean `{near}`?",
            help=f"write `unit: {near}`",
        )
