"""Expectations and what there is are paired as well as can be, in any order; tried against all ways."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.proof.handwritten.match import match

FITS = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=4)


@given(FITS)
def test_as_many_as_possible_find_a_partner(table: list[list[bool]]) -> None:
    found = match(range(len(table)), range(4), lambda e, g: table[e][g], lambda e, g: -1)
    best = max(sum(table[e][g] for e, g in enumerate(way[: len(table)])) for way in permutations(range(4)))
    assert len(found.missing) == len(table) - best
    assert len(found.extra) == 4 - best
    assert found.near == ()


def test_what_is_left_over_is_compared_with_what_is_most_like_it() -> None:
    found = match([10, 20, 30], [11, 29, 10], int.__eq__, lambda e, g: 100 - abs(e - g))
    assert found.near == ((30, 29), (20, 11))
    assert found.missing == found.extra == ()


def test_nothing_fits_nothing() -> None:
    assert match([], [], int.__eq__, lambda e, g: 0).ok
    assert match([1], [1], int.__eq__, lambda e, g: 0).ok
    assert not match([1], [], int.__eq__, lambda e, g: 0).ok
