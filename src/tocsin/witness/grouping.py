"""Which groups of an aggregation lie within which of another, for both languages."""

from typing import TypeAlias

from tocsin.query.nodes import Grouping, Matching

Kept: TypeAlias = tuple[bool, frozenset[str]]
"""The labels that tell groups apart: these, or (True) all but these."""
EVERYTHING: Kept = (True, frozenset())
"""Not aggregated: each series is a group of its own."""


def kept(grouping: Grouping | None) -> Kept:
    """The labels that an aggregation keeps."""
    return (False, frozenset()) if grouping is None else (grouping.without, frozenset(grouping.names))


def finer(fine: Kept, coarse: Kept, matching: Matching | None) -> bool:
    """Whether each fine group lies in the coarse one that it is matched with."""
    all_but, names = coarse
    compared = set() if matching is None else set(matching.names)
    if all_but:
        kept = matching is None or (not matching.on and compared <= names)
        return fine[0] and fine[1] <= names and kept
    finer = names.isdisjoint(fine[1]) if fine[0] else names <= fine[1]
    if matching is None:
        return finer
    return finer and (names <= compared if matching.on else names.isdisjoint(compared))
