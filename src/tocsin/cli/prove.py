"""`tocsin prove`: the real engines judge every alert; what is not proven is shown with its evidence."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS

if TYPE_CHECKING:
    from tocsin.app.prove_check import Checked
    from tocsin.diag.excerpt import Style
    from tocsin.proof.ledger import Ledger
    from tocsin.witness.rule import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """How the outcome is told, and what makes it a failure."""

    workspace: str
    required: tuple[str, ...]
    form: str
    junit: Path | None
    html: Path | None
    color: str
    closely: bool
    """Whether single alerts were asked for."""
    began: float


@click.command("prove", short_help="Prove alerts: telemetry that makes each fire, and its quiet twins.")
@click.argument("names", metavar="[ALERT...]", nargs=-1)
@click.option("--rules", type=click.Path(path_type=Path), multiple=True, metavar="FILE...",
              help="Prove foreign rule files (or folders of them) instead of the workspace.")  # fmt: skip
@click.option("--language", type=click.Choice(("promql", "logql")),
              help="What foreign rules are written in; default: what they parse as.")  # fmt: skip
@click.option("--sharp", is_flag=True,
              help="Try mutants of foreign rules too, as is done with the workspace's.")  # fmt: skip
@click.option("--env", "environments", multiple=True, metavar="NAME",
              help="Only this environment; may be repeated.")  # fmt: skip
@click.option("--require", default="", metavar="COLUMN,...",
              help="These columns (or `all`) fail the run where they were not run.")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Prove nothing: refuse committed proofs that are stale, and run them.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Prove again what an earlier run has proven.")
@click.option("--json", "form", flag_value="json", help="Tell it as JSON.")
@click.option("--github", "form", flag_value="github", help="Tell it as annotations of GitHub Actions.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a JUnit report as well: a test case for each alert and column.")  # fmt: skip
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a report to look at: each witness against its threshold.")  # fmt: skip
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="Colours; auto: on a terminal, unless NO_COLOR is set.")  # fmt: skip
@click.pass_obj
def command(
    workspace: str,
    names: tuple[str, ...],
    rules: tuple[Path, ...],
    language: "Language | None",
    sharp: bool,
    environments: tuple[str, ...],
    require: str,
    check: bool,
    fresh: bool,
    form: str | None,
    junit: Path | None,
    html: Path | None,
    color: str,
) -> int:
    """Prove alerts (default: all): for each, telemetry under which it fires, and the nearest under which it
    does not, judged by the real engines.

    A column is proven, refuted with the evidence, or not run with the reason. What holds is remembered until
    rule, contract or engine change.
    """
    wanted = _Wanted(
        workspace=workspace,
        required=_required(require),
        form=form or "text",
        junit=junit,
        html=html,
        color=color,
        closely=bool(names) and not rules,
        began=time.monotonic(),
    )
    root = Path(workspace)
    if rules:
        ledger = _foreign(root, (*rules, *map(Path, names)), language, fresh=fresh, sharp=sharp)
        return _told(ledger, wanted)
    if check:
        return _checked(root, names, environments, wanted)
    if language or sharp:
        option = "--language" if language else "--sharp"
        raise click.UsageError(f"{option} is about foreign rules: add --rules FILE")
    found = _own(root, names, environments, fresh)
    return EXIT_FINDINGS if found is None else _told(found, wanted)


def _required(text: str) -> tuple[str, ...]:
    """The columns that are named. What is none is a mistake in the command."""
    from tocsin.app.prove import column_names
    from tocsin.diag.diagnostic import nearest

    if not text:
        return ()
    known = column_names()
    names = tuple(filter(None, (name.strip() for name in text.split(","))))
    for name in names:
        if name not in (*known, "all"):
            near = nearest(name, known)
            hint = f"; did you mean `{near}`?" if near else f"; there are {', '.join(known)}"
            raise click.UsageError(f"there is no column `{name}`{hint}")
    return known if "all" in names else names


def _own(root: Path, names: tuple[str, ...], environments: tuple[str, ...], fresh: bool) -> "Ledger | None":
    from tocsin.app.instant import NotUnderstood
    from tocsin.app.prove import Choice, prove
    from tocsin.cli.console import show
    from tocsin.cli.progress import progress
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    choice = Choice(alerts=names, environments=environments, fresh=fresh)
    try:
        with progress() as shown:
            ledger = prove(root, choice, shown, sink)
    except NotUnderstood as error:
        raise click.UsageError(str(error)) from None
    if ledger is None:
        show(sink.found, sink.more)
        click.echo("nothing was proven")
    return ledger


def _foreign(
    root: Path, files: tuple[Path, ...], language: "Language | None", *, fresh: bool, sharp: bool
) -> "Ledger":
    from tocsin.app.prove import prove_files
    from tocsin.cli.progress import progress

    for file in files:
        if not file.exists():
            raise click.UsageError(f"there is no file {file}")
    with progress() as shown:
        return prove_files(files, language, shown, keep=root, fresh=fresh, sharp=sharp)


def _told(ledger: "Ledger", wanted: _Wanted) -> int:
    from tocsin.cli.console import coloured

    if wanted.junit:
        from tocsin.proof.report import junit as report_junit

        _write(wanted.junit, report_junit.report(ledger, wanted.required))
    if wanted.html:
        from tocsin.app.prove_route import routes
        from tocsin.proof.report import html as report_html

        _write(wanted.html, report_html.report(ledger, routes))
    colours = coloured(wanted.color) and wanted.form == "text"
    click.echo(_text(ledger, wanted, colours), nl=False, color=colours)
    return EXIT_FINDINGS if ledger.failed(wanted.required) else 0


def _checked(root: Path, names: tuple[str, ...], environments: tuple[str, ...], wanted: _Wanted) -> int:
    from tocsin.app.instant import NotUnderstood
    from tocsin.app.prove import Choice
    from tocsin.app.prove_check import check
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink

    sink = Sink()
    try:
        found = check(root, Choice(alerts=names, environments=environments), sink)
    except NotUnderstood as error:
        raise click.UsageError(str(error)) from None
    if found is None:
        show(sink.found, sink.more)
        return EXIT_FINDINGS
    for line in _check_lines(found):
        click.echo(line)
    return EXIT_FINDINGS if found.failed or (wanted.required and found.not_run) else 0


def _check_lines(found: "Checked") -> Iterator[str]:
    from tocsin.diag.excerpt import printable

    yield from (printable(f"  edited by hand  {path}") for path in found.edited)
    yield from (printable(f"  stale           {name}") for name in found.stale)
    for one in found.ran:
        yield from (f"  failed          {one.file}\n{words}\n" for words in one.failed)
    yield from (f"not run  {one.file}: {one.not_run}" for one in found.not_run)
    yield found.summary
    if found.stale or found.left or found.edited:
        yield "not up to date: run `tocsin prove` and commit the result"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", "replace")


def _text(ledger: "Ledger", wanted: _Wanted, colours: bool) -> str:
    from tocsin.cli.console import style

    match wanted.form:
        case "json":
            from tocsin.proof.report import programs as report_json

            return report_json.report(ledger, wanted.required)
        case "github":
            from tocsin.cli.console import repository_folder
            from tocsin.proof.report import github as report_github

            return report_github.report(ledger, repository_folder(wanted.workspace))
        case _:
            from tocsin.proof.report.text import report

            head = _views(ledger, style(colours)) if wanted.closely else None
            return report(ledger, style(colours), seconds=time.monotonic() - wanted.began, head=head)


def _views(ledger: "Ledger", style: "Style") -> str:
    from tocsin.app.prove_route import routes
    from tocsin.proof.report.alert import report

    return "".join(report(row, routes(row), style) for row in ledger.rows)
