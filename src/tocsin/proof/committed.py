"""The committed proofs of a rule set: which files there should be, and which proofs are not fresh.

Each section of a test file is sealed with the fingerprint of its rule; a rule that has no tests is sealed in
a page that says why. So what is stale is seen without proving anything.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import relpath

from tocsin.engines import NotRun
from tocsin.proof import evidence
from tocsin.proof.loki import evidence as loki_evidence
from tocsin.proof.recordings import needed
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.search import cases_of
from tocsin.proof.testfile import logs as loki_testfile
from tocsin.proof.testfile import metrics as testfile
from tocsin.proof.testfile.layout import Source
from tocsin.proof.testfile.mark import fingerprint, seal
from tocsin.proof.trial import Id, Trial
from tocsin.proof.verdict import Proposal
from tocsin.witness.outcome import Always, Impossible, NotFound
from tocsin.witness.rule import Language

TESTS: Mapping[Language, str] = {"promql": "alerts/tests", "logql": "loki/tests"}
UNTESTED = "UNTESTED.md"
_SEAL = re.compile(r"\[proof [0-9a-f]{16}\]")
_INTRO = (
    "# Rules without tests\n\n"
    "Written by `tocsin prove`. Every other rule has its proof in the test files beside this page.\n\n"
)


@dataclass(frozen=True, slots=True)
class Stale:
    """How fresh the committed proofs of a rule set are."""

    alerts: tuple[str, ...]
    """Those of which some rule has no fresh proof."""
    left: int
    """Seals of rules that are no more, or that say something else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of the committed proofs."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    not_run: NotRun | None = None
    """Why nothing was written."""


def folder(book: Book, language: Language) -> str:
    """Where the tests of a rule set lie, seen from the workspace."""
    root = book.model.root if book.model else ""
    return root + TESTS[language]


def prints(book: Book, subjects: Iterable[Subject]) -> dict[Id, str]:
    """The fingerprint of each rule."""
    return {one.rule.id: fingerprint(one.rule, book.known(one)) for one in subjects}


def freshness(book: Book, subjects: Sequence[Subject], texts: Iterable[str]) -> Stale:
    """What the committed files (their texts) lack, and have too much of."""
    there = {found for text in texts for found in _SEAL.findall(text)}
    wanted = {key: seal(mark) for key, mark in prints(book, subjects).items()}
    missing = dict.fromkeys(one.row for one in subjects if wanted[one.rule.id] not in there)
    return Stale(tuple(missing), len(there - set(wanted.values())))


# -- what there should be ----------------------------------------------------------------------------


def files(trial: Trial, subjects: Sequence[Subject]) -> dict[str, str] | NotRun:
    """Path -> text of all committed proofs of these rules."""
    found: dict[str, str] = {}
    for language in TESTS:
        mine = [one for one in subjects if one.rule.language == language]
        if not mine:
            continue
        written = _tests(trial, language, mine)
        if isinstance(written, NotRun):
            return written
        found |= {f"{folder(trial.book, language)}/{name}": text for name, text in written.items()}
        page = _untested(trial, mine)
        found |= {f"{folder(trial.book, language)}/{UNTESTED}": page} if page else {}
    return found


def _tests(trial: Trial, language: Language, subjects: Sequence[Subject]) -> dict[str, str] | NotRun:
    proposals = [_proposal(trial, one) for one in trial.book.of(language)]
    verdicts = {one.rule.id: trial.proof(one).verdicts for one in subjects}
    gather = evidence.gathered if language == "promql" else loki_evidence.gathered
    seen = gather(proposals, verdicts)
    if isinstance(seen, NotRun):
        return seen
    write = testfile.proof_files if language == "promql" else loki_testfile.proof_files
    found: dict[str, str] = {}
    for path in dict.fromkeys(one.rule.file for one in subjects):
        mine = [one for one in proposals if one.rule.file == path]
        source = _source(trial.book, path, mine, folder(trial.book, language))
        found |= write(source, mine, seen, prints(trial.book, subjects))
    return found


def _proposal(trial: Trial, subject: Subject) -> Proposal:
    known = trial.known(subject)
    return Proposal(subject.rule, cases_of(trial.proof(subject).outcome), known.recordings)


def _source(book: Book, path: str, proposals: Sequence[Proposal], tests: str) -> Source:
    """The rule file, and before it those that record what its rules read."""
    wanted = {recording for one in proposals for recording in needed(one.rule.expr, one.recordings)}
    homes = [file for file, recordings in book.recorded.items() if wanted.intersection(recordings)]
    paths = [*(home for home in homes if home != path), path]
    order = [group for one in paths for group in book.groups.get(one, ())] if len(paths) > 1 else []
    return Source(
        name=PurePosixPath(path).stem,
        rule_files=tuple(relpath(one, tests) for one in paths),
        group_order=tuple(order),
    )


def _untested(trial: Trial, subjects: Sequence[Subject]) -> str:
    marks = prints(trial.book, subjects)
    lines = [
        f"- {one.title}: {why} {seal(marks[one.rule.id])}\n" for one in subjects if (why := _why(trial, one))
    ]
    return _INTRO + "".join(lines) if lines else ""


def _why(trial: Trial, subject: Subject) -> str:
    """Why a rule has no test; empty: it has one, or it could have."""
    if not trial.parses(subject):
        return "it does not parse."
    match trial.proof(subject).outcome:
        case Impossible(reason=reason):
            return f"it can never fire: {reason.words}."
        case Always(reason=reason, cases=()):
            return f"it always fires: {reason.words}."
        case NotFound(why=why):
            return f"no witness was found: {why}."
        case _:
            return ""
