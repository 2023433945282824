"""`tocsin new KIND NAME`: a piece of spec that works as it is, or one file that extends Tocsin."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS

if TYPE_CHECKING:
    from tocsin.app.scaffold import Made
    from tocsin.app.workspace import Opened

_MOST_LINES = 40


class _Kinds(click.Group):
    """Says which kinds there are when one is not known."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from tocsin.diag.diagnostic import nearest

        if args and args[0] not in self.commands and not args[0].startswith("-"):
            near = nearest(args[0], self.commands)
            instead = f"did you mean `{near}`?" if near else f"there are {', '.join(self.commands)}"
            raise click.UsageError(f"there is no kind `{args[0]}`; {instead}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.command("new", cls=_Kinds, short_help="Make an alert, a panel, a check, ... that works at once.")
def command() -> None:
    """Make a piece of spec that works as it is, or one file that extends Tocsin.

    service, alert, panel, dashboard, receiver and runbook go into the workspace; nothing that is there is
    touched. check, template, panel-kind, receiver-kind and pack are files of Tocsin's own source.
    """


_print = click.option("--print", "only_print", is_flag=True, help="Write nothing, show what would be made.")


@command.command("service", short_help="A service with an alert and a dashboard.")
@click.argument("name")
@click.option("--target", "targets", multiple=True, metavar="HOST:PORT", help="Where it is scraped.")
@click.option("--team", default="", help="The team that owns it.")
@click.option("--use", multiple=True, metavar="PROFILE", help="A profile that it follows.")
@_print
@click.pass_obj
def service(
    workspace: str, name: str, targets: tuple[str, ...], team: str, use: tuple[str, ...], only_print: bool
) -> int:
    """Add the service NAME to the spec: scraped, with an alert when it is down, and a dashboard."""
    from tocsin.app.scaffold_spec import new_service

    return _spec(workspace, only_print, lambda o: new_service(o, name, targets=targets, team=team, use=use))


@command.command("alert", short_help="An alert of a service, by a template.")
@click.argument("name", metavar="SERVICE/NAME")
@click.option("--template", default="", help="The alert template, such as `threshold`.")
@click.option("--severity", default="", help="Default: the first that wakes nobody.")
@_print
@click.pass_obj
def alert(workspace: str, name: str, template: str, severity: str, only_print: bool) -> int:
    """Add the alert NAME to a service, with parameters of the template that work with its metrics."""
    from tocsin.app.scaffold_alert import new_alert

    return _spec(workspace, only_print, lambda o: new_alert(o, name, template=template, severity=severity))


@command.command("panel", short_help="A panel of a dashboard.")
@click.argument("name", metavar="DASHBOARD/TITLE")
@click.option("--show", default="", help="The kind of panel, such as `rate`.")
@click.option("--of", default="", metavar="METRIC", help="The metric that it shows.")
@click.option("--row", default="", help="The row; default: the last. One that is missing is made.")
@_print
@click.pass_obj
def panel(workspace: str, name: str, show: str, of: str, row: str, only_print: bool) -> int:
    """Add a panel to a dashboard (`overview/Queue`, or `billing/overview/Queue` for one of a service)."""
    from tocsin.app.scaffold_panel import new_panel

    return _spec(workspace, only_print, lambda o: new_panel(o, name, show=show, row=row, of=of))


@command.command("dashboard", short_help="A dashboard.")
@click.argument("name")
@click.option("--title", default="", help="Default: the name, in words.")
@_print
@click.pass_obj
def dashboard(workspace: str, name: str, title: str, only_print: bool) -> int:
    """Add the dashboard NAME (or `service/NAME`) to the spec."""
    from tocsin.app.scaffold_spec import new_dashboard

    return _spec(workspace, only_print, lambda o: new_dashboard(o, name, title=title))


@command.command("receiver", short_help="Somebody who can be told.")
@click.argument("name")
@click.option("--kind", default="", help="Such as `slack`, `pagerduty`, `email`.")
@_print
@click.pass_obj
def receiver(workspace: str, name: str, kind: str, only_print: bool) -> int:
    """Add the receiver NAME to the spec."""
    from tocsin.app.scaffold_spec import new_receiver

    return _spec(workspace, only_print, lambda o: new_receiver(o, name, kind=kind))


@command.command("runbook", short_help="The runbook of an alert.")
@click.argument("name", metavar="ALERT")
@_print
@click.pass_obj
def runbook(workspace: str, name: str, only_print: bool) -> int:
    """Make the runbook of an alert, with its facts and a place for each answer."""
    from tocsin.app.scaffold_spec import new_runbook

    return _spec(workspace, only_print, lambda o: new_runbook(o, name))


def _extension(kind: str, short: str, metavar: str) -> None:
    """A subcommand for one kind of file in Tocsin's own source."""

    @command.command(kind, short_help=short)
    @click.argument("name", metavar=metavar)
    @_print
    @click.pass_obj
    def extension(workspace: str, name: str, only_print: bool) -> int:
        from tocsin.app.scaffold import Refused
        from tocsin.app.scaffold_code import new_file, source_tree

        try:
            source = source_tree(Path(workspace))
        except Refused as refused:
            raise click.UsageError(refused.message) from None
        return _made(source, only_print, lambda: new_file(kind, name, source))

    extension.help = (
        f"Make the file of {short[0].lower()}{short[1:-1]} in Tocsin's own source; it passes its tests."
    )


_extension("check", "A check.", "AREA/NAME")
_extension("template", "An alert template.", "NAME")
_extension("panel-kind", "A kind of panel.", "NAME")
_extension("receiver-kind", "A kind of receiver.", "NAME")
_extension("pack", "A pack for an exporter.", "NAME")


# -- reporting -----------------------------------------------------------------------------------------
def _spec(workspace: str, only_print: bool, make: "Callable[[Opened], Made]") -> int:
    """Open the workspace, make the piece, write it unless it is only to be printed."""
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    opened = open_workspace(Path(workspace), sink)
    if opened is None:
        show(sink.found)
        click.echo("the spec must be good before something is added to it; nothing was written")
        return EXIT_FINDINGS
    return _made(Path(workspace), only_print, lambda: make(opened))


def _made(root: Path, only_print: bool, make: "Callable[[], Made]") -> int:
    from tocsin.app.scaffold import Refused, write
    from tocsin.cli.console import show

    try:
        made = make()
    except Refused as refused:
        if not refused.findings and not refused.paste:
            raise click.UsageError(refused.message) from None
        show(list(refused.findings))
        if refused.paste:
            click.echo(refused.message + "\n")
            click.echo(refused.paste + "\n")
        click.echo("nothing was written")
        return EXIT_FINDINGS
    if not only_print:
        write(root, made.edits)
    report(made, only_print)
    return 0


def report(made: "Made", only_print: bool) -> None:
    """The new lines with their numbers, then what to do."""
    click.echo(f"{'would make' if only_print else 'made'} {made.what}")
    for edit in made.edits:
        rows = edit.after.split("\n")
        for first, last in edit.lines:
            click.echo(f"  --> {edit.path}:{first}")
            shown = range(first, min(last, first + _MOST_LINES - 1) + 1)
            width = len(str(shown[-1]))
            for number in shown:
                click.echo(f"{number:>{width}} | {rows[number - 1].rstrip()}".rstrip())
            if last > shown[-1]:
                click.echo(f"... {last - shown[-1]} more lines")
    for hint in made.hints:
        click.echo(f"  = {hint}")
    click.echo(f"next: {made.command}")
