"""Tables from queries: which columns there are, what they are called, in which order. No queries."""

from collections.abc import Sequence
from typing import Any

from tocsin.diag.nodes import Node
from tocsin.library.panels._drawing import unit_id
from tocsin.model.plugins import PanelScope

MOST = 100


def limit_is_good(panel: PanelScope, node: Node, limit: int) -> bool:
    """Reports a list that is empty or too long to read."""
    if not 0 < limit <= MOST:
        panel.scope.sink.error(
            "panel/limit",
            node.at("limit"),
            f"a list of {limit} is empty or too long",
            help=f"write a limit from 1 to {MOST}",
        )
        return False
    return True


def single(by: Sequence[str], title: str) -> dict[str, Any]:
    """A table of one instant query: its labels, then its value."""
    return columns(by, [("Value", title, "")])


def columns(by: Sequence[str], values: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """A table of several instant queries, joined by their labels. `values`: (field, title, unit)."""
    order = [*by, *(field for field, _, _ in values)]
    organize = {
        "excludeByName": {"Time": True},
        "indexByName": {name: i for i, name in enumerate(order)},
        "renameByName": {field: title for field, title, _ in values},
        "includeByName": {},
    }
    overrides = [
        {
            "matcher": {"id": "byName", "options": title},
            "properties": [{"id": "unit", "value": unit_id(unit)}],
        }
        for _, title, unit in values
        if unit
    ]
    return {
        "transformations": [{"id": "merge", "options": {}}, {"id": "organize", "options": organize}],
        "overrides": overrides,
        "sort": values[0][1],
    }
