"""The local evaluator gives what a real Loki gives: random queries over random lines, on a whole grid."""

import math

import pytest
from tests.engines.needs import need
from tests.witness.logql.random_queries import STEP, UNTIL, Source

from tocsin import engines
from tocsin.engines.answers import EngineError
from tocsin.engines.servers import loki
from tocsin.query.logql import QueryError, parse
from tocsin.witness.logql.evaluate import Plan
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood

pytestmark = pytest.mark.process
T0 = 1_700_000_040
REFUSED = "refused"
SEEDS, QUERIES = 10, 60


def theirs(server, tenant, query):
    try:
        found = server.query_range(tenant, query, T0, T0 + UNTIL, STEP)
    except EngineError:
        return REFUSED
    return {
        (round(at - T0), tuple(sorted(one.labels.items()))): value
        for one in found
        for at, value in one.points
    }


def mine(query, store):
    found = {}
    try:
        plan = Plan(parse(query))
        for at in range(0, UNTIL + 1, STEP):
            for element in plan.vector(store, at):
                if (at, element.labels) in found:
                    raise NotUnderstood("two elements with the same labels")
                found[at, element.labels] = element.value
    except (EngineRefuses, QueryError):
        return REFUSED
    return found


def same(ours, answer):
    if REFUSED in (ours, answer):
        return ours == answer
    return ours.keys() == answer.keys() and all(
        math.isclose(value, answer[key], rel_tol=1e-9, abs_tol=1e-9)
        or (math.isnan(value) and math.isnan(answer[key]))
        for key, value in ours.items()
    )


def pushed(stream):
    entries = ((T0 * 10**9 + round(line.at * 1e9), line.text, dict(line.metadata)) for line in stream.lines)
    return loki.Stream(dict(stream.labels), tuple(entries))


def test_random_queries_over_random_lines():
    different, counts = [], {"values": 0, "refused": 0, "empty": 0, "not understood": 0}
    with need(engines.loki()).start() as server:
        for seed in range(SEEDS):
            source = Source(seed)
            streams = source.streams()
            server.push(f"t{seed}", [pushed(stream) for stream in streams])
            store = Store(streams)
            for query in (source.query() for _ in range(QUERIES)):
                try:
                    ours = mine(query, store)
                except NotUnderstood:
                    counts["not understood"] += 1
                    continue
                answer = theirs(server, f"t{seed}", query)
                counts["refused" if answer == REFUSED else "values" if answer else "empty"] += 1
                if not same(ours, answer):
                    different.append((seed, query, ours, answer))
    assert different == []
    assert counts["values"] > SEEDS * QUERIES / 4, counts
    assert counts["not understood"] < SEEDS * QUERIES / 20, counts
