"""What was calculated of the same columns at the same instant is not calculated again.

A search changes one series and asks the same expression, or a part of it: all the rest is as before. This
is for stores of a search (`Store.replaced`), not for the many instants of a timeline. A subquery asks for
the same instants in one evaluation after the other.
"""

from collections.abc import Callable
from typing import TypeAlias

from tocsin.query.promql.ast import Call, Expr, Number, Range, Subquery, Timed
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.promql.evaluate_terms import Element, Moment, VectorPlan
from tocsin.witness.promql.functions_time import PARTS
from tocsin.witness.promql.store import AnyOf, Matchers

_MOST = 64
"""Results for each part: those that a search comes back to, not all."""
_MOST_COURSES = 8
"""So many sets of columns for each subquery."""
_MOST_SAMPLED = 256
"""So many sets of samples for each subquery."""
_OF_THE_EVALUATION = frozenset(("start", "end", "range", "step"))
_OF_THE_INSTANT = frozenset(("time", "timestamp", *PARTS)) | _OF_THE_EVALUATION
Steps: TypeAlias = dict[int, list[Element]]
"""What a subquery's expression gives at instants; it may be added to."""


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


def steps_of(node: Expr) -> Callable[[Moment], Steps]:
    """What is known of the steps of a subquery over `node`, for the columns of the moment's store."""
    if any(map(_beyond_its_instant, walk(node))):
        return lambda moment: {}
    wanted = AnyOf(tuple(Matchers(selector) for selector in selectors(node)))
    known: dict[tuple[object, ...], Steps] = {}

    def run(moment: Moment) -> Steps:
        store = moment.store
        if store.grows:
            return {}
        columns = store.columns
        key = store.family, moment.every, moment.hopeful, *[columns[i] for i in store.find(wanted)]
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST_COURSES:
                known.clear()
            found = known[key] = {}
        return found

    return run


def by_samples(node: Expr, plan: VectorPlan) -> VectorPlan:
    """The plan of `node`, which is the same for the same samples, where the time is nothing to it."""
    if any(map(_asks_for_more, walk(node))):
        return plan
    wanted = AnyOf(tuple(Matchers(selector) for selector in selectors(node)))
    known: dict[tuple[object, ...], list[Element]] = {}

    def run(moment: Moment) -> list[Element]:
        store, t, horizon = moment.store, moment.t, moment.horizon
        columns = store.columns
        samples = [columns[i].at(t, horizon) for i in store.find(wanted)]
        key = store.family, moment.hopeful, *[None if one is None else one[1] for one in samples]
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST_SAMPLED:
                known.clear()
            found = known[key] = plan(moment)
        moment.budget.spend(1 + len(samples))
        return found

    return run


def _asks_for_more(node: Expr) -> bool:
    """Whether more is asked than the newest samples."""
    if isinstance(node, Call):
        return node.name in _OF_THE_INSTANT
    moved = isinstance(node, Timed) and (node.offset is not None or node.at is not None)
    return moved or isinstance(node, Range | Subquery)


def _beyond_its_instant(node: Expr) -> bool:
    """Whether more is asked than what was there at the instant: the time of the evaluation, or what follows."""
    if isinstance(node, Call):
        return node.name in _OF_THE_EVALUATION
    if not isinstance(node, Timed):
        return False
    back = node.offset is None or (isinstance(node.offset, Number) and node.offset.value >= 0)
    return node.at is not None or not back
