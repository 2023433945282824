"""The flow of panels: nothing overlaps, nothing sticks out, lines are full where they may be."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.layout import COLUMNS, Wish, flow

wishes = st.lists(
    st.builds(Wish, st.integers(1, COLUMNS), st.integers(1, 20), st.booleans(), st.booleans()), max_size=30
)


@given(wishes, st.integers(0, 50))
def test_no_panel_overlaps_or_sticks_out(said: list[Wish], top: int) -> None:
    places, bottom = flow(said, top)
    assert len(places) == len(said)
    for i, place in enumerate(places):
        assert place.x >= 0 and place.x + place.width <= COLUMNS
        assert top <= place.y and place.y + place.height <= bottom
        assert not any(place.overlaps(other) for other in places[:i])


@given(wishes)
def test_what_the_spec_fixes_is_kept(said: list[Wish]) -> None:
    for wish, place in zip(said, flow(said, 0)[0], strict=True):
        assert not wish.fixed_width or place.width == wish.width
        assert not wish.fixed_height or place.height == wish.height
        assert place.width >= wish.width and (wish.fixed_height or place.height >= wish.height)


@given(st.lists(st.builds(Wish, st.integers(1, COLUMNS), st.integers(1, 20)), min_size=1, max_size=30))
def test_free_lines_are_filled_and_order_is_kept(said: list[Wish]) -> None:
    places, _ = flow(said, 0)
    lines: dict[int, int] = {}
    for place in places:
        lines[place.y] = lines.get(place.y, 0) + place.width
    assert set(lines.values()) == {COLUMNS}
    assert [(p.y, p.x) for p in places] == sorted((p.y, p.x) for p in places)


def test_four_thirds_make_two_pairs() -> None:
    places, bottom = flow([Wish(8, 8)] * 4, 1)
    assert [(p.x, p.y, p.width) for p in places] == [(0, 1, 12), (12, 1, 12), (0, 9, 12), (12, 9, 12)]
    assert bottom == 17


def test_three_thirds_make_one_line() -> None:
    places, bottom = flow([Wish(8, 8)] * 3, 0)
    assert [(p.x, p.width) for p in places] == [(0, 8), (8, 8), (16, 8)]
    assert bottom == 8


def test_an_empty_row_takes_no_place() -> None:
    assert flow([], 5) == ((), 5)
