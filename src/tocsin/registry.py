"""Names to plug-ins: filled by a decorator, found by scanning a package in sorted order.

Knows nothing of what a plug-in does. Adding one is adding a file; nothing lists them by hand.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class DuplicateName(Exception):
    """Two plug-ins registered the same name: a programming error, raised at import."""


class Registry(Generic[T]):
    """A table of plug-ins of one kind, filled on first use by importing every module of `package`."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._items: dict[str, T] = {}
        self._scanned = False

    def add(self, name: str) -> Callable[[type], type]:
        """Class decorator: register the decorated class under `name`."""

        def register(item: type) -> type:
            self.put(name, item)  # type: ignore[arg-type]
            return item

        return register

    def put(self, name: str, item: T) -> None:
        """Register `item` under `name`; the same name twice is a mistake in the program."""
        if name in self._items:
            raise DuplicateName(f"two {self.kind}s are called {name}")
        self._items[name] = item

    def _scan(self) -> None:
        if self._scanned:
            return
        self._scanned = True
        package = importlib.import_module(self.package)
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{self.package}.{module}")

    def get(self, name: str) -> T | None:
        """The plug-in called `name`, or None."""
        self._scan()
        return self._items.get(name)

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        self._scan()
        return tuple(sorted(self._items))

    def __iter__(self) -> Iterator[tuple[str, T]]:
        self._scan()
        return iter(sorted(self._items.items()))
