"""The longest scrape intervals: the same witness scraped so, at many phases, is given to promtool."""

import pytest
from tests.witness.promql.evaluate_judge import series
from tests.witness.promql.test_timeline import Case as Judged
from tests.witness.promql.test_timeline import promtools, rule

from tocsin.witness.case import Case
from tocsin.witness.promql.scrape import INTERVALS, Intervals, intervals, scraped, stretched
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.telemetry import Gap, Labels, Run, Series, runs

STALE, MISSING = Gap.STALE, Gap.MISSING
X: Labels = (("__name__", "x"), ("job", "a"))
ERRORS = Series(X, (Run(0.0, 40, 1.0), Run(100.0, 41, 60.0), Run(2560.0, 40)))
ONE_ERROR = Series(X, (Run(1.0, 40), Run(2.0, 81)))
DOWN = Series((("__name__", "up"),), (Run(1.0, 40), Run(0.0, 41), Run(1.0, 40)))
GONE = Series(X, (Run(1.0, 40), Run(STALE, 1), Run(MISSING, 40), Run(1.0, 40)))

TABLE = [
    (rule("rate(x[1m]) > 1", hold=300.0), ERRORS, 30.0, 30.0),
    (rule("rate(x[1m]) > 1"), ERRORS, 30.0, 45.0),
    (rule("rate(x[90s]) > 1", hold=120.0), ERRORS, 45.0, 60.0),
    (rule("rate(x[2m]) > 1", hold=120.0), ERRORS, 60.0, 60.0),
    (rule("rate(x[5m]) > 1", hold=120.0), ERRORS, 120.0, 120.0),
    (rule("irate(x[5m]) > 1", hold=120.0), ERRORS, 120.0, 120.0),
    (rule("increase(x[5m]) > 0"), ONE_ERROR, 180.0, 180.0),
    (rule("up == 0", hold=300.0), DOWN, 300.0, 300.0),
    (rule("avg_over_time(up[10m]) < 0.5"), DOWN, 600.0, 600.0),
    (rule("count_over_time(x[2m]) >= 4", hold=120.0), ERRORS, 30.0, 30.0),
    (rule("absent(x)"), GONE, 300.0, 600.0),  # at 600 s it comes and goes while all is well
]


def witness(one: Rule, *given: Series, known: Known | None = None) -> Case:
    expected = predicted(one, given, 15.0, 60.0, 1800.0, known=known or Known())
    assert any(alert.firing is not None for alert in expected)
    return Case(
        name="fires", kind="fires", interval=15.0, every=60.0, until=1800.0, series=given, expected=expected
    )


@pytest.mark.parametrize(("one", "given", "reliable", "ever"), TABLE, ids=[row[0].expr for row in TABLE])
def test_the_table(one, given, reliable, ever):
    assert intervals(one, witness(one, given)) == Intervals(reliable, ever)


@pytest.mark.tools
def test_promtool_agrees_at_all_phases(tmp_path):
    """Every 5 seconds is a sample or none; the fault is made 40 minutes longer."""
    asked = {(row, *at): case for row in range(len(TABLE)) for at, case in at_all_phases(*TABLE[row]).items()}
    answers = promtools(tmp_path, list(asked.values()))
    fires: dict[tuple[int, int], list[bool]] = {}
    for (row, interval, _), (alerts,) in zip(asked, answers, strict=True):
        fires.setdefault((row, interval), []).append(bool(alerts))
    for (row, interval), found in fires.items():
        one, _, reliable, ever = TABLE[row]
        assert any(found) == (interval <= ever), (one.expr, interval)
        assert all(found) or interval > reliable, (one.expr, interval)


class Whole(Judged):
    """A case of which only is asked whether anything ever fires."""

    def asked(self):
        """One question, at the end."""
        ever = f'last_over_time(ALERTS{{alertname="{self.rule.name}",alertstate="firing"}}[2h])'
        return ((ever, self.until),)


def at_all_phases(one, given, reliable, ever):
    first = next(alert.firing for alert in witness(one, given).expected if alert.firing is not None)
    long = stretched(given, int(first // 15), 160)
    longer = [interval for interval in INTERVALS if ever < interval <= 2 * ever]
    return {
        (interval, phase): Whole(one, (on_a_fine_grid(long, interval, phase),), 4000.0, interval=5.0)
        for interval in sorted({15, *map(int, (reliable, ever, *longer))})
        for phase in range(0, interval, max(5, interval // 60 * 10))
    }


def on_a_fine_grid(given: Series, every: int, phase: int) -> Series:
    column = scraped(given, 15_000, every * 1000, phase * 1000, 0)
    seen = dict(zip(column.times, column.values, strict=True))
    last = max(column.times) // 5000
    samples = [seen.get(i * 5000, MISSING) for i in range(last + 1)]
    return Series(given.labels, runs([STALE if s != s else s for s in samples]))


def test_recorded_metrics_are_recorded_from_what_is_scraped():
    known = Known(
        recordings=(
            Recording(record="job:x:rate2m", expr="sum by (job) (rate(x[2m]))"),
            Recording(record="unused", expr="x + on (nothing) group_left x"),
        )
    )
    one = rule("job:x:rate2m > 1", hold=120.0)
    assert intervals(one, witness(one, ERRORS, known=known), known) == Intervals(60.0, 60.0)


def test_what_is_not_known_is_said():
    quiet = Case(name="quiet", kind="baseline", interval=15.0, every=60.0, until=600.0, series=(DOWN,))
    assert intervals(rule("up > 5"), quiet) == Intervals(None, None, "the rule does not fire in this case")


def test_a_signal_between_its_samples():
    given = series("g", [0.0, 10.0, 20.0, 5.0, 5.0, STALE, MISSING, MISSING, 7.0], a="b")
    column = scraped(given, 60_000, 45_000, 15_000, 1_000_000)
    assert [(t - 1_000_000) // 1000 for t in column.times] == [15, 60, 105, 150, 195, 240, 285, 330, 510]
    assert [str(v) for v in column.values] == ["2.5", "10.0", "17.5", "20.0", *["5.0"] * 3, "nan", "7.0"]


def test_a_longer_fault_moves_all_that_follows():
    given = Series(X, (Run(0.0, 2, 1.0), Run(5.0, 2, 10.0), Run(20.0, 2)))
    assert list(stretched(given, 2, 3).samples()) == [0.0, 1.0, 5.0, 15.0, 25.0, 35.0, 45.0, 50.0, 50.0]
    gone = Series(X, (Run(1.0, 2), Run(STALE, 1), Run(1.0, 1)))
    assert list(stretched(gone, 2, 2).samples()) == [1.0, 1.0, STALE, MISSING, MISSING, 1.0]


def test_the_intervals_are_those_of_people():
    assert list(INTERVALS) == sorted(INTERVALS) and len(INTERVALS) == 12
