"""Proofs of log alerts as test files: what is written is read back as it was, and holds in real engines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import engines
from tocsin.app.test import test as run_tests
from tocsin.artifacts.emit import yaml_text
from tocsin.artifacts.mark import state
from tocsin.diag.compose import compose
from tocsin.diag.diagnostic import Sink
from tocsin.proof.handwritten.declared import LogqlFile
from tocsin.proof.handwritten.streams import stream
from tocsin.proof.loki.evidence import gathered
from tocsin.proof.loki.judge import judge
from tocsin.proof.testfile.layout import Source
from tocsin.proof.testfile.lines import stream_items, usual_gap
from tocsin.proof.testfile.logs import proof_files
from tocsin.proof.testfile.mark import stale
from tocsin.proof.verdict import Proposal
from tocsin.spec.decode import decode
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Line, Stream, labels

API = labels({"service_name": "api"}.items())
TEXTS = st.sampled_from(
    ["error", "error 1", "error 2", "1 of 2", "{n}", "a {n} 1", ": # '\"", "yes", "é\n  b", ""]
)
GAPS = st.sampled_from([0.0, 1.0, 1.0, 1.0, 10.0, 60.0, 60.0, 0.001])
METADATA = st.sampled_from([(), (), (("trace_id", "a"),), (("trace_id", "a"), ("user", "1"))])


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    at, found = draw(GAPS), []
    for _ in range(draw(st.integers(1, 6))):
        text, metadata, gap = draw(TEXTS), draw(METADATA), draw(GAPS)
        for number in range(draw(st.integers(1, 5))):
            counted = text.replace("1", str(number + 1)) if draw(st.booleans()) else text
            found.append(Line(round(at, 3), counted, metadata))
            at += gap
    return tuple(found)


def read_back(streams: list[Stream], interval: float) -> list[Stream]:
    tree = {"tests": [{"input_streams": [stream_items(one, interval) for one in streams]}]}
    sink = Sink()
    node = compose("t.yaml", yaml_text(tree).encode(), sink)
    assert node is not None, sink.found
    file = decode(LogqlFile, node, sink)
    assert file is not None and sink.found == []
    return [stream(said, interval) for said in file.tests[0].input_streams]


@given(lines())
def test_lines_are_read_back_as_they_were(found: tuple[Line, ...]) -> None:
    streams = [Stream(API, found)]
    assert read_back(streams, usual_gap(streams, 60.0)) == streams


def test_repeated_lines_are_one_item() -> None:
    found = tuple(Line(60.0 * i, f"request {i + 1} failed") for i in range(30))
    said = stream_items(Stream(API, found), 60.0)
    assert said == {
        "labels": '{service_name="api"}',
        "lines": [{"line": "request {n} failed", "count": 30}],
    }
    assert stream_items(Stream(API, (Line(0.0, "a"), Line(60.0, "b"))), 60.0)["lines"] == ["a", "b"]


RULES = """\
groups:
  - name: logs
    rules:
      - alert: ErrorsInLogs
        expr: {expr}
        for: 2m
        labels: {{severity: warning}}
        annotations: {{summary: "{{{{ $value }}}} errors"}}
      - alert: ErrorsInLogs
        expr: {expr}
        for: 5m
        labels: {{severity: warning, escalated: "true"}}
        annotations: {{summary: "{{{{ $value }}}} errors"}}
"""
EXPR = """sum by (service_name) (count_over_time({service_name="api"} | json | level="error" [5m])) > 5"""


def rule(hold: float, number: int, **more: str) -> Rule:
    return Rule(
        name="ErrorsInLogs",
        language="logql",
        expr=EXPR,
        hold=hold,
        labels=labels({"severity": "warning", **more}.items()),
        annotations=(("summary", "{{ $value }} errors"),),
        group="logs",
        file="rules.yaml",
        number=number,
    )


def case(name: str, count: int, *expected: Alerting) -> Case:
    text = '{{"level":"error","number":{}}}'
    burst = tuple(Line(300.0 + 10 * i, text.format(i + 1)) for i in range(count))
    return Case(
        name=name,
        kind="fires" if expected else "clause",
        interval=60.0,
        every=60.0,
        until=1800.0,
        streams=(Stream(API, (Line(0.0, '{"level":"info"}'), *burst)),),
        expected=expected,
        story=f"{count} errors",
    )


@pytest.mark.process
@pytest.mark.tools
def test_what_is_proven_holds_when_it_is_run_by_hand(tmp_path: Path) -> None:
    for needed in (engines.loki(), engines.promtool()):
        if isinstance(needed, engines.Missing):
            pytest.skip(f"not run: {needed}")
    first = Alerting(labels=API, pending=360.0, firing=480.0, resolved=1080.0)
    late = Alerting(labels=API, pending=360.0, firing=660.0, resolved=1080.0)
    proposals = [
        Proposal(rule(120.0, 1), (case("fires", 50, first), case("5 errors are quiet", 5))),
        Proposal(rule(300.0, 2, escalated="true"), (case("fires", 50, late),)),
    ]
    verdicts = judge(proposals)
    assert not isinstance(verdicts, engines.NotRun)
    assert [(one.ok, one.words) for several in verdicts.values() for one in several] == [(True, "")] * 3
    evidence = gathered(proposals, verdicts)
    assert not isinstance(evidence, engines.NotRun)
    source = Source(name="rules", rule_files=("../rules.yaml",))
    files = proof_files(source, proposals, evidence, {one.rule.id: "abc" for one in proposals})
    assert list(files) == ["rules.yaml"]
    (tmp_path / "tests").mkdir()
    (tmp_path / "rules.yaml").write_text(RULES.format(expr=f"'{EXPR}'"))
    (tmp_path / "tests" / "rules.yaml").write_text(files["rules.yaml"])
    assert state(files["rules.yaml"]) == "intact"
    assert not stale(files["rules.yaml"], "abc")
    report = run_tests(tmp_path, ())
    assert [one.message for one in report.findings] == []
    assert report.summary == "3 tests in 1 file: 3 passed, 0 failed, 0 not run"
