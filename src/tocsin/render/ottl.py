"""Statements of the collector's transformation language (OTTL, 0.160): literals and the calls used here.

Everything that becomes part of a statement is escaped here: quotes and backslashes for OTTL, and `$` doubled,
because the collector expands `${...}` in its whole configuration before OTTL sees it.
"""

from collections.abc import Iterable


def text(value: str) -> str:
    """A string literal."""
    out = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + out.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def texts(values: Iterable[str]) -> str:
    """A list of string literals."""
    return "[" + ", ".join(text(v) for v in values) + "]"


def key(path: str, name: str) -> str:
    """`path["name"]`."""
    return f"{path}[{text(name)}]"


def keys(path: str, names: Iterable[str]) -> str:
    """A list of `path["name"]`, for `Coalesce`."""
    return "[" + ", ".join(key(path, n) for n in names) + "]"


def matches(path: str, pattern: str) -> str:
    """A condition."""
    return f"IsMatch({path}, {text(pattern)})"


def set_(path: str, value: str, where: str = "") -> str:
    """`set(path, value) where ...`; `value` is an expression already."""
    return f"set({path}, {value})" + (f" where {where}" if where else "")


def replace(path: str, pattern: str, replacement: str, where: str = "") -> str:
    """Replace a pattern in one string."""
    call = f"replace_pattern({path}, {text(pattern)}, {text(replacement)})"
    return call + (f" where {where}" if where else "")


def replace_values(path: str, pattern: str, replacement: str) -> str:
    """Replace a pattern in all string values of a map."""
    return f'replace_all_patterns({path}, "value", {text(pattern)}, {text(replacement)})'


def escaped(statements: Iterable[str]) -> list[str]:
    """Statements as they stand in the configuration file."""
    return [s.replace("$", "$$") for s in statements]
