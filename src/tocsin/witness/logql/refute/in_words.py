"""Why values are bounded and labels never match, as a person says it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.query.label_flow import Labels
from tocsin.query.logql.ast import Aggregate, Binary, Expr, Logs, RangeAggregate
from tocsin.query.logql.walk import children
from tocsin.witness.interval import INF, span

if TYPE_CHECKING:
    from tocsin.witness.logql.refute.analysis import Analysis


def sources(node: Expr) -> Iterator[Expr]:
    """The node and those that it takes its value from, as long as there is only one."""
    while True:
        yield node
        inner = [n for n in children(node) if not isinstance(n, Logs)]
        if len(inner) != 1:
            return
        node = inner[0]


def bounds(node: Expr, view: "Analysis") -> str:
    """Why its values are what they are."""
    values = view[node].values
    if isinstance(node, Binary) and node.op == "/" and (values.low, values.high) == (0, 1):
        return f"{view.words(node)} is a share, so it is between 0 and 1"
    for each in sources(node):
        if isinstance(each, RangeAggregate) and each.op in ("count_over_time", "rate") and values.high == INF:
            return f"without lines `{each.op}` gives nothing, never 0, so this is {span(values)}"
    if isinstance(node, Aggregate) and node.op == "count":
        return "without elements `count` gives nothing, never 0"
    if isinstance(node, RangeAggregate) and node.op == "absent_over_time":
        return "`absent_over_time` gives 1 or nothing"
    return f"{view.words(node)} is {span(values)}"


def of_labels(label: str, left: Labels, right: Labels, node: Binary) -> str:
    """Why no series of one side matches one of the other."""
    one, other = left.values.get(label), right.values.get(label)
    if one is not None and other is not None:
        return (
            f'`{label}` is "{one}" left of `{node.op}` and "{other}" right of it, and only equal labels match'
        )
    there, gone = ("left", "right") if left.has(label) else ("right", "left")
    return f"the {there} side always has the label `{label}`, the {gone} side never"
