"""`tocsin explain NAME`: the page of a code, or everything about an alert at an instant."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS
from tocsin.cli.console import coloured

if TYPE_CHECKING:
    from tocsin.app.explain_alert import Explanation
    from tocsin.model.workspace import Workspace


@click.command("explain", short_help="Say what an alert does and whom it tells, or what a finding means.")
@click.argument("name", metavar="ALERT|CODE")
@click.option("--at", default="now", metavar="WHEN", show_default=True,
              help='When: `now`, "sun 03:00", "2026-12-24 22:15" (and a zone).')  # fmt: skip
@click.option("--env", "environment", default="", metavar="NAME", help="In this environment, not the first.")
@click.option("--expr", "whole", is_flag=True, help="Show expressions to their end, unfolded.")
@click.option("--notification", "texts", is_flag=True, help="And what each receiver would read.")
@click.option("--json", "as_data", is_flag=True, help="As JSON, with every address.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(
    workspace: str, name: str, at: str, environment: str, whole: bool, texts: bool, as_data: bool, color: str
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
    return _alert(Path(workspace), name, _Wanted(at, environment, whole, texts, as_data, coloured(color)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked about an alert."""

    at: str
    environment: str
    whole: bool
    texts: bool
    as_data: bool
    colours: bool


def _alert(workspace: Path, name: str, wanted: _Wanted) -> int:
    from tocsin.app.explain_alert import explain_alert
    from tocsin.app.instant import NotUnderstood
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    opened = open_workspace(workspace, sink)
    if opened is None:
        show(sink.found)
        return EXIT_FINDINGS
    try:
        explanation = explain_alert(opened, name, wanted.at, environment=wanted.environment)
    except NotUnderstood as error:
        raise click.UsageError(_code(name, opened.workspace.environments[0].services) or str(error)) from None
    _print(opened.workspace, explanation, wanted)
    return 0


def _print(workspace: "Workspace", explanation: "Explanation", wanted: _Wanted) -> None:
    import json
    from dataclasses import asdict

    from tocsin.app.explain_lines import as_json, render_lines
    from tocsin.app.find_alert import environment_of, find_alert
    from tocsin.cli.console import style

    found = None
    if wanted.texts:
        from tocsin.app.explain_notification import notification_lines, notifications

        model = environment_of(workspace, wanted.environment)
        alert = find_alert(workspace, model, explanation.alert)
        found = notifications(model, alert, explanation.at.at)
    if wanted.as_data:
        texts = {"notifications": [asdict(one) for one in found]} if found is not None else {}
        click.echo(json.dumps({**as_json(explanation), **texts}, indent=2, ensure_ascii=False))
        return
    lines = render_lines(explanation, whole_expr=wanted.whole, style=style(wanted.colours))
    more = ("", *notification_lines(found)) if found is not None else ()
    click.echo("\n".join((*lines, *more)), color=wanted.colours)


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
