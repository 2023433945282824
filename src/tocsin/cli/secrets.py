"""`tocsin secrets`: placeholder files for the secrets that the compose file mounts."""

from pathlib import Path

import click

from tocsin.cli import EXIT_FINDINGS


@click.command("secrets", short_help="Make placeholder secret files for docker compose.")
@click.pass_obj
def command(workspace: str) -> int:
    """Make the secret files that docker-compose.yml mounts, where they are missing."""
    from tocsin.app.secrets import make_secrets
    from tocsin.app.workspace import open_workspace
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    opened = open_workspace(Path(workspace), sink)
    if opened is None:
        show(sink.found)
        return EXIT_FINDINGS
    made, kept = make_secrets(opened)
    for path in made:
        click.echo(f"  made  {path}")
    click.echo(f"{len(made) + len(kept)} secret files: {len(made)} made (placeholders), {len(kept)} kept")
    return 0
