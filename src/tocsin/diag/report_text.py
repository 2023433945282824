"""A report for people: findings with their excerpts, what did not run and why, a line that adds up."""

import textwrap

from tocsin.diag.excerpt import Style, plain, render
from tocsin.diag.report import Report

_WIDTH = 98
_MOST = 100
"""Findings that are shown: nobody reads more at once."""


def report(report: Report, style: Style = plain) -> str:
    """All of it as text."""
    findings = "".join(render(one, style) + "\n\n" for one in report.findings[:_MOST])
    if len(report.findings) > _MOST:
        findings += f"the first {_MOST} are shown; all of them: --format json, --only AREA/\n\n"
    return findings + "".join(f"{line}\n" for line in (*_not_run(report, style), report.summary))


def _not_run(report: Report, style: Style) -> list[str]:
    """One paragraph for each reason."""
    reasons: dict[str, list[str]] = {}
    for one in report.not_run:
        reasons.setdefault(one.why, []).append(one.code)
    out: list[str] = []
    for why, codes in reasons.items():
        out.append(style("not run", "warning") + f"  {why}")
        indent = " " * 9
        everything = len(codes) == len(report.checks) - 1 and not report.scope
        listed = f"all other checks ({len(codes)})" if everything else ", ".join(codes)
        out += textwrap.wrap(
            listed, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        )
    return out
