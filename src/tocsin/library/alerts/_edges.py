"""Edges of histogram buckets: which are declared, and how `le` spells them. Not what is asked of them."""

from tocsin.diag.nodes import Node
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher, regex_literal
from tocsin.spec.values import Duration, number_text

_MILLISECONDS = ("_milliseconds", "_ms")


def in_unit(metric: Metric, duration: Duration) -> float:
    """`duration` as the metric's buckets say it: seconds, or milliseconds where its name says so."""
    name = metric.name.removesuffix("_bucket")
    return float(duration.ms) if name.endswith(_MILLISECONDS) else duration.seconds


def le_matcher(edge: float) -> Matcher:
    """The matcher on `le` for a bucket's edge, however the exporter's language spells the number.

    Prometheus 3.15 normalises scraped values to OpenMetrics floats (`1.0`); Prometheus 2, OTLP and remote
    write may hold `1`.
    """
    exact = tuple(dict.fromkeys((number_text(edge), repr(float(edge)), *_with_exponent(edge))))
    if len(exact) == 1:
        return Matcher("le", "=", exact[0])
    return Matcher("le", "=~", "|".join(regex_literal(text) for text in exact))


def _with_exponent(edge: float) -> tuple[str, ...]:
    """`1e+06`: how Go writes numbers from a million on and below a ten-thousandth."""
    if 1e-4 <= abs(edge) < 1e6 or not edge:
        return ()
    return next((text,) for digits in range(18) if float(text := f"{edge:.{digits}e}") == edge)


def has_edge(scope: Scope, metric: Metric, duration: Duration, node: Node) -> bool:
    """True when `duration` is a declared bucket; reports it at `node` with the edges that there are."""
    edge = in_unit(metric, duration)
    if edge in metric.buckets:
        return True
    if not metric.buckets:
        scope.sink.error(
            "alert/no-bucket",
            node,
            f"`{metric.name}` declares no buckets",
            help=f"add `buckets: [...]` with {number_text(edge)} to the metric",
        )
        return False
    listed = ", ".join(number_text(b) for b in sorted(metric.buckets))
    near = min(metric.buckets, key=lambda b: abs(b - edge))
    scope.sink.error(
        "alert/no-bucket",
        node,
        f"`{metric.name}` has no bucket that ends at {duration}",
        label=f"the nearest ends at {number_text(near)}",
        help=f"use one of its buckets ({listed}), or add {number_text(edge)} to them",
    )
    return False


def below_last_edge(scope: Scope, metric: Metric, duration: Duration, node: Node) -> bool:
    """True when a quantile of the metric can be above `duration`; reports it at `node` when it cannot."""
    if any(bucket > in_unit(metric, duration) for bucket in metric.buckets):
        return True
    last = f"the last bucket of `{metric.name}` ends at {number_text(max(metric.buckets, default=0))}"
    scope.sink.error(
        "alert/no-bucket",
        node,
        f"no quantile is ever above {duration}",
        label=last if metric.buckets else f"`{metric.name}` declares no buckets",
        help="add a larger bucket, or use `slow-share` with one of its edges",
    )
    return False
