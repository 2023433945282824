"""The command line: arguments to use case to report to exit code. One module for each command."""

import gc
import io
import os
import sys
from typing import Any

import click

EXIT_FINDINGS, EXIT_USAGE, EXIT_TROUBLE, EXIT_CANCELLED = 1, 2, 3, 5
COMMANDS = ("generate", "check", "prove", "test", "explain", "why", "new", "init", "secrets")


class _Lazy(click.Group):
    """Imports a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        import importlib

        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tocsin.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        from tocsin.diag.diagnostic import nearest

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            raise click.UsageError(
                f"there is no command `{args[0]}`" + (f"; did you mean `{near}`?" if near else "")
            )
        return super().resolve_command(ctx, args)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "workspace", metavar="DIR", default=".", help="Work in another workspace.")
@click.version_option(package_name="tocsin", prog_name="tocsin")
@click.pass_context
def cli(ctx: click.Context, workspace: str) -> None:
    """One YAML spec in, a whole observability stack out, and no alert ships unproven."""
    ctx.obj = workspace


def main(args: list[str] | None = None) -> None:
    """Run a command; never shows a traceback."""
    # closed by whoever started this: Python has None in their place
    sys.stdout, sys.stderr = (s or io.StringIO() for s in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal of another language is no mistake
    # a command lives for seconds and its data until the end: collecting cycles took a third of the time
    gc.disable()
    try:
        code = _run(args)
    except BrokenPipeError:
        # whoever read the output has gone; Python would complain about it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_CANCELLED
    sys.exit(code)


def _run(args: list[str] | None) -> int:
    from tocsin.cli.console import crash, trouble
    from tocsin.diag.trouble import Trouble

    try:
        code = int(cli(args, prog_name="tocsin", standalone_mode=False) or 0)
        sys.stdout.flush()
        return code
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("cancelled: every file is as it was or as it shall be; run it again to finish", err=True)
        return EXIT_CANCELLED
    except (BrokenPipeError, SystemExit):  # click 8.3 exits by itself when nobody reads
        raise BrokenPipeError from None
    except Trouble as error:
        trouble(error)
    except OSError as error:
        place = error.filename or "the disk"
        cure = "mend that and run it again; every file is as it was or as it shall be"
        trouble(Trouble(f"{place}: {error.strerror or error}", cure=cure))
    except Exception:  # the last line of defence: users see a sentence, the file has the rest
        crash()
    return EXIT_TROUBLE
