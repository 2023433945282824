"""The rules of `rules.txt`."""

from pathlib import Path

from tocsin.witness.rule import Rule


def rules() -> list[Rule]:
    """All of them."""
    text = Path(__file__).with_name("rules.txt").read_text("utf-8")
    found = []
    for block in text.split("\n\n")[1:]:
        head, expr = block.split("\n", 1)
        name, hold = head.split(":")
        found.append(Rule(name=name, language="logql", expr=expr.strip(), hold=float(hold)))
    return found
