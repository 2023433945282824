"""`tocsin explain NAME`: the page of a code, or everything about an alert at an instant."""

from collections.abc import Collection
from pathlib import Path

import click

from tocsin.cli import EXIT_FINDINGS
from tocsin.cli.console import coloured


@click.command("explain", short_help="Say what an alert does and whom it tells, or what a finding means.")
@click.argument("name", metavar="ALERT|CODE")
@click.option("--at", default="now", metavar="WHEN", show_default=True,
              help='When: `now`, "sun 03:00", "2026-12-24 22:15" (and a zone).')  # fmt: skip
@click.option("--env", "environment", default="", metavar="NAME", help="In this environment, not the first.")
@click.option("--expr", "whole", is_flag=True, help="Show expressions to their end, unfolded.")
@click.option("--json", "as_data", is_flag=True, help="As JSON, with every address.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(
    workspace: str, name: str, at: str, environment: str, whole: bool, as_data: bool, color: str
) -> int:
    """Say everything about an alert: what it means, who is told at an instant and how often, what mutes it.

    ALERT is `Name` or `service/Name`. A CODE is what stands in brackets in a finding, as in
    `promql/rate-on-gauge`: why it matters, how it is mended, an example.
    """
    if "/" in name:
        from tocsin.app.explain_code import explain_code

        explained = explain_code(name)
        if explained is not None:
            page(explained.markdown, coloured(color))
            return 0
    return _alert(Path(workspace), name, at, environment, whole, as_data, coloured(color))


def _alert(
    workspace: Path, name: str, at: str, environment: str, whole: bool, as_data: bool, colours: bool
) -> int:
    import json

    from tocsin.app.explain_alert import explain_alert
    from tocsin.app.explain_lines import as_json, render_lines
    from tocsin.app.instant import NotUnderstood
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show, style
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    opened = open_workspace(workspace, sink)
    if opened is None:
        show(sink.found)
        return EXIT_FINDINGS
    try:
        explanation = explain_alert(opened, name, at, environment=environment)
    except NotUnderstood as error:
        raise click.UsageError(_code(name, opened.workspace.environments[0].services) or str(error)) from None
    if as_data:
        click.echo(json.dumps(as_json(explanation), indent=2, ensure_ascii=False))
    else:
        lines = render_lines(explanation, whole_expr=whole, style=style(colours))
        click.echo("\n".join(lines), color=colours)
    return 0


def _code(name: str, services: Collection[str]) -> str:
    """What to say to somebody who may have meant a code."""
    if "/" not in name or name.partition("/")[0] in services:
        return ""
    from tocsin.app.pages import pages
    from tocsin.diag.diagnostic import nearest

    near = nearest(name, pages())
    return f"there is no alert or code `{name}`; did you mean `{near}`?" if near else ""


def page(markdown: str, colours: bool) -> None:
    """Print Markdown: set for a terminal, else as it is, which reads as well."""
    if not colours:
        click.echo(markdown, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, width=min(100, Console().width))
    console.print(Markdown(markdown, code_theme="ansi_dark"))
