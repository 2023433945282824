"""The course of a signal, as numbers and drawn: what people see is what the rule compares."""

import math

from tocsin.proof.course import Course, course
from tocsin.proof.report.html_plot import large, small
from tocsin.proof.report.plot_text import HEIGHT, WIDTH, drawn
from tocsin.witness.case import Case
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.telemetry import Labels, Run, Series, labels

NOTHING = Known()


def series(name: str, *runs: Run, **more: str) -> Series:
    return Series(labels([("__name__", name), *more.items()]), runs)


def situation(rule: Rule, *several: Series, known: Known = NOTHING) -> Case:
    expected = predicted(rule, several, 60, 60, 1200, known=known)
    return Case(name="x", kind="fires", interval=60, every=60, until=1200, series=several, expected=expected)


QUEUE = Rule(name="Queue", language="promql", expr="queue > 5", hold=120, every=60)
CASE = situation(QUEUE, series("queue", Run(1.0, 5), Run(9.0, 6), Run(1.0, 10), job="a"))


def drawing() -> Course:
    found = course(QUEUE, CASE, NOTHING)
    assert found is not None
    return found


def test_the_numbers_are_those_that_are_compared() -> None:
    found = drawing()
    assert found.values == (1.0,) * 5 + (9.0,) * 6 + (1.0,) * 10
    assert set(found.thresholds) == {5.0}
    assert (found.side, found.signal) == ("above", "queue")
    assert found.alert is not None and (found.alert.pending, found.alert.firing) == (300.0, 420.0)


def test_the_alerts_own_series_is_drawn() -> None:
    other = series("queue", Run(3.0, 21), job="b")
    case = situation(QUEUE, *CASE.series, other)
    found = course(QUEUE, case, NOTHING)
    assert found is not None and found.values == drawing().values


def test_a_threshold_that_moves() -> None:
    rule = Rule(name="Full", language="promql", expr="used > on (job) 0.5 * size", every=60)
    case = situation(rule, series("used", Run(1.0, 5, 1.0), job="a"), series("size", Run(4.0, 21), job="a"))
    found = course(rule, case, NOTHING)
    assert found is not None and found.thresholds[0] == 2.0


def test_recorded_signals_are_recorded_first() -> None:
    known = Known(recordings=(Recording(record="a:queue", expr="2 * queue", every=60),))
    rule = Rule(name="Queue", language="promql", expr="a:queue > 10", every=60)
    found = course(rule, situation(rule, *CASE.series, known=known), known)
    assert found is not None and max(found.values) == 18.0


def test_a_rule_without_a_comparison_is_drawn_as_it_is() -> None:
    rule = Rule(name="Gone", language="promql", expr='absent(up{job="a"})', every=60)
    found = course(rule, situation(rule, series("up", Run(1.0, 3), job="a")), NOTHING)
    assert found is not None and found.thresholds == ()
    assert math.isnan(found.values[0]) and found.values[-1] == 1.0


def test_what_is_not_understood_has_no_course() -> None:
    assert course(Rule(name="X", language="promql", expr="no (query"), CASE, NOTHING) is None


def test_the_drawing_fits_and_names_threshold_and_states() -> None:
    lines = drawn(drawing(), lambda value: f"{value:g}")
    assert len(lines) == HEIGHT + 3
    assert all(len(line) <= WIDTH + 30 for line in lines)
    assert any(line.split("|")[0].strip() == "5" and "- - -" in line for line in lines)
    assert "|pend" in lines[-2] and "|firing" in lines[-2]
    assert lines[-1].split() == ["5m", "7m", "11m"]


def test_nothing_is_drawn_of_nothing() -> None:
    nan = (math.nan,) * 3
    empty = Course(times=(0, 60, 120), values=nan, thresholds=(), side="", alert=None, signal="x")
    assert drawn(empty, str) == []


def test_the_same_course_gives_the_same_svg() -> None:
    first, second = (large(drawing(), lambda value: f"{value:g}", "a <b> & c") for _ in range(2))
    assert first == second
    assert first.startswith("<svg") and "<b>" not in first and "<script" not in first
    assert small([("one", drawing()), ("two", drawing())], str).count("<svg") == 1


def test_labels_are_not_told_apart_by_their_name() -> None:
    known: Labels = (("job", "a"),)
    assert CASE.expected[0].labels == known
