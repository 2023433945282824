"""What was calculated of the same columns at the same instant is not calculated again.

A search changes one series and asks the same expression, or a part of it: all the rest is as before. Only
for stores of a search (`Store.replaced`), not for the many instants of a timeline or a subquery.
"""

from tocsin.query.promql.ast import Expr
from tocsin.query.promql.walk import selectors
from tocsin.witness.promql.evaluate_terms import Element, Moment, VectorPlan
from tocsin.witness.promql.store import AnyOf, Matchers

_MOST = 64
"""Results for each part: those that a search comes back to, not all."""


def remembering(node: Expr, plan: VectorPlan) -> VectorPlan:
    """The plan of `node`, with a bounded memory. The lists that it gives must not be changed."""
    wanted = AnyOf(tuple(Matchers(selector) for selector in selectors(node)))
    known: dict[tuple[object, ...], list[Element]] = {}

    def run(moment: Moment) -> list[Element]:
        store = moment.store
        if not store.searched or moment.t != moment.top:
            return plan(moment)
        columns = store.columns
        key = (
            store.family, moment.t, moment.horizon, moment.every, moment.hopeful,
            *[columns[i] for i in store.find(wanted)],
        )  # fmt: skip
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[key] = plan(moment)
        moment.budget.spend(1)
        return found

    return run
