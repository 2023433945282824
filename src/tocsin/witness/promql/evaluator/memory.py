"""What was calculated of the same columns at the same instant is not calculated again.

A search changes one series and asks the same expression, or a part of it: all the rest is as before
(`Store.replaced`). Mutants are asked of one store and differ in one place: all the rest is as in the rule
(`Moment.memory`). Not for the many instants of a timeline.
"""

from tocsin.query.promql.ast import Expr
from tocsin.query.promql.walk import selectors
from tocsin.witness.promql.evaluator.store import AnyOf, Matchers
from tocsin.witness.promql.evaluator.terms import Element, Memory, Moment, VectorPlan

_MOST = 64
"""Results for each part: those that a search comes back to, not all."""


def remembering(node: Expr, plan: VectorPlan) -> VectorPlan:
    """The plan of `node`, with a bounded memory. The lists that it gives must not be changed."""
    wanted = AnyOf(tuple(Matchers(selector) for selector in selectors(node)))
    known: Memory = {}

    def run(moment: Moment) -> list[Element]:
        store = moment.store
        if moment.memory is not None:
            return _once(moment.memory, moment)
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

    def _once(results: Memory, moment: Moment) -> list[Element]:
        key = plan, moment.t, moment.horizon, moment.hopeful
        found = results.get(key)
        if found is None:
            found = results[key] = plan(moment)
        moment.budget.spend(1)
        return found

    return run
