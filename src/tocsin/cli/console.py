"""What commands print: results on stdout, the rest on stderr, colour on a terminal only."""

import sys

import click

from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.excerpt import plain, render, summary
from tocsin.diag.trouble import Trouble

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue", "place": "cyan", "help": "green"}


def _styled(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role in ("error", "warning"))


def show(diagnostics: list[Diagnostic]) -> None:
    """Print findings in the order of their places, then how many there are."""
    style = _styled if sys.stdout.isatty() else plain
    for one in sorted(diagnostics, key=lambda d: d.order):
        click.echo(render(one, style) + "\n")
    if diagnostics:
        click.echo(summary(diagnostics))


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
    with tempfile.NamedTemporaryFile(
        "w", prefix="tocsin-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    name = kind.__name__ if kind else "error"
    click.echo(f"error: Tocsin made a mistake of its own ({name}: {value})", err=True)
    click.echo(f"  {'details':<13} {file.name}", err=True)
    click.echo(f"  {'try':<13} report it with that file; nothing was left half-written", err=True)
