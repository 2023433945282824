"""Loki's verdict on every query of the tables and on thousands of generated ones is ours.

The judge is a running Loki that holds one line, so that queries are built and not only parsed; lokitool,
which only parses, judges the tables once more.
"""

import re

import pytest
from tests.engines.needs import need
from tests.query.cases_files import carets, queries
from tests.query.judges import TENANT, loki, lokitool_accepts
from tests.query.logql_generator import LogQL

from tocsin import engines
from tocsin.engines.servers.loki import Stream
from tocsin.query.logql import QueryError, parse
from tocsin.query.logql.parse import syntax

SLOW = re.compile("approx_topk|[^\x00-\x7f]|'q")
ODD = [
    'variants(rate({a="b"}[5m])) of ({a="b"}[5m]) + 1',
    'variants(rate({}[5m])) of ({a="b"}[5m])',
    'variants(sum_over_time({a="b"}[5m])) of ({a="b"}[5m])',
]
"""Loki 3.7.8 does not look into variants (an experiment that is switched off): we do."""


@pytest.fixture(scope="module")
def server():
    with need(engines.loki()).start() as running:
        running.push(
            TENANT["X-Scope-OrgID"], [Stream({"app": "api", "a": "b"}, ((1_700_000_000 * 10**9, "a=b"),))]
        )
        yield running


def differences(server, asked):
    """The queries about which Loki and we are of different opinion, with both."""
    found = []
    for query in asked:
        mine, theirs = ours(parse, query), loki(server, query, build="approx_topk" not in query)
        if (mine is None) != (theirs is None):
            found.append((query, mine, theirs))
    return found


def ours(read, query):
    """Our verdict."""
    try:
        read(query)
    except QueryError as error:
        return error
    return None


@pytest.mark.tools
def test_lokitool_accepts_what_the_table_says(tmp_path):
    assert lokitool_accepts(tmp_path, queries("logql_accepted"))


@pytest.mark.tools
@pytest.mark.parametrize("query", queries("logql_refused")[::12])
def test_lokitool_refuses_what_only_parsing_shows(tmp_path, query):
    assert lokitool_accepts(tmp_path, [query]) == (ours(syntax, query) is None)


@pytest.mark.process
def test_the_tables_are_true(server):
    assert differences(server, queries("logql_accepted") + queries("logql_refused")) == []


@pytest.mark.process
@pytest.mark.parametrize("seed", range(4))
def test_generated_queries_are_read_alike(server, seed):
    source, different = LogQL(seed), []
    for query in (source.query() for _ in range(1500)):
        theirs = loki(server, query, build=False)
        if (ours(syntax, query) is None) != (theirs is None):
            different.append((query, theirs))
    assert different == []


@pytest.mark.process
def test_generated_queries_are_built_alike(server):
    """Without `approx_topk`, which waits for what is not there; odd names have their place in the tables."""
    source = LogQL(11)
    asked = [source.query() for _ in range(1200)]
    assert differences(server, [query for query in asked if not SLOW.search(query)]) == []


@pytest.mark.process
def test_variants_are_where_we_are_stricter(server):
    assert [query for query, mine, theirs in differences(server, ODD) if mine and not theirs] == ODD


@pytest.mark.process
def test_carets_stand_where_loki_points_or_on_purpose_elsewhere(server):
    for case in carets("logql_carets"):
        theirs = loki(server, case.query)
        assert theirs is not None and theirs.column == case.engine, (case.query, theirs)
