"""PromQL: what the tree holds, where everything stands, that printing reads back, that nothing explodes."""

import time

import pytest
from tests.query.cases_files import carets, queries
from tests.query.promql_generator import PromQL

from tocsin.query.promql import Features, QueryError, mistakes, parse, print_, typed
from tocsin.query.promql.ast import (
    Aggregate,
    At,
    Binary,
    Call,
    DurationMath,
    Number,
    Paren,
    Range,
    Selector,
    String,
    Subquery,
    Unary,
)
from tocsin.query.promql.conditions import conditions, constant, signal
from tocsin.query.promql.functions import FUNCTIONS
from tocsin.query.promql.walk import metrics, rewrite, selectors, walk, walk_with_parents

ALL = Features(experimental_functions=True, extended_ranges=True, fill=True)


def said(text, node):
    return text[node.start : node.end]


def test_every_part_knows_its_place():
    text = (
        'sum by (job, "a.b") (rate(http_total{code=~"5..", job="x"}[5m] offset 1h)) '
        "/ on (job) group_left (team) up @ 5 > bool 0.05"
    )
    top = parse(text)
    assert isinstance(top, Binary) and text[top.op_start : top.op_end] == ">" and top.returns_bool
    assert said(text, top.right) == "0.05"
    ratio = top.left
    assert isinstance(ratio, Binary) and said(text, ratio) == text[: text.index(" >")]
    assert said(text, ratio.matching) == "on (job) group_left (team)"
    assert [said(text, name) for name in ratio.matching.include] == ["team"]
    assert said(text, ratio.right) == "up @ 5" and said(text, ratio.right.at) == "@ 5"
    total = ratio.left
    assert isinstance(total, Aggregate) and said(text, total.grouping) == 'by (job, "a.b")'
    assert [(name.text, said(text, name)) for name in total.grouping.labels] == [
        ("job", "job"),
        ("a.b", '"a.b"'),
    ]
    rate = total.expr
    assert isinstance(rate, Call) and text[rate.start : rate.start + len(rate.name)] == "rate"
    span = rate.args[0]
    assert isinstance(span, Range) and said(text, span).endswith("[5m] offset 1h")
    assert (said(text, span.range), said(text, span.offset)) == ("5m", "1h")
    assert said(text, span.selector) == 'http_total{code=~"5..", job="x"}'
    code = span.selector.matchers[0]
    assert said(text, code) == 'code=~"5.."'
    assert text[code.op_start : code.value_start] == "=~" and text[code.value_start : code.end] == '"5.."'


def test_characters_count_not_bytes():
    text = 'up{name="é日本"} > "x"'
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert text[caught.value.offset :] == '"x"' and caught.value.length == 3


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("-1 ^ 2", Unary("-", Binary("^", Number(1), Number(2)))),
        ("2 ^ 3 ^ 4", Binary("^", Number(2), Binary("^", Number(3), Number(4)))),
        ("2 ^ -1 * 3", Binary("*", Binary("^", Number(2), Number(-1)), Number(3))),
        ("1 - 2 - 3", Binary("-", Binary("-", Number(1), Number(2)), Number(3))),
        ("a or b and c", Binary("or", Selector("a"), Binary("and", Selector("b"), Selector("c")))),
        ("-a[5m:]", Unary("-", Subquery(Selector("a"), Number(300, True)))),
        ("5m", Number(300, True)),
        ("0x1F", Number(31)),
        ("010", Number(8)),
        ("1_000", Number(1000)),
        ("a offset 5m * 2", Binary("*", Selector("a", offset=Number(300, True)), Number(2))),
        ("a offset -2^2", Binary("^", Selector("a", offset=Number(-2)), Number(2))),
        (
            "a offset (5m) * 2",
            Selector("a", offset=DurationMath("*", (DurationMath("()", (Number(300, True),)), Number(2)))),
        ),
        ("a @ end()", Selector("a", at=At("end"))),
        ("and and and", Binary("and", Selector("and"), Selector("and"))),
        ('"a\\x41\\u00e9"', String("aAé")),
        ('"\\xff"', String("\udcff")),
        ("((a))", Paren(Paren(Selector("a")))),
        ("(a) # b\n", Paren(Selector("a"))),
    ],
)
def test_trees(text, tree):
    if isinstance(tree, Unary) and isinstance(tree.expr, Subquery):
        with pytest.raises(QueryError):  # a sign before a range vector; the tree says how it was read
            parse(text)
    else:
        assert parse(text) == tree


@pytest.mark.parametrize("query", queries("promql_accepted"))
def test_accepted_ones_print_and_read_back(query):
    tree = parse(query)
    shown = print_(tree)
    assert parse(shown) == tree and print_(parse(shown)) == shown


def test_generated_ones_print_and_read_back():
    source, seen = PromQL(7), 0
    for _ in range(1500):
        query = source.query()
        try:
            tree = parse(query, ALL)
        except QueryError as error:
            assert 0 <= error.offset <= len(query) and error.length > 0 and "\n" not in error.message
            continue
        seen += 1
        assert parse(print_(tree), ALL) == tree, query
    assert seen > 400


def test_trees_built_by_hand_get_the_parentheses_they_need():
    total = Binary("+", Selector("a"), Selector("b"))
    assert print_(Binary("*", total, total)) == "(a + b) * (a + b)"
    assert print_(Binary("-", Selector("a"), total)) == "a - (a + b)"
    assert print_(Binary("^", Number(-1), Number(2))) == "(-1) ^ 2"
    assert print_(Unary("-", total)) == "-(a + b)"
    assert print_(Subquery(total, Number(300, True))) == "(a + b)[5m:]"
    assert print_(Selector("a-b")) == '{"a-b"}'


@pytest.mark.parametrize("case", carets("promql_carets"), ids=lambda case: case.query)
def test_the_caret_stands_under_the_mistake(case):
    with pytest.raises(QueryError) as caught:
        parse(case.query)
    assert (caught.value.offset, caught.value.length, caught.value.message) == (
        case.offset,
        case.length,
        case.message,
    )


def test_all_type_mistakes_of_a_tree_at_once():
    tree = Binary("and", Number(1), Call("rate", (Selector("a"),)))
    assert [error.message for error in mistakes(tree)] == [
        "`rate` takes a range vector here, this is an instant vector",
        "`and` stands only between instant vectors",
    ]
    with pytest.raises(QueryError):
        typed(tree)
    assert typed(parse("rate(a[5m])")) == "vector"
    assert typed(parse("time()")) == "scalar"


def test_features_are_refused_by_name():
    for query in ("mad_over_time(a[5m])", "limitk(1, a)", "a anchored", "a + fill(0) b"):
        with pytest.raises(QueryError, match="--enable-feature=promql-"):
            parse(query)
        parse(query, ALL)


def test_every_function_wants_its_arguments():
    forms = {"scalar": "1", "vector": "a", "matrix": "a[5m]", "string": '"s"'}
    for function in FUNCTIONS.values():
        if function.name == "info":
            continue
        right = [forms[kind] for kind in function.takes]
        parse(f"{function.name}({', '.join(right)})", ALL)
        if function.least:
            with pytest.raises(QueryError, match="argument"):
                parse(f"{function.name}({', '.join(right[: function.least - 1])})", ALL)
        if function.most is not None:
            with pytest.raises(QueryError, match="argument"):
                extra = [right[-1] if right else "1"] * (function.most + 1 - len(right))
                parse(f"{function.name}({', '.join([*right, *extra])})", ALL)
        for index, kind in enumerate(function.takes):
            wrong = list(right)
            wrong[index] = forms["string" if kind != "string" else "scalar"]
            with pytest.raises(QueryError, match=r"takes an? .* here"):
                parse(f"{function.name}({', '.join(wrong)})", ALL)


def test_ways_through_the_tree():
    tree = parse('sum(a{x="1"} / b) > 5 and on (x) rate(c[5m]) unless {__name__="d"}')
    assert metrics(tree) == ("a", "b", "c", "d")
    assert [selector.name for selector in selectors(tree)] == ["a", "b", "c", ""]
    assert next(iter(walk(tree))) is tree
    above = {node.name: parents for node, parents in walk_with_parents(tree) if isinstance(node, Selector)}
    assert [type(parent).__name__ for parent in above["c"]] == ["Binary", "Binary", "Call", "Range"]
    renamed = rewrite(tree, lambda node: Selector("z") if isinstance(node, Selector) else node)
    assert print_(renamed) == "sum(z / z) > 5 and on (x) rate(z[5m]) unless z"


def test_conditions_and_their_signals():
    tree = parse("(rate(a[5m]) / rate(b[5m]) > 0.05 and 10 < sum(c) * 2) unless (d == bool 1) > 1 / 2")
    found = [(print_(c.signal), c.op, c.value, c.role) for c in conditions(tree)]
    assert found == [
        ("rate(a[5m]) / rate(b[5m])", ">", 0.05, "main"),
        ("sum(c) * 2", ">", 10.0, "guard"),
        ("(d == bool 1)", ">", 0.5, "exception"),
    ]
    assert print_(signal(tree)) == "rate(a[5m]) / rate(b[5m])"
    assert print_(signal(parse("sum(a) by (b)"))) == "sum by (b) (a)"
    assert [c.value for c in conditions(parse("a > b"))] == [None]
    assert constant(parse("-(2 ^ 3) + 1h % 7 / 0")) is not None
    assert constant(parse("time() + 1")) is None


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400_000,
        "-" * 1_000_000 + "a",
        " or ".join(["a"] * 200_000),
        "a" + "[1h:]" * 200_000,
        "abs(" * 200_000,
        "1" * 1_000_000,
        "1h" * 400_000,
        "1_" * 400_000,
        '{a="' + "\\x41" * 250_000,
        '{a=~"' + "(" * 900_000 + '"}',
        '{a=~"' + "(a|b)*" * 150_000 + '"}',
        '{a=~"' + "a{2}" * 200_000 + "b{9}{9}" + '"}',
        "a" + " offset 0s" * 90_000,
        "#\n" * 400_000,
        "fill " * 200_000,
    ],
    ids=lambda text: f"{text[:12]}...",
)
def test_a_megabyte_of_anything_is_answered_soon_and_briefly(text):
    began = time.process_time()
    try:
        parse(text)
    except QueryError as error:
        assert len(error.message) < 200
    assert time.process_time() - began < 20  # a bound against quadratic growth, no benchmark


def test_deep_trees_are_refused_before_anything_recurses():
    with pytest.raises(QueryError, match="nested deeper than 128"):
        parse("(" * 200 + "a" + ")" * 200)
    with pytest.raises(QueryError, match="more than 200 operators"):
        parse(" + ".join(["a"] * 300))
    chain = parse(" + ".join(["a"] * 190))
    assert parse(print_(chain)) == chain and len(selectors(chain)) == 190
    assert parse("(" * 120 + "a" + ")" * 120)
