"""Which LogQL rules are said never to fire or always to; and that Loki agrees, whatever the lines."""

import pytest
from tests.engines.needs import need
from tests.query.logql_generator import LogQL
from tests.witness.logql.logql_rules import Rules
from tests.witness.logql.random_queries import STEP, UNTIL, Source
from tests.witness.logql.test_evaluate_engine import REFUSED, mine, pushed, theirs

from tocsin import engines
from tocsin.query.logql import QueryError, parse
from tocsin.witness.logql.impossible import refute
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import NotUnderstood
from tocsin.witness.outcome import Always, Impossible
from tocsin.witness.rule import Rule

NEVER = [
    # query, kind, the characters that the reason is about
    ('sum(count_over_time({app="x"}[5m])) == 0', "never-holds", 'sum(count_over_time({app="x"}[5m])) == 0'),
    ('count_over_time({app="x"} |= "error" [5m]) < 1', "never-holds", None),
    ('rate({app="x"}[5m]) < 0', "never-holds", None),
    ('sum(rate({app="x"}[5m])) < 0.001', "never-holds", None),
    ('0 >= sum(rate({app="x"}[5m]))', "never-holds", None),
    ('absent_over_time({app="x"}[5m]) > 1', "never-holds", None),
    ('count(rate({app="x"}[5m])) < 1', "never-holds", None),
    ('sum(rate({app="x"} |= "e" [5m])) / sum(rate({app="x"} [5m])) > 5', "never-holds", None),
    ('100 * sum(rate({app="x"} |= "e" [5m])) / sum(rate({app="x"} [5m])) > 101', "never-holds", None),
    ('sum(rate({app="x"} |= "e" | json [5m])) / sum(rate({app="x"} | json [5m])) > 1', "never-holds", None),
    ('count_over_time({app="x", app="y"}[5m]) > 1', "contradicting-matchers", 'app="x", app="y"'),
    ('count_over_time({app=~"x.+", app="x"}[5m]) > 1', "contradicting-matchers", None),
    ('count_over_time({app="x"} |= "a" != "a" [5m]) > 1', "contradicting-filters", '|= "a" != "a"'),
    ('count_over_time({app="x"} |= "error" != "err" [5m]) > 1', "contradicting-filters", None),
    ('count_over_time({app="x"} |~ "err.r" !~ "err" [5m]) > 1', "contradicting-filters", None),
    ('count_over_time({app="x"} != "" [5m]) > 1', "contradicting-filters", '!= ""'),
    ('count_over_time({app="x"} | app="y" [5m]) > 1', "contradicting-filters", None),
    ('count_over_time({app="x"} | json | level="a" | level="b" [5m]) > 1', "contradicting-filters", None),
    ('count_over_time({app="x"} | json | level="a" and level="b" [5m]) > 1', "contradicting-filters", None),
    ('count_over_time({app="x"} | json | status >= 500 | status < 400 [5m]) > 1', "contradicting-filters",
     "status >= 500 | status < 400"),
    ('sum by (app) (rate({app="x"}[5m])) / sum(rate({app="x"}[5m])) > 1', "labels-never-match", "/"),
    ('sum(rate({app="x"}[5m])) > 5 and sum(rate({app="x"}[5m])) < 3', "contradiction", None),
    ('sum(rate({app="x"}[5m])) > 5 unless sum(rate({app="x"}[5m]))', "unless-takes-all", None),
]  # fmt: skip
ALWAYS = [
    ("vector(1)", "constant"),
    ('sum(count_over_time({app="x"}[5m])) > 5 or vector(1)', "or-constant"),
    ('count_over_time({app="x"}[5m]) > bool 5', "bool"),
    ('count_over_time({app="x"}[5m]) >= 0', "always-true"),
    ('absent_over_time({app="x", app="y"}[5m])', "contradicting-matchers"),
]
NOTHING_SAID = [
    'count_over_time({app="x"}[5m]) > 0', 'sum(rate({app="x"}[5m])) < 0.01',
    'absent_over_time({app="x"}[5m]) == 1',
    '(sum(rate({app="x"}[5m])) or vector(0)) < 0.001',
    'count_over_time({app="x"} |= "err" != "error" [5m]) > 1',
    'count_over_time({app="x"} | level="a" | json | level="b" [5m]) > 1', '{app="x"} |= "a"',
    'count_over_time({app="x"} | json | status >= 500 | status < 400 | drop __error__ [5m]) > 1',
    'count_over_time({app="x"} | json | level="a" | label_format level="b" | level="b" [5m]) > 1',
    'count_over_time({app="x"} |= "a" | line_format "b" != "a" [5m]) > 1',
    'count_over_time({app="x"} | json | level="a" or level="b" | level="b" [5m]) > 1',
    'sum(rate({app="x"} | unwrap n [5m])) < 0', 'sum_over_time({app="x"} | unwrap n [5m]) < 0',
    'sum(rate({app="x"} |= "e" [5m])) / sum(rate({app="x"} [1m])) > 5', 'bytes_rate({app="x"}[5m]) == 0',
    'sum(rate({app="x"} |= "e" [5m])) / sum(rate({app="x"} |= "f" [5m])) > 5', "sum(",
    'count_over_time({app="x"} | json | __error__="" | n > 5 | __error__!="" | drop __error__ [5m]) > 1',
]  # fmt: skip


def rule(expr):
    return Rule(name="A", language="logql", expr=expr)


@pytest.mark.parametrize(("expr", "kind", "place"), NEVER)
def test_it_never_fires(expr, kind, place):
    found = refute(rule(expr))
    assert isinstance(found, Impossible)
    assert found.reason.kind == kind
    assert place is None or expr[found.reason.start : found.reason.end] == place


@pytest.mark.parametrize(("expr", "kind"), ALWAYS)
def test_it_always_fires(expr, kind):
    found = refute(rule(expr))
    assert isinstance(found, Always)
    assert found.reason.kind == kind


@pytest.mark.parametrize("expr", NOTHING_SAID)
def test_nothing_is_said(expr):
    assert refute(rule(expr)) is None


def test_no_count_is_below_one():
    found = refute(rule('sum(count_over_time({app="x"} |= "paid" [5m])) == 0'))
    assert isinstance(found, Impossible)
    assert found.reason.words.startswith("without lines `count_over_time` gives nothing, never 0")
    assert found.reason.help == 'absent_over_time({app="x"} |= "paid" [5m])'


@pytest.mark.parametrize(
    "expr",
    [
        'count_over_time({app=~"' + "(a|b)*" * 300 + '", app!~"' + ".*b" * 300 + '"}[5m]) > 1',
        'count_over_time({app="x"}' + ' |~ "(a|b)*c" !~ "c(d|e)*"' * 60 + "[5m]) > 1",
        'count_over_time({app="x"} | json' + ' | a="1" or b="2" or c="3"' * 40 + "[5m]) > 1",
        " or ".join(['sum(rate({app="x"}[5m])) > 1'] * 150),
        'count_over_time({app="x"} |~ "' + "|".join(f"host-{n}" for n in range(3000)) + '" != "z" [5m]) > 1',
    ],
    ids=["matchers", "lines", "alternatives", "wide", "long"],
)
def test_hostile(expr):
    refute(rule(expr))


def test_queries_at_random():
    source, read = LogQL(5), 0
    while read < 800:
        text = source.query()
        try:
            parse(text)
        except QueryError:
            continue
        read += 1
        refute(rule(text))


def claims(seed, wanted):
    """Rules that are said never to fire."""
    source, found = Rules(seed), {}
    while len(found) < wanted:
        text = source.rule()
        try:
            parse(text)
        except QueryError:
            continue
        outcome = refute(rule(text))
        if isinstance(outcome, Impossible):
            found[text] = outcome.reason.kind
    assert len(set(found.values())) >= 4
    return list(found)


def test_what_never_fires_gives_nothing_here():
    """In the local evaluator, which is compared with Loki elsewhere."""
    stores = [Store(Source(seed).streams()) for seed in range(3)]
    for query in claims(3, 250):
        for store in stores:
            try:
                assert mine(query, store) in ({}, REFUSED), query
            except NotUnderstood:
                continue


@pytest.mark.process
def test_what_never_fires_gives_nothing_on_loki():
    wrong = []
    with need(engines.loki()).start() as server:
        for seed in range(2):
            tenant = f"t{seed}"
            server.push(tenant, [pushed(stream) for stream in Source(seed).streams()])
            for query in claims(seed + 8, 120):
                answer = theirs(server, tenant, query)
                wrong += [(seed, query, answer)] if answer not in ({}, REFUSED) else []
    assert wrong == []
    assert UNTIL % STEP == 0
