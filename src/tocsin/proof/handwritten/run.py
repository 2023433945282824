"""Hand-written tests through the engines: one Loki and a few promtool processes for all files of a run.

A file that promtool itself can read is given to it as it is, and its verdict is the one that counts; where it
does not pass a test, the answers to our questions explain why.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin import engines
from tocsin.diag.diagnostic import Diagnostic
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.tools.testrun import Case
from tocsin.proof.handwritten import loki as of_loki
from tocsin.proof.handwritten.declared import PromqlTest, Test
from tocsin.proof.handwritten.expect import failures, of_promtool
from tocsin.proof.handwritten.loki import Heard
from tocsin.proof.handwritten.probe import Got, read_answer
from tocsin.proof.handwritten.promtool import Cases, Copies, ask, write_logql, write_promql
from tocsin.proof.handwritten.read import TestFile
from tocsin.proof.promtool.run import workspace


@dataclass(frozen=True, slots=True)
class Tested:
    """How one test ended."""

    file: TestFile
    number: int
    found: tuple[Diagnostic, ...] = ()
    not_run: NotRun | None = None

    @property
    def test(self) -> Test:
        """As it was said."""
        return self.file.tests[self.number]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.file.title(self.number)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A test file with what is given to promtool for it, and what Loki has said."""

    file: TestFile
    numbers: tuple[int, ...]
    """Which of its tests."""
    copies: Copies
    heard: tuple[Heard, ...] = ()


def run(files: Sequence[TestFile], chosen: Callable[[str], bool]) -> tuple[Tested, ...]:
    """Every test of all files whose name is chosen, in their order."""
    wanted = [(file, numbers) for file in files if (numbers := _numbers(file, chosen))]
    heard = _ask_loki([one for one in wanted if one[0].language == "logql"])
    found: dict[TestFile, list[Tested]] = {}
    with workspace() as root:
        asked: list[_Asked] = []
        for place, (file, numbers) in enumerate(wanted):
            said = heard if isinstance(heard, NotRun) else heard.get(file, ())
            if file.language == "promql":
                asked.append(_Asked(file, numbers, write_promql(file, numbers, root / str(place))))
            elif isinstance(said, NotRun):
                found[file] = [Tested(file, number, not_run=said) for number in numbers]
            else:
                asked.append(_Asked(file, numbers, write_logql(file, said, root / str(place)), said))
        cases = _ask_promtool(root, asked)
    found |= {one.file: list(_tested(one, cases)) for one in asked}
    return tuple(tested for file, _ in wanted for tested in found[file])


def _numbers(file: TestFile, chosen: Callable[[str], bool]) -> tuple[int, ...]:
    return tuple(number for number in range(len(file.tests)) if chosen(file.title(number)))


def _ask_loki(
    wanted: Sequence[tuple[TestFile, tuple[int, ...]]],
) -> dict[TestFile, tuple[Heard, ...]] | NotRun:
    if not wanted:
        return {}
    found = engines.loki()
    if isinstance(found, Missing):
        return found
    try:
        with found.start() as loki:
            return {file: of_loki.ask(file, numbers, loki) for file, numbers in wanted}
    except EngineError as error:
        return NotRun("; ".join((error.summary, *(text for _, text in error.facts))), error.cure or None)


def _ask_promtool(root: Path, asked: Sequence[_Asked]) -> Cases:
    """First the files as they are; the questions about them only where something is not passed."""
    first = [one.copies.original or one.copies.question for one in asked]
    said = ask(root, [path for path in first if path is not None])
    failed = [
        one.copies.question for one in asked if one.copies.original and _fails(said[one.copies.original])
    ]
    return {**said, **ask(root, [path for path in failed if path is not None])}


def _fails(said: tuple[Case, ...] | NotRun) -> bool:
    return not isinstance(said, NotRun) and not (said and all(case.ok for case in said))


# -- verdicts --------------------------------------------------------------------------------------------


def _tested(one: _Asked, cases: Cases) -> Iterator[Tested]:
    copies = one.copies
    own = cases.get(copies.original, ()) if copies.original else ()
    answers = cases.get(copies.question, ()) if copies.question else ()
    for said in (own, answers):
        if isinstance(said, NotRun):
            yield from (Tested(one.file, number, not_run=said) for number in one.numbers)
            return
    assert not isinstance(own, NotRun) and not isinstance(answers, NotRun), "they would have been told"
    heard = {each.number: each.got for each in one.heard}
    for number in one.numbers:
        verdict = own[number] if len(own) == len(one.file.tests) else None
        if verdict is not None and verdict.ok:
            yield Tested(one.file, number)
        else:
            got = heard.get(number) or Got()
            found = _explained(one, number, got, answers, verdict)
            yield Tested(one.file, number, tuple(found))


def _explained(
    one: _Asked, number: int, got: Got, answers: Sequence[Case], verdict: Case | None
) -> Iterator[Diagnostic]:
    """What is not as expected; `verdict` is promtool's own, where it does not pass the test."""
    test = one.file.tests[number]
    if one.copies.question:
        _read(answers, number, test, got)
        got.errors = [error.replace(f"{one.copies.folder}/", "") for error in got.errors]
    found = tuple(failures(one.file, test, got))
    if verdict is not None and not found:
        found = (of_promtool(test, _texts(verdict, one.copies)),)
    yield from (_named(finding, test) for finding in found)


def _texts(verdict: Case, copies: Copies) -> Iterator[str]:
    for failure in verdict.failures:
        yield " ".join(failure.text.split()).replace(f"{copies.folder}/", "")


def _named(finding: Diagnostic, test: Test) -> Diagnostic:
    """With the test it belongs to: its name may stand far above."""
    name = (f"in the test `{test.name}`",) if test.name else ()
    return replace(finding, notes=(*finding.notes, *name))


def _read(said: Sequence[Case], number: int, test: Test, got: Got) -> None:
    """The case of this number; where the whole file could not be run, the reason is each test's."""
    for case in said:
        if case.name == str(number) or (len(said) == 1 and not case.name.isdigit()):
            read_answer(case, test, got)
    if not said and isinstance(test, PromqlTest):
        got.errors.append("promtool says nothing of it")
