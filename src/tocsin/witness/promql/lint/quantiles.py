"""Quantiles of what has no buckets, of counts since the start, and of ranks that there are not."""

from collections.abc import Iterator

from tocsin.query.numbers import show_number
from tocsin.query.promql.ast import Aggregate, Call, Expr, Number
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

_RANKED = frozenset(("histogram_quantile", "quantile_over_time"))
_NO_BUCKETS = ("_sum", "_count", "_total")
_OF_WINDOWS = frozenset(("rate", "irate", "increase", "delta", "sum_over_time"))


@lint
def rank(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """A rank is a share."""
    for node in walk(view.tree):
        found = _rank(node)
        if isinstance(found, Number) and not 0 <= found.value <= 1:
            words = f"the rank {show_number(found.value)} is not between 0 and 1: the quantile is infinite"
            share = found.value / 100
            help = f"write `{show_number(share)}`" if 0 < share <= 1 else ""
            yield Lint(code="promql/quantile-range", start=found.start, end=found.end, words=words, help=help)


def _rank(node: Expr) -> Expr | None:
    if isinstance(node, Call) and node.name in _RANKED:
        return node.args[0]
    return node.param if isinstance(node, Aggregate) and node.op == "quantile" else None


@lint
def buckets(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """`histogram_quantile` wants the rates of buckets."""
    for node in walk(view.tree):
        if not isinstance(node, Call) or node.name != "histogram_quantile":
            continue
        inner = node.args[1]
        for selector in selectors(inner):
            name = selector.metric or ""
            if name.endswith(_NO_BUCKETS):
                words = f"`{name}` has no buckets, so there is no quantile of it"
                yield Lint(code="promql/no-bucket", start=selector.start, end=selector.end, words=words,
                           help="use the series in `_bucket`")  # fmt: skip
        found = selectors(inner)
        windows = any(isinstance(each, Call) and each.name in _OF_WINDOWS for each in walk(inner))
        if found and not windows and all((one.metric or "").endswith("_bucket") for one in found):
            words = "these buckets count since the process started, so this quantile hardly ever moves"
            yield Lint(code="promql/quantile-without-rate", start=inner.start, end=inner.end, words=words,
                       help="take `rate(...[5m])` of the buckets")  # fmt: skip
