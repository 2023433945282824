"""Ready pieces of spec that an editor offers where an alert or a receiver begins.

They are the plug-ins' own examples, which the tests run; the cursor stands where the first edit is due.
"""

import sys
from collections.abc import Callable
from typing import Any

import yaml

from tocsin.library.example import Example
from tocsin.model.plugins import alert_templates, receiver_kinds
from tocsin.render.schema_types import Schema, first_line

Body = Callable[[str, dict[str, Any]], dict[str, Any]]
"""(plug-in's name, its example) -> what is inserted."""
_RAW = ("expr", "logql")


def alert_snippets() -> list[Schema]:
    """One for each template: its first example, with a name and a severity."""

    def named(name: str, example: dict[str, Any]) -> dict[str, Any]:
        chosen = {} if name in _RAW else {"template": name}
        return {"${1:Name}": {"severity": _Edit("2:warning"), **chosen, **example}}

    return _snippets(alert_templates, "alert", named)


def receiver_snippets() -> list[Schema]:
    """One for each kind of receiver: its first example, with a name."""
    return _snippets(receiver_kinds, "receiver", lambda _, example: {"${1:name}": example})


class _Edit(str):
    """A value that the cursor selects: its turn and what stands there at first."""

    __slots__ = ()


def _snippets(
    plugins: Any, noun: str, whole: Callable[[str, dict[str, Any]], dict[str, Any]]
) -> list[Schema]:
    out: list[Schema] = []
    for name, cls in plugins:
        examples = getattr(sys.modules[cls.__module__], "EXAMPLES", ())
        if examples:
            first = examples[0].alert if isinstance(examples[0], Example) else examples[0]
            body = _escaped(whole(name, yaml.safe_load(first)))
            out.append({"label": f"{name} {noun}", "description": first_line(cls), "body": body})
    return out


def _escaped(value: Any) -> Any:
    """Data as the body of a snippet, in which `$` and `}` have a meaning."""
    if isinstance(value, dict):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    if isinstance(value, _Edit):
        return f"${{{value}}}"
    return value.replace("$", "\\$").replace("}", "\\}") if isinstance(value, str) else value
