"""Labels by which two sides match, though one of them has aggregated them away."""

from collections.abc import Iterator

from tocsin.query.promql.ast import COMPARISONS, Aggregate, Binary, Expr
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import walk
from tocsin.witness.presence import Presence
from tocsin.witness.promql.lints import Lint, lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule

CODE = "promql/label-sets"


@lint
def label_sets(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at every operator between two groupings that compares all labels."""
    for node in walk(view.tree):
        if not isinstance(node, Binary) or node.op == "or" or node.matching is not None:
            continue
        if view[node].presence is Presence.NEVER or "scalar" in (type_of(node.left), type_of(node.right)):
            continue
        left, right = _grouped(node.left), _grouped(node.right)
        if left is None or right is None or left == right:
            continue
        odd = sorted(left ^ right)
        words = (
            f"left of `{node.op}` series are grouped by {_listed(left)}, right of it by {_listed(right)}: "
            f"only those without {_listed(odd)} match"
        )
        many = "left" if left > right else "right"
        shared = ", ".join(sorted(left & right))
        group = "" if node.op in ("and", "unless") else f" group_{many} ()"
        help = (
            f"`{node.op} on ({shared}){group}`" if left > right or right > left else "group both sides alike"
        )
        yield Lint(code=CODE, start=node.op_start, end=node.op_end, words=words, help=help)


@lint
def matched_on_lost(rule: Rule, view: Analysis) -> Iterator[Lint]:
    """Look at the labels in `on`: one side may have what the other never has."""
    for node in walk(view.tree):
        if not isinstance(node, Binary) or node.matching is None or not node.matching.on or node.op == "or":
            continue
        if view[node].presence is Presence.NEVER:
            continue
        for name in node.matching.labels:
            sides = [view[side].labels.has(name.text) for side in (node.left, node.right)]
            if sides.count(False) == 1 and None in sides:
                side = "left" if sides[0] is False else "right"
                words = (
                    f"`{name}` is compared, but the {side} side has aggregated it away: "
                    f"only series without `{name}` match"
                )
                help = f"keep `{name}` on that side, or leave it out of `on`"
                yield Lint(code=CODE, start=name.start, end=name.end, words=words, help=help)


def _grouped(node: Expr) -> frozenset[str] | None:
    """The labels by which a side is grouped, seen through comparisons and sums with numbers."""
    while isinstance(node, Binary):
        sides = [side for side in (node.left, node.right) if type_of(side) == "vector"]
        if len(sides) == 2 and (node.matching is not None or node.op in ("or", *COMPARISONS)):
            return None
        node = sides[0]
    if not isinstance(node, Aggregate) or node.op in ("topk", "bottomk", "limitk", "count_values"):
        return None
    grouping = node.grouping
    if grouping is not None and grouping.without:
        return None
    return frozenset() if grouping is None else frozenset(grouping.names)


def _listed(names: Iterator[str] | frozenset[str] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"
