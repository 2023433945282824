"""A ledger as one static page: each alert with its witness against the threshold, twins, mutants, route.

Everything that somebody wrote is escaped; a link is one only when it leads to http or https.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from tocsin.diag.excerpt import render
from tocsin.proof.column import Cell
from tocsin.proof.course import Course, course
from tocsin.proof.histories import outcome
from tocsin.proof.ledger import Judged, Ledger, Row
from tocsin.proof.report import html_plot as plot
from tocsin.proof.report.alert import unit_of
from tocsin.proof.report.html_style import CSS
from tocsin.proof.report.text import mark, summary
from tocsin.proof.trial import Proof
from tocsin.proof.verdict import CaseVerdict

Routes = Callable[[Row], Sequence[tuple[str, str]]]
_FEW = 60
"""Alerts up to which each twin is drawn as well."""
_LINKS = ("runbook_url", "dashboard_url", "panel_url", "logs_url", "traces_url")


def report(ledger: Ledger, routes: Routes = lambda row: ()) -> str:
    """The whole document."""
    body = "\n".join((*_head(ledger), *_table(ledger), *_loose(ledger), *_alerts(ledger, routes)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Proof of alerts</title>\n<style>\n{CSS}\n</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(ledger: Ledger) -> Iterator[str]:
    yield "<h1>Proof of alerts</h1>"
    yield f"<p>{escape(summary(ledger))}</p>"
    yield '<p class="soft">ok: proven; n/m: so many of so many; -: not run; n/a: makes no sense of it.</p>'


def _table(ledger: Ledger) -> Iterator[str]:
    heads = "".join(f"<th>{escape(one.name)}</th>" for one in ledger.columns)
    yield f"<table><thead><tr><th>alert</th>{heads}</tr></thead><tbody>"
    for number, row in enumerate(ledger.rows):
        cells = "".join(_cell(row.cell(one.name)) for one in ledger.columns)
        yield f'<tr><td><a href="#alert-{number}">{escape(_title(row, ledger))}</a></td>{cells}</tr>'
    yield "</tbody></table>"


def _cell(cell: Cell) -> str:
    kind = cell.state.replace(" ", "")
    title = f' title="{escape(cell.why)}"' if cell.why else ""
    return f'<td class="{kind}"{title}>{escape(mark(cell))}</td>'


def _title(row: Row, ledger: Ledger) -> str:
    first = ledger.rows[0].environment
    return row.name if row.environment == first else f"{row.name} ({row.environment})"


def _loose(ledger: Ledger) -> Iterator[str]:
    for one in ledger.loose:
        yield f'<pre class="bad">{escape(render(one))}</pre>'


# -- an alert ----------------------------------------------------------------------------------------


def _alerts(ledger: Ledger, routes: Routes) -> Iterator[str]:
    twins = len(ledger.rows) <= _FEW
    for number, row in enumerate(ledger.rows):
        subject = row.judged[0].subject
        severity = dict(subject.rule.labels).get("severity", "")
        said = subject.said.name
        yield f'<h2 id="alert-{number}">{escape(_title(row, ledger))}</h2>'
        where = f"{said.source.name}:{said.line}"
        yield f'<p class="soft">{escape(", ".join(filter(None, (severity, where, row.verdict))))}</p>'
        if subject.alert:
            yield f"<p>Fires when {escape(subject.alert.variants[0].condition.meaning)}.</p>"
        for judged in row.judged:
            yield from _rule(row, judged, twins)
        yield from _people(row, routes)


def _rule(row: Row, judged: Judged, twins: bool) -> Iterator[str]:
    subject, proof = judged.subject, row.trial.proof(judged.subject)
    if subject.part:
        yield f"<h3>{escape(subject.part)}</h3>"
    yield f"<pre>{escape(subject.rule.expr.strip())}</pre>"
    main = next((one for one in proof.verdicts if one.case.fires), None)
    if main is not None:
        yield from _witness(row, judged, main)
    yield from _others(row, judged, [one for one in proof.verdicts if one is not main], twins)
    yield from _mutants(proof)
    for cell in judged.cells.values():
        yield from (f'<pre class="bad">{escape(render(one))}</pre>' for one in cell.found)
        for hidden in cell.hidden:
            yield f'<p class="notrun">{escape(f"{hidden.finding.message} (suppressed: {hidden.reason})")}</p>'
        if cell.state == "not run" and not cell.found and cell is judged.cells.get("fires"):
            yield f'<p class="notrun">{escape(cell.why)}</p>'


def _witness(row: Row, judged: Judged, main: CaseVerdict) -> Iterator[str]:
    yield f"<p>{escape(main.case.story or main.case.name)} {escape(outcome(main.case))}</p>"
    found = _course(row, judged, main)
    if found is not None:
        yield plot.large(found, unit_of(judged.subject.alert, found), "")


def _others(row: Row, judged: Judged, others: Sequence[CaseVerdict], draw: bool) -> Iterator[str]:
    if not others:
        return
    drawn = [(one.case.name, _course(row, judged, one)) for one in others] if draw else []
    courses = [(name, found) for name, found in drawn if found is not None]
    yield "<details><summary>" + escape(f"{len(others)} other cases") + "</summary><ul>"
    for one in others:
        state = "proven" if one.ok else "refuted"
        pins = f" ({one.case.pins.words})" if one.case.pins else ""
        yield f'<li class="{state}">{escape(one.case.name + pins)}</li>'
    yield "</ul>"
    if courses:
        yield plot.small(courses, unit_of(judged.subject.alert, courses[0][1]))
    yield "</details>"


def _course(row: Row, judged: Judged, verdict: CaseVerdict) -> Course | None:
    found = course(judged.subject.rule, verdict.case, row.trial.known(judged.subject))
    return found if found is not None and any(map(math.isfinite, found.values)) else None


def _mutants(proof: Proof) -> Iterator[str]:
    sharp = proof.sharp
    if sharp is None:
        return
    caught = sharp.mutants - len(sharp.survivors)
    yield f"<p>{sharp.mutants} mutants, {caught} caught</p>"
    lines = [*(f"not noticed: {one.words}" for one in sharp.survivors), *sharp.equivalents]
    if lines:
        yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _people(row: Row, routes: Routes) -> Iterator[str]:
    rows = [*routes(row)]
    if rows:
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows)
        yield f"<table>{cells}</table>"
    said = dict(row.judged[0].subject.rule.annotations)
    links = [(name, said[name]) for name in _LINKS if _leads(said.get(name, ""))]
    if links:
        listed = (f'<a href="{escape(to)}">{escape(name.removesuffix("_url"))}</a>' for name, to in links)
        yield f"<p>{' · '.join(listed)}</p>"


def _leads(url: str) -> bool:
    """A link of the page: not one that only a firing alert completes."""
    return url.startswith(("https://", "http://")) and "{{" not in url
