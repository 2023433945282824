"""Prove alerts: of a workspace, or of foreign rule files. What came of it is returned, not told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin.app.find_alert import environment_of, find_alert
from tocsin.app.workspace import Opened, open_workspace
from tocsin.checks.context import Context
from tocsin.diag.diagnostic import Sink
from tocsin.model.routing import Routing
from tocsin.model.workspace import Model
from tocsin.proof import rulefile, spec_rules
from tocsin.proof.cache import FOLDER, Cache, encoded
from tocsin.proof.column import ordered
from tocsin.proof.ledger import Ledger, Row, asked
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.tried import Progress, tried
from tocsin.witness.rule import Language

_RULE_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which alerts of which environments; empty: all of them."""

    alerts: Sequence[str] = ()
    environments: Sequence[str] = ()
    fresh: bool = False
    """Nothing is taken from the cache."""


def prove(root: Path, choice: Choice, progress: Progress, sink: Sink) -> Ledger | None:
    """The alerts of a workspace; None when its spec has mistakes, which are in `sink`.

    Raises `NotUnderstood` for a name that means nothing.
    """
    opened = open_workspace(root, sink)
    if opened is None:
        return None
    context = _context(opened)
    cache = Cache(root / FOLDER, fresh=choice.fresh)
    rows: list[Row] = []
    recalled = 0
    chosen, same = _chosen(opened, context, choice)
    for book, subjects in chosen:
        trial = tried(book, subjects, progress, cache, root=root, context=context)
        rows += asked(trial, subjects, foreign=False)
        recalled += trial.recalled
    return Ledger(rows=tuple(rows), columns=ordered(), same=same, recalled=recalled)


def _context(opened: Opened) -> Context:
    pages = sorted(opened.root.glob("runbooks/*.md"))
    return Context(
        root=opened.root,
        loaded=opened.loaded,
        workspace=opened.workspace,
        artifacts={a.path: a for a in opened.artifacts()},
        folder=opened.root,
        runbooks={page.name: page.read_text("utf-8", "replace") for page in pages},
    )


# -- which alerts ------------------------------------------------------------------------------------


def _chosen(opened: Opened, context: Context, choice: Choice) -> tuple[list[tuple[Book, list[Subject]]], int]:
    """The rules to prove, by rule set; and how many alerts are the same as in the first of these."""
    workspace = opened.workspace
    models = [environment_of(workspace, name) for name in choice.environments] or [*workspace.environments]
    names = _ids(opened, models, choice.alerts)
    found: list[tuple[Book, list[Subject]]] = []
    proven: frozenset[str] = frozenset()
    same = 0
    for model in models:
        book = spec_rules.book(model, context.artifacts.values())
        subjects = [one for one in book.subjects if not names or one.row in names]
        likeness = _Likeness(book, model, models[0])
        new = [one for one in subjects if likeness.of(one) not in proven]
        same += len({one.row for one in subjects} - {one.row for one in new})
        proven |= frozenset(map(likeness.of, subjects)) if not found else frozenset()
        found += [(book, new)] if new else []
    return found, same


def _ids(opened: Opened, models: Sequence[Model], names: Iterable[str]) -> frozenset[str]:
    """The full names of alerts that people named; one that only some environments have is enough."""
    found: set[str] = set()
    for name in names:
        hits = [a.id for m in models for a in m.alerts if name in (a.id, a.name)]
        found.update(hits or [find_alert(opened.workspace, models[0], name).id])
    return frozenset(found)


class _Likeness:
    """Names what a rule says and whom it reaches, with another environment's identity put in."""

    def __init__(self, book: Book, model: Model, like: Model) -> None:
        self._book, self._routing = book, Routing(model)
        self._pairs = [(value, like.identity.get(name, value)) for name, value in model.identity.items()]

    def of(self, subject: Subject) -> str:
        service = subject.alert.service if subject.alert else ""
        plain = replace(subject.rule, file="", group="", number=0)
        known = self._book.contract.known(subject.rule.expr, service)
        told = self._routing.told(subject.alert, bool(subject.part)) if subject.alert else ()
        text = json.dumps([encoded(plain), encoded(known), [one.receiver for one in told]], sort_keys=True)
        for own, other in self._pairs:
            text = text.replace(own, other) if own != other else text
        return text


# -- foreign rule files ------------------------------------------------------------------------------


def prove_files(
    files: Sequence[Path], language: Language | None, progress: Progress, *, keep: Path, fresh: bool = False
) -> Ledger:
    """The alerts of foreign rule files, taken together as one rule set. `keep` is where proofs are cached."""
    sink = Sink()
    book = rulefile.book(_read(files), sink, language)
    trial = tried(book, book.subjects, progress, Cache(keep / FOLDER, fresh=fresh))
    return Ledger(
        rows=asked(trial, book.subjects, foreign=True),
        columns=tuple(one for one in ordered() if one.foreign),
        loose=tuple(sink.found),
        foreign=True,
        recalled=trial.recalled,
    )


def _read(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        if file.is_dir():
            inside = (f for f in sorted(file.rglob("*")) if f.suffix in _RULE_FILES and f.is_file())
            yield from ((str(one), one.read_bytes()) for one in inside)
        else:
            yield str(file), file.read_bytes()


def column_names() -> tuple[str, ...]:
    """All columns, in the order of the table."""
    return tuple(one.name for one in ordered())
