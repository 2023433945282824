"""Suppressions: what a comment covers, when it ends, and what is said of one that does nothing."""

import datetime
from pathlib import Path

import pytest

from tocsin.app.check import Choice, check
from tocsin.diag.report import Report
from workspaces import SHOP

TODAY = datetime.date(2026, 6, 15)
GAUGE = "promql/rate-on-gauge"
BAD = "expr: 'rate(web_queue{job=\"web\"}[5m]) > 1', for: 5m, summary: jobs are waiting"
SPEC = SHOP.replace(
    "    alerts:\n",
    f"""\
      web_queue: {{type: gauge, help: waiting jobs}}
    alerts:
      Queue: {{severity: warning, {BAD}}}  # one
      # two
      Jobs:  # three
        severity: warning
        # four
        expr: |  # five
          # six
          rate(web_queue{{job="web"}}[5m]) > 2
        for: 5m
        summary: "jobs wait  # seven"
""",
)
CHOICE = Choice(only=(GAUGE, "suppression/"), engines=False)


def run(root: Path, choice: Choice = CHOICE, spec: str = SPEC, **comments: str) -> Report:
    for place, text in comments.items():
        assert spec.count(f"# {place}") == 1
        spec = spec.replace(f"# {place}", f"# tocsin: {text}")
    (root / "spec.yaml").write_text(spec)
    return check(root, choice, TODAY)


def shown(report: Report) -> list[str]:
    return [f"{d.at.span.line} {d.code}" for d in report.findings]


def line_of(text: str, spec: str = SPEC) -> int:
    return 1 + spec[: spec.index(text)].count("\n")


FIRST, SIXTH, SECOND = line_of("# one"), line_of("# six"), line_of("[5m]) > 2")
BOTH = [f"{FIRST} {GAUGE}", f"{SECOND} {GAUGE}"]


def test_without_a_comment_both_are_found(tmp_path: Path) -> None:
    report = run(tmp_path)
    assert shown(report) == BOTH
    assert report.suppressed == ()


@pytest.mark.parametrize(
    ("place", "left"),
    [("one", BOTH[1:]), ("two", BOTH[:1]), ("three", BOTH[:1]), ("four", BOTH[:1]), ("five", BOTH[:1])],
)
def test_a_comment_covers_what_begins_on_its_line_or_the_next(
    tmp_path: Path, place: str, left: list[str]
) -> None:
    report = run(tmp_path, **{place: f"ignore[{GAUGE}] it is rebuilt daily"})
    assert shown(report) == left
    hidden = report.suppressed[0]
    assert (hidden.reason, hidden.until, hidden.finding.code) == ("it is rebuilt daily", "", GAUGE)
    assert "1 suppressed in" in report.summary


def test_a_comment_above_a_service_covers_all_of_it(tmp_path: Path) -> None:
    spec = SPEC.replace("services:\n", f"services:\n  # tocsin: ignore[{GAUGE}] by design\n")
    assert shown(run(tmp_path, spec=spec)) == []


def test_several_codes_and_several_comments(tmp_path: Path) -> None:
    two = f"ignore[{GAUGE}, alert/no-summary] so\n      # tocsin: ignore[alert/name-style] so"
    report = run(tmp_path, two=two)
    # codes whose checks did not run are not called unused
    assert shown(report) == BOTH[:1]


def test_a_comment_inside_a_value_is_told_to_move(tmp_path: Path) -> None:
    report = run(tmp_path, six=f"ignore[{GAUGE}] so")
    assert shown(report) == [BOTH[0], f"{SIXTH} suppression/malformed", f"{SECOND} {GAUGE}"]
    malformed = report.findings[1]
    assert malformed.message == "this belongs to the value of `expr`"
    # in a line of text it is text
    assert shown(run(tmp_path, seven=f"ignore[{GAUGE}] so")) == BOTH


# -- until ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("until", "found"),
    [
        ("2026-06-16", BOTH[1:]),
        ("2026-06-15", BOTH[1:]),
        ("2026-06-14", [f"{FIRST} {GAUGE}", f"{FIRST} suppression/expired", f"{SECOND} {GAUGE}"]),
    ],
)
def test_a_suppression_holds_through_its_last_day(tmp_path: Path, until: str, found: list[str]) -> None:
    assert shown(run(tmp_path, one=f"ignore[{GAUGE}] until={until} so")) == found


def test_an_expired_one_is_not_also_unused(tmp_path: Path) -> None:
    report = run(
        tmp_path, spec=SHOP.replace("services:", f"services: # tocsin: ignore[{GAUGE}] until=2020-01-01 x")
    )
    assert [d.code for d in report.findings] == ["suppression/expired"]


# -- wrong ones -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (f"ignore[{GAUGE}]", "suppression/malformed", "no reason is given"),
        (f"ignore[{GAUGE}] ...", "suppression/malformed", "no reason is given"),
        (f"ignore[{GAUGE}] until=2027-01-31", "suppression/malformed", "no reason is given"),
        (f"ignore[{GAUGE}] until=31.1.2027 so", "suppression/malformed", "`31.1.2027` is not a date"),
        (f"ignore[{GAUGE}] until=2027-02-30 so", "suppression/malformed", "`2027-02-30` is not a date"),
        (f"ignore[{GAUGE}] until= so", "suppression/malformed", "`` is not a date"),
        ("ignore[] so", "suppression/malformed", "no code is named"),
        (f"ignore {GAUGE} so", "suppression/malformed", "this suppresses nothing"),
        (f"disable[{GAUGE}] so", "suppression/malformed", "this suppresses nothing"),
        (
            "ignore[promql/rate-on-gaug] so",
            "suppression/unknown-code",
            "there is no finding `promql/rate-on-gaug`",
        ),
    ],
)
def test_one_that_is_wrong_suppresses_nothing(tmp_path: Path, text: str, code: str, message: str) -> None:
    report = run(tmp_path, one=text)
    assert sorted(shown(report)) == sorted([*BOTH, f"{FIRST} {code}"])
    assert [d.message for d in report.findings if d.code == code] == [message]
    assert report.failed


def test_the_caret_stands_under_the_code(tmp_path: Path) -> None:
    found = run(tmp_path, one="ignore[promql/rate-on-gauge,alert/no-sumary] so").findings
    span = found[1].at.span if found[0].code == GAUGE else found[0].at.span
    row = span.source.line(span.line)
    assert row[span.column - 1 : span.end_column - 1] == "alert/no-sumary"


def test_an_unused_one_is_said_only_when_its_check_ran(tmp_path: Path) -> None:
    clean = SHOP.replace("services:", "services: # one")
    both = "ignore[promql/rate-on-gauge, engine/loki-rules] so"
    report = run(tmp_path, spec=clean, one=both)
    assert [(d.code, d.message) for d in report.findings] == [
        ("suppression/unused", "nothing here is a `promql/rate-on-gauge`")
    ]
    assert not report.failed
    other = Choice(only=("alert/name-style", "suppression/"), engines=False)
    assert run(tmp_path, choice=other, spec=clean, one=both).findings == ()


def test_what_the_loader_warns_of_can_be_suppressed(tmp_path: Path) -> None:
    everything = Choice(only=("spec/empty", "suppression/"), engines=False)
    spec = SHOP.replace("dashboards:", "  empty: {} # one\ndashboards:", 1)
    assert [d.code for d in run(tmp_path, choice=everything, spec=spec).findings] == ["spec/empty"]
    report = run(tmp_path, choice=everything, spec=spec, one="ignore[spec/empty] it is coming")
    assert report.findings == ()
    assert [one.finding.code for one in report.suppressed] == ["spec/empty"]


def test_an_included_file_has_its_own_comments(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(f"""\
services:
  other:
    # tocsin: ignore[{GAUGE}] by design
    alerts:
      Queue: {{severity: warning, expr: 'rate(web_queue{{job="web"}}[5m]) > 1', for: 5m, summary: x}}
""")
    report = run(tmp_path, spec=SPEC.replace("team:", "include: more.yaml\nteam:", 1))
    assert shown(report) == [f"{FIRST + 1} {GAUGE}", f"{SECOND + 1} {GAUGE}"]
    assert [s.finding.at.span.source.name for s in report.suppressed] == ["more.yaml"]


def test_what_a_pack_says_is_covered_by_its_path(tmp_path: Path) -> None:
    """A line of a pack cannot be commented: the same path of the spec stands for it."""
    from tocsin.app.workspace import open_workspace
    from tocsin.checks.suppression import suppress, suppressions
    from tocsin.diag.diagnostic import Diagnostic, Label, Sink

    extra = "packs: [node]\nservices:\n  node: # tocsin: ignore[alert/no-summary] theirs\n    title: Hosts\n"
    (tmp_path / "spec.yaml").write_text(SHOP.replace("services:\n", extra))
    sink = Sink()
    opened = open_workspace(tmp_path, sink)
    assert opened is not None, sink.found
    alert = next(a for m in opened.workspace.environments for a in m.alerts if a.service == "node")
    found = Diagnostic("alert/no-summary", "warning", "x", Label(alert.origin.key_place().span))
    assert not found.at.span.source.is_file
    said = suppressions(opened.loaded.root, sink)
    tree = opened.loaded.environments[0][1]
    assert suppress([found], said, tree, TODAY).shown == ()
    elsewhere = Diagnostic("alert/no-summary", "warning", "x", Label(opened.workspace.origin.span))
    assert suppress([elsewhere], said, tree, TODAY).shown == (elsewhere,)
