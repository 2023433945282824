"""The rules that a hand-written test file is about: found from its place, read, and known by name."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin.diag.compose import MAX_BYTES
from tocsin.diag.diagnostic import Label, Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.proof import rulefile
from tocsin.proof.rulebook import Subject
from tocsin.query import logql, promql
from tocsin.query.errors import QueryError
from tocsin.query.logql.ast import Logs
from tocsin.witness.rule import Language

MOST_FILES = 1000
_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule files with their alerting rules."""

    files: tuple[Path, ...]
    subjects: tuple[Subject, ...]

    def named(self, alertname: str) -> tuple[Subject, ...]:
        """All rules of this name."""
        return tuple(one for one in self.subjects if one.rule.name == alertname)

    @property
    def names(self) -> frozenset[str]:
        """The names of all alerts."""
        return frozenset(one.rule.name for one in self.subjects)

    @property
    def language(self) -> Language | None:
        """Of the first rule."""
        return self.subjects[0].rule.language if self.subjects else None


def rules(
    path: Path, name: str, said: Iterable[Node], language: Language | None, every: float, sink: Sink
) -> Rules:
    """The files that `rule_files` names, seen from the test file `path`, which people know as `name`.

    All rules are evaluated every `every` seconds, whatever their groups say: so does promtool 3.15.0.
    """
    files: dict[Path, str] = {}
    for node in said:
        found = list(_matching(path.parent, node.text))
        if not found:
            _missing(path.parent, node, sink)
        for file in found:
            files[file] = _shown(Path(name).parent / os.path.relpath(file, path.parent))
    book = rulefile.book([(shown, content(file)) for file, shown in files.items()], sink, language)
    subjects = (replace(one, rule=replace(one.rule, every=every)) for one in book.subjects)
    return Rules(tuple(files), tuple(subjects))


def content(path: Path) -> bytes:
    """What a file holds, as far as it will be read."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    """Files by a path or a pattern with `*`, as promtool finds them."""
    if (folder / pattern).is_file():
        yield folder / pattern
    elif _GLOB & set(pattern) and not Path(pattern).is_absolute():
        yield from (found for found in sorted(folder.glob(pattern))[:MOST_FILES] if found.is_file())


def _missing(folder: Path, node: Node, sink: Sink) -> None:
    wanted = folder / node.text
    there = [one.name for one in wanted.parent.iterdir()] if wanted.parent.is_dir() else []
    near = nearest(wanted.name, [name for name in there if name.endswith((".yaml", ".yml"))])
    help = "a path is seen from the folder of the test file"
    if near:
        help = f"write `{node.text.removesuffix(wanted.name)}{near}`"
    sink.error("test/rule-file", node, f"there is no rule file `{node.text}`", help=help)


def _shown(path: Path) -> str:
    """Without `..` where a folder before it can be left out."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in ("..", "/"):
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts).as_posix()


def check_logql(subject: Subject, sink: Sink) -> None:
    """Report what Loki would refuse to evaluate as an alert, at the place in the rule file."""
    try:
        tree = logql.parse(subject.rule.expr)
    except QueryError as error:
        place, _ = subject.said.expr(error.offset, error.offset + error.length)
        sink.error("test/rule-file", place, error.message)
        return
    if isinstance(tree, Logs):
        place, _ = subject.said.expr(tree.start, tree.selector_end or tree.end)
        help = "write `sum(count_over_time(... [5m])) > 0`"
        sink.error("test/log-query", place, "this gives log lines, and an alert needs a number", help=help)


def broken(subjects: Iterable[Subject]) -> Iterator[Label]:
    """Where expressions in PromQL do not parse. promtool has refused the file: it is not for us to say so."""
    for subject in subjects:
        try:
            if subject.rule.language == "promql":
                promql.parse(subject.rule.expr)
        except QueryError as error:
            place, _ = subject.said.expr(error.offset, error.offset + error.length)
            yield Label(place, error.message)
