"""The two sides of an operator never have equal labels, so nothing ever matches."""

from tocsin.query.label_flow import Labels, clashes
from tocsin.query.promql.ast import Aggregate, Binary, Call, Expr
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import selectors
from tocsin.witness.outcome import Reason
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.promql.refute.reason import never

_SCRAPED = frozenset(("job", "instance"))


@never(Binary)
def never_match(node: Binary, view: Analysis) -> Reason | None:
    """Look at the labels that the operator compares; an `unless` only takes nothing away."""
    return None if node.op == "unless" else no_match(node, view)


def no_match(node: Binary, view: Analysis) -> Reason | None:
    """Why no series of one side ever matches one of the other; None where one may."""
    if node.op == "or" or node.fill is not None:
        return None
    if "scalar" in (type_of(node.left), type_of(node.right)):
        return None
    left, right = view[node.left].labels, view[node.right].labels
    found = clashes(left, right, node.matching)
    if not found:
        return None
    label = min(found, key=lambda name: name in _SCRAPED)
    end = node.op_end
    if node.matching is not None:
        end = max(node.op_end, node.matching.end)
    return Reason(
        kind=_kind(node, label, view),
        start=node.op_start,
        end=end,
        words=_words(label, left, right, node, view),
        help=_help(label, left, right, node),
    )


def _words(label: str, left: Labels, right: Labels, node: Binary, view: Analysis) -> str:
    one, other = left.values.get(label), right.values.get(label)
    if one is not None and other is not None:
        return (
            f'`{label}` is "{one}" left of `{node.op}` and "{other}" right of it, and only equal labels match'
        )
    there, gone = ("left", node.right) if left.has(label) else ("right", node.left)
    scraped = label in _SCRAPED and not _asked_for(label, node.left if there == "left" else node.right)
    always = ", as every scraped series has," if scraped else ""
    return f"the {there} side always has the label `{label}`{always} and {view.words(gone)} never has it"


def _asked_for(label: str, node: Expr) -> bool:
    return any(m.label == label for one in selectors(node) for m in one.matchers)


def _kind(node: Binary, label: str, view: Analysis) -> str:
    sides = node.left, node.right
    if any(isinstance(side, Call) and side.name.startswith("absent") for side in sides):
        return "labels-of-absent"
    gone = next((side for side in sides if view[side].labels.has(label) is False), None)
    return "label-aggregated-away" if isinstance(gone, Aggregate) else "labels-never-match"


def _help(label: str, left: Labels, right: Labels, node: Binary) -> str:
    if label in left.values and label in right.values and left.values[label] != right.values[label]:
        return f"`{node.op} ignoring ({label})`"
    gone = right if left.has(label) else left
    shared = sorted(name for name in left.certain & right.certain if name != "__name__")
    if not shared and (not gone.closed or gone.possible - {"__name__"}):
        return f"keep `{label}` on both sides, or say with `on` which labels match"
    if node.op in ("and", "unless"):
        return f"`{node.op} on ({', '.join(shared)})`"
    many = "left" if left.has(label) else "right"
    return f"`{node.op} on ({', '.join(shared)}) group_{many} ()`"
