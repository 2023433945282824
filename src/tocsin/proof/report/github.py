"""A ledger for GitHub Actions: an annotation for each finding and each reason why something was not run."""

from importlib import metadata

from tocsin.diag import report_github
from tocsin.diag.report import Ran, Report
from tocsin.proof.ledger import Ledger
from tocsin.proof.report.text import summary


def report(ledger: Ledger, folder: str = "") -> str:
    """Workflow commands, then the last line; `folder` is where the workspace lies in the repository."""
    reasons: dict[tuple[str, str, str], int] = {}
    for column in ledger.columns:
        for row in ledger.rows:
            cell = row.cell(column.name)
            if cell.state == "not run":
                key = column.name, cell.why, cell.cure
                reasons[key] = reasons.get(key, 0) + 1
    idle = tuple(
        Ran(code=f"proof/{column}", not_run=f"{why} ({count} alerts)", cure=cure)
        for (column, why, cure), count in reasons.items()
    )
    found = Ran(code="proof", found=ledger.findings)
    told = report_github.report(
        Report(version=metadata.version("tocsin"), checks=(found, *idle), pages={}, folder=folder)
    )
    lines = told.splitlines()[:-1]  # the last one counts checks
    return "".join(f"{line}\n" for line in (*lines, summary(ledger)))
