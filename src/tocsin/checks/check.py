"""What a check is, and how it is registered. No check itself, and no running of them.

A check is one file named after its code (`promql/rate-on-gauge` is `promql_rate_on_gauge.py`) that holds a
module docstring (its page: first line, `## Why`, `## Fix`, `## Exceptions` where there are any), one function
with `@check(...)`, and `EXAMPLES`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.diag.diagnostic import Diagnostic, Severity
from tocsin.engines.answers import NotRun
from tocsin.registry import Registry

Finding = Diagnostic | NotRun
Run = Callable[[Any, Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One registered check."""

    code: str
    on: type
    """What it looks at: `Context` itself, or a type that `Context.each` knows (Alert, Panel, ...)."""
    severity: Severity
    needs: tuple[str, ...]
    """Engines it needs; without them it is *not run*."""
    run: Run
    doc: str
    """The module's docstring."""


checks: Registry[Check] = Registry("check", "tocsin.checks")


def check(
    code: str, *, on: type, severity: Severity = "error", needs: tuple[str, ...] = ()
) -> Callable[[Run], Run]:
    """Register a function `(object, context) -> findings` under the code that its findings carry."""
    import sys

    def register(run: Run) -> Run:
        doc = (sys.modules[run.__module__].__doc__ or "").strip()
        checks.put(code, Check(code=code, on=on, severity=severity, needs=needs, run=run, doc=doc))
        return run

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A piece of spec and what the check finds in it; laid over a small good workspace (see tests/checks).

    `finds` are the texts under the caret, in the order of their places; empty: it finds nothing.
    """

    title: str
    spec: str
    finds: tuple[str, ...] = ()
    kind: Literal["over", "whole"] = "over"
    """`over`: laid over the base workspace like an environment; `whole`: the complete spec."""
    files: tuple[tuple[str, str], ...] = ()
    """Further files of the workspace: (path, text), such as runbooks."""
