"""Samples and runs: what is read back is what was given; a straight line is one run, with its roundings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.witness.promql.straight import straightened
from tocsin.witness.telemetry import Gap, Run, Sample, Series, runs

NUMBERS = st.one_of(
    st.integers(-5, 5).map(float),
    st.sampled_from([0.1, -0.7, 1e9, 60.099, 1e300]),
    st.floats(allow_nan=False),
)
SAMPLES = st.lists(st.one_of(NUMBERS, st.sampled_from(Gap)), max_size=12)
SHORT = st.integers(-99_999, 99_999).map(lambda n: n / 1000)


def samples(found: tuple[Run, ...]) -> list[Sample]:
    return list(Series((), found).samples())


@given(SAMPLES)
def test_what_is_read_back_is_what_was_given(said: list[Sample]) -> None:
    found = runs(said)
    assert samples(found) == said
    assert all(run.last == list(run.samples())[-1] for run in found)


@given(SHORT, SHORT.filter(bool), st.integers(3, 200))
def test_a_straight_line_is_one_run_however_its_roundings_add_up(
    first: float, step: float, count: int
) -> None:
    line = Run(first, count, step)
    assert runs(line.samples()) == (line,)
    assert straightened([first + step * i for i in range(count)]) == (line,)


def test_a_line_is_added_up_step_by_step() -> None:
    assert list(Run(0.0, 4, 0.1).samples()) == [0.0, 0.1, 0.2, 0.1 + 0.1 + 0.1]
    assert Run(0.0, 4, 0.1).last == 0.1 + 0.1 + 0.1 != 0.3


def test_no_number_is_longer_than_those_it_was_made_of() -> None:
    noisy: list[Sample] = [60.1 - 0.001, 60.1 - 0.002, 60.1 - 0.003, Gap.MISSING, 20 + 0.1 + 0.2]
    assert straightened(noisy) == (Run(60.099, 3, -0.001), Run(Gap.MISSING, 1), Run(20.3, 1))


@pytest.mark.parametrize("whole", [[1e15, 1e15 + 1, 1e15 + 3], [7.0, 7.0, 8.0], [Gap.STALE, 5.0]])
def test_what_is_whole_stays_as_it_is(whole: list[Sample]) -> None:
    assert samples(straightened(whole)) == whole


def test_what_is_no_number_is_kept() -> None:
    found = samples(straightened([math.nan, math.inf, 0.5]))
    assert isinstance(found[0], float) and math.isnan(found[0]) and found[1:] == [math.inf, 0.5]
