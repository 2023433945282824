"""Cases that notice what the cases so far do not: others for the mutants that survive them.

A mutant survives where the telemetry is too simple for it: nobody but the asked-for job has any series, the
fault is far beyond the threshold, or lasts so long that every window fills. What the mistake is tells what is
needed: a branch that decides by itself, the edge of a comparison, series that a matcher keeps out, a gap of
the length of a window. The local evaluator says what helps; the engine judges the new cases like all others.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from tocsin.query.errors import QueryError
from tocsin.query.promql.ast import Binary, Selector
from tocsin.query.promql.walk import selectors, walk
from tocsin.witness.case import Case
from tocsin.witness.mutant import KINDS, Kind, Mutant
from tocsin.witness.promql.evaluator.evaluate import Budget, NotUnderstood, OutOfBudget
from tocsin.witness.promql.sharp.collection import MOST_CASES, Collection
from tocsin.witness.promql.sharp.edges import Family, edge, families
from tocsin.witness.promql.sharp.equivalent import equivalent
from tocsin.witness.promql.sharp.mutants import trees
from tocsin.witness.promql.sharp.noticed import Pair, noticed
from tocsin.witness.promql.sharp.pivots import innermost, pivots
from tocsin.witness.promql.sharp.siblings import Company, beside, companies
from tocsin.witness.promql.sharp.situations import Situation, openings, special
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

__all__ = ["MOST_CASES", "sharpened", "sharpening"]

NOTHING = Known()
STEPS = 200_000
STEPS_EACH = 60_000
"""Evaluator steps for the new cases of one rule, and those more for each mutant."""
MOST_STEPS = 4_000_000
NOTICING = 2_000_000
_MOST_BASES = 8
_MOST_TRIES = 32
"""Situations that are tried for one mutant, or for the matchers of one selector."""
_ENDS = NotUnderstood, OutOfBudget, QueryError
_BRANCH: frozenset[Kind] = frozenset(("branch",))
_OF_EDGES: frozenset[Kind] = frozenset(("threshold", "boundary", "window"))
_EDGES = ("so little that it just fires", "just too little")


def sharpened(rule: Rule, cases: Sequence[Case], known: Known = NOTHING) -> tuple[Case, ...]:
    """The cases with those that they lack."""
    left = [pair for pair in trees(rule) if not equivalent(rule, pair[0], known)]
    found = noticed(rule, cases, left, known.recordings, budget=Budget(NOTICING), thorough=True)
    survivors = [mutant for mutant, _ in left if mutant.name not in found]
    return (*cases, *sharpening(rule, cases, survivors, known))


def sharpening(
    rule: Rule,
    cases: Sequence[Case],
    survivors: Iterable[Mutant],
    known: Known = NOTHING,
    *,
    steps: int | None = None,
) -> tuple[Case, ...]:
    """New cases, each of which notices survivors (of the expression) that no other one does."""
    names = {mutant.name for mutant in survivors}
    left = [pair for pair in trees(rule) if pair[0].name in names]
    bases = [case for case in cases if case.series]
    if not left or not bases:
        return ()
    budget = Budget(min(MOST_STEPS, STEPS + STEPS_EACH * len(left)) if steps is None else steps)
    with contextlib.suppress(*_ENDS):
        collection = Collection(rule, bases, known, budget, left)
        with contextlib.suppress(*_ENDS):  # what is found before the budget is spent is worth having
            _open(collection)
            _go_to_edges(collection)
            _keep_out(collection)
            _vary(collection)
        return collection.needed()
    return ()


def _open(collection: Collection) -> None:
    """Where a branch never decides, nothing can be seen of the mistakes in it."""
    if collection.of(_BRANCH):
        for situation in openings(collection.expr, collection.cases[:_MOST_BASES]):
            if collection.done:
                return
            collection.try_(situation, collection.of(_BRANCH))


# -- the edges of comparisons ----------------------------------------------------------------------------
def _go_to_edges(collection: Collection) -> None:
    bases = (*collection.cases, *collection.found)  # not what is at an edge already
    for comparison in _comparisons(collection):
        inside = [m.name for m, _ in collection.left.values() if _home(collection, m) is comparison]
        places = [one for one in pivots(collection.scenes, comparison) if one.case in bases]
        for family in families(collection.expr, comparison, places, collection.known):
            if collection.done or not any(name in collection.left for name in inside):
                break
            _go_to_edge(collection, family)


def _go_to_edge(collection: Collection, family: Family) -> None:
    pivot = family.pivot

    def holds(series: tuple[Series, ...]) -> bool:
        scene = collection.scene(replace(pivot.case, series=series))
        return bool(scene.result(collection.expr, pivot.evaluation))

    for series, words in zip(edge(family, holds) or (), _EDGES, strict=False):
        situation = Situation(pivot.case, series, words)
        if not collection.try_(situation, list(collection.left.values()), pivot.evaluation):
            collection.draft(situation)


def _comparisons(collection: Collection) -> list[Binary]:
    """Those that have mutants left which can be seen at their edges."""
    homes = [_home(collection, mutant) for mutant, _ in collection.of(_OF_EDGES)]
    nodes = (node for node in walk(collection.expr) if isinstance(node, Binary))
    return [node for node in nodes if any(node is home for home in homes)]


def _home(collection: Collection, mutant: Mutant) -> Binary | None:
    return innermost(collection.expr, mutant.start, mutant.end)


# -- what matchers keep out ------------------------------------------------------------------------------
def _keep_out(collection: Collection) -> None:
    """For each selector that has matchers which nothing shows: series that they keep out."""
    for selector in selectors(collection.expr):
        for company, situation in islice(_companies(collection, selector), _MOST_TRIES):
            collection.try_(situation, _matchers(collection, selector), company.evaluation)


def _companies(collection: Collection, selector: Selector) -> Iterator[tuple[Company, Situation]]:
    if not _matchers(collection, selector):
        return
    home = innermost(collection.expr, selector.start, selector.end)
    places = list(pivots(collection.scenes, home)) if home is not None else []
    for company in companies(places, [*collection.cases, *collection.found]):
        left = {(mutant.start, mutant.end) for mutant, _ in _matchers(collection, selector)}
        if not left or collection.done:
            return
        matchers = [one for one in selector.matchers if (one.start, one.end) in left]
        made = beside(company, selector, matchers, collection.known)
        if made is not None and made[0] not in collection.tried:
            yield company, Situation(company.base, *made)


def _matchers(collection: Collection, selector: Selector) -> list[Pair]:
    """The mutants of its matchers that are left."""
    pairs = collection.of(frozenset(("matcher",)))
    return [pair for pair in pairs if selector.start <= pair[0].start and pair[0].end <= selector.end]


# -- all others ------------------------------------------------------------------------------------------
def _vary(collection: Collection) -> None:
    groups: dict[tuple[str, str], list[Mutant]] = {}
    for mutant, _ in collection.of(KINDS):  # the same mistake in several places, or several in one
        words = mutant.words.partition(" of ")[2] if mutant.kind == "grouping" else mutant.words
        groups.setdefault((mutant.kind, words), []).append(mutant)
    for group in groups.values():
        collection.tried.clear()
        for mutant in group:
            _try_all(collection, mutant, group)


def _try_all(collection: Collection, mutant: Mutant, group: Sequence[Mutant]) -> None:
    # a new case may be what the next one is made of
    scenes = [scene for scene in collection.scenes if scene.case.name and scene.sees(mutant)]
    bases = [scene.case for scene in scenes][:_MOST_BASES]
    made = special(collection.rule, bases, mutant, group)
    new = (situation for situation in made if situation.series not in collection.tried)
    for situation in islice(new, _MOST_TRIES):
        if mutant.name not in collection.left or collection.done:
            return
        pairs = [collection.left[one.name] for one in group if one.name in collection.left]
        collection.try_(situation, pairs)
