"""In which unit an expression's result is, by what its metrics are declared to measure. Judges nothing."""

from collections.abc import Mapping

from tocsin.checks.contract_index import Index
from tocsin.checks.promql_bounds import share
from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr, Number, Paren, Range, Selector, Subquery
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare, selectors

SECONDS, BYTES, BYTES_PER_SECOND, SHARE = "seconds", "bytes", "bytes_per_second", "percentunit"
KINDS: Mapping[str, frozenset[str]] = {
    SECONDS: frozenset(("seconds", "s", "dtdurations", "dthms", "clocks", "duration")),
    BYTES: frozenset(("bytes", "decbytes")),
    BYTES_PER_SECOND: frozenset(("bytes_per_second", "Bps", "binBps")),
    SHARE: frozenset(("percentunit",)),
}
"""What we tell apart -> the units, ours and Grafana's, that say so."""
_OTHERS = (
    "ms milliseconds µs ns m h d minutes hours days bits decbits kbytes mbytes gbytes percent bps reqps "
    "requests_per_second per_second per_hour cps ops rps bool timestamp dateTimeFromNow dateTimeAsIso"
)
OF_OTHERS = frozenset(_OTHERS.split())
"""Units that are none of these."""
_KEEP = frozenset(("sum", "avg", "max", "min", "topk", "bottomk", "quantile", "stddev", "limitk"))
_KEEPING = (
    "increase delta idelta avg_over_time max_over_time min_over_time sum_over_time last_over_time "
    "first_over_time quantile_over_time predict_linear abs ceil floor round clamp clamp_min clamp_max "
    "label_replace label_join sort sort_desc"
)
_SAME = frozenset(_KEEPING.split())


def unit(expr: Expr, index: Index) -> str:
    """`seconds`, `bytes`, `bytes_per_second`, `percentunit`; empty where it is a number or nobody knows."""
    match expr:
        case Selector():
            return _selected(expr, index)
        case Range(selector=selector):
            return _selected(selector, index)
        case Paren(expr=inner) | Subquery(expr=inner):
            return unit(inner, index)
        case Aggregate(op=op, expr=inner):
            return unit(inner, index) if op in _KEEP else ""
        case Call():
            return _called(expr, index)
        case Binary():
            return _combined(expr, index)
    return ""


def _selected(selector: Selector, index: Index) -> str:
    name = selector.metric or ""
    if name == "scrape_duration_seconds":
        return SECONDS
    units = {
        "" if m.type != "gauge" and name.endswith(("_bucket", "_count")) else m.unit
        for m in index.of(selector)
    }
    found = units.pop() if len(units) == 1 else ""
    return found if found in (*KINDS, "timestamp") else ""


def _called(expr: Call, index: Index) -> str:
    if expr.name == "time":
        return "timestamp"
    if not expr.args:
        return ""
    if expr.name == "histogram_quantile":
        units = {m.unit for s in selectors(expr.args[1]) for m in index.of(s)}
        found = units.pop() if len(units) == 1 else ""
        return found if found in KINDS else ""
    vector = next((a for a in expr.args if type_of(a) in ("vector", "matrix")), expr.args[0])
    inner = unit(vector, index)
    if expr.name in ("rate", "irate"):
        return BYTES_PER_SECOND if inner == BYTES else ""
    return inner if expr.name in _SAME else ""


def _combined(expr: Binary, index: Index) -> str:
    left, right = unit(expr.left, index), unit(expr.right, index)
    match expr.op:
        case "-" if left == right == "timestamp":
            return SECONDS
        case "+" | "-" | "or":
            if isinstance(bare(expr.left), Number) and right == SHARE:
                return SHARE
            return left if left == right else ""
        case "/":
            return _divided(expr, left, right, index)
        case "*" | "%" | "^" | "atan2":
            return ""
        case _:  # comparisons, `and`, `unless`
            return left if type_of(expr.left) == "vector" else right


def _divided(expr: Binary, left: str, right: str, index: Index) -> str:
    """Bytes by bytes are a share, what a histogram sums by what it counts is an average."""
    if left == right and left in (SECONDS, BYTES, BYTES_PER_SECOND):
        return SHARE
    over, under = selectors(expr.left), selectors(expr.right)
    sums = [s for s in over if (s.metric or "").endswith("_sum")]
    if len(sums) == len(over) == len(under) == 1:
        name = (sums[0].metric or "").removesuffix("_sum")
        if under[0].metric == f"{name}_count":
            found = _selected(sums[0], index)
            return found if found in KINDS else ""
    return _events(expr, index)


def _events(expr: Binary, index: Index) -> str:
    """Some events by all events."""
    return SHARE if share(expr) == 1 else ""
