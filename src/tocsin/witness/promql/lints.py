"""What looks wrong in a PromQL rule though it may fire. Pure: the rule and what is known of its signals.

Each kind is one file in `lint/`. Rules that can never fire, or always do, are `impossible.refute`'s.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from tocsin.query.promql import QueryError, parse
from tocsin.witness.outcome import Lint
from tocsin.witness.promql.refute.analysis import Analysis, TooBig
from tocsin.witness.rule import Known, Rule

__all__ = ["Find", "Lint", "lint", "lints", "looked_at"]
_NOTHING = Known()


Find: TypeAlias = Callable[[Rule, Analysis], Iterator[Lint]]
_FOUND: list[Find] = []


def lint(find: Find) -> Find:
    """Register a function that looks at a rule and at what is known of its expression."""
    _FOUND.append(find)
    return find


def lints(rule: Rule, known: Known = _NOTHING) -> tuple[Lint, ...]:
    """All that is found, in the order of the text. Of what cannot be read nothing is said."""
    try:
        view = Analysis(parse(rule.expr), known, rule.expr)
    except (QueryError, TooBig):
        return ()
    return looked_at(rule, view)


def looked_at(rule: Rule, view: Analysis) -> tuple[Lint, ...]:
    """The same of an expression that has been understood already."""
    _scan()
    found = dict.fromkeys(one for find in _FOUND for one in find(rule, view))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.code)))


@cache
def _scan() -> None:
    from tocsin.witness.promql import lint as folder

    for module in sorted(each.name for each in pkgutil.iter_modules(folder.__path__)):
        importlib.import_module(f"{folder.__name__}.{module}")
