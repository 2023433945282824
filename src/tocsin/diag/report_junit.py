"""A report as JUnit XML: a test case for each check. A check fails by findings that fail the run; milder ones
are its output; one that did not run is skipped, or fails where that is required."""

from xml.sax.saxutils import escape, quoteattr

from tocsin.diag.excerpt import Style, plain, render, summary
from tocsin.diag.report import Ran, Report


def report(report: Report, style: Style = plain) -> str:
    """The XML document. It holds no times: the same findings give the same bytes."""
    failed = sum(_fails(one, report) for one in report.checks)
    skipped = sum(one.outcome == "not-run" and not report.require for one in report.checks)
    counts = f'tests="{len(report.checks)}" failures="{failed}" errors="0" skipped="{skipped}"'
    cases = "".join(_case(one, report) for one in report.checks)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites name={quoted(report.command)} {counts}>\n"
        f"  <testsuite name={quoted(report.command)} {counts}>\n"
        f"{cases}"
        f"    <system-out>{text_of(report.summary)}</system-out>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def _fails(one: Ran, report: Report) -> bool:
    return any(report.fails(d) for d in one.found) or bool(one.not_run and report.require)


def _case(one: Ran, report: Report) -> str:
    head = f"    <testcase classname={quoted(one.area)} name={quoted(one.code)}"
    inner = _inner(one, report)
    return f"{head}>{inner}</testcase>\n" if inner else f"{head}/>\n"


def _inner(one: Ran, report: Report) -> str:
    if one.outcome == "not-run":
        required = f"not run, and required: {one.why}"
        return (
            f'<failure message={quoted(required)} type="not-run"/>'
            if report.require
            else f"<skipped message={quoted(one.why)}/>"
        )
    if not one.found:
        return ""
    excerpts = text_of("\n\n".join(render(d) for d in one.found))
    if not _fails(one, report):
        return f"<system-out>{excerpts}</system-out>"
    return f'<failure message={quoted(summary(one.found))} type="findings">{excerpts}</failure>'


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold, even escaped."""
    return "".join(
        c
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
        else "\ufffd"
        for c in text
    )


def text_of(text: str) -> str:
    """Text between two tags."""
    return escape(_legal(text))


def quoted(text: str) -> str:
    """An attribute's value with its quotes."""
    return quoteattr(_legal(text))
