"""LogQL: what the tree holds, where everything stands, that printing reads back, that nothing explodes."""

import time

import pytest
from tests.query.cases_files import carets, queries
from tests.query.logql_generator import LogQL

from tocsin.query.logql import QueryError, mistakes, parse, print_, typed
from tocsin.query.logql.ast import (
    Aggregate,
    Binary,
    Compare,
    Extraction,
    IpFilter,
    Json,
    Junction,
    LabelFilter,
    LabelMatcher,
    LineFilter,
    LineMatch,
    Logfmt,
    LogRange,
    Logs,
    Number,
    Paren,
    RangeAggregate,
    String,
    Unwrap,
)
from tocsin.query.logql.conditions import conditions, signal
from tocsin.query.logql.walk import log_queries, ranges, rewrite, walk_with_parents


def said(text, node):
    return text[node.start : node.end]


def test_every_part_knows_its_place():
    text = (
        'sum by (app) (avg_over_time({app="a", env!~"d.*"} |= "x" or ip("::1") | json a, b="c.d"\n'
        "| size > 5KB and took>=1.5h # slow\n| unwrap duration(took) | took < 5 [1h] offset 5m) "
        "by (app)) > bool 0.5"
    )
    top = parse(text)
    assert (
        isinstance(top, Binary) and text[top.op_start : top.op_end] == ">" and said(text, top.right) == "0.5"
    )
    total = top.left
    assert isinstance(total, Aggregate) and said(text, total.grouping) == "by (app)"
    average = total.expr
    assert isinstance(average, RangeAggregate) and said(text, average).endswith("offset 5m) by (app)")
    span = average.range
    assert (said(text, span.range), said(text, span.offset)) == ("[1h]", "5m")
    assert (span.range.value, span.offset.value) == (3600, 300)
    assert said(text, span.unwrap) == "| unwrap duration(took) | took < 5"
    assert said(text, span.unwrap.label) == "took"
    logs = span.logs
    assert text[logs.start : logs.selector_end] == '{app="a", env!~"d.*"}'
    assert [said(text, matcher) for matcher in logs.matchers] == ['app="a"', 'env!~"d.*"']
    line, json, label = logs.stages
    assert said(text, line) == '|= "x" or ip("::1")'
    assert [said(text, alternative) for alternative in line.alternatives] == ['"x"', 'ip("::1")']
    assert said(text, json) == '| json a, b="c.d"' and said(text, json.extractions[1].path) == '"c.d"'
    both = label.condition
    assert said(text, both) == "size > 5KB and took>=1.5h"
    assert text[both.right.op_start : both.right.value_start] == ">=" and both.right.value == 5400


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ('|= "a" or "b"', LineFilter("|=", (LineMatch("a"), LineMatch("b")))),
        ('!= ip("::1")', LineFilter("!=", (LineMatch("::1", True),))),
        ("| json", Json()),
        ('| json a, b="c"', Json((Extraction("a", String("a")), Extraction("b", String("c"))))),
        ("| logfmt --keep-empty a", Logfmt((Extraction("a", String("a")),), keep_empty=True)),
        ("| a = 5", LabelFilter(Compare("a", "==", 5))),
        ("| a < -5m", LabelFilter(Compare("a", "<", -300, "duration"))),
        ("| a > 1.5KiB", LabelFilter(Compare("a", ">", 1536, "bytes"))),
        ('| a != ip("::1")', LabelFilter(IpFilter("a", "!=", String("::1")))),
    ],
)
def test_stages(text, stage):
    tree = parse('{app="x"} ' + text)
    assert tree == Logs((LabelMatcher("app", "=", "x"),), (stage,))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a=1 and b=2 or c=3", "a == 1 and b == 2 or c == 3"),
        ("a=1 or b=2 and c=3", "a == 1 or b == 2 and c == 3"),
        ("a=1, b=2 or c=3", "a == 1 and (b == 2 or c == 3)"),
        ("a=1 b=2 or c=3", "a == 1 and (b == 2 or c == 3)"),
        ("a=1 or b=2, c=3", "a == 1 or b == 2 and c == 3"),
        ("a=1 and b=2, c=3 or d=4", "a == 1 and (b == 2 and (c == 3 or d == 4))"),
        ("(a=1 or b=2) and c=3", "(a == 1 or b == 2) and c == 3"),
    ],
)
def test_label_filters_bind_as_in_loki(text, shown):
    tree = parse(f'{{app="x"}} | {text}')
    assert print_(tree) == f'{{app="x"}} | {shown}'
    assert isinstance(tree.stages[0].condition, Junction)


def test_the_range_may_stand_before_or_behind_the_stages():
    forms = [
        'rate({a="b"} |= "x" | unwrap y [5m] offset 1h)',
        'rate(({a="b"} |= "x" | unwrap y)[5m] offset 1h)',
        'rate({a="b"}[5m] offset 1h |= "x" | unwrap y)',
        'rate(({a="b"} |= "x" | unwrap y [5m] offset 1h))',
    ]
    trees = {parse(form) for form in forms}
    assert len(trees) == 1
    [tree] = trees
    assert isinstance(tree.range, LogRange) and isinstance(tree.range.unwrap, Unwrap)
    assert print_(tree) == forms[0]


@pytest.mark.parametrize("query", queries("logql_accepted"))
def test_accepted_ones_print_and_read_back(query):
    tree = parse(query)
    shown = print_(tree)
    assert parse(shown) == tree and print_(parse(shown)) == shown


@pytest.mark.parametrize("query", queries("logql_refused"))
def test_refused_ones_have_a_place_and_a_sentence(query):
    with pytest.raises(QueryError) as caught:
        parse(query)
    error = caught.value
    assert 0 <= error.offset <= len(query) and error.length > 0
    assert error.message and "\n" not in error.message and not error.message.endswith(".")


def test_generated_ones_print_and_read_back():
    source, seen = LogQL(7), 0
    for _ in range(1500):
        query = source.query()
        try:
            tree = parse(query)
        except QueryError as error:
            assert 0 <= error.offset <= len(query) and error.length > 0 and "\n" not in error.message
            continue
        seen += 1
        assert parse(print_(tree)) == tree, query
    assert seen > 250


@pytest.mark.parametrize("case", carets("logql_carets"), ids=lambda case: case.query)
def test_the_caret_stands_under_the_mistake(case):
    with pytest.raises(QueryError) as caught:
        parse(case.query)
    found = (caught.value.offset, caught.value.length, caught.value.message)
    assert found == (case.offset, case.length, case.message)


def test_only_metric_queries_make_alerts():
    assert typed(parse('{app="a"} | json')) == "log"
    assert typed(parse('({app="a"})')) == "log"
    assert typed(parse('(count_over_time({app="a"}[5m]))')) == "metric"
    assert typed(parse("vector(1)")) == "metric"


def test_mistakes_inside_of_strings_all_at_once():
    text = '{app="a"} |~ "x(" | json a="b..c" | label_format d=e, d=f'
    with pytest.raises(QueryError):
        parse(text)
    logs = Logs((), (LineFilter("|~", (LineMatch("x("),)), Json((Extraction("a", String("b..c")),))))
    assert len(mistakes(logs)) == 2


def test_ways_through_the_tree():
    tree = parse('sum(rate({a="1"}[5m])) / (count_over_time({a="2"} | json [1h])) > 5')
    assert [logs.matchers[0].value for logs in log_queries(tree)] == ["1", "2"]
    assert [span.range.value for span in ranges(tree)] == [300, 3600]
    above = {node: parents for node, parents in walk_with_parents(tree) if isinstance(node, Logs)}
    assert [type(parent).__name__ for parent in above[log_queries(tree)[1]]] == [
        "Binary",
        "Binary",
        "Paren",
        "RangeAggregate",
    ]
    other = rewrite(tree, lambda node: Logs(node.matchers) if isinstance(node, Logs) else node)
    assert print_(other) == 'sum(rate({a="1"} [5m])) / (count_over_time({a="2"} [1h])) > 5'


def test_conditions_and_their_signals():
    tree = parse('sum(rate({a="1"}[5m])) > 10 or 2 * 3 < (count_over_time({a="2"}[1h]) unless vector(1) > 2)')
    found = [(print_(c.signal), c.op, c.value, c.role) for c in conditions(tree)]
    assert found == [
        ('sum(rate({a="1"} [5m]))', ">", 10.0, "main"),
        ('(count_over_time({a="2"} [1h]) unless vector(1) > 2)', ">", 6.0, "main"),
    ]
    assert print_(signal(tree)) == 'sum(rate({a="1"} [5m]))'


def test_trees_built_by_hand_get_the_parentheses_they_need():
    total = Binary("+", Number(1), Number(2))
    assert print_(Binary("*", total, total)) == "(1 + 2) * (1 + 2)"
    assert print_(Paren(total)) == "(1 + 2)"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        '{a="b"}' + " |= `x`" * 15_000,
        "1" + " + 1" * 30_000,
        '{a="b"} | ' + "(" * 100_000,
        '{a="b"} | ' + "a=1 " * 25_000,
        "[" * 120_000,
        "rate " * 25_000,
        "//" * 60_000,
        "/*" * 60_000,
        "-" * 120_000,
        "1." * 60_000,
        "--a" * 40_000,
        "é" * 60_000,
        "x" * 1_000_000,
        '{a=~"' + "(" * 120_000 + '"}',
        "1_" * 60_000,
        "5" * 120_000 + "m",
    ],
    ids=lambda text: f"{text[:12]}...",
)
def test_as_much_as_loki_takes_is_answered_soon_and_briefly(text):
    began = time.process_time()
    try:
        parse(text)
    except QueryError as error:
        assert len(error.message) < 200
    assert time.process_time() - began < 20  # a bound against quadratic growth, no benchmark


def test_deep_trees_are_refused_before_anything_recurses():
    with pytest.raises(QueryError, match="nested deeper than 128"):
        parse("(" * 200 + "1" + ")" * 200)
    with pytest.raises(QueryError, match="more than 200 operators"):
        parse(" + ".join(["1"] * 300))
    with pytest.raises(QueryError, match="nested deeper than 128"):
        parse('{a="b"} | ' + " ".join(["a=1"] * 300))
