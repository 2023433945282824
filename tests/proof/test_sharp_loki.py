"""Sharpness of LogQL rules, judged by a real Loki."""

import pytest

from tocsin.engines import Missing, NotRun
from tocsin.proof.sharp.logs import sharp
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Case, Kind
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Line, Stream, labels

pytestmark = pytest.mark.process
RULE = Rule(
    name="DbErrors",
    language="logql",
    expr='sum by (app) (count_over_time({app="shop"} | json | __error__="" | type="db" [5m])) > 3',
    hold=60,
    every=60,
)


def stream(text: str, count: int, app: str = "shop") -> Stream:
    """`count` lines in the sixth minute."""
    lines = tuple(Line(at=301 + i, text=text.replace("#", str(i))) for i in range(count))
    return Stream(labels([("app", app)]), lines)


def case(name: str, kind: Kind, *streams: Stream) -> Case:
    return Case(name=name, kind=kind, interval=60, every=60, until=1200, streams=streams)


DB, WEB, BROKEN = '{"type":"db","n":#}', '{"type":"web","n":#}', '{"type":"db","n":#'
FIRES = case("fires", "fires", stream(DB, 4))
UNDER = case("three only", "clause", stream(DB, 3))
OTHERS = case("others", "clause", stream(WEB, 9))
BAD = case("broken lines", "clause", stream(BROKEN, 9), stream(DB, 1))
SIBLING = case("sibling", "clause", stream(DB, 9, app="other"))


def test_caught_and_survived() -> None:
    proposals = [
        Proposal(RULE, (FIRES,)),
        Proposal(
            Rule(name="All", language="logql", expr=RULE.expr, hold=60, every=60),
            (FIRES, UNDER, OTHERS, BAD, SIBLING),
        ),
    ]
    found = sharp(proposals)
    if isinstance(found, Missing):
        pytest.skip(str(found))
    assert not isinstance(found, NotRun), found
    blunt, good = (found[one.rule.id] for one in proposals)
    assert [mutant.words for mutant in blunt.survivors] == [
        "lowering the threshold to 2",
        "`>=` in place of `>`",
        'dropping `| __error__=""`',
        'dropping `| type="db"`',
    ]
    assert [mutant.words for mutant in good.survivors] == []
    assert {one.case for one in good.caught} == {"fires", "three only", "others", "broken lines"}
    assert good.mutants == blunt.mutants == 14
