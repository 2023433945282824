"""Reasons why a node never has elements: how they are registered. Each is one file in `reasons/`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from tocsin.witness.outcome import Reason

if TYPE_CHECKING:
    from tocsin.witness.promql.refute.analysis import Analysis

Find: TypeAlias = Callable[[Any, "Analysis"], Reason | None]
_REGISTERED: dict[type, list[Find]] = {}


def never(*kinds: type) -> Callable[[Find], Find]:
    """Register a function that says why a node of one of these types never has elements, or None.

    It is asked once what is below the node is known, and the node's values and labels with it.
    """

    def register(find: Find) -> Find:
        for kind in kinds:
            _REGISTERED.setdefault(kind, []).append(find)
        return find

    return register


def reasons(kind: type) -> Iterable[Find]:
    """The functions for nodes of this type, in the order of their files."""
    _scan()
    return _REGISTERED.get(kind, ())


@cache
def _scan() -> None:
    from tocsin.witness.promql.refute import reasons as folder

    for module in sorted(each.name for each in pkgutil.iter_modules(folder.__path__)):
        importlib.import_module(f"{folder.__name__}.{module}")
