"""What people chose to live with, put to a ledger: in the spec, or in foreign rule files.

What is wrong with a spec's suppressions `tocsin check` says, except that there is nothing to suppress in a
proof. Of foreign files nobody else says anything.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tocsin.app.pages import of_check, pages
from tocsin.app.workspace import Opened
from tocsin.checks.suppression import UNUSED, judged, suppressions, suppressions_of_files
from tocsin.diag.diagnostic import Sink
from tocsin.proof.accepted import accepted
from tocsin.proof.ledger import Ledger

_BY_FIRES = ("rule/scrape-interval", "rule/blind-annotation", "rule/never-fires", "rule/always-fires")
"""What the column `fires` reports beside `proof/fires`."""


def with_spec(ledger: Ledger, opened: Opened, today: datetime.date, *, complete: bool) -> Ledger:
    """By the comments of the spec. `complete`: every alert was looked at."""
    said = suppressions(opened.loaded.root, Sink())
    found = accepted(ledger, said, opened.loaded.environments[0][1], today)
    ran = {code for code in _ran(ledger) if not of_check(code)} if complete else set[str]()
    sink = Sink()
    judged(said, pages(), ran, today, sink)
    unused = (one for one in sink.found if one.code == UNUSED)
    return replace(found, loose=(*found.loose, *unused))


def with_files(ledger: Ledger, files: Sequence[tuple[str, bytes]], today: datetime.date) -> Ledger:
    """By the comments of foreign rule files (name, content)."""
    sink = Sink()
    said = suppressions_of_files(files, sink)
    found = accepted(ledger, said, None, today)
    judged(said, pages(), {*_ran(ledger)}, today, sink)
    return replace(found, loose=(*found.loose, *sink.found))


def _ran(ledger: Ledger) -> Iterator[str]:
    """The codes of which all findings are known: those of columns that were run for every alert."""
    for column in ledger.columns:
        if all(row.cell(column.name).state != "not run" for row in ledger.rows):
            yield f"proof/{column.name}"
            yield from _BY_FIRES if column.name == "fires" else ()
