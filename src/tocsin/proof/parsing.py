"""What the engines' own parsers say of a book's rule files, sorted by rule."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.engines.problem import Place, Problem, Verdict
from tocsin.proof.rulebook import Book, RuleFile, Subject
from tocsin.proof.trial import Id
from tocsin.query import logql
from tocsin.query.errors import QueryError
from tocsin.witness.rule import Language

_LANGUAGES: tuple[Language, ...] = ("promql", "logql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Complaints by rule, and about whole files; languages that nobody could be asked about."""

    problems: Mapping[Id, tuple[Problem, ...]] = field(default_factory=dict)
    files: tuple[tuple[RuleFile, Problem], ...] = ()
    idle: Mapping[Language, NotRun] = field(default_factory=dict)


def parsed(book: Book, paths: Collection[str]) -> Parsed:
    """promtool on the PromQL files of these in one process, lokitool on those of Loki."""
    problems: dict[Id, list[Problem]] = {}
    files: list[tuple[RuleFile, Problem]] = []
    idle: dict[Language, NotRun] = {}
    for language in _LANGUAGES:
        said = _said(
            language, [file for file in book.files if file.language == language and file.path in paths]
        )
        if isinstance(said, NotRun):
            idle[language] = said
            continue
        for file, problem in said:
            meant = [one for one in book.subjects if _is_of(problem, file, one)]
            for one in meant:
                problems.setdefault(one.rule.id, []).append(problem)
            files += [] if meant else [(file, problem)]
    found = {key: tuple(several) for key, several in problems.items()}
    return Parsed(problems={**_log_queries(book), **found}, files=tuple(files), idle=idle)


def _said(language: Language, files: Sequence[RuleFile]) -> list[tuple[RuleFile, Problem]] | NotRun:
    """Files go by numbers: their real names may be anything."""
    if not files:
        return []
    with tempfile.TemporaryDirectory(prefix="tocsin-prove-") as name:
        folder = Path(name).resolve()
        named: dict[str, RuleFile] = {}
        for number, file in enumerate(files):
            (folder / f"{number}.yaml").write_text(file.text, "utf-8", "surrogateescape")
            named[f"{number}.yaml"] = file
        verdict = _asked(language, folder, [Path(one) for one in named])
        if isinstance(verdict, NotRun):
            return verdict
        return [(named[Path(one.file).name], one) for one in verdict.problems if not one.lint]


def _asked(language: Language, folder: Path, files: list[Path]) -> Verdict | NotRun:
    if language == "promql":
        promtool = engines.promtool(folder)
        return promtool if isinstance(promtool, Missing) else promtool.check_rules(files, lint=False)
    lokitool = engines.lokitool(folder)
    if isinstance(lokitool, Missing):
        return lokitool
    problems: list[Problem] = []
    for file in files:  # lokitool 3.7.8 refuses group names that two files have
        verdict = lokitool.check_rules([file])
        if isinstance(verdict, NotRun):
            return verdict
        problems += verdict.problems
    return Verdict(tuple(problems), 0.0)


def _is_of(problem: Problem, file: RuleFile, subject: Subject) -> bool:
    """Whether a complaint is about this rule: promtool counts rules, lokitool only names them."""
    rule = subject.rule
    if rule.file != file.path or problem.group != rule.group:
        return False
    return problem.rule_number == rule.number if problem.rule_number else problem.rule == rule.name


def _log_queries(book: Book) -> dict[Id, tuple[Problem, ...]]:
    found = ((subject.rule.id, _log_query(subject)) for subject in book.of("logql"))
    return {key: (problem,) for key, problem in found if problem is not None}


def _log_query(subject: Subject) -> Problem | None:
    """An alert needs numbers. lokitool 3.7.8 takes a log query as well; only evaluation fails."""
    try:
        if logql.typed(logql.parse(subject.rule.expr)) == "metric":
            return None
        words = "this gives log lines, not numbers: put `count_over_time(... [5m]) > 0` round it"
        place = Place(1, 1)
    except QueryError as error:
        words, place = error.message, _place(subject.rule.expr, error.offset)
    return Problem(tool="tocsin", file=subject.rule.file, message=words, rule=subject.rule.name, inside=place)


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
