"""Findings of a proof that a comment covers: they are told no more, and fail nothing.

A column stays what it is: a claim that was refuted is refuted, whoever lives with it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from tocsin.checks.suppression import Suppression, suppress
from tocsin.diag.nodes import Node
from tocsin.proof.column import Cell
from tocsin.proof.ledger import Judged, Ledger


def accepted(ledger: Ledger, said: Sequence[Suppression], tree: Node | None, today: datetime.date) -> Ledger:
    """The ledger without what is suppressed; `tree` is that of the spec. Marks what was used."""
    if not said:
        return ledger

    def cell(one: Cell) -> Cell:
        if not one.found:
            return one
        shown, hidden = suppress(one.found, said, tree, today)
        return replace(one, found=shown, hidden=hidden)

    def judged(one: Judged) -> Judged:
        return replace(one, cells={name: cell(each) for name, each in one.cells.items()})

    shown, hidden = suppress(ledger.loose, said, tree, today)
    rows = tuple(replace(row, judged=tuple(map(judged, row.judged))) for row in ledger.rows)
    return replace(ledger, rows=rows, loose=shown, loose_hidden=hidden)
