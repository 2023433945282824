"""Every code that any part of the program can report has a page, and no page is of a code that is gone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tocsin
from tocsin.app.pages import pages

SOURCE = Path(tocsin.__file__).parent
CODE = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9-]*")
REPORTING = {"error", "warning", "unknown", "stop", "finding", "_report"}
"""Methods whose first text that looks like a code is one."""


def literals(node: ast.AST) -> Iterator[str]:
    for below in ast.walk(node):
        if isinstance(below, ast.Constant) and isinstance(below.value, str) and CODE.fullmatch(below.value):
            yield below.value


def reported(tree: ast.AST) -> Iterator[str]:
    """Texts that stand where a code stands: in a call that reports, or as a constant named CODE."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in REPORTING or name == "Diagnostic":
                for argument in node.args[:2]:
                    yield from literals(argument)
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "CODE" for t in node.targets):
            yield from literals(node.value)


def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))]


def test_every_code_has_a_page() -> None:
    all_trees = trees()
    codes = {code for tree in all_trees for code in reported(tree)}
    assert len(codes) > 100, "the scan finds what is reported"
    # an area that is reported somewhere is one everywhere: codes kept in tables and constants are found too
    areas = {code.partition("/")[0] for code in codes}
    mentioned = {code for tree in all_trees for code in literals(tree) if code.partition("/")[0] in areas}
    missing = sorted((codes | mentioned) - set(pages()) - NOT_CODES)
    assert missing == [], "write src/tocsin/diag/codes/<area>/<name>.md, or the docstring of the check"


NOT_CODES = frozenset({"alerts/tests"})
"""Texts of the same form in such an area that mean something else."""


def test_no_page_is_left_over() -> None:
    mentioned = {code for tree in trees() for code in literals(tree)}
    assert sorted(set(pages()) - mentioned) == []
