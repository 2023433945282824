"""The tree of a test file as promtool would take it, and whose tests they are. Knows no rules."""

from collections.abc import Mapping

from tocsin.diag.compose import MAX_DEPTH, MAX_NODES
from tocsin.diag.diagnostic import Label, Sink
from tocsin.diag.nodes import Node
from tocsin.witness.rule import Language

MOST_NODES = MAX_NODES // 10
_OWN_KEYS: Mapping[str, Language] = {
    "input_series": "promql",
    "promql_expr_test": "promql",
    "input_streams": "logql",
    "logql_expr_test": "logql",
}


class _TooLarge(Exception):
    """There are too many nodes, or too deep ones: aliases multiply and pile up."""


def pruned(root: Node, sink: Sink) -> Node | None:
    """A copy without the keys that have no value: promtool takes them for not said. Aliases become copies."""
    try:
        return _Copy().of(root)
    except _TooLarge:
        words = f"more than {MOST_NODES:,} YAML nodes or {MAX_DEPTH} levels, aliases included"
        sink.error("spec/too-large", root, words)
        return None


class _Copy:
    """Copies nodes, and counts them."""

    def __init__(self) -> None:
        self.left = MOST_NODES

    def of(self, node: Node, depth: int = 0) -> Node:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise _TooLarge
        span = node.span
        at = span.line, span.column, span.end_line, span.end_column
        made = Node(node.kind, node.value, node.source, at, style=node.style, keys=node.keys)
        if node.kind == "map":
            kept = {key: self.of(value, depth + 1) for key, value in node.map.items() if not _is_null(value)}
            made.value = {key: value.under(made, key) for key, value in kept.items()}
        elif node.kind == "seq":
            made.value = [
                self.of(item, depth + 1).under(made, number) for number, item in enumerate(node.items)
            ]
        return made


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and node.style is None and node.text in ("", "~", "null", "Null", "NULL")


def language(root: Node, sink: Sink) -> Language | None:
    """Whose tests these are, by the keys that only one engine has; None: nothing says it."""
    found: dict[Language, Node] = {}
    for test in root.at("tests").items:
        for key in test.map:
            if key in _OWN_KEYS:
                found.setdefault(_OWN_KEYS[key], test.key_node(key))
    if len(found) > 1:
        first, second = found.values()
        sink.error(
            "test/file",
            second,
            f"`{second.text}` does not go together with `{first.text}`",
            others=[Label(first.span, "this is for the other engine")],
            help="make two files of it, one for Prometheus and one for Loki",
        )
    return next(iter(found), None)
