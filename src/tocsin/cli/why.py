"""`tocsin why FILE:LINE`: the spec node that caused a generated line."""

import re
from pathlib import Path

import click

from tocsin.cli import EXIT_FINDINGS

_NUMBER = re.compile("[0-9]{1,9}")


@click.command("why", short_help="Show which part of the spec caused a generated line.")
@click.argument("place", metavar="FILE:LINE")
@click.pass_obj
def command(workspace: str, place: str) -> int:
    """Show which part of the spec caused a line of a generated file."""
    from tocsin.app.why import why
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Diagnostic, Label, Sink
    from tocsin.diag.excerpt import printable, render

    file, line, column = _parsed(place)
    sink = Sink()
    opened = open_workspace(Path(workspace), sink)
    if opened is None:
        show(sink.found)
        return EXIT_FINDINGS
    found = why(opened, file, line, column)
    node = found.trace.origin
    what = f", {found.trace.what}" if found.trace.what else ""
    click.echo(f"{file}:{line}{what}")
    click.echo(f"  {printable(found.line.strip())}")
    answer = Diagnostic("why", "info", "", Label(node.key_place().span, node.dotted))
    click.echo("\n".join(render(answer).split("\n")[1:]))
    if found.stale:
        click.echo("the file is not up to date: run `make generate`")
    return 0


def _parsed(place: str) -> tuple[str, int, int]:
    parts = place.split(":")
    numbers = parts[1:]
    if not 1 <= len(numbers) <= 2 or not all(_NUMBER.fullmatch(n) for n in numbers):
        raise click.UsageError(f"`{place}` is not FILE:LINE, as in `alerts/node.yaml:12`")
    return parts[0].removeprefix("./"), int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
