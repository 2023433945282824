"""PromQL at one instant over a few series, as Prometheus 3.15.0 evaluates it, with how far each is from true.

A tree is made once into nested functions (`evaluate_plan`), which then run thousands of times in a search.
Nothing here is the judge: the engine is.
"""

from tocsin.query.promql.ast import Expr
from tocsin.query.promql.types import type_of
from tocsin.witness.promql.evaluate_plan import scalar_plan, vector_plan
from tocsin.witness.promql.evaluate_terms import (
    CERTAIN,
    Budget,
    Element,
    EngineRefuses,
    Moment,
    NotUnderstood,
    OutOfBudget,
    VectorPlan,
)
from tocsin.witness.promql.store import Store

__all__ = [
    "CERTAIN", "Budget", "Element", "EngineRefuses", "NotUnderstood", "OutOfBudget", "Store", "vector",
]  # fmt: skip

_MOST_PLANS = 512
_plans: dict[int, tuple[Expr, VectorPlan]] = {}
"""By identity (a hash of the tree would cost more than its evaluation); the tree is kept, and so its id."""


def vector(
    expr: Expr,
    store: Store,
    t: float,
    *,
    every: float = 60.0,
    hopeful: bool = False,
    budget: Budget | None = None,
    horizon: float | None = None,
) -> list[Element]:
    """The elements of `expr` at `t` (unix seconds); a scalar is one element without labels, as in a rule.

    `every` is the evaluation interval, the step of subqueries without one. `hopeful` keeps what is not there
    (margin <= 0), and what is made of it. Samples after `horizon` are not there yet; None: `t`, as for a rule
    that is evaluated at `t`. Raises NotUnderstood, EngineRefuses, OutOfBudget.
    """
    known = _plans.get(id(expr))
    plan = known[1] if known is not None else _planned(expr)
    at = round(t * 1000)
    moment = Moment(
        store,
        at,
        round(every * 1000),
        hopeful=hopeful,
        budget=Budget() if budget is None else budget,
        horizon=at if horizon is None else round(horizon * 1000),
    )
    return plan(moment)


def _planned(expr: Expr) -> VectorPlan:
    plan = _plan(expr)
    if len(_plans) >= _MOST_PLANS:
        _plans.clear()
    _plans[id(expr)] = expr, plan
    return plan


def _plan(expr: Expr) -> VectorPlan:
    kind = type_of(expr)
    if kind == "vector":
        return vector_plan(expr)
    if kind != "scalar":
        raise EngineRefuses("rule result is not a vector or scalar")
    scalar = scalar_plan(expr)
    return lambda moment: [Element((), scalar(moment), CERTAIN)]
