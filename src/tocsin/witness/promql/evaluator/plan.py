"""From a tree to a plan: nested functions that evaluate it. Only which function is called for which node."""

from collections.abc import Callable

from tocsin.query.promql.ast import (
    COMPARISONS,
    SET_OPERATORS,
    Aggregate,
    Binary,
    Call,
    Expr,
    Number,
    Selector,
    String,
    Unary,
)
from tocsin.query.promql.types import type_of
from tocsin.query.promql.walk import bare
from tocsin.witness.promql.evaluator import aggregations, matching
from tocsin.witness.promql.evaluator.calls import CALLS, SCALAR_CALLS
from tocsin.witness.promql.evaluator.functions_numbers import ARITHMETIC, scalars
from tocsin.witness.promql.evaluator.margin import COMPARE, distance
from tocsin.witness.promql.evaluator.memory import remembering
from tocsin.witness.promql.evaluator.select import instant
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Element,
    EngineRefuses,
    Moment,
    NotUnderstood,
    ScalarPlan,
    VectorPlan,
    distinct,
    nameless,
)


def vector_plan(expr: Expr) -> VectorPlan:
    """How to evaluate an instant vector; raises NotUnderstood."""
    node = bare(expr)
    match node:
        case Selector():
            return instant(node)
        case Binary():
            return _binary(node)
        case Aggregate():
            return _aggregate(node)
        case Call():
            return _call(node)
        case Unary(op=op, expr=inner):
            return vector_plan(inner) if op == "+" else _negative(vector_plan(inner))
        case _:
            raise NotUnderstood("this is no instant vector", node)


_MOST_PLANS = 2048
_plans: dict[int, tuple[Expr, VectorPlan]] = {}
"""By identity (a hash of the tree would cost more than its evaluation); the tree is kept, and so its id."""


def remembered_plan(expr: Expr) -> VectorPlan:
    """The plan of a tree that is asked for itself, or as a part of another one: always the same plan.

    A scalar is one element without labels, as in a rule.
    """
    known = _plans.get(id(expr))
    if known is not None:
        return known[1]
    node = bare(expr)
    plan = remembered_plan(node) if node is not expr else _rule_plan(node)
    if node is expr and not isinstance(node, Selector):  # that is as fast as memory
        plan = remembering(node, plan)
    if len(_plans) >= _MOST_PLANS:
        del _plans[next(iter(_plans))]  # the oldest: what a search pays does not depend on earlier ones
    _plans[id(expr)] = expr, plan
    return plan


def _rule_plan(node: Expr) -> VectorPlan:
    kind = type_of(node)
    if kind == "vector":
        return vector_plan(node)
    if kind != "scalar":
        raise EngineRefuses("rule result is not a vector or scalar")
    scalar = scalar_plan(node)
    return lambda moment: [Element((), scalar(moment), CERTAIN)]


def scalar_plan(expr: Expr) -> ScalarPlan:
    """How to evaluate a scalar; raises NotUnderstood."""
    node = bare(expr)
    match node:
        case Number(value=value):
            return lambda moment: value
        case Binary(op=op, left=left, right=right):
            first, second = scalar_plan(left), scalar_plan(right)
            return lambda moment: scalars(op, first(moment), second(moment))
        case Unary(op=op, expr=inner):
            plain = scalar_plan(inner)
            return plain if op == "+" else lambda moment: -plain(moment)
        case Call(name=name) if name in SCALAR_CALLS:
            return SCALAR_CALLS[name](node, vector_plan, scalar_plan)
        case _:
            raise NotUnderstood("this scalar is not known here", node)


def _call(node: Call) -> VectorPlan:
    build = CALLS.get(node.name)
    if build is None:
        raise NotUnderstood(f"`{node.name}` is not known here", node)
    return build(node, vector_plan, scalar_plan)


def _negative(inner: VectorPlan) -> VectorPlan:
    def run(moment: Moment) -> list[Element]:
        return distinct([Element(nameless(e.labels), -e.value, e.margin) for e in inner(moment)])

    return run


def _binary(node: Binary) -> VectorPlan:
    if node.fill is not None:
        raise NotUnderstood("`fill` is not known here", node)
    left, right = type_of(node.left), type_of(node.right)
    if left == right == "vector":
        build = matching.set_operator if node.op in SET_OPERATORS else matching.operator
        return build(node, remembered_plan(node.left), remembered_plan(node.right))
    if left == "vector":
        return _with_scalar(node, vector_plan(node.left), scalar_plan(node.right), swapped=False)
    return _with_scalar(node, vector_plan(node.right), scalar_plan(node.left), swapped=True)


def _with_scalar(node: Binary, inner: VectorPlan, number: ScalarPlan, *, swapped: bool) -> VectorPlan:
    if node.op in COMPARISONS and not node.returns_bool:
        return _filter(node.op, inner, number, swapped=swapped)
    op = node.op

    def calculate(value: float, other: float) -> float:
        return scalars(op, other, value) if swapped else scalars(op, value, other)

    plain = ARITHMETIC.get(op)
    act: Callable[[float, float], float] = plain if plain is not None and not swapped else calculate

    def run(moment: Moment) -> list[Element]:
        other = number(moment)
        found = [Element(nameless(e.labels), act(e.value, other), e.margin) for e in inner(moment)]
        moment.budget.spend(1 + len(found))
        return distinct(found)

    return run


_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def _filter(op: str, inner: VectorPlan, number: ScalarPlan, *, swapped: bool) -> VectorPlan:
    op = _MIRRORED.get(op, op) if swapped else op
    test = COMPARE[op]

    def run(moment: Moment) -> list[Element]:
        threshold = number(moment)
        elements = inner(moment)
        moment.budget.spend(1 + len(elements))
        if not moment.hopeful:
            return [
                Element(e.labels, e.value, min(e.margin, distance(op, True, e.value, threshold)))
                for e in elements
                if test(e.value, threshold)
            ]
        return [
            Element(
                e.labels, e.value, min(e.margin, distance(op, test(e.value, threshold), e.value, threshold))
            )
            for e in elements
        ]

    return run


def _aggregate(node: Aggregate) -> VectorPlan:
    inner, grouping, op = vector_plan(node.expr), node.grouping, node.op
    if op in aggregations.FOLDS:
        return aggregations.fold(aggregations.FOLDS[op], grouping, inner)
    param = bare(node.param) if node.param is not None else None
    if op == "count_values" and isinstance(param, String):
        return aggregations.count_values(param.value, grouping, inner)
    if param is None or op == "limit_ratio":
        raise NotUnderstood(f"`{op}` is not known here", node)
    number = scalar_plan(param)
    if op == "quantile":
        return aggregations.quantiles(number, grouping, inner)
    return aggregations.choose(op, number, grouping, inner)
