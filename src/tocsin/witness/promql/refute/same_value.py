"""What has the same value wherever the labels are the same, though it is written differently.

At one label set `x{a="1"}` and `x` are the same series: matchers choose among series, they change none.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.query.promql.ast import COMPARISONS, SET_OPERATORS, Binary, Call, Expr, Range, Selector, Unary
from tocsin.query.promql.types import type_of
from tocsin.witness.promql.refute.matched import same_series

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

_OTHERS = frozenset(
    ("absent", "absent_over_time", "scalar", "vector", "info", "label_replace", "label_join",
     "histogram_quantile", "histogram_fraction", "histogram_quantiles")
)  # fmt: skip


def key_of(node: Expr, view: "Analysis") -> Expr:
    """The node without matchers, as far as it takes each value from the series of that label set alone."""
    match node:
        case Selector() if node.metric is not None and node.matchers:
            return replace(node, name=node.metric, matchers=())
        case Range(selector=inner):
            found = _key(inner, view)
            return replace(node, selector=found) if isinstance(found, Selector) else node
        case Unary(expr=inner):
            return replace(node, expr=_key(inner, view))
        case Call(name=name) if name not in _OTHERS:
            return replace(node, args=tuple(_key(arg, view) for arg in node.args))
        case Binary(op=op) if op not in COMPARISONS | SET_OPERATORS and _elementwise(node, view):
            return replace(node, left=_key(node.left, view), right=_key(node.right, view))
        case _:
            return node


def _elementwise(node: Binary, view: "Analysis") -> bool:
    vectors = type_of(node.left) == type_of(node.right) == "vector"
    return node.fill is None and (not vectors or same_series(node, view))


def _key(node: Expr, view: "Analysis") -> Expr:
    return view[node].key or node
