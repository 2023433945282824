"""Every format says the same: escaped as its reader wants it, in order, always the same bytes."""

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from urllib.parse import unquote

import pytest

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.report import Page, Ran, Report, Suppressed, formats, reporter
from tocsin.diag.text import Source, Span

SPEC = Source("spec.yaml", "tocsin: 1\nname: a,b: 100%\n  expr: |\n    sum(x)\n")
OTHER = Source("services/web shop.yaml", "metrics:\n  x: {type: gauge}\n")
PACK = Source("pack node", "services:\n  node: {}\n", is_file=False)
MADE = Source("the expression made by `rate`", "rate(x[5m])", is_file=False)


def at(source: Source, line: int, column: int, width: int = 4, rows: int = 0) -> Span:
    return Span(source, line, column, line + rows, column + width)


GAUGE = Diagnostic(
    code="promql/rate-on-gauge",
    severity="error",
    message="`rate()` over 100% of `x`, a gauge",
    at=Label(at(SPEC, 4, 5, 6), "here: now"),
    others=(Label(at(OTHER, 2, 3, 1), "declared here"), Label(at(MADE, 1, 1), "here")),
    notes=("50% of it",),
    help="use `delta()`",
)
LATE = Diagnostic("alert/no-summary", "warning", "no summary <&>", Label(at(SPEC, 2, 1, 4, rows=2)))
PACKED = Diagnostic("alert/no-summary", "info", "in a pack", Label(at(PACK, 2, 3)))
LIVED_WITH = Diagnostic("alert/no-summary", "warning", "known", Label(at(SPEC, 1, 1)))
CODES = ("alert/no-summary", "engine/loki-rules", "promql/rate-on-gauge", "spec/loads")
REPORT = Report(
    version="1.2.3",
    checks=(
        Ran(code="alert/no-summary", found=(LATE, PACKED)),
        Ran(code="engine/loki-rules", not_run="no lokitool", cure="make engines"),
        Ran(code="promql/rate-on-gauge", found=(GAUGE,)),
        Ran(code="spec/loads"),
    ),
    pages={
        code: Page(code=code, severity="error", title=f"About {code}.", body="## Why\n\nIt is so.")
        for code in CODES
    },
    suppressed=(Suppressed(finding=LIVED_WITH, reason="so be it", until="2027-01-31", at=at(SPEC, 1, 5)),),
    scope="2 alerts and 3 panels",
    folder="ops/",
    anchor=at(SPEC, 1, 1, 6),
)
SUMMARY = (
    "3 findings (1 error, 1 warning, 1 info), 1 suppressed in 4 checks on 2 alerts and 3 panels: "
    "1 clean, 2 with findings, 1 not run"
)


def told(name: str, report: Report = REPORT) -> str:
    from tocsin.diag.excerpt import plain

    return reporter(name)(report, plain)


def test_the_summary_adds_up() -> None:
    assert REPORT.summary == SUMMARY
    clean, dirty, idle = map(int, re.findall(r"(\d+) (?:clean|with|not)", SUMMARY))
    assert clean + dirty + idle == len(REPORT.checks)


def test_the_formats_are_the_files() -> None:
    assert formats() == ("github", "json", "junit", "sarif", "text")


@pytest.mark.parametrize("name", formats())
def test_findings_come_in_the_order_of_their_places(name: str) -> None:
    turned = replace(REPORT, checks=tuple(replace(c, found=c.found[::-1]) for c in REPORT.checks))
    text = told(name, turned)
    if name != "junit":  # ordered by check, each check's findings as they were made
        assert text == told(name)
    assert text.endswith("\n")
    assert all(ord(c) >= 32 or c == "\n" for c in text)


@pytest.mark.parametrize(
    ("fail_on", "require", "failed"),
    [
        ("error", False, True),
        ("warning", False, True),
        ("info", False, True),
        ("never", False, False),
        ("never", True, True),
    ],
)
def test_what_fails_a_run(fail_on: str, require: bool, failed: bool) -> None:
    assert replace(REPORT, fail_on=fail_on, require=require).failed is failed


def test_a_warning_fails_only_where_it_is_asked_to() -> None:
    mild = replace(REPORT, checks=(Ran(code="alert/no-summary", found=(LATE,)),))
    assert [replace(mild, fail_on=f).failed for f in ("error", "warning", "info", "never")] == [
        False,
        True,
        True,
        False,
    ]


# -- text ---------------------------------------------------------------------------------------------
def test_text_says_what_did_not_run_and_how_to_mend_that() -> None:
    assert told("text").splitlines()[-3:] == [
        "not run  no lokitool (make engines)",
        "         engine/loki-rules",
        SUMMARY,
    ]


def test_text_of_a_thousand_findings_shows_a_hundred() -> None:
    many = tuple(replace(GAUGE, message=f"{n}") for n in range(1000))
    text = told("text", replace(REPORT, checks=(Ran(code=GAUGE.code, found=many),)))
    assert text.count("error[promql/rate-on-gauge]") == 100
    assert "the first 100 are shown" in text
    assert "1000 findings (1000 errors)" in text


# -- GitHub -------------------------------------------------------------------------------------------
def test_github_annotations_are_escaped_and_in_the_repository() -> None:
    assert told("github").splitlines() == [
        # what stands in a pack is told where the spec asks for packs
        "::notice file=ops/spec.yaml,line=1,endLine=1,col=1,endColumn=6,"
        "title=alert/no-summary::in a pack%0Ain pack node:2:3",
        # over several lines GitHub takes no columns
        "::warning file=ops/spec.yaml,line=2,endLine=4,title=alert/no-summary::no summary <&>",
        "::error file=ops/spec.yaml,line=4,endLine=4,col=5,endColumn=10,"
        "title=promql/rate-on-gauge::`rate()` over 100%25 of `x`, a gauge%0A"
        "here: now%0Aservices/web shop.yaml:2:3: declared here%0Athe expression made by `rate`:1:1: here"
        "%0Anote: 50%25 of it%0Ahelp: use `delta()`",
        "::notice title=not run%3A engine/loki-rules::no lokitool (make engines)",
        SUMMARY,
    ]


# -- JSON ---------------------------------------------------------------------------------------------
def test_json_is_versioned_and_whole() -> None:
    document = json.loads(told("json"))
    assert list(document) == ["format", "tocsin", "failed", "summary", "findings", "suppressed", "checks"]
    assert (document["format"], document["tocsin"], document["failed"]) == (1, "1.2.3", True)
    assert document["findings"][2] == {
        "code": "promql/rate-on-gauge",
        "severity": "error",
        "message": "`rate()` over 100% of `x`, a gauge",
        "file": "spec.yaml",
        "source": "spec.yaml",
        "line": 4,
        "column": 5,
        "end_line": 4,
        "end_column": 11,
        "label": "here: now",
        "others": [
            {
                "file": "services/web shop.yaml",
                "source": "services/web shop.yaml",
                "line": 2,
                "column": 3,
                "end_line": 2,
                "end_column": 4,
                "label": "declared here",
            },
            {
                "file": None,
                "source": "the expression made by `rate`",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 5,
                "label": "here",
            },
        ],
        "notes": ["50% of it"],
        "help": "use `delta()`",
        "rendered": document["findings"][2]["rendered"],
    }
    assert document["findings"][2]["rendered"].startswith("error[promql/rate-on-gauge]: ")
    assert document["findings"][0]["file"] is None
    one = document["suppressed"][0]
    assert (one["message"], one["reason"], one["until"], one["by"]["line"]) == (
        "known",
        "so be it",
        "2027-01-31",
        1,
    )
    assert document["checks"][1] == {
        "code": "engine/loki-rules",
        "outcome": "not-run",
        "findings": 0,
        "reason": "no lokitool",
        "cure": "make engines",
    }


# -- JUnit --------------------------------------------------------------------------------------------
def junit(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(told("junit", report))


def test_junit_has_a_case_for_each_check() -> None:
    suite = junit(REPORT).find("testsuite")
    assert suite is not None
    assert suite.attrib == {
        "name": "tocsin check",
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    inner = {case.attrib["name"]: [child.tag for child in case] for case in suite.iter("testcase")}
    assert inner == {
        "alert/no-summary": ["system-out"],
        "engine/loki-rules": ["skipped"],
        "promql/rate-on-gauge": ["failure"],
        "spec/loads": [],
    }
    failure = next(suite.iter("failure"))
    assert failure.attrib["message"] == "1 finding (1 error)"
    assert "sum(x)" in (failure.text or "")


def test_junit_fails_what_fails_the_run() -> None:
    suite = junit(replace(REPORT, fail_on="warning", require=True)).find("testsuite")
    assert suite is not None
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("3", "0")


def test_junit_holds_only_what_xml_can_hold() -> None:
    hostile = Source("spec.yaml", "a: \x01\ufffe]]>&<\n")
    one = Diagnostic("spec/x", "error", "]]> \x02", Label(at(hostile, 1, 1)))
    report = replace(REPORT, checks=(Ran(code="spec/x", found=(one,)),))
    assert "]]>" in (next(junit(report).iter("failure")).text or "")


# -- SARIF --------------------------------------------------------------------------------------------
LEVELS = {"none", "note", "warning", "error"}


def sarif(report: Report = REPORT) -> dict:
    document = json.loads(told("sarif", report))
    assert document["version"] == "2.1.0"
    assert len(document["runs"]) == 1
    return document["runs"][0]


def locations(run: dict) -> list[dict]:
    out = []
    for result in run["results"]:
        out += [*result["locations"], *result.get("relatedLocations", [])]
        out += [s["location"] for s in result.get("suppressions", [])]
    return [one["physicalLocation"] for one in out]


def test_sarif_rules_and_results_refer_to_each_other() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CODES)
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
    for rule in rules:
        assert rule["help"]["text"] and rule["help"]["markdown"] and rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS


def test_sarif_places_are_relative_uris_with_whole_regions() -> None:
    places = locations(sarif())
    assert {unquote(p["artifactLocation"]["uri"]) for p in places} == {
        "ops/spec.yaml",
        "ops/services/web shop.yaml",
    }
    assert all(re.fullmatch(r"[A-Za-z0-9_.~/%-]+", p["artifactLocation"]["uri"]) for p in places)
    for place in places:
        region = place["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert region["startColumn"] >= 1 and region["endColumn"] >= 1
        if region["startLine"] == region["endLine"]:
            assert region["endColumn"] > region["startColumn"]
    assert {p["artifactLocation"]["uriBaseId"] for p in places} <= set(sarif()["originalUriBaseIds"])


def test_sarif_tells_everything_in_the_message() -> None:
    assert sarif()["results"][-1]["message"]["text"].splitlines() == [
        "`rate()` over 100% of `x`, a gauge",
        "here: now",
        "the expression made by `rate`:1:1: rate(x[5m]) (here)",
        "50% of it",
        "help: use `delta()`",
    ]


def test_sarif_names_what_was_suppressed_and_what_did_not_run() -> None:
    run = sarif()
    hidden = [r for r in run["results"] if "suppressions" in r]
    assert [r["message"]["text"] for r in hidden] == ["known"]
    assert hidden[0]["suppressions"][0]["kind"] == "inSource"
    assert hidden[0]["suppressions"][0]["justification"] == "so be it"
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [n["message"]["text"] for n in notes] == [
        "engine/loki-rules was not run: no lokitool (make engines)"
    ]


def test_sarif_knows_a_finding_again_when_lines_move() -> None:
    moved = Source("spec.yaml", "# new\n\n" + SPEC.text)
    again = replace(LATE, at=Label(at(moved, 4, 1, 4)))
    twice = replace(LATE, at=Label(at(moved, 5, 1, 4)), message="another")

    def prints(*found: Diagnostic) -> list[str]:
        run = sarif(replace(REPORT, checks=(Ran(code=LATE.code, found=found),), suppressed=()))
        return [r["partialFingerprints"]["tocsin/v1"] for r in run["results"]]

    assert prints(LATE) == prints(again)
    assert len(set(prints(LATE, twice, replace(LATE, at=Label(at(SPEC, 2, 2)))))) == 3
