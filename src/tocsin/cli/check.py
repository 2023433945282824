"""`tocsin check`: let the real engines read what the spec makes, and show what they find in the spec."""

from pathlib import Path

import click

from tocsin.cli import EXIT_FINDINGS


@click.command("check", short_help="Find every mistake, and show it in the spec.")
@click.option("--only", multiple=True, metavar="CODE", help="Run only this check; may be repeated.")
@click.option("--no-engines", is_flag=True, help="Leave out what needs an engine.")
@click.option("--require", is_flag=True, help="A check that could not run counts as a finding.")
@click.pass_obj
def command(workspace: str, only: tuple[str, ...], no_engines: bool, require: bool) -> int:
    """Let the real engines read what the spec makes; findings are shown where the spec caused them."""
    from tocsin.app.check import check
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    opened = open_workspace(Path(workspace), sink)
    if opened is None:
        show(sink.found)
        return EXIT_FINDINGS
    outcomes = check(opened, only, engines=not no_engines)
    show([*sink.found, *(d for o in outcomes for d in o.found)])
    not_run = [o for o in outcomes if o.not_run is not None]
    for one in not_run:
        click.echo(f"not run  {one.code}: {one.not_run}")
    clean = sum(o.clean for o in outcomes)
    dirty = sum(bool(o.found) for o in outcomes)
    click.echo(
        f"{len(outcomes)} checks: {clean} clean, {dirty} with findings, "
        f"{len(outcomes) - clean - dirty} not run"
    )
    errors = any(d.severity == "error" for o in outcomes for d in o.found)
    return EXIT_FINDINGS if errors or (require and not_run) else 0
