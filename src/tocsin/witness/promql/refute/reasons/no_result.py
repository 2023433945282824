"""Functions and aggregations whose parameters leave nothing."""

from tocsin.query.promql.ast import Aggregate, Call
from tocsin.query.promql.walk import selectors
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.reason import never


@never(Aggregate)
def no_element(node: Aggregate, view: Analysis) -> Reason | None:
    """`topk(0, x)`."""
    if (
        node.op not in ("topk", "bottomk", "limitk")
        or node.param is None
        or view[node.param].values.high >= 1
    ):
        return None
    words = f"`{node.op}` keeps no element when it is asked for {view.words(node.param)}"
    return Reason(kind="no-result", start=node.start, end=node.end, words=words)


@never(Call)
def clamped_to_nothing(node: Call, view: Analysis) -> Reason | None:
    """`clamp(x, 5, 3)`: Prometheus 3.15.0 gives nothing when the least is above the greatest."""
    if node.name != "clamp":
        return None
    low, high = (view[arg].values for arg in node.args[1:3])
    if low.nan or high.nan or not low.low > high.high:
        return None
    words = f"{view.words(node.args[1])} is above {view.words(node.args[2])}, so that nothing is left"
    return Reason(kind="no-result", start=node.start, end=node.end, words=words)


@never(Call)
def without_buckets(node: Call, view: Analysis) -> Reason | None:
    """`histogram_quantile` of classic buckets from which `le` was aggregated away."""
    if node.name not in ("histogram_quantile", "histogram_fraction"):
        return None
    inner = node.args[-1]
    found = selectors(inner)
    classic = found and all((one.metric or "").endswith("_bucket") for one in found)
    if not classic or view[inner].labels.has("le") is not False:
        return None
    words = f"{view.words(inner)} has lost the label `le`, without which there are no buckets"
    return Reason(
        kind="label-aggregated-away", start=inner.start, end=inner.end, words=words, help="keep `le` in `by`"
    )
