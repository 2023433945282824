"""The local evaluator without an engine: margins, what is kept for a search, refusals, budget."""

import math
import random

import pytest
from tests.witness.promql.evaluate_generator import setting
from tests.witness.promql.evaluate_judge import series

from tocsin.query.promql import parse
from tocsin.witness.promql.evaluator.evaluate import (
    CERTAIN,
    Budget,
    EngineRefuses,
    NotUnderstood,
    OutOfBudget,
    Store,
    vector,
)
from tocsin.witness.telemetry import Gap, Series, runs

A = series("x", [8.0], job="a")
B = series("x", [2.0], job="b")
Y = series("y", [100.0], job="a")
STORE = Store((A, B, Y), 60.0)


def margins(text, store=STORE):
    return [element.margin for element in vector(parse(text), store, 0.0, hopeful=True)]


@pytest.mark.parametrize("seed", range(300))
def test_what_is_there_does_not_depend_on_what_is_kept_beside_it(seed):
    """One evaluator, not two: the elements with a positive margin are those of the exact evaluation."""
    asked = setting(seed, depth=4)
    store = Store(asked.series, asked.interval, asked.start)
    for text, at in asked.asked:
        try:
            exact = vector(parse(text), store, asked.start + at, every=asked.every)
        except NotUnderstood:
            continue
        except EngineRefuses:
            with pytest.raises(EngineRefuses):
                vector(parse(text), store, asked.start + at, every=asked.every, hopeful=True)
            continue
        hopeful = vector(parse(text), store, asked.start + at, every=asked.every, hopeful=True)
        there = [element for element in hopeful if element.margin > 0]
        assert sorted(repr(e[:2]) for e in there) == sorted(repr(e[:2]) for e in exact), text
        assert not any(math.isnan(element.margin) for element in hopeful), text


def test_a_comparison_says_how_far_it_is_relative_to_its_threshold():
    assert margins("x > 4") == [1.0, -0.5]
    assert margins("4 > x") == [-1.0, 0.5]
    assert margins("x == 2") == [-3.0, 1.0]
    assert margins("x != 2")[0] == 6.0 / 2.0
    assert margins("x > 0") == [8.0, 2.0]
    assert margins("x > NaN")[0] < -1e6


def test_on_the_threshold_only_the_sign_is_left():
    assert 0 < margins("x >= 8")[0] < 1e-9
    assert -1e-9 < margins("x > 8")[0] < 0
    assert -1e-9 < margins("x != 8")[0] < 0


def test_and_is_the_least_or_the_greatest_unless_the_negated():
    assert margins("x > 4 and y > 50") == [1.0]
    assert margins("x > 4 and y > 200") == [-0.5]
    assert margins("x > 4 unless y > 50") == [-1.0, -0.5]
    assert max(margins("x > 100 or y > 200")) == -0.5
    assert margins("absent(x > 10)") == [0.2]
    assert margins("absent(x)") == [-CERTAIN]
    assert margins("absent(z)") == [CERTAIN]


def test_a_group_of_nothing_is_kept_with_the_value_it_would_have():
    (only,) = vector(parse("sum(x > 10)"), STORE, 0.0, hopeful=True)
    assert (only.value, only.margin) == (10.0, pytest.approx(-0.2))
    (only,) = vector(parse("sum(x > 5)"), STORE, 0.0, hopeful=True)
    assert (only.value, only.margin) == (8.0, pytest.approx(0.6))
    assert vector(parse("sum(x > 10)"), STORE, 0.0) == []


def test_a_scalar_is_an_element_without_labels():
    assert vector(parse("2 * 3"), STORE, 0.0) == [((), 6.0, CERTAIN)]
    with pytest.raises(EngineRefuses, match="not a vector or scalar"):
        vector(parse('"text"'), STORE, 0.0)


@pytest.mark.parametrize(
    "text", ["histogram_sum(x)", "info(x)", "limit_ratio(0.5, x)", "rate(x[5m] anchored)", "x + fill(0) x"]
)
def test_what_cannot_be_done_is_said(text):
    from tocsin.query.promql import Features

    tree = parse(text, Features(experimental_functions=True, extended_ranges=True, fill=True))
    with pytest.raises(NotUnderstood, match="not known here"):
        vector(tree, STORE, 0.0)


def test_the_budget_is_counted_in_steps():
    budget = Budget(100)
    vector(parse("max_over_time(x[10m:1m])"), STORE, 600.0, budget=budget)
    assert 0 < budget.left < 100
    with pytest.raises(OutOfBudget):
        vector(parse("max_over_time(x[30d:1s])"), STORE, 600.0, budget=Budget(10_000))
    with pytest.raises(OutOfBudget):
        vector(parse("max_over_time((vector(1) > 2)[10000d:1s])"), STORE, 600.0, budget=Budget(10_000))


@pytest.mark.parametrize("call", ["abs({})", "-({})", "sum({})", "({}) or x", "x and ({})", "x + scalar({})"])
def test_deep_expressions_are_evaluated(call):
    text = "x"
    for _ in range(60):
        text = call.format(text)
    assert vector(parse(text), STORE, 0.0, hopeful=True)


def test_labels_do_not_grow_without_end():
    text = "x"
    for _ in range(60):
        text = f'label_replace({text}, "job", "$1$1", "job", "(.*)")'
    with pytest.raises(NotUnderstood, match="so long"):
        vector(parse(text), STORE, 0.0)


def test_experimental_functions_that_promtool_does_not_test():
    from tocsin.query.promql import Features

    store = Store([series("g", [1.0, 5.0, 2.0, 5.0, 1.0])], 60.0)

    def value(text):
        (only,) = vector(parse(text, Features(experimental_functions=True)), store, 240.0)
        return only.value

    assert value("mad_over_time(g[5m])") == 1.0
    assert value("ts_of_max_over_time(g[5m])") == 180.0 and value("ts_of_min_over_time(g[5m])") == 240.0
    assert value("ts_of_first_over_time(g[5m])") == 0.0 and value("ts_of_last_over_time(g[5m])") == 240.0
    assert value("double_exponential_smoothing(g[5m], 0.5, 0.5)") == pytest.approx(4.46875)
    assert value("limitk(1, g)") == 1.0 and value('sort_by_label(g, "a")') == 1.0
    assert value("vector(max_of(1, min_of(3, 2)))") == 2.0
    assert value("vector(start() + end() + step() + range())") == 480.0


def test_replaced_samples_leave_the_first_store_as_it_is():
    other = STORE.replaced(0, [1.0])
    assert [e.value for e in vector(parse("x"), other, 0.0)] == [1.0, 2.0]
    assert [e.value for e in vector(parse("x"), STORE, 0.0)] == [8.0, 2.0]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_remembered_is_what_would_be_calculated(seed):
    """A search's stores share columns and results; each must give what a store of its own gives."""
    asked, choose = setting(seed, depth=4), random.Random(seed)
    store = Store(asked.series, asked.interval, asked.start)
    given = [list(one.samples()) for one in asked.series]
    other = [[Gap.MISSING if isinstance(s, Gap) else s + 1.0 for s in samples] for samples in given]
    columns = [[store.column(samples) for samples in both] for both in zip(given, other, strict=True)]
    trees = [(parse(text), asked.start + at) for text, at in asked.asked]
    for _ in range(6):
        picks = [choose.randrange(2) for _ in given]
        for place, pick in enumerate(picks):
            store = store.replaced(place, columns[place][pick])
        fresh = Store(
            [
                Series(one.labels, runs((given, other)[pick][place]))
                for place, (one, pick) in enumerate(zip(asked.series, picks, strict=True))
            ],
            asked.interval,
            asked.start,
        )
        for tree, at in trees:
            assert answer(tree, store, at) == answer(tree, fresh, at)


@pytest.mark.parametrize(
    "text",
    [
        "count_over_time((x > 3)[10m:1m])",
        "sum_over_time((x or y)[10m:1m] offset 2m)",
        "max_over_time((x - y)[5m:30s] offset -2m)",
        "sum_over_time((x @ end())[10m:1m])",
        "count_over_time(absent(x)[10m:1m])",
        "sum_over_time((x offset -3m)[10m:1m])",
        "avg_over_time((time() - y)[10m:1m])",
        "max_over_time(sum_over_time((x * y)[3m:1m])[6m:2m])",
        "count_over_time(vector(2)[10m:1m])",
        "changes(timestamp(x)[10m:1m])",
    ],
)
def test_the_steps_of_a_subquery_are_those_of_its_own_time(text):
    """One tree at many instants of many stores; a new tree knows nothing of others."""
    tree, choose = parse(text), random.Random(text)
    store = Store((series("x", [1.0] * 30), series("y", [2.0] * 30)), 60.0)
    for number in range(12):
        samples = [choose.choice((1.0, 4.0, Gap.MISSING, Gap.STALE)) for _ in range(30)]
        store = store.replaced(number % 2, samples)
        for at in (600.0, 660.0, 960.0, 1200.0, 630.0):
            for horizon in (None, at + 60.0):
                assert answer(tree, store, at, horizon) == answer(parse(text), store, at, horizon)


def answer(tree, store, at, horizon=None):
    try:
        return sorted(map(repr, vector(tree, store, at, hopeful=True, horizon=horizon)))
    except (EngineRefuses, NotUnderstood) as error:
        return str(error)


def test_a_recorded_sample_is_seen_at_once():
    store = STORE.replaced(0, [1.0])
    tree = parse("count(x) + count(y)")
    assert vector(tree, store, 0.0)[0].value == 3.0
    store.record((("__name__", "x"), ("job", "c")), 0, 5.0)
    assert vector(tree, store, 0.0)[0].value == 4.0
    assert vector(tree, STORE, 0.0)[0].value == 3.0


@pytest.mark.parametrize(
    "text",
    ["sum(x) / sum(y) > 3 and on () y > 5", "count_over_time((x > 3)[10m:1m]) > sum_over_time(y[5m:])"],
)
def test_what_a_search_pays_does_not_depend_on_what_was_evaluated_before(text):
    tree = parse(text)

    def left():
        budget, store = Budget(10_000), Store((A, B, Y), 60.0)
        for value in (1.0, 2.0, 1.0, 3.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1.0):
            vector(tree, store.replaced(0, [value]), 0.0, hopeful=True, budget=budget)
        return budget.left

    first = left()
    for number in range(300):
        vector(parse(f"x + {number} + y"), STORE, 0.0)
    assert left() == first < 10_000
