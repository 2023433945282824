"""The local evaluator's results are promtool's: on a table of edges, and on thousands of random questions."""

import math

import pytest
from tests.witness.promql.evaluate_generator import setting
from tests.witness.promql.evaluate_judge import Setting, differences, ours, promtool, series

from tocsin.witness.telemetry import Gap

pytestmark = pytest.mark.tools

NAN, STALE, MISSING = math.nan, Gap.STALE, Gap.MISSING
FLAT = series("flat", [2.0] * 20, job="a")
RISING = series("rise_total", [float(i * i) for i in range(20)], job="a", instance="1")
RESET = series("rise_total", [5.0, 9.0, 2.0, 2.0, 8.0, 0.0, 3.0] * 3, job="a", instance="2")
LATE = series("late_total", [MISSING] * 8 + [float(i) for i in range(100, 112)], job="a")
SHORT = series("short", [1.0, 4.0, 9.0, STALE], job="a")
SINGLE = series("single", [MISSING] * 6 + [7.0], job="a")
ODD = series("odd", [NAN, 1.0, math.inf, -math.inf, NAN, -0.0, 3.0, NAN] * 2, job="a")
HOLES = series("holes", [1.0, MISSING, 3.0, MISSING, MISSING, 6.0, STALE, 8.0, 9.0, MISSING] * 2, job="b")
ALL = (FLAT, RISING, RESET, LATE, SHORT, SINGLE, ODD, HOLES)
TIMES = (0.0, 60.0, 180.0, 359.0, 360.0, 420.0, 659.0, 660.0, 1140.0, 1500.0)

OF_RANGES = [
    "rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets", "sum_over_time",
    "avg_over_time", "min_over_time", "max_over_time", "count_over_time", "present_over_time",
    "first_over_time", "last_over_time", "stddev_over_time", "stdvar_over_time", "absent_over_time",
]  # fmt: skip
OF_VECTORS = [
    "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "rad", "deg", "absent",
    "timestamp", "round", "sort", "sort_desc", "minute", "hour", "day_of_week", "day_of_month",
    "day_of_year", "days_in_month", "month", "year",
]  # fmt: skip


def agree(folder, *expressions, given=ALL, times=TIMES, interval=60.0, start=0.0, every=60.0):
    asked = tuple((expr, at) for expr in expressions for at in times)
    one = Setting(tuple(given), interval, asked, start, every)
    assert differences(folder, [one]) == []


@pytest.mark.parametrize("span", ["1m", "61s", "2m", "5m", "90s", "20m"])
def test_functions_of_ranges_at_their_edges(tmp_path, span):
    names = sorted({dict(one.labels)["__name__"] for one in ALL})
    asked = [f"{call}({name}[{span}])" for call in OF_RANGES for name in names]
    asked += [f"predict_linear({name}[{span}], 3600)" for name in names]
    asked += [f"quantile_over_time({q}, {name}[{span}])" for name in names for q in ("0.9", "-1", "2", "NaN")]
    agree(tmp_path, *asked)


def test_functions_of_vectors_at_their_edges(tmp_path):
    agree(tmp_path, *(f"{name}(odd)" for name in OF_VECTORS), *(f"{name}(rise_total)" for name in OF_VECTORS))


def test_dates(tmp_path):
    moments = [
        -1.0,
        0.0,
        951782399.0,
        951782400.0,
        1709164800.5,
        4107542400.0,
        -62135596801.0,
        253402300800.0,
    ]
    given = [series("moment", [at], number=str(i)) for i, at in enumerate(moments)]
    names = ["minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year"]
    asked = [f"{name}({inside})" for name in names for inside in ("moment", "")]
    agree(tmp_path, *asked, given=given, times=(0.0,))
    agree(
        tmp_path, *asked, "time()", "timestamp(moment)", given=given, times=(0.0, 86399.0), start=1709164800.0
    )


def test_lookback_offset_and_at(tmp_path):
    asked = ["short", "single", "holes"]
    asked += ["flat offset 5m", "flat offset -5m", "rise_total @ 120", "rise_total @ 120 offset 1m"]
    asked += ["late_total @ start()", "late_total @ end()", "sum_over_time(flat[5m] @ 60 offset -2m)"]
    asked += ["timestamp(rise_total)", "timestamp(rise_total offset 90s)", "timestamp((holes))"]
    asked += ["timestamp(rise_total @ 120)", "timestamp(-rise_total)", "absent(short @ 60)"]
    agree(tmp_path, *asked)


def test_subqueries(tmp_path):
    asked = [
        "max_over_time(rise_total[5m:])",
        "sum_over_time(rise_total[5m:2m])",
        "rate(rise_total[5m:45s])",
        "avg_over_time((holes > 2)[10m:1m])",
        "count_over_time(absent(single)[10m:])",
        "max_over_time(rate(rise_total[2m])[5m:1m] offset 3m)",
        "sum_over_time((rise_total @ 300)[4m:1m])",
        "sum_over_time(rise_total[4m:1m] @ 600)",
        "deriv(rise_total[5m:30s] @ 600 offset -1m)",
        "sum_over_time(time()[5m:])".replace("time()", "vector(time())"),
        "min_over_time(max_over_time(rise_total[2m:1m])[6m:2m])",
        "timestamp(last_over_time(flat[3m:2m]))",
        "absent_over_time((flat > 3)[5m:])",
        'last_over_time({__name__=~"flat|short"}[5m:1m])',
    ]
    agree(tmp_path, *asked)
    agree(tmp_path, *asked, every=15.0, start=1_700_000_007.0)


def test_aggregations(tmp_path):
    given = [
        series("v", [value], job=job, instance=str(i))
        for i, (job, value) in enumerate(
            zip("aaabbbccd", [1, 2, 4.5, NAN, 3, -1, NAN, NAN, math.inf], strict=True)
        )
    ]
    names = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"]
    groupings = (
        "",
        "by (job)",
        "without (instance)",
        "by (nothing)",
        "without (__name__)",
        "by (__name__, job)",
    )
    asked = [f"{name} {by} (v)" for name in names for by in groupings]
    asked += [f"quantile {by} ({q}, v)" for by in groupings for q in ("0", "0.3", "1", "2", "-2", "NaN")]
    asked += [f'count_values {by} ("x", v)' for by in groupings]
    asked += [
        f"{name} by (job) ({k}, v < 100)" for name in ("topk", "bottomk") for k in ("1", "2.9", "0", "-4")
    ]
    asked += ["topk(NaN, v)", "topk(1e30, v)", 'count_values("job", v)', "sum(v * 1e308)", "avg(v * 1e308)"]
    agree(tmp_path, *asked, given=given, times=(0.0,))


def test_vector_matching_and_its_errors(tmp_path):
    given = [
        series("m", [1.0], job="a", instance="1"),
        series("m", [2.0], job="a", instance="2"),
        series("m", [3.0], job="b", instance="1"),
        series("one", [10.0], job="a", team="x"),
        series("one", [20.0], job="b"),
        series("both", [0.0], job="a", instance="1"),
    ]
    pairs = [("m", "one"), ("one", "m"), ("m", "both"), ("both", "m"), ("m", "m")]
    words = [
        "",
        "on (job)",
        "ignoring (instance, team)",
        "on (job) group_left",
        "on (job) group_right",
        "on (job) group_left (team)",
        "on (job) group_right (team)",
        "ignoring (instance, team) group_left (team)",
        "on ()",
        "on (job, instance)",
    ]
    operators = ("+", "/", ">", "== bool", "!=", "^")
    asked = [f"{a} {op} {word} {b}" for a, b in pairs for op in operators for word in words]
    asked += [
        f"{a} {op} {word} {b}"
        for a, b in pairs
        for op in ("and", "or", "unless")
        for word in words
        if "group" not in word
    ]
    asked += [
        "m + on (job, instance) group_left (__name__) both",
        '{job="a"} + 1',
        '-{job="a"}',
        'abs({job="a"})',
    ]
    asked += [
        "5 - m",
        "m > 1",
        "1 < m",
        "1 < bool m",
        "m == 2",
        "m % 0",
        "m / 0",
        "0 / (m - m)",
        "-m ^ 0.5",
        "NaN > m",
    ]
    agree(tmp_path, *asked, given=given, times=(0.0,))


def test_classic_histograms(tmp_path):
    def histogram(counts, bounds=("0.1", "0.25", "0.5", "1.0", "+Inf"), **labels):
        return [series("h_bucket", [float(c)], le=b, **labels) for b, c in zip(bounds, counts, strict=True)]

    given = [
        *histogram((1, 5, 9, 10, 10), kind="usual"),
        *histogram((1, 5, 3, 10, 10), kind="falling"),
        *histogram((0, 0, 0, 0, 0), kind="empty"),
        *histogram((0, 0, 0, 0, 7), kind="beyond"),
        *histogram((4, 6, 8), ("-1", "0", "2"), kind="open"),
        *histogram((4, 6, 8), ("-1", "0", "+Inf"), kind="negative"),
        *histogram((3,), ("+Inf",), kind="single"),
        *histogram((3, 4, 9), ("1", "1.0", "+Inf"), kind="twice"),
        *histogram((3, 4), ("x", ""), kind="bad"),
        *histogram((5, 5.000000000001, 5), ("1", "2", "+Inf"), kind="noise"),
    ]
    asked = [
        f"histogram_quantile({q}, h_bucket)" for q in ("0", "0.1", "0.5", "0.9", "1", "-1", "1.1", "NaN")
    ]
    asked += [
        f"histogram_fraction({low}, {high}, h_bucket)"
        for low in ("-Inf", "0", "0.2", "-0.5")
        for high in ("0.1", "0.3", "Inf", "NaN", "-1")
    ]
    agree(tmp_path, *asked, given=given, times=(0.0,))


def test_labels_made_of_labels(tmp_path):
    given = [series("m", [1.0], job="api-1", env="x"), series("m", [2.0], job="web", env="y")]
    asked = [
        f'label_replace(m, "{target}", "{text}", "{source}", "{pattern}")'
        for target in ("new", "job", "env", "__name__")
        for text in ("$1", "${1}x", "$name", "$$1", "", "$9", "$1x", "v")
        for source in ("job", "absent")
        for pattern in ("(.*)-(.*)", "(?P<name>.*)", ".*", "web", "^api", "")
    ]
    asked += [
        'label_replace(m, "a b", "x", "job", ".*")',
        'label_replace(m, "", "x", "job", ".*")',
        'label_replace(m, "x", "x", "job", "(")',
        'label_join(m, "new", "-", "job", "env")',
        'label_join(m, "job", "", "none")',
        'label_join(m, "new", "-")',
        'label_join(m, "", "-", "job")',
    ]
    agree(tmp_path, *asked, given=given, times=(0.0,))


def test_matchers(tmp_path):
    given = [
        series("m", [float(i)], job=job) for i, job in enumerate(["a", "b", "ab", "a\nb", "É", "a.b", "x"])
    ]
    given += [series("m", [9.0]), series("other", [1.0], job="a")]
    patterns = (
        "a|b",
        "a.*",
        "a.b",
        ".+",
        ".*",
        "",
        "(?i)é",
        "[^a]",
        "a\\\\.b",
        "^a$",
        "a|",
        "[[:upper:]]",
        "x{1,2}",
    )
    asked = [f'm{{job{op}"{pattern}"}}' for op in ("=~", "!~", "=", "!=") for pattern in patterns]
    asked += ['{__name__=~"m|other", job="a"}', 'absent(m{job="q", job=~"a", env="e", env!="f"})']
    asked += [
        f"absent(m{{{text}}})" for text in ('job!~"q.?",job="q"', 'env=~".*",env="e"', 'env="",env="e"')
    ]
    asked += ['absent(m{job="q", env="e"})', 'absent({job="q", env=""})', 'absent_over_time(m{job="q"}[5m])']
    agree(tmp_path, *asked, given=given, times=(0.0,))


@pytest.mark.parametrize("seed", range(4))
def test_random_questions(tmp_path, seed):
    settings = [setting(1000 * seed + number) for number in range(100)]
    assert differences(tmp_path, settings) == []


def test_the_random_questions_ask_something(tmp_path):
    answers = [answer for number in range(60) for answer in ours(setting(number))]
    assert sum(bool(answer) and not isinstance(answer, str) for answer in answers) > len(answers) * 0.4
    assert sum(isinstance(answer, str) for answer in answers) > 5
    assert sum(answer is None for answer in answers) < 10


def test_the_judge_judges(tmp_path):
    asked = Setting(
        (FLAT,), 60.0, (("flat", 0.0), ("flat > 5", 0.0), ("flat + on () (flat or vector(1))", 0.0))
    )
    first, second, third = promtool(tmp_path, [asked])[0]
    assert first == {FLAT.labels: 2.0} and second == {} and "duplicate series" in str(third)
