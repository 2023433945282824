"""`tocsin init [DIR]`: a workspace in somebody else's repository."""

from pathlib import Path

import click

from tocsin.cli import EXIT_FINDINGS


@click.command("init", short_help="Make a workspace here, with a small spec.")
@click.argument("folder", metavar="[DIR]", default="")
@click.option("--name", default="", help="The workspace's name; default: the folder's.")
@click.option(
    "--service", "services", multiple=True, metavar="NAME[=HOST:PORT]", help="A service; may be repeated."
)
@click.option(
    "--pack", "packs", multiple=True, metavar="NAME", help="A pack, such as `node`; may be repeated."
)
@click.option("--print", "only_print", is_flag=True, help="Write nothing, show what would be made.")
@click.pass_obj
def command(
    workspace: str,
    folder: str,
    name: str,
    services: tuple[str, ...],
    packs: tuple[str, ...],
    only_print: bool,
) -> int:
    """Make a workspace in DIR: a small spec.yaml with comments, lines for git, a Makefile.

    Nothing that is there is overwritten. Without DIR it is made here or, where that would meet files of
    yours, in `observability/`. Services are found in prometheus.yml and docker-compose.yml unless `--service`
    says them.
    """
    from tocsin.app.init import Wish, init
    from tocsin.app.scaffold import Refused, write
    from tocsin.cli.console import show

    wish = Wish(folder=folder, name=name, services=services, packs=packs)
    try:
        home, made = init(Path(workspace), wish)
    except Refused as refused:
        if not refused.findings:
            raise click.UsageError(refused.message) from None
        show(list(refused.findings))
        click.echo("nothing was written")
        return EXIT_FINDINGS
    if not only_print:
        write(home, made.edits)
    click.echo(f"{'would make' if only_print else 'made'} {made.what}")
    for edit in made.edits:
        count = sum(last - first + 1 for first, last in edit.lines)
        click.echo(f"  {edit.path:<24} {count} lines{'' if edit.before is None else ' more'}")
    if only_print:
        click.echo("\n" + made.edits[0].after)
    for hint in made.hints:
        click.echo(f"  = {hint}")
    click.echo(f"next: {made.command}")
    return 0
