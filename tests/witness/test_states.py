"""`for` and `keep_firing_for` over a grid of evaluations."""

import pytest

from tocsin.witness.states import alertings
from tocsin.witness.telemetry import labels

ONE = labels([("job", "a")])


@pytest.mark.parametrize(
    ("row", "hold", "keep", "expected"),
    [
        ("..xxx..", 30, 0, [(30, 60, 75)]),
        ("..xx...", 30, 0, [(30, None, 60)]),
        ("..x....", 0, 0, [(30, 30, 45)]),
        (".xxxx", 30, 0, [(15, 45, None)]),
        ("xx.xxx.", 30, 0, [(0, None, 30), (45, 75, 90)]),
        ("xxx....", 15, 30, [(0, 15, 75)]),
        ("xxx..x...", 15, 45, [(0, 15, None)]),
        ("x......", 15, 30, [(0, None, 15)]),
        (".......", 0, 0, []),
    ],
)
def test_a_grid_becomes_alerts(row, hold, keep, expected):
    found = alertings({ONE: [c == "x" for c in row]}, 15, hold, keep)
    assert [(a.pending, a.firing, a.resolved) for a in found] == expected
    assert all(a.labels == ONE for a in found)


@pytest.mark.parametrize(
    ("rows", "limit", "expected"),
    [
        (("xxxx", "...."), 1, [(0, 15, None)]),
        (("xxxxxx", "..x..."), 1, [(0, 15, 30), (45, 60, None)]),
        (("xxx...", "..xxxx"), 1, [(0, 15, 30), (45, 60, None)]),
        (("xxxxxx", "xxxxxx"), 1, []),
        (("xxxxxx", "xxxxxx"), 2, [(0, 15, None), (0, 15, None)]),
    ],
)
def test_more_alerts_than_the_limit_are_all_forgotten(rows, limit, expected):
    grid = {labels([("job", str(n))]): [c == "x" for c in row] for n, row in enumerate(rows)}
    found = alertings(grid, 15, 15, limit=limit)
    assert [(a.pending, a.firing, a.resolved) for a in found] == expected
