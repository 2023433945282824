"""`tocsin generate`: write every artifact, or with `--check` refuse what is stale."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli import EXIT_FINDINGS

if TYPE_CHECKING:
    from tocsin.app.generate import Outcome
    from tocsin.app.news import News
    from tocsin.artifacts.disk import Comparison, Planned

_NO_MARKERS = (
    "has no facts markers: write `<!-- tocsin:facts --><!-- /tocsin:facts -->` where the facts shall stand"
)
_MOST_SUBJECTS = 20
_MOST_FILES = 8
_MOST_DIFF = 40


@click.command("generate", short_help="Write every artifact from spec.yaml.")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 when a committed artifact is not up to date."
)
@click.option("--discard-edits", is_flag=True, help="Overwrite generated files that somebody edited.")
@click.option("--force", is_flag=True, help="Allow the removal of over 30 % of the generated files.")
@click.pass_obj
def command(workspace: str, check: bool, discard_edits: bool, force: bool) -> int:
    """Write every artifact from spec.yaml, and say what changed."""
    from tocsin.app.generate import generate
    from tocsin.cli.console import show
    from tocsin.diag.diagnostic import Sink
    from tocsin.diag.excerpt import printable

    sink = Sink()
    outcome = generate(Path(workspace), sink, check=check, discard_edits=discard_edits, force=force)
    show(sink.found, sink.more)
    if outcome.ended == "bad spec":
        click.echo("nothing was written")
        return EXIT_FINDINGS
    for line in report(outcome, check):
        click.echo(printable(line))
    return EXIT_FINDINGS if outcome.ended in ("stale", "edited", "too many removals") else 0


def report(outcome: "Outcome", check: bool) -> Iterator[str]:
    """The lines that a run prints."""
    if outcome.inventory:
        yield f"spec.yaml: {outcome.inventory}"
    found = outcome.comparison
    if outcome.interrupted:
        done = outcome.ended == "written"
        yield "  an earlier run was interrupted; " + (
            "this one finished it" if done else "`make generate` will finish it"
        )
    if found is not None and outcome.ended in ("edited", "too many removals", "stale"):
        yield from _refusal(outcome, found)
    elif found is not None:
        yield from _new_files(found)
        yield from _news(outcome.news, {p.artifact.path for p in found.of("new")})
        yield from (f"  removed  {path}" for path in found.orphans)
    yield outcome.counts


def _refusal(outcome: "Outcome", found: "Comparison") -> Iterator[str]:
    if outcome.ended == "too many removals":
        yield from (f"  orphaned  {path}" for path in found.orphans[:_MOST_SUBJECTS])
        yield f"{len(found.orphans)} files would be removed; nothing was written. If that is meant: --force"
        return
    for one in found.of("edited"):
        yield f"  edited by hand  {one.artifact.path}"
    for one in found.of("foreign"):
        what = _NO_MARKERS if one.artifact.format == "markdown" else "is there, and not generated"
        yield f"  not Tocsin's    {one.artifact.path}  {what}"
    if outcome.ended == "edited":
        yield from _differences(found.of("edited"))
        yield "nothing was written: move the edit into spec.yaml, or drop it with --discard-edits"
        return
    yield from (f"  missing         {p.artifact.path}" for p in found.of("new"))
    yield from (f"  stale           {p.artifact.path}" for p in found.of("changed"))
    yield from (f"  orphaned        {path}" for path in found.orphans)
    yield from _differences((*found.of("changed"), *found.of("edited")))
    yield "not up to date: run `make generate` and commit the result"


def _differences(planned: "tuple[Planned, ...]") -> Iterator[str]:
    """What is there against what should be, as a unified diff, shortened."""
    import difflib

    for one in planned[:_MOST_FILES]:
        path = one.artifact.path
        lines = list(
            difflib.unified_diff(
                (one.present or "").splitlines(),
                one.text.splitlines(),
                f"{path} (is)",
                f"{path} (shall be)",
                lineterm="",
                n=1,
            )
        )
        yield from lines[:_MOST_DIFF]
        if len(lines) > _MOST_DIFF:
            yield f"... {len(lines) - _MOST_DIFF} more lines"


def _new_files(found: "Comparison") -> Iterator[str]:
    """Many new files are counted by kind; a few are named with what they belong to (see `_news`)."""
    kinds = Counter(p.artifact.kind for p in found.of("new"))
    if kinds.total() > _MOST_FILES:
        yield "  new      " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))


def _news(news: "tuple[News, ...]", new: set[str]) -> Iterator[str]:
    if len(new) > _MOST_FILES:
        news = tuple(n for n in news if n.changes or any(path not in new for path, _ in n.follows))
    width = max((len(n.subject) for n in news[:_MOST_SUBJECTS]), default=0)
    for one in news[:_MOST_SUBJECTS]:
        only_new = not one.changes and all(path in new for path, _ in one.follows)
        word = "new    " if only_new else "changed"
        yield f"  {word}  {one.subject:<{width}}  {'; '.join(one.changes[:6])}".rstrip()
        files: dict[str, list[str]] = {}
        for path, what in one.follows:
            files.setdefault(path, []).append(what)
        reach = max((len(p) for p in list(files)[:_MOST_FILES]), default=0)
        for path, whats in list(files.items())[:_MOST_FILES]:
            said = list(dict.fromkeys(w for w in whats if w and w != "new file"))
            more = f", ... {len(said) - 4} more" if len(said) > 4 else ""
            yield f"             {path:<{reach}}  {', '.join(said[:4])}{more}".rstrip()
        if len(files) > _MOST_FILES:
            yield f"             ... {len(files) - _MOST_FILES} more files"
    if len(news) > _MOST_SUBJECTS:
        yield f"  ... {len(news) - _MOST_SUBJECTS} more"
