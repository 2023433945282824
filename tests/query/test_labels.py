"""What we say of a result's labels holds for every series that Prometheus gives: tried on evaluations."""

import itertools
import json
import random
import re

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import tool
from tocsin.query.logql import parse as parse_logql
from tocsin.query.logql.labels import labels_of as log_labels_of
from tocsin.query.logql.labels import never_matches as log_never_matches
from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.labels import labels_of, never_matches

LEAVES = [
    "a", 'a{x="1"}', 'a{x=~".+"}', 'a{y=""}', 'a{x!~"1|2"}', 'b{y="1"}', "b", "c", 'c{z="9"}', "h_bucket",
    '{__name__=~"a|b"}', "vector(1)", 'absent(nope{x="1",y=~"2",z=""})', 'absent(nope{x="1",x="2"})',
]  # fmt: skip
ROUND = [
    "sum({0})", "sum by (x) ({0})", "sum by (x, __name__) ({0})", "sum without (x) ({0})",
    "max without () ({0})",
    "topk by (x) (1, {0})", 'count_values("v", {0})', 'count_values by (y) ("x", {0})', "-({0})",
    "+({0})", "abs({0})",
    "sort({0})", "timestamp({0})", "({0}) > 0", "({0}) > bool 0", "1 < ({0})", "({0}) * 2",
    "last_over_time({1}[5m])",
    "rate({1}[5m])", "sum_over_time(({0})[5m:1m])", "histogram_quantile(0.5, {0})", "hour({0})",
    "({0}) and on () a",
    'label_replace({0}, "x", "new", "", "")', 'label_replace({0}, "n", "$1", "x", "(.*)")',
    'label_replace({0}, "x", "", "x", ".*")', 'label_replace({0}, "n", "k", "x", ".+")',
    'label_join({0}, "n", "-", "x", "y")', 'label_join({0}, "n", "", "q")', 'label_join({0}, "x", "", "y")',
    "absent({0})", "vector(scalar({0}))", "limitk(1, {0})", "quantile(0.5, {0})",
]  # fmt: skip
BETWEEN = [
    "({0}) + ({1})", "({0}) / on (x) ({1})", "({0}) + ignoring (y) ({1})",
    "({0}) * on (x) group_left (y) ({1})",
    "({0}) * on (x) group_right (z) ({1})", "({0}) * ignoring (y, z) group_left () ({1})", "({0}) and ({1})",
    "({0}) and on (x) ({1})", "({0}) or ({1})", "({0}) unless on (y) ({1})", "({0}) == on (x) ({1})",
    "({0}) >= ({1})", "({0}) == bool on (x, y) ({1})", "({0}) and ignoring (z) ({1})",
]  # fmt: skip
SERIES = [
    'a{x="1",y="1"}', 'a{x="2",y="1"}', 'a{x="3"}', 'a{y="2",q="7"}', 'b{x="1",y="1"}', 'b{x="1",y="2"}',
    'b{y="1"}', 'c{x="1",z="9"}', 'c{x="2"}', 'h_bucket{x="1",le="1"}', 'h_bucket{x="1",le="+Inf"}',
]  # fmt: skip


def expressions(count, seed=3):
    source = random.Random(seed)
    made = list(LEAVES)
    for _ in range(count):
        one, other = source.choice(made[-60:] + LEAVES * 3), source.choice(LEAVES + made[:200])
        form = source.choice(ROUND + BETWEEN)
        text = form.format(one, other if form in BETWEEN else source.choice(LEAVES[:10]))
        try:
            parse(text)
        except QueryError:
            continue
        if len(text) < 300:
            made.append(text)
    return made


def evaluated(folder, asked):
    """The label sets that promtool gets for each expression; None where it gets an error."""
    tools = need(engines.promtool(folder))
    wrong = [{"labels": "never_there", "value": 4711}]
    checks = [{"expr": text, "eval_time": "4m", "exp_samples": wrong} for text in asked]
    series = [{"series": text, "values": f"{n}+{n}x5"} for n, text in enumerate(SERIES, 1)]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": checks}
    file = folder / "test.yaml"
    file.write_text(json.dumps({"evaluation_interval": "1m", "tests": [test]}), "utf-8")
    result = tool.run(tools.found, ("test", "rules", str(file)), cwd=folder)
    blocks = re.findall(r"expr: (\".*\"), time: 4m,\s+(.*\n?.*)", result.stdout + result.stderr)
    found = {}
    for text, answer in blocks:
        got = answer.partition("got: ")[2].split("\n")[0] if "got: " in answer else None
        found[json.loads(text)] = None if got is None else [label_set(each) for each in series_of(got)]
    return found


def series_of(got):
    return re.findall(r"(\{[^}]*\}) \S+", got)


def label_set(text):
    return dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', text))


@pytest.mark.tools
def test_what_is_said_holds_on_real_evaluations(tmp_path):
    asked = expressions(1500)
    results = evaluated(tmp_path, asked)
    given, certain = 0, 0
    for text in asked:
        claim = labels_of(parse(text))
        for labels in results.get(text) or ():
            given += 1
            certain += len(claim.certain)
            names = set(labels)
            assert claim.certain <= names, (text, labels, claim)
            assert not names & claim.absent, (text, labels, claim)
            assert not claim.closed or names <= claim.possible, (text, labels, claim)
            assert all(labels[name] == value for name, value in claim.values.items()), (text, labels, claim)
    assert given > 500 and certain > 300


@pytest.mark.tools
def test_what_never_matches_gives_nothing(tmp_path):
    texts = [form.format(one, other) for form in BETWEEN for one, other in itertools.product(LEAVES, LEAVES)]
    asked = [text for text in texts if (tree := parse(text)).op != "unless" and never_matches(tree)]
    results = evaluated(tmp_path, asked)
    assert len(asked) > 100
    assert [text for text in asked if results.get(text)] == []


@pytest.mark.parametrize(
    ("text", "clash"),
    [
        ('a{x="1"} + a{x="2"}', ("x",)),
        ('a{x="1"} + ignoring (x) a{x="2"}', ()),
        ('a{x="1"} + on (y) a{x="2"}', ()),
        ('sum by (x) (a{x="1"}) / sum(b)', ("x",)),
        ("sum(a) / sum(b)", ()),
        ('a and absent(b{x="1"})', ()),
        ('a{y=""} and absent(b{y="1"})', ("y",)),
        ("a / sum by (x) (b)", ()),
    ],
)
def test_matches_that_cannot_be(text, clash):
    assert never_matches(parse(text)) == clash


def test_closed_sets_tell_which_labels_are_lost():
    assert labels_of(parse("a / sum(b)")).has("instance") is False
    assert labels_of(parse('a and absent(b{x="1"})')).has("instance") is False
    assert labels_of(parse("a / on (x) group_left sum by (x) (b)")).has("instance") is None
    assert labels_of(parse('sum by (job) (a{job="x"})')).values == {"job": "x"}


@pytest.mark.parametrize(
    ("text", "certain", "lost"),
    [
        ('{app="a"}', {"app"}, set()),
        ('{app="a"} | json | level="error" | size > 5', {"app", "level", "size"}, set()),
        ('{app="a"} | json | level="error" | logfmt', {"app"}, set()),
        ('{app="a"} | json | level="error" or app="a" and level=~".+"', {"app", "level"}, set()),
        ('{app="a"} | json | drop app, x="y"', set(), {"app"}),
        ('{app="a"} | keep app, x', {"app"}, {"level"}),
        ('{app="a"} | label_format service=app, x="fixed", y="{{.z}}"', {"service", "x"}, {"app"}),
        ('rate({app="a"} | unwrap x [5m])', {"app"}, {"x"}),
        ('max_over_time({app="a"} | unwrap x [5m]) by (y)', set(), {"app", "x"}),
        ('sum(rate({app="a"} [5m]))', set(), {"app"}),
        ('sum by (app, y) (rate({app="a"} [5m]))', {"app"}, {"x"}),
        ('absent_over_time({app="a", x=~"b"} [5m])', {"app"}, {"x", "y"}),
        ('vector(1) or rate({app="a"} [5m])', set(), set()),
        ('rate({app="a"} [5m]) / on (app) sum by (app) (rate({app="a"} [1h])) > 2', {"app"}, {"x"}),
    ],
)
def test_labels_through_stages_and_aggregations_of_logs(text, certain, lost):
    found = log_labels_of(parse_logql(text))
    assert found.certain == certain
    assert {label for label in lost if found.has(label) is not False} == set()


def test_logs_that_never_match():
    tree = parse_logql('sum by (x) (rate({x="1"} [5m])) / sum by (x) (rate({x="2"} [5m]))')
    assert log_never_matches(tree) == ("x",)
