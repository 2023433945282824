"""Prove alerts: of a workspace, or of foreign rule files. What came of it is returned, not told."""

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin.app.find_alert import environment_of, find_alert
from tocsin.app.prove_accepted import with_files, with_spec
from tocsin.app.prove_files import keep
from tocsin.app.workspace import Opened, open_workspace
from tocsin.artifacts.tree import Artifact
from tocsin.checks.context import Context
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.model.digest import digest_rules
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model
from tocsin.proof import rulefile, spec_rules
from tocsin.proof.cache import FOLDER, Cache, encoded
from tocsin.proof.column import ordered
from tocsin.proof.committed import Kept
from tocsin.proof.ledger import SHARP, Ledger, Row, asked
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.trial import Trial
from tocsin.proof.tried import Progress, tried
from tocsin.witness.rule import Language, Signal

_EACH = ("parses", "routed")
"""Columns that are asked in every environment, even of rules that are the same in the first one."""
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_RULE_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which alerts of which environments; empty: all of them."""

    alerts: Sequence[str] = ()
    environments: Sequence[str] = ()
    fresh: bool = False
    """Nothing is taken from the cache."""

    @property
    def everything(self) -> bool:
        """Whether no alert is left out."""
        return not self.alerts and not self.environments


def prove(
    root: Path, choice: Choice, progress: Progress, sink: Sink, *, today: datetime.date | None = None
) -> Ledger | None:
    """The alerts of a workspace; None when its spec has mistakes, which are in `sink`.

    `today` is the day by which suppressions have expired; None: that of the clock.
    Raises `NotUnderstood` for a name that means nothing.
    """
    opened = open_workspace(root, sink)
    if opened is None:
        return None
    context = context_of(opened)
    cache = Cache(root / FOLDER, fresh=choice.fresh)
    rows: list[Row] = []
    like: list[Diagnostic] = []
    kept: list[Kept] = []
    same = recalled = 0
    for part in parts(opened, context.artifacts, choice):
        new = [one for one in part.tested if part.wanted(one)]
        beside = [one for one in part.tested if not part.wanted(one)]
        alike = [one for one in part.alike if part.wanted(one)]
        new, alike = ([*new, *alike], []) if part.alone else (new, alike)
        trial = tried(
            part.book,
            new,
            progress,
            cache,
            beside=beside,
            files={one.rule.file for one in (*new, *alike)} if choice.alerts else None,
            scenarios=not choice.alerts,
            root=root,
            context=context,
        )
        rows += asked(trial, new, foreign=False)
        like += (d for row in asked(trial, alike, foreign=False, only=_EACH) for d in row.found)
        same += len({one.row for one in alike} - {one.row for one in new})
        recalled += trial.recalled
        kept += [keep(root, trial, part.tested)] if _complete(trial, part.tested) else []
    ledger = Ledger(
        rows=tuple(rows), columns=ordered(), loose=tuple(like), same=same, recalled=recalled, kept=tuple(kept)
    )
    return with_spec(ledger, opened, today or datetime.date.today(), complete=choice.everything)


def _complete(trial: Trial, subjects: Iterable[Subject]) -> bool:
    """Whether all that the committed files are to say is known."""
    known = all(one.rule.id in trial.proofs or not trial.parses(one) for one in subjects)
    return known and not trial.unjudged and not trial.unparsed


def context_of(opened: Opened) -> Context:
    """The workspace as checks and columns see it."""
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


@dataclass(frozen=True, slots=True)
class Part:
    """The rules of one environment: those that are proven here, and those that the first one has as well."""

    book: Book
    tested: list[Subject]
    alike: list[Subject]
    alone: bool
    """The first environment was not asked for, so that those are proven as well."""
    names: frozenset[str]

    def wanted(self, subject: Subject) -> bool:
        """Whether it is one of those that were asked for."""
        return not self.names or subject.row in self.names


def parts(opened: Opened, artifacts: Mapping[str, Artifact], choice: Choice) -> Iterator[Part]:
    """The environments that were chosen. What the first of the workspace has is not tested again."""
    workspace = opened.workspace
    models = [environment_of(workspace, name) for name in choice.environments] or [*workspace.environments]
    names = _ids(opened, models, choice.alerts)
    first = workspace.environments[0]
    whole = spec_rules.book(first, artifacts.values())
    proven = frozenset(_likeness(one, whole, first, first) for one in whole.subjects)
    for model in models:
        if model is first:
            yield Part(whole, list(whole.subjects), [], False, names)
            continue
        book = spec_rules.book(model, artifacts.values())
        likeness = {one.rule.id: _likeness(one, book, model, first) for one in book.subjects}
        alike = [one for one in book.subjects if likeness[one.rule.id] in proven]
        ids = {one.rule.id for one in alike}
        yield Part(
            book, [one for one in book.subjects if one.rule.id not in ids], alike, first not in models, names
        )


def _ids(opened: Opened, models: Sequence[Model], names: Iterable[str]) -> frozenset[str]:
    """The full names of alerts that people named; one that only some environments have is enough."""
    found: set[str] = set()
    for name in names:
        hits = [a.id for m in models for a in m.alerts if name in (a.id, a.name)]
        hits += [name] if any(name in _own_rules(m) for m in models) else []
        found.update(hits or [find_alert(opened.workspace, models[0], name).id])
    return frozenset(found)


def _own_rules(model: Model) -> set[str]:
    """Alerts that no spec names: the heartbeat and the digests."""
    heartbeat = {WATCHDOG} if model.watchdog is not None else set[str]()
    return heartbeat | {rule.name for rule in digest_rules(model)}


def _likeness(subject: Subject, book: Book, model: Model, like: Model) -> str:
    """Names what a rule does, with another environment's identity put in. Constant words do nothing."""
    templates = tuple((name, " ".join(_TEMPLATE.findall(text))) for name, text in subject.rule.annotations)
    plain = replace(subject.rule, file="", group="", number=0, annotations=templates)
    known = book.known(subject)
    signals = [encoded(_anywhere(one)) for one in known.signals.values()]
    text = json.dumps([encoded(plain), signals, encoded(known.recordings)], sort_keys=True)
    for name, own in model.identity.items():
        text = text.replace(own, like.identity.get(name, own))
    return text


def _anywhere(signal: Signal) -> Signal:
    """Without the addresses of targets, which every environment has its own of."""
    labels = {name: values for name, values in signal.labels.items() if name != "instance"}
    return replace(signal, labels=labels)


# -- foreign rule files ------------------------------------------------------------------------------


def prove_files(
    files: Sequence[Path],
    language: Language | None,
    progress: Progress,
    *,
    keep: Path,
    fresh: bool = False,
    sharp: bool = False,
    today: datetime.date | None = None,
) -> Ledger:
    """The alerts of foreign rule files, taken together as one rule set. `keep` is where proofs are cached.

    `sharp`: mutants of the rules are tried too.
    """
    sink = Sink()
    read = [*_read(files)]
    book = rulefile.book(read, sink, language)
    trial = tried(book, book.subjects, progress, Cache(keep / FOLDER, fresh=fresh), sharpen=sharp)
    columns = tuple(one for one in ordered() if one.foreign and (sharp or one.name != SHARP))
    ledger = Ledger(
        rows=asked(trial, book.subjects, foreign=True, only=[one.name for one in columns]),
        columns=columns,
        loose=tuple(sink.found),
        foreign=True,
        recalled=trial.recalled,
    )
    return with_files(ledger, read, today or datetime.date.today())


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
