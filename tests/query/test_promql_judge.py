"""promtool's verdict on every query of the tables and on thousands of generated ones is ours."""

import random

import pytest
from tests.query.cases_files import carets, queries
from tests.query.judges import FEATURES, promtool
from tests.query.promql_generator import PromQL

from tocsin.query.promql import Features, QueryError, parse
from tocsin.query.promql.functions import FUNCTIONS
from tocsin.query.quoting import quote

pytestmark = pytest.mark.tools

ALL = Features(experimental_functions=True, extended_ranges=True, fill=True)
REGEX = [
    "a", "b", "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", ".", "\\", "\\d", "\\pL",
    "\\p{Greek}",
    "\\b", "\\B", "\\A", "\\z", "(?:", "(?i)", "(?P<n>", "(?=", "{2}", "{2,}", "{1000}", "{1001}",
    "{,2}", "-",
    "[:alpha:]", "[^", "\\Q", "\\E", "\\x41", "\\x{", "1", "0", ",", "é", "\\1", "\\C", "(?i-s:",
    "(?<n>", ":",
    "\\n", "\\.", ".*", ".+", "(?", "<", ">", "=", "\\07", "[[:^digit:]]",
]  # fmt: skip


def differences(folder, asked, features=""):
    """The queries about which promtool and we are of different opinion, with both."""
    mine = ALL if features else Features()
    found = []
    for query, theirs in zip(asked, promtool(folder, asked, features=features), strict=True):
        try:
            parse(query, mine)
            ours = None
        except QueryError as error:
            ours = error
        if (ours is None) != (theirs is None):
            found.append((query, ours, theirs))
    return found


def test_the_tables_are_true(tmp_path):
    accepted, refused = queries("promql_accepted"), queries("promql_refused")
    assert not any(promtool(tmp_path, accepted)) and all(promtool(tmp_path, refused))
    assert differences(tmp_path, accepted + refused) == []
    assert differences(tmp_path, accepted + refused, FEATURES) == []


@pytest.mark.parametrize("seed", range(4))
def test_generated_queries(tmp_path, seed):
    source = PromQL(seed)
    asked = [source.query() for _ in range(3000)]
    assert differences(tmp_path, asked, FEATURES if seed % 2 else "") == []


def test_generated_regular_expressions(tmp_path):
    source = random.Random(1)
    patterns = ["".join(source.choices(REGEX, k=source.choice([1, 2, 3, 4, 6, 9]))) for _ in range(4000)]
    asked = [f"{'' if source.random() < 0.5 else 'a'}{{x=~{quote(pattern)}}}" for pattern in patterns]
    assert differences(tmp_path, asked) == []


def test_every_function_with_every_kind_and_number_of_arguments(tmp_path):
    forms = ["1", "a", "a[5m]", '"s"', '{b="c"}']
    asked = [
        f"{name}({', '.join([form] * count)})" for name in FUNCTIONS for form in forms for count in range(7)
    ]
    forms += ["2"]
    asked += [
        f"{op}({first}, {second})"
        for op in ("sum", "topk", "quantile", "count_values", "limitk", "group")
        for first in forms
        for second in forms
    ]
    assert differences(tmp_path, asked) == []
    assert differences(tmp_path, asked, FEATURES) == []


def test_carets_stand_where_promtool_points_or_on_purpose_elsewhere(tmp_path):
    cases = carets("promql_carets")
    for case, theirs in zip(cases, promtool(tmp_path, [case.query for case in cases]), strict=True):
        column = len(case.query[: case.engine - 1].encode()) + 1  # promtool 3.15.0 counts bytes
        assert theirs is not None and theirs.line == 1 and theirs.column == column, case.query


def test_the_python_binding_agrees_on_what_it_knows():
    """promql-parser 0.12 lags behind: no duration arithmetic, no `</`, other ideas of numbers and bytes."""
    promql_parser = pytest.importorskip("promql_parser")
    expressions = [
        'sum by (job) (rate(a{b=~"5.."}[5m])) > 0.05',
        "a / on (b) group_left (c) d",
        "histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))",
        "a[1h:5m] offset 1w",
        'count_values("v", a) unless b @ end()',
    ]
    for text in expressions:
        promql_parser.parse(text)
        parse(text)
    for text in ("sum(", "rate(a)", "a{b=c}", "1 and 2", "a offset", "foo bar"):
        with pytest.raises(ValueError):
            promql_parser.parse(text)
        with pytest.raises(QueryError):
            parse(text)
