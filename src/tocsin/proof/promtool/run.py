"""Packs of cases through promtool: written, run in processes side by side, read back, cleaned away."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from tocsin.artifacts.emit import yaml_text
from tocsin.engines import NotRun
from tocsin.engines.tools.promtool import NoReport, Promtool
from tocsin.proof.promtool.file import Read, answer, question
from tocsin.proof.promtool.pack import Item, Pack, cost, packs
from tocsin.proof.promtool.rule import rule_file

PREFIX = "tocsin-judge-"
RAM = Path("/dev/shm")
ENOUGH = 1 << 29
YOUNG = 60.0
JOB = 15_000
"""The cost of one process, so that progress is seen and no process runs for long."""
MOST_PANICS = 20


@contextlib.contextmanager
def workspace(folder: Path | None = None) -> Iterator[Path]:
    """A folder for temporary files, in RAM where there is enough of it; gone afterwards.

    Its owner holds a lock on it, so that what a killed run has left is known, and swept away by a later one.
    """
    where = folder or _ram()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=where, ignore_cleanup_errors=True) as temporary:
        with contextlib.suppress(OSError):
            _sweep(Path(temporary).parent)
        lock = os.open(temporary, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # not every file system has locks
                fcntl.flock(lock, fcntl.LOCK_SH)
            yield Path(temporary).resolve()
        finally:
            os.close(lock)


def _ram() -> Path | None:
    with contextlib.suppress(OSError):
        if os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ENOUGH:
            return RAM
    return None


def _sweep(folder: Path) -> None:
    """Remove workspaces that nobody holds. A young one may just not be locked yet."""
    for left in folder.glob(f"{PREFIX}*"):
        if left.stat().st_mtime > time.time() - YOUNG:
            continue
        lock = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def environ(root: Path, workers: int) -> Mapping[str, str]:
    """Of each of so many promtools side by side: storages below `root`, garbage collected seldom.

    Prometheus 3.15.0: with Go's own setting a tenth of the time goes into the collection of garbage.
    """
    return {"TMPDIR": str(root), "GOGC": "400", **({"GOMAXPROCS": "1"} if workers > 1 else {})}


@dataclass(slots=True)
class Bench:
    """A promtool and its workspace; knows which rule files are written already."""

    promtool: Promtool
    told: Callable[[int], None]
    """Hears of cases that are done."""
    workers: int = field(default_factory=lambda: min(8, os.cpu_count() or 1))
    _written: set[str] = field(default_factory=set)
    _tests: int = 0
    _panics: int = 0
    _lock: Lock = field(default_factory=Lock)

    def read(self, cases: Iterable[Item]) -> dict[Item, Read] | NotRun:
        """What promtool makes of each case. Where one spoils it for its pack, each is tried by itself."""
        found: dict[Item, Read] = {}
        waiting = packs(cases, by_name=False)
        while waiting:
            answers = self._run(waiting)
            if isinstance(answers, NotRun):
                return answers
            waiting = []
            for pack, said in answers.items():
                if said.error and len(pack) > 1:
                    waiting += [(item,) for item in pack]
                else:
                    found |= dict.fromkeys(pack, said)
        return found

    def _run(self, packs: Sequence[Pack]) -> dict[Pack, Read] | NotRun:
        """The first reason why it did not run ends everything."""
        found: dict[Pack, Read] = {}
        with ThreadPoolExecutor(self.workers) as pool:
            for result in pool.map(self._job, _jobs(packs, self.workers)):
                if isinstance(result, NotRun):
                    pool.shutdown(cancel_futures=True)
                    return result
                found |= result
        return found

    def refused(self, cases: Sequence[Item]) -> dict[int, str] | NotRun:
        """The rules that promtool cannot read, each with what it says; they would spoil their pack."""
        rules = {self.rule_file(item, annotated=True): item.rule for item in cases}
        verdict = self.promtool.check_rules([Path(name) for name in rules], lint=False)
        if isinstance(verdict, NotRun):
            return verdict
        found: dict[int, str] = {}
        for problem in verdict.problems:
            where = f"{problem.field}: " if problem.field else ""
            found.setdefault(rules[problem.file], where + problem.message)
        return found

    def rule_file(self, item: Item, *, annotated: bool) -> str:
        """The name of the rule's own file, written when it is first needed."""
        name = f"rule-{item.rule}{'' if annotated else '-bare'}{'-all' if item.beside else ''}.yaml"
        with self._lock:
            if name not in self._written:
                own, *beside = item.rules
                tree = rule_file(own, item.recordings, annotated=annotated, beside=beside)
                (self.promtool.root / name).write_text(yaml_text(tree), "utf-8")
                self._written.add(name)
        return name

    def _job(self, packs: Sequence[Pack]) -> dict[Pack, Read] | NotRun:
        files = [self._test_file(pack) for pack in packs]
        run = self.promtool.test_rules(files, environ=environ(self.promtool.root, self.workers))
        if isinstance(run, NoReport):
            return self._after_panic(packs, run)
        if isinstance(run, NotRun):
            return run
        self.told(sum(map(len, packs)))
        said = {case.name: case for case in run.cases}
        lost = Read(error="promtool says nothing of it")
        return {
            pack: answer(pack, said[file.stem]) if file.stem in said else lost
            for pack, file in zip(packs, files, strict=True)
        }

    def _after_panic(self, packs: Sequence[Pack], why: NoReport) -> dict[Pack, Read] | NotRun:
        """Look for the pack that brings it down; the others are judged without it."""
        with self._lock:
            self._panics += 1
        if self._panics > MOST_PANICS:
            return why
        if len(packs) == 1:
            return {packs[0]: Read(error=why.reason)}
        half = len(packs) // 2
        first, second = self._job(packs[:half]), self._job(packs[half:])
        if isinstance(first, NotRun):
            return first
        return second if isinstance(second, NotRun) else first | second

    def _test_file(self, pack: Pack) -> Path:
        with self._lock:
            self._tests += 1
            path = self.promtool.root / f"test-{self._tests}.yaml"
        rules = [self.rule_file(item, annotated=item.case.fires or bool(item.beside)) for item in pack]
        path.write_text(yaml_text(question(path.stem, pack, rules)), "utf-8")
        return path


def _jobs(packs: Sequence[Pack], workers: int) -> list[list[Pack]]:
    """The packs in lists of about the same cost: one for each worker, more where there is much to do."""
    total = sum(map(cost, packs))
    number = max(workers if total > JOB // 10 else 1, -(-total // JOB))
    jobs: list[list[Pack]] = [[] for _ in range(min(number, len(packs)))]
    spent = [0] * len(jobs)
    for pack in sorted(packs, key=cost, reverse=True):
        least = spent.index(min(spent))
        jobs[least].append(pack)
        spent[least] += cost(pack)
    return jobs
