"""`tocsin test`: run test files of alerting rules that people wrote by hand, for Prometheus and for Loki."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS, EXIT_TROUBLE

if TYPE_CHECKING:
    from tocsin.app.test import TestReport


@click.command("test", short_help="Run tests of alerts that you wrote by hand, in promtool's format.")
@click.argument("files", metavar="[FILE...]", nargs=-1)
@click.option("-k", "pattern", default="", metavar="TEXT", help="Only tests with TEXT in their name.")
@click.option("--json", "form", flag_value="json", help="Tell it as JSON.")
@click.option("--github", "form", flag_value="github", help="Tell it as annotations of GitHub Actions.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a JUnit report as well: a test case for each test.")  # fmt: skip
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(
    workspace: str, files: tuple[str, ...], pattern: str, form: str | None, junit: Path | None, color: str
) -> int:
    """Run test files: promtool's own for Prometheus, and the same with log lines for Loki.

    FILE is a file, a folder or a pattern, seen from the workspace; without any, what lies in alerts/tests,
    loki/tests and tests. What an expectation does not name is not compared: labels and annotations may be
    left out (in promtool's files after `exact: false`).
    """
    from tocsin.app.test import NoTests, test
    from tocsin.cli.console import repository_folder

    try:
        report = test(Path(workspace), files, pattern, repository_folder(workspace))
    except NoTests as error:
        raise click.UsageError(str(error)) from None
    if junit:
        from tocsin.diag.report_junit import report as as_junit

        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(as_junit(report), "utf-8", "replace")
    _tell(report, form or "text", color)
    if report.failed:
        return EXIT_FINDINGS
    return EXIT_TROUBLE if report.not_run else 0


def _tell(report: "TestReport", form: str, color: str) -> None:
    from tocsin.cli.console import coloured, style
    from tocsin.diag.excerpt import plain
    from tocsin.diag.report import reporter

    colours = coloured(color) and form == "text"
    if form == "text":
        click.echo(report.text(style(colours)), nl=False, color=colours)
    else:
        click.echo(report.json() if form == "json" else reporter(form)(report, plain), nl=False)
