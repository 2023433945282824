"""`tocsin check`: find every mistake in a workspace and tell it in the format that is wanted."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS

if TYPE_CHECKING:
    from tocsin.diag.excerpt import Style
    from tocsin.diag.report import Report

_FORMATS = ("text", "json", "github", "sarif", "junit")


class _Formatted(click.ParamType):  # type: ignore[type-arg]  # generic only in click's later stubs
    """`FORMAT=FILE`."""

    name = "format=file"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        form, _, file = value.partition("=")
        if form not in _FORMATS or not file:
            self.fail(f"`{value}` is not FORMAT=FILE, as in `sarif=tocsin.sarif`", param, ctx)
        return form, Path(file)


@click.command("check", short_help="Find every mistake, and show it in the spec.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True,
              help="How findings are told.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write that to a file; the summary is still printed.")  # fmt: skip
@click.option("--report", "more", type=_Formatted(), multiple=True, metavar="FORMAT=FILE",
              help="Write a further report of the same run; may be repeated.")  # fmt: skip
@click.option("--only", multiple=True, metavar="CODE",
              help="Run only this check, area (`promql/`), pattern (`*/no-*`); may be repeated.")  # fmt: skip
@click.option("--skip", multiple=True, metavar="CODE", help="Leave out; as --only.")
@click.option("--fail-on", type=click.Choice(("error", "warning", "info", "never")), default="error",
              show_default=True, help="The mildest finding that makes the exit code 1.")  # fmt: skip
@click.option("--no-engines", is_flag=True, help="Leave out what needs an engine.")
@click.option("--require", is_flag=True, help="A check that could not run makes the exit code 1.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(
    workspace: str,
    form: str,
    output: Path | None,
    more: tuple[tuple[str, Path], ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    fail_on: str,
    no_engines: bool,
    require: bool,
    color: str,
) -> int:
    """Find every mistake: in the spec, and in what the real engines say of everything that it makes.

    Findings are shown where the spec caused them. `tocsin explain CODE` says more about one; the comment
    `# tocsin: ignore[CODE] reason` in the spec suppresses it.
    """
    import datetime

    from tocsin.app.check import Choice, UnknownCode, check
    from tocsin.cli.console import coloured, repository_folder, style

    choice = Choice(only=only, skip=skip, engines=not no_engines, fail_on=fail_on, require=require)
    try:
        report = check(Path(workspace), choice, datetime.date.today(), repository_folder(workspace))
    except UnknownCode as error:
        raise click.UsageError(str(error)) from None
    for name, file in (*more, *([(form, output)] if output else [])):
        _write(report, name, file)
    if output:
        click.echo(report.summary)
    else:
        colours = coloured(color) and form == "text"
        click.echo(_told(report, form, style(colours)), nl=False, color=colours)
    return EXIT_FINDINGS if report.failed else 0


def _told(report: "Report", form: str, style: "Style") -> str:
    from tocsin.diag.report import reporter

    return reporter(form)(report, style)


def _write(report: "Report", form: str, file: Path) -> None:
    from tocsin.diag.excerpt import plain

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_told(report, form, plain), "utf-8", "replace")
