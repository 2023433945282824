"""PromQL at one instant over a few series, as Prometheus 3.15.0 evaluates it, with how far each is from true.

A tree is made once into nested functions (`plan`), which then run thousands of times in a search.
Nothing here is the judge: the engine is.
"""

from tocsin.query.promql.ast import Expr
from tocsin.query.regex_tree import TooHard
from tocsin.witness.promql.evaluator.plan import remembered_plan
from tocsin.witness.promql.evaluator.store import Store
from tocsin.witness.promql.evaluator.terms import (
    CERTAIN,
    Budget,
    Element,
    EngineRefuses,
    Memory,
    Moment,
    NotUnderstood,
    OutOfBudget,
)

__all__ = [
    "CERTAIN", "Budget", "Element", "EngineRefuses", "NotUnderstood", "OutOfBudget", "Store", "vector",
]  # fmt: skip


def vector(
    expr: Expr,
    store: Store,
    t: float,
    *,
    every: float = 60.0,
    hopeful: bool = False,
    budget: Budget | None = None,
    horizon: float | None = None,
    memory: Memory | None = None,
) -> list[Element]:
    """The elements of `expr` at `t` (unix seconds); a scalar is one element without labels, as in a rule.

    `every` is the evaluation interval, the step of subqueries without one. `hopeful` keeps what is not there
    (margin <= 0), and what is made of it. Samples after `horizon` are not there yet; None: `t`, as for a rule
    that is evaluated at `t`. `memory` keeps what parts of other expressions gave; it is for
    this store alone, once nothing is added to it. Raises NotUnderstood, EngineRefuses, OutOfBudget.
    """
    at = round(t * 1000)
    moment = Moment(
        store,
        at,
        round(every * 1000),
        hopeful=hopeful,
        budget=Budget() if budget is None else budget,
        horizon=at if horizon is None else round(horizon * 1000),
        memory=memory,
    )
    try:
        return list(remembered_plan(expr)(moment))
    except TooHard as error:
        raise NotUnderstood(str(error), expr) from None
