"""Write docs/reference: `python -m tocsin.cli.reference`; `--check` says what is stale. For maintainers."""

import sys
from collections.abc import Iterator, Mapping

import click

from tocsin.app.markdown import contents, document, table
from tocsin.app.reference import FOLDER, reference, stale, write
from tocsin.cli import COMMANDS, cli

_INTRO = """
`tocsin [-C DIR] COMMAND`: `-C DIR` works in another workspace. Results go to stdout, everything else to
stderr.

| Exit code | Meaning |
| --- | --- |
| 0 | all is well |
| 1 | findings, something stale, or a `--require` that is not met |
| 2 | the command itself is wrong |
| 3 | something in the world is in the way: a file, a port, an engine |
| 4 | partly applied |
| 5 | cancelled |
"""


def pages() -> Mapping[str, str]:
    """All pages of the reference."""
    return {**reference(), "commands.md": commands_page()}


def commands_page() -> str:
    """docs/reference/commands.md."""
    with click.Context(cli, info_name="tocsin", help_option_names=["-h", "--help"]) as top:
        found = [(name, cli.get_command(top, name)) for name in COMMANDS]
        known = [(name, one) for name, one in found if one is not None]
        listed = contents((name, one.get_short_help_str(200).rstrip(".")) for name, one in known)
        return document("Commands", _INTRO, (listed, *("\n\n".join(_section(top, n, c)) for n, c in known)))


def _section(top: click.Context, name: str, command: click.Command, mark: str = "##") -> Iterator[str]:
    """One command; below a group, those in it."""
    inner = f"{top.info_name} {name}" if mark == "###" else name
    yield f"{mark} {inner}"
    with click.Context(command, info_name=name, parent=top) as context:
        yield f"```text\n{command.get_usage(context).removeprefix('Usage: ')}\n```"
    yield "\n\n".join(" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n"))
    rows = [row for parameter in command.params if (row := _row(parameter))]
    if rows:
        yield table(("Option", "Meaning"), rows)
    if isinstance(command, click.Group):
        with click.Context(command, info_name=name, parent=top) as context:
            for below, one in command.commands.items():
                yield from _section(context, below, one, "###")


def _row(parameter: click.Parameter) -> tuple[str, str] | None:
    if not isinstance(parameter, click.Option):
        return None
    value = "" if parameter.is_flag else f" {parameter.make_metavar(click.get_current_context())}"
    shown = f"; default `{parameter.default}`" if parameter.show_default and parameter.default else ""
    return f"`{', '.join(parameter.opts)}{value}`", f"{(parameter.help or '').rstrip('.')}{shown}"


def main() -> int:
    """Write the pages, or with `--check` say which are stale."""
    made = pages()
    if "--check" in sys.argv[1:]:
        names = stale(FOLDER, made)
        for name in names:
            click.echo(f"  stale  {FOLDER / name}")
        return 1 if names else 0
    for name in write(FOLDER, made):
        click.echo(f"  changed  {FOLDER / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
