"""What expressions give at the evaluations of a case, asked of promtool: many of them in few processes.

As with alerts (`proof.promtool.file`), every evaluation is one bit of a sum over a subquery, and what is
expected is always wrong, so that promtool prints what it got. Who needs one evaluation asks for that one.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.engines.tools.promtool import NoReport, Promtool
from tocsin.engines.tools.promtool_got import Unreadable, read_samples
from tocsin.engines.tools.testrun import Case as Said
from tocsin.engines.tools.testrun import Failure
from tocsin.proof.promtool.file import MOST_BITS, input_series
from tocsin.proof.promtool.judge import Maker
from tocsin.proof.promtool.pack import Item, Pack, items, packs, unwritable
from tocsin.proof.promtool.rule import duration, rule_file
from tocsin.proof.promtool.run import environ, workspace
from tocsin.proof.verdict import Proposal
from tocsin.query.errors import QueryError
from tocsin.query.numbers import show_number
from tocsin.query.promql import parse, typed
from tocsin.query.quoting import unquote
from tocsin.witness.telemetry import Labels

_JOB = 400
"""Queries of one process."""
_ASKS = [{"labels": '{tocsin="asks"}', "value": 1}]
_TOO_MANY = "too many samples"
_ERROR = re.compile(
    r'\s*expr: "(?P<subject>(?:[^"\\]|\\.)*)", time: (?P<at>[^,\s]+), err: (?P<words>.*)', re.DOTALL
)
_OWN_GRID = re.compile(r"\b(?:start|end|step|range)\s*\(\s*\)")
"""What means something else inside of a subquery."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which label sets does the expression give in this case: at evaluation `at`, or (None) at all?"""

    proposal: int
    case: int
    expr: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The engine cannot evaluate it here: what it says."""

    words: str


Rows: TypeAlias = Mapping[Labels, int]
"""Labels (without a metric's name) -> bit i is set when evaluation i gives them."""
Answer: TypeAlias = Rows | Refused | None
"""None: nothing is known."""


@dataclass(frozen=True, slots=True)
class _Query:
    """One query of a test file: bit i of its result is evaluation `low` + i."""

    text: str
    at: float
    low: int

    @property
    def test(self) -> dict[str, Any]:
        return {"expr": self.text, "eval_time": duration(self.at), "exp_samples": _ASKS}


def ask(
    proposals: Sequence[Proposal], questions: Sequence[Question], promtool: Maker = engines.promtool
) -> dict[Question, Answer] | NotRun:
    """The answers; a question that could not be put, or was not answered, has None."""
    asked: dict[tuple[int, int], list[Question]] = {}
    for question in questions:
        asked.setdefault((question.proposal, question.case), []).append(question)
    wanted = [item for item in items(proposals) if (item.rule, item.number) in asked and not unwritable(item)]
    found: dict[Question, Answer] = dict.fromkeys(questions)
    if not wanted:
        return found
    with workspace() as root:
        tool = promtool(root)
        if isinstance(tool, Missing):
            return tool
        bench = _Bench(tool, asked, proposals)
        with ThreadPoolExecutor(bench.workers) as pool:
            for result in pool.map(bench.job, list(_jobs(_packs(wanted, proposals), asked, bench.workers))):
                if isinstance(result, NotRun):
                    pool.shutdown(cancel_futures=True)
                    return result
                found |= result
    return found


_Asked: TypeAlias = Mapping[tuple[int, int], Sequence[Question]]


def _packs(wanted: Sequence[Item], proposals: Sequence[Proposal]) -> list[Pack]:
    """A mutant may read what is recorded for others: whoever has recording rules is alone."""
    alone = [item for item in wanted if proposals[item.rule].recordings]
    return [
        *((item,) for item in alone),
        *packs(item for item in wanted if not proposals[item.rule].recordings),
    ]


def _jobs(waiting: Sequence[Pack], asked: _Asked, workers: int) -> Iterator[list[Pack]]:
    """Packs for one process each."""
    sizes = [sum(len(asked[item.rule, item.number]) for item in pack) for pack in waiting]
    most = max(1, min(_JOB, -(-sum(sizes) // workers)))
    job: list[Pack] = []
    filled = 0
    for pack, size in zip(waiting, sizes, strict=True):
        if job and filled + size > most:
            yield job
            job, filled = [], 0
        job.append(pack)
        filled += size
    yield job


class _Bench:
    """A promtool with its folder."""

    def __init__(self, promtool: Promtool, asked: _Asked, proposals: Sequence[Proposal]) -> None:
        self.promtool, self.asked, self.proposals = promtool, asked, proposals
        self.workers = min(8, len(os.sched_getaffinity(0)))

    def job(self, pile: Sequence[Pack]) -> dict[Question, Answer] | NotRun:
        """One process; after a panic, each pack in its own."""
        files = [self._file(pack) for pack in pile]
        run = self.promtool.test_rules(files, environ=environ(self.promtool.root, self.workers))
        if isinstance(run, NoReport):
            return self._one_by_one(pile)
        if isinstance(run, NotRun):
            return run
        said = {case.name: case for case in run.cases}
        found: dict[Question, Answer] = {}
        for pack, file in zip(pile, files, strict=True):
            if file.stem in said:
                found |= self._answers(pack, said[file.stem])
        return found

    def _one_by_one(self, pile: Sequence[Pack]) -> dict[Question, Answer] | NotRun:
        found: dict[Question, Answer] = {}
        for pack in pile if len(pile) > 1 else ():
            result = self.job([pack])
            if isinstance(result, NotRun):
                return result
            found |= result
        return found

    def _file(self, pack: Pack) -> Path:
        first = pack[0]
        path = self.promtool.root / f"grid-{first.rule}-{first.number}.yaml"
        test: dict[str, Any] = {"name": path.stem, "interval": duration(first.case.interval)}
        if first.case.start:
            test["start_timestamp"] = show_number(first.case.start)
        test["input_series"] = input_series(item.case for item in pack)
        queries = {query: None for _, query in self._queries(pack)}
        test["promql_expr_test"] = [query.test for query in queries]
        rules = [self._recordings(item) for item in pack if self.proposals[item.rule].recordings]
        every = duration(first.case.every)
        path.write_text(_text({"rule_files": rules, "evaluation_interval": every, "tests": [test]}), "utf-8")
        return path

    def _recordings(self, item: Item) -> str:
        name = f"recorded-{item.rule}-{item.number}.yaml"
        proposal = self.proposals[item.rule]
        tree = rule_file(proposal.rule, proposal.recordings, annotated=False)
        tree["groups"][0]["rules"].pop()  # the alert itself
        (self.promtool.root / name).write_text(_text(tree), "utf-8")
        return name

    def _queries(self, pack: Pack) -> Iterator[tuple[Question, _Query]]:
        for item in pack:
            for question in self.asked[item.rule, item.number]:
                for query in queries(item, question):
                    yield question, query

    def _answers(self, pack: Pack, said: Said) -> dict[Question, Answer]:
        got = _read(said)
        found: dict[Question, Answer] = {}
        for question, query in self._queries(pack):
            answer = got.get((query.text, duration(query.at)))
            found[question] = _joined(found.get(question, {}), answer, query.low)
        return found


def _text(tree: Mapping[str, Any]) -> str:
    """JSON is YAML, and these files are read by promtool alone."""
    return json.dumps(tree, ensure_ascii=False)


def queries(item: Item, question: Question) -> Iterator[_Query]:
    """What promtool is asked for one question."""
    case, rule = item.case, item.proposal.rule
    present = _present(question.expr)
    last = item.evaluations
    one_by_one = (
        case.every % 1 or case.start % case.every or rule.query_offset or _OWN_GRID.search(question.expr)
    )
    if question.at is not None or one_by_one:
        for i in range(last + 1) if question.at is None else (question.at,):
            at = i * case.every - rule.query_offset
            if at >= 0:
                yield _Query(present, at, i)
        return
    step = show_number(case.every)
    for low in range(0, last + 1, MOST_BITS):
        high = min(last, low + MOST_BITS - 1)
        bit = f"2 ^ ((time() - {show_number(case.start)}) / {step} - {low})"
        window = f"[{duration((high - low + 1) * case.every)}:{duration(case.every)}]"
        yield _Query(f"sum_over_time(({present} * {bit}){window})", high * case.every, low)


@lru_cache(maxsize=10_000)  # a question is put in every case, and read again with its answer
def _present(expr: str) -> str:
    """1 for each element, whatever its value; a scalar is an element without labels, as in a rule."""
    try:
        scalar = typed(parse(expr)) == "scalar"
    except QueryError:
        scalar = False
    return f"group without () ({f'vector({expr})' if scalar else expr})"


def _read(said: Said) -> dict[tuple[str, str], Answer]:
    """By query and instant: the sums that promtool got."""
    found: dict[tuple[str, str], Answer] = {}
    for failure in said.failures:
        if failure.kind == "expr":
            found[_key(failure.subject, failure.at)] = _samples(failure)
        elif error := _ERROR.match(failure.text):
            words = " ".join(error["words"].split())
            key = _key(error["subject"], error["at"])
            found[key] = None if _TOO_MANY in words else Refused(words)
    return found


def _key(subject: str, at: str) -> tuple[str, str]:
    try:
        return unquote(f'"{subject}"'), at
    except QueryError:
        return subject, at


def _samples(failure: Failure) -> Answer:
    try:
        return {labels: int(value) for labels, value in read_samples(failure.got)}
    except (Unreadable, ValueError):
        return None


def _joined(before: Answer, answer: Answer, low: int) -> Answer:
    """All evaluations of a question; one refused is enough for all."""
    if isinstance(before, Refused) or before is None:
        return before
    if isinstance(answer, Refused) or answer is None:
        return answer
    rows = dict(before)
    for labels, bits in answer.items():
        rows[labels] = rows.get(labels, 0) | bits << low
    return rows
