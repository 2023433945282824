"""Puts a rule set on trial: parse, look for witnesses, let the engines judge, try the mutants.

What the cache has is neither looked for nor judged again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tocsin.engines.answers import Missing, NotRun
from tocsin.engines.find import find as find_engine
from tocsin.proof.cache import Cache
from tocsin.proof.parsing import parsed
from tocsin.proof.rulebook import Book, Subject
from tocsin.proof.search import cases_of, search
from tocsin.proof.trial import Id, Proof, Scene, Sharp, Survivor, Trial
from tocsin.proof.verdict import Proposal, Verdicts
from tocsin.proof.workers import Workers
from tocsin.witness.outcome import Always, Impossible, NotFound, Witnessed
from tocsin.witness.rule import Known, Language

if TYPE_CHECKING:
    from tocsin.checks.context import Context
    from tocsin.proof.sharp.metrics import Sharpness

_JUDGES: Mapping[Language, tuple[str, ...]] = {"promql": ("promtool",), "logql": ("loki", "promtool")}

_SHARP = ("sharp",)
"""Part of the name of a proof with which mutants were tried."""


class Progress(Protocol):
    """Whoever shows how far it is."""

    def begin(self, stage: str, total: int) -> None:
        """A stage begins that has so many steps."""

    def step(self, done: int) -> None:
        """So many more steps of it are done; from any thread."""


def tried(
    book: Book,
    subjects: Sequence[Subject],
    progress: Progress,
    cache: Cache,
    *,
    beside: Sequence[Subject] = (),
    files: Collection[str] | None = None,
    scenarios: bool = False,
    sharpen: bool = True,
    root: Path | None = None,
    context: "Context | None" = None,
) -> Trial:
    """The book's trial; only `subjects` are proven. Of those `beside` it is told what the cache has.

    `files`: only these rule files are parsed. `scenarios`: the whole rule set is run over them, unless the
    cache knows what comes of it. `sharpen`: mutants are tried as well.
    """
    paths = {one.path for one in book.files} if files is None else files
    progress.begin("parse", len(paths))
    read = parsed(book, paths)
    progress.step(len(paths))
    mine = [one for one in subjects if one.rule.id not in read.problems]
    work = _Work(book, mine, progress, cache, sharpened=sharpen)
    with Workers() as workers:
        work.search(workers)
        work.judge()
        if sharpen:
            work.sharpen(workers)
    work.keep()
    return Trial(
        book=book,
        root=root,
        context=context,
        unparsed=read.idle,
        problems=read.problems,
        proofs={**_remembered(book, beside, cache), **work.proofs},
        unjudged=work.unjudged,
        blunt=work.blunt,
        scenes=_scenes(book, context, progress, cache, run=scenarios),
        tried=len(work.subjects),
        recalled=work.recalled,
    )


def _scenes(
    book: Book, context: "Context | None", progress: Progress, cache: Cache, *, run: bool
) -> tuple[Scene, ...] | NotRun:
    if context is None or book.model is None:
        return ()
    texts = [(context.root / file).read_bytes() for file in context.loaded.files]
    name = cache.key_of("scenarios", book.name, *_versions("logql"), *texts)
    known = cache.data(name)
    if known is not None:
        return tuple(one for one in known if isinstance(one, Scene))
    if not run:
        return NotRun("the scenarios are run over the whole rule set", "tocsin prove")
    from tocsin.proof.scenario.run import intents

    progress.begin("scenarios", 0)
    found = intents(book, told=progress.step)
    if isinstance(found, NotRun):
        return found
    scenes = tuple(
        Scene(
            scenario=one.scenario,
            ok=one.ok,
            pages=tuple(dict.fromkeys(page.alert for page in one.paged)),
            expected=one.expected,
            words=one.words,
            standard=one.standard,
        )
        for one in found
    )
    cache.put(name, scenes)
    return scenes


class _Work:
    """The rules that are on trial, and what is known of them so far."""

    def __init__(
        self, book: Book, subjects: Sequence[Subject], progress: Progress, cache: Cache, *, sharpened: bool
    ) -> None:
        self.book, self.progress, self.cache, self.sharpened = book, progress, cache, sharpened
        self.subjects = {one.rule.id: one for one in subjects}
        self.known = {key: book.known(one) for key, one in self.subjects.items()}
        versions = {language: _versions(language) for language in _JUDGES}
        self.keys = {
            key: cache.key(one.rule, self.known[key], (*versions[one.rule.language], *_SHARP[:sharpened]))
            for key, one in self.subjects.items()
            if versions[one.rule.language]
        }
        had = {key: cache.get(name) for key, name in self.keys.items()}
        self.proofs: dict[Id, Proof] = {key: proof for key, proof in had.items() if proof is not None}
        self.recalled = len(self.proofs)
        self.fresh = [key for key in self.subjects if key not in self.proofs]
        self.unjudged: dict[Language, NotRun] = {}
        self.blunt: dict[Language, NotRun] = {}

    def search(self, workers: Workers) -> None:
        questions = [(self.subjects[key].rule, self.known[key]) for key in self.fresh]
        self.progress.begin("search", len(questions))
        found = search(questions, workers, self.progress.step)
        self.proofs |= dict(zip(self.fresh, found, strict=True))

    def judge(self) -> None:
        for language in _JUDGES:
            proposals = self._proposals(language)
            if not proposals:
                continue
            self.progress.begin("judge", sum(len(one.cases) for one in proposals))
            said = _judge(self.book, language)(proposals, told=self.progress.step)
            if isinstance(said, NotRun):
                self.unjudged[language] = said
                continue
            for key, verdicts in said.items():
                self.proofs[key] = replace(self.proofs[key], verdicts=verdicts)

    def sharpen(self, workers: Workers) -> None:
        for language in _JUDGES:
            proposals = [one for one in self._proposals(language) if self._holds(one.rule.id)]
            if not proposals:
                continue
            self.progress.begin("sharpen", len(proposals))
            said = _sharp(language, proposals, self.known, workers, self.progress.step)
            if isinstance(said, NotRun):
                self.blunt[language] = said
                continue
            for key, sharp in said.items():
                self.proofs[key] = replace(self.proofs[key], sharp=sharp)

    def keep(self) -> None:
        """Proofs that hold, and reasons why there is none; what could not be asked is asked again."""
        for key in self.fresh:
            if key in self.keys and self._kept(key):
                self.cache.put(self.keys[key], self.proofs[key])
        self.cache.touch(self.keys.values())

    def _kept(self, key: Id) -> bool:
        proof = self.proofs[key]
        match proof.outcome:
            case Impossible() | NotFound():  # the search is bounded by steps: it would find nothing again
                return True
            case Always() if not proof.verdicts:
                return True
            case Witnessed() | Always():
                return self._holds(key) and (proof.sharp is not None or not self.sharpened)
            case _:
                return False

    def _holds(self, key: Id) -> bool:
        verdicts = self.proofs[key].verdicts
        return bool(verdicts) and all(one.ok for one in verdicts)

    def _proposals(self, language: Language) -> list[Proposal]:
        """What is new, of one language, with cases."""
        found = [(self.subjects[key].rule, cases_of(self.proofs[key].outcome)) for key in self.fresh]
        return [
            Proposal(rule, cases, self.known[rule.id].recordings)
            for rule, cases in found
            if rule.language == language and cases
        ]


def _remembered(book: Book, subjects: Sequence[Subject], cache: Cache) -> dict[Id, Proof]:
    versions = {language: _versions(language) for language in _JUDGES}
    found: dict[Id, Proof] = {}
    for one in subjects:
        mine = versions[one.rule.language]
        proof = cache.get(cache.key(one.rule, book.known(one), (*mine, *_SHARP))) if mine else None
        found |= {} if proof is None else {one.rule.id: proof}
    return found


def _versions(language: Language) -> tuple[str, ...]:
    """The engines that judge this language; empty where one is missing: then nothing is recalled."""
    found = [find_engine(name) for name in _JUDGES[language]]
    there = tuple(f"{one.binary} {one.version}" for one in found if not isinstance(one, Missing))
    return there if len(there) == len(found) else ()


Judge = Callable[..., Verdicts | NotRun]


def _judge(book: Book, language: Language) -> Judge:
    """A workspace's cases are seen among the rules that share a name: committed tests name all alerts."""
    from tocsin.proof.loki import judge as loki_judge
    from tocsin.proof.promtool import judge as promtool_judge

    if language == "logql":
        return loki_judge.judge
    there = book.of(language) if book.model else ()
    company = [Proposal(one.rule, (), book.known(one).recordings) for one in there]
    return partial(promtool_judge.judge, company=company)


def _sharp(
    language: Language,
    proposals: Sequence[Proposal],
    known: Mapping[Id, Known],
    workers: Workers,
    told: Callable[[int], None],
) -> Mapping[Id, Sharp] | NotRun:
    from tocsin.proof.sharp import logs as of_logs
    from tocsin.proof.sharp import metrics as of_metrics

    if language == "logql":
        said = of_logs.sharp(proposals, told=told)
    else:
        said = of_metrics.sharp(proposals, known=known, workers=workers, told=told)
    if isinstance(said, NotRun):
        return said
    return {key: _brief(found) for key, found in said.items()}


def _brief(found: "Sharpness") -> Sharp:
    """What people are told of it; the mutants' whole text would only fill the cache."""
    return Sharp(
        mutants=found.mutants,
        survivors=tuple(Survivor(words=m.words, start=m.start, end=m.end) for m in found.survivors),
        equivalents=tuple(f"{one.mutant.words}: {one.reason}" for one in found.equivalents),
    )
