"""The ledger adds up: cells of several rules are one, every alert counts once, `not run` is never success."""

from dataclasses import replace

import pytest

from tocsin.diag.diagnostic import Sink
from tocsin.proof.column import Cell, not_meant, not_run, ordered, proven, refuted
from tocsin.proof.ledger import SHARP, Ledger, asked, merged
from tocsin.proof.report.junit import report as junit
from tocsin.proof.report.text import mark, report, summary
from tocsin.proof.rulefile import book
from tocsin.proof.told import NO_STACK
from tocsin.proof.trial import Proof, Trial
from tocsin.proof.verdict import CaseVerdict
from tocsin.witness.case import Alerting, Case
from tocsin.witness.outcome import Always, Impossible, NotFound, Reason, Witnessed

REASON = Reason(kind="sum-of-zeros", start=0, end=12, words="the sum of series that are all 0 is 0")
ALERT = Alerting(labels=(), pending=60.0, firing=60.0, resolved=300.0)
FIRING = Case(name="it fires", kind="fires", interval=60, every=60, until=600, expected=(ALERT,))
QUIET = Case(name="healthy", kind="baseline", interval=60, every=60, until=600)
RULES = """\
groups:
  - name: a
    rules:
      - {alert: Good, expr: up == 0}
      - {alert: Never, expr: sum(up == 0) > 0}
      - {alert: Always, expr: vector(2)}
      - {alert: Watchdog, expr: vector(1)}
      - {alert: Unknown, expr: up > 1}
      - {alert: Wrong, expr: up < 1}
      - {alert: Idle, expr: up != 1}
"""


def held(*cases: Case, ok: bool = True) -> Proof:
    verdicts = tuple(
        CaseVerdict(
            case=one, ok=ok, seen=one.expected if ok else (), words="" if ok else "promtool: no alert"
        )
        for one in cases
    )
    return Proof(outcome=Witnessed(cases), verdicts=verdicts)


PROOFS = {
    "Good": held(FIRING, QUIET),
    "Never": Proof(outcome=Impossible(REASON)),
    "Always": Proof(outcome=Always(Reason(kind="constant", start=0, end=9, words="it is a constant"))),
    "Watchdog": Proof(outcome=Always(Reason(kind="constant", start=0, end=9, words="it is a constant"))),
    "Unknown": Proof(outcome=NotFound("nothing was found")),
    "Wrong": held(FIRING, ok=False),
    "Idle": Proof(outcome=Witnessed((FIRING, QUIET))),
}


@pytest.fixture
def ledger() -> Ledger:
    found = book([("rules.yaml", RULES.encode())], Sink())
    proofs = {one.rule.id: PROOFS[one.rule.name] for one in found.subjects}
    trial = Trial(book=found, proofs=proofs)
    columns = tuple(one for one in ordered() if one.foreign and one.name != SHARP)
    names = [one.name for one in columns]
    return Ledger(rows=asked(trial, found.subjects, foreign=True, only=names), columns=columns, foreign=True)


def test_every_alert_has_one_verdict(ledger: Ledger) -> None:
    assert {row.name: row.verdict for row in ledger.rows} == {
        "Good": "proven",
        "Never": "never fires",
        "Always": "always fires",
        "Watchdog": "proven",
        "Unknown": "not found",
        "Wrong": "refuted",
        "Idle": "not run",
    }


def test_the_last_line_adds_up(ledger: Ledger) -> None:
    assert summary(ledger) == (
        "7 alerts: 2 proven (fires, quiet, resolves), 1 refuted, 1 never fires, 1 always fires, "
        "1 not found, 1 not run"
    )


def test_findings_stand_at_their_place_with_the_reason(ledger: Ledger) -> None:
    text = report(ledger)
    assert (
        "error[rule/never-fires]: `Never` can never fire\n"
        "  --> rules.yaml:5:30\n"
        "  |\n"
        "5 |       - {alert: Never, expr: sum(up == 0) > 0}\n"
        "  |                              ^^^^^^^^^^^^ the sum of series that are all 0 is 0\n"
    ) in text
    assert "rule/always-fires" in text
    assert "promtool: no alert" in text


def test_what_is_not_run_fails_only_where_it_is_required(ledger: Ledger) -> None:
    good = [row for row in ledger.rows if row.name in ("Good", "Idle")]
    part = Ledger(rows=tuple(good), columns=ledger.columns, foreign=True)
    assert not part.failed()
    assert not part.failed(["parses"])
    assert part.failed(["fires"])
    assert [(row.name, column.name) for row, column, _ in part.unmet(["fires", "quiet"])] == [
        ("Idle", "fires"),
        ("Idle", "quiet"),
    ]
    assert ledger.failed(), "a rule that never fires fails the run"


def test_cells_of_several_rules_are_one() -> None:
    assert merged([proven(), proven()]).state == "proven"
    assert merged([proven(done=3), proven(done=4)]).total == 7
    assert merged([proven(), not_run("no engine")]).state == "not run"
    assert merged([proven(), not_meant("a heartbeat")]).state == "proven"
    assert merged([not_run("x"), refuted(())]).state == "refuted"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (proven(), "ok"),
        (proven(done=5), "5/5"),
        (refuted((), done=4, total=5), "4/5"),
        (refuted(()), "no"),
        (not_run("x"), "-"),
        (not_meant("x"), "n/a"),
    ],
)
def test_how_a_cell_is_shown(cell: Cell, shown: str) -> None:
    assert mark(cell) == shown


def test_junit_has_a_case_for_each_column(ledger: Ledger) -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(junit(ledger, ["quiet"]))
    suites = {suite.get("name"): suite for suite in root}
    assert root.get("tests") == str(1 + len(ledger.rows) * len(ledger.columns))
    assert [case.get("name") for case in suites["Good"]] == ["parses", "fires", "quiet", "resolves"]
    assert [child.tag for child in suites["Never"][1]] == ["failure"]
    assert [child.tag for child in suites["Idle"][2]] == ["failure"], "required, but not run"
    assert [child.tag for child in suites["Idle"][1]] == ["skipped"]
    total = sum(int(suite.get("failures") or 0) for suite in root)
    assert root.get("failures") == str(total)


def test_columns_that_need_a_stack_are_there_and_say_so() -> None:
    names = [one.name for one in ordered()]
    assert names == [
        "parses", "fires", "quiet", "resolves", "sharp", "intended",
        "routed", "guided", "seen", "told", "drilled",
    ]  # fmt: skip
    found = book([("rules.yaml", RULES.encode())], Sink())
    trial = Trial(book=found)
    for one in ordered()[-3:]:
        cell = one.ask(trial, found.subjects[0])
        assert (cell.state, cell.why) == ("not run", NO_STACK)


@pytest.mark.parametrize(
    ("seen", "words", "column"),
    [
        ((replace(ALERT, resolved=360.0),), "promtool: at 6m", "resolves"),
        ((replace(ALERT, firing=120.0),), "promtool: at 2m", "fires"),
        ((replace(ALERT, labels=(("job", "a"),)),), "promtool has another one", "fires"),
        ((ALERT, replace(ALERT, labels=(("job", "a"),))), "promtool has one more", "fires"),
        ((ALERT,), "annotation `summary` at 1m: error expanding template", "fires"),
        ((), "promtool: no alert", "fires"),
    ],
)
def test_whatever_is_other_than_predicted_refutes_a_column(
    seen: tuple[Alerting, ...], words: str, column: str
) -> None:
    found = book([("rules.yaml", b"groups: [{name: a, rules: [{alert: A, expr: up == 0}]}]")], Sink())
    verdict = CaseVerdict(case=FIRING, ok=False, seen=seen, words=words)
    subject = found.subjects[0]
    trial = Trial(
        book=found, proofs={subject.rule.id: Proof(outcome=Witnessed((FIRING,)), verdicts=(verdict,))}
    )
    states = {one.name: one.ask(trial, subject).state for one in ordered()}
    assert states[column] == "refuted"
