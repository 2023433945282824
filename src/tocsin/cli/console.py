"""What commands print: results on stdout, the rest on stderr, colour on a terminal only."""

import os
import sys
from pathlib import Path

import click

from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.excerpt import Style, plain, printable, render, summary
from tocsin.diag.trouble import Trouble

_MOST = 100
"""Findings that are printed: nobody reads more at once."""
_COLOURS = {"error": "red", "warning": "yellow", "info": "blue", "place": "cyan", "help": "green"}


def _styled(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role in ("error", "warning"))


def coloured(choice: str) -> bool:
    """Whether stdout gets colours: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def style(colours: bool) -> Style:
    """How excerpts are styled."""
    return _styled if colours else plain


def show(diagnostics: list[Diagnostic], more: int = 0) -> None:
    """Print findings in the order of their places, then how many there are. `more` were not kept."""
    colours = coloured("auto")
    for one in sorted(diagnostics, key=lambda d: d.order)[:_MOST]:
        click.echo(render(one, style(colours)) + "\n", color=colours)
    if diagnostics:
        hidden = max(0, len(diagnostics) - _MOST)
        click.echo(
            summary(diagnostics)
            + (f"; the first {_MOST} are shown" if hidden else "")
            + (f", and {more:,} more were not looked at" if more else "")
        )


def repository_folder(workspace: str) -> str:
    """Where the workspace lies in the repository, whose root a CI system names: "" or `ops/`."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or "."
    relative = Path(os.path.relpath(workspace, root)).as_posix()
    return "" if relative == "." or relative.startswith("..") else relative + "/"


def trouble(error: Trouble) -> None:
    """Print what is in the way, and the cure."""
    click.echo(f"{click.style('error', fg='red')}: {error.summary}", err=True)
    for name, text in error.lines:
        click.echo(f"  {name:<13} {text}", err=True)
    if error.cure:
        click.echo(f"  {'try':<13} {error.cure}", err=True)


def crash() -> None:
    """Keep the traceback in a file and say so in a sentence."""
    import tempfile
    import traceback

    kind, value, _ = sys.exc_info()
    text = traceback.format_exc()
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tocsin-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
        details = file.name
    except OSError:  # no room for a file: the place in the program must do
        details = " < ".join(line.strip() for line in reversed(text.splitlines()) if "File " in line)
    name = kind.__name__ if kind else "error"
    said = printable(str(value).split("\n")[0])
    click.echo(f"error: Tocsin made a mistake of its own ({name}: {said})", err=True)
    click.echo(f"  {'details':<13} {details}", err=True)
    click.echo(f"  {'try':<13} report it with that file; nothing was left half-written", err=True)
