"""What is found is near, realistic and the same each time; and nothing ends in an exception."""

import math

import pytest
from tests.witness.promql.own_rules import RULES

from tocsin.witness.case import Case
from tocsin.witness.outcome import Always, Impossible, NotFound, Witnessed
from tocsin.witness.promql.find import find
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.telemetry import Gap, Run


def rule(expr: str, **more) -> Rule:
    return Rule(name="R", language="promql", expr=expr, **{"hold": 300.0, **more})


def cases(expr: str, **more) -> tuple[Case, ...]:
    outcome = find(rule(expr, **more))
    assert isinstance(outcome, Witnessed), outcome
    return outcome.cases


def kinds(expr: str, **more) -> list[str]:
    return [case.kind for case in cases(expr, **more)]


def peak(case: Case) -> float:
    """The highest value of the only series."""
    (series,) = case.series
    return max(sample for sample in series.samples() if not isinstance(sample, Gap))


def test_the_witness_and_its_twin_are_on_both_sides_of_the_threshold() -> None:
    first, twin, *_ = cases("queue_length > 1000")
    assert 1000 < peak(first) <= 1050
    assert 950 <= peak(twin) <= 1000 and twin.kind == "clause"
    assert "not above 1000" in twin.pins.words and (twin.pins.start, twin.pins.end) == (0, 19)


def test_a_share_is_missed_by_less_than_a_twentieth() -> None:
    expr = 'sum(rate(hits_total{code=~"5.."}[5m])) / sum(rate(hits_total[5m])) > 0.01'
    _, twin, *_ = cases(expr)
    share = float(twin.pins.words.split(" is ")[1].split(",")[0])
    assert 0.0095 <= share < 0.01


def test_all_kinds_of_twins() -> None:
    assert kinds("rate(hits_total[5m]) > 5") == ["fires", "clause", "short", "baseline", "no-traffic", "gone"]
    assert "short" not in kinds("queue_length > 5", hold=0.0)
    assert kinds("up{job='a'} == 0 or up{job='b'} == 0").count("firing-clause") == 2


def test_each_branch_fires_alone() -> None:
    alone = [case for case in cases("up{job='a'} == 0 or up{job='b'} == 0") if case.kind == "firing-clause"]
    assert [{labels for one in case.expected for labels in one.labels} for case in alone] == [
        {("job", "a")},
        {("job", "b")},
    ]


def test_keep_firing_for_is_predicted() -> None:
    plain, kept = (cases("up == 0", keep=keep)[0].expected[0] for keep in (0.0, 180.0))
    assert kept.resolved == plain.resolved + 180


def test_what_fires_when_all_is_gone_is_kept_as_such() -> None:
    gone = next(case for case in cases("absent(up{job='a'})") if case.kind == "gone")
    assert gone.fires and "fires" in gone.name


@pytest.mark.parametrize("name", RULES)
def test_values_are_realistic(name: str) -> None:
    outcome = find(rule(RULES[name]))
    for case in outcome.cases if isinstance(outcome, Witnessed) else ():
        for series in case.series:
            metric = dict(series.labels).get("__name__", "")
            values = [v for v in series.samples() if not isinstance(v, Gap)]
            assert all(math.isfinite(v) for v in values)
            if metric.endswith("_total") and "rate(" in RULES[name] and "seconds" not in metric:
                assert all(v == int(v) and v >= 0 for v in values)
                assert values == sorted(values)


def test_the_same_each_time() -> None:
    for expr in list(RULES.values())[::9]:
        assert find(rule(expr)) == find(rule(expr))


def test_cases_are_short() -> None:
    for name, expr in RULES.items():
        outcome = find(rule(expr))
        for case in outcome.cases if isinstance(outcome, Witnessed) else ():
            assert case.until / case.every <= 400, name
            assert sum(len(series.runs) for series in case.series) <= 400, name


def test_long_windows_are_sampled_coarsely() -> None:
    first = cases("increase(failures_total[1d]) > 3", hold=0.0)[0]
    assert first.until / first.every <= 120


def test_a_series_that_ends_is_marked() -> None:
    first = cases("absent(up{job='a'})")[0]
    assert Run(Gap.STALE, 1) in first.series[0].runs


def test_labels_that_the_summary_shows_are_there() -> None:
    first = cases("up == 0", annotations=(("summary", "{{ $labels.instance }} is down"),))[0]
    assert dict(first.series[0].labels)["instance"] == "host-1:9100"
    assert first.expected[0].labels == (("instance", "host-1:9100"),)


def test_an_absent_condition_is_true_at_first() -> None:
    first = cases("absent(queue_length > 100)")[0]
    (series,) = first.series
    values = [value for value in series.samples() if not isinstance(value, Gap)]
    assert values[0] > 100 >= min(values)


def test_another_series_may_be_what_a_condition_is_about() -> None:
    """No series is 0 for an hour and was above 0 an hour ago all that time; two of one cluster are."""
    expr = "members == 0 and on (cluster) members offset 1h > 0"
    first = cases(expr, hold=3600.0)[0]
    assert first.fires and len(first.series) == 2
    assert isinstance(find(rule("members == 0 and members offset 1h > 0", hold=3600.0)), Impossible)


def test_what_several_rules_record_under_one_name_is_expected_of_each() -> None:
    recordings = tuple(
        Recording(record="expected", expr="vector(1)", labels=(("service", name),))
        for name in ("a", "b", "c")
    )
    asked = rule("expected unless on (service) up")
    outcome = find(asked, Known(recordings=recordings))
    assert isinstance(outcome, Witnessed), outcome
    assert {dict(series.labels)["service"] for series in outcome.cases[0].series} == {"a", "b", "c"}
    assert {"short", "baseline"} <= {case.kind for case in outcome.cases}
    fired = {one.labels for one in outcome.cases[0].expected if one.firing is not None}
    assert fired == {(("service", "a"),)}


def test_when_the_budget_is_spent_what_was_found_is_kept() -> None:
    expr = " or ".join(f'rate(errors_total{{code="{i}"}}[5m]) > {i} and on () up == 1' for i in range(1, 9))
    kinds_of = [
        {case.kind for case in outcome.cases}
        for outcome in (find(rule(expr), budget=steps) for steps in (60_000, 200_000, 4_000_000))
        if isinstance(outcome, Witnessed)
    ]
    assert len(kinds_of) >= 2 and all({"fires", "baseline", "gone"} <= each for each in kinds_of)


def test_impossible_always_and_invalid() -> None:
    assert isinstance(find(rule("count(up) == 0")), Impossible)
    always = find(rule("vector(1)"))
    assert isinstance(always, Always) and always.cases[0].fires and not always.cases[0].series
    assert isinstance(find(rule("up or vector(1)"), budget=10), Always | NotFound)
    assert isinstance(find(rule("up ==")), NotFound)
    assert isinstance(find(rule("rate(up)")), NotFound)


@pytest.mark.parametrize(
    "expr",
    [
        "(" * 90 + "up == 0" + ")" * 90,
        " + ".join(["up"] * 300) + " > 5",
        " and ".join(f"m{i} > {i}" for i in range(60)),
        f'up{{job=~"{"(a|b)*" * 50}c"}} == 0',
        f'up{{job=~"{"|".join(f"job-{i}" for i in range(3000))}"}} == 0',
        'up{job!~".+", job!=""} == 0',
        "histogram_count(rate(native[5m])) > 5",
        "count(x) > 1e9",
        "x > 1e308 * 10",
        "x > NaN",
        "x == Inf",
        "sum(x) by (é) > 5",
        '{"métrique 1", "a.b"=~"c.*"} > 5',
        "max_over_time(rate(x[5m])[30d:1s]) > 1",
        "x offset 10y > 1",
        "rate(x[1ms]) > 1",
        "quantile(2, x) > 5",
        "predict_linear(x[10y], 1e12) < 0",
        "label_replace(x, 'a', '$1', 'b', '(((') > 1",
        "x{__name__=~'a.*'} > 1",
        "-x ^ 0.5 > 3",
        "x @ end() > 1",
        "topk(1e6, x) > 5",
    ],
)
def test_nothing_ends_in_an_exception(expr: str) -> None:
    outcome = find(rule(expr), budget=400_000)
    assert isinstance(outcome, Witnessed | Impossible | Always | NotFound)
    if isinstance(outcome, NotFound):
        assert outcome.why


@pytest.mark.parametrize(
    "times", [{"hold": 1e9}, {"every": 1e7, "keep": 1e8}, {"every": 0.001}, {"hold": 3e7}]
)
def test_times_without_measure_end_soon(times: dict[str, float]) -> None:
    outcome = find(rule("rate(x[5m]) > 5", **times), budget=400_000)
    assert isinstance(outcome, Witnessed | NotFound)
