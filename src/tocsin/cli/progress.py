"""How far a long command is, on stderr: a bar on a terminal, a line for each long stage elsewhere."""

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_MANY = 100
"""Steps from which a stage is worth a line."""


class Lines:
    """Plain lines, for a log."""

    def begin(self, stage: str, total: int) -> None:
        """One line, when it will take a while."""
        if total >= _MANY:
            click.echo(f"{stage}: {total:,}", err=True)

    def step(self, done: int) -> None:
        """A log is not told of single steps."""


class Bars:
    """One bar for each stage; it goes when all is done."""

    def __init__(self, shown: "Progress") -> None:
        self._shown = shown
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int) -> None:
        """A new bar below the others."""
        self._task = self._shown.add_task(stage, total=total or None)

    def step(self, done: int) -> None:
        """Further along."""
        if self._task is not None:
            self._shown.advance(self._task, done)


@contextlib.contextmanager
def progress() -> Iterator[Lines | Bars]:
    """What fits whoever looks."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    parts = (TextColumn("{task.description:<8}"), BarColumn(40), MofNCompleteColumn())
    with Progress(*parts, console=console, transient=True) as shown:
        yield Bars(shown)
