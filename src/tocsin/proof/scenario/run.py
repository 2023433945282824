"""The whole rule set over each scenario: exactly the pages that it names, and no other, in time.

This is what a rule cannot say of itself: whether it means the right thing. All rules that can matter are
evaluated together by promtool, recording rules and escalated twins included; log rules by Loki where a
scenario has log lines. Who is told follows from the model's routes, and a page that Alertmanager would
inhibit is none.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.diag.text import Span
from tocsin.engines import Missing, NotRun
from tocsin.engines.tools.promtool import Promtool
from tocsin.engines.tools.promtool_got import Unreadable, read_samples
from tocsin.engines.tools.testrun import Case as Said
from tocsin.model.routing import Routing, labels_of
from tocsin.model.scenario import Scenario
from tocsin.model.workspace import Model
from tocsin.proof.promtool.judge import Maker
from tocsin.proof.promtool.rule import duration
from tocsin.proof.promtool.run import environ, workspace
from tocsin.proof.rulebook import Book
from tocsin.proof.scenario.logs import Logged, alerts_of_logs
from tocsin.proof.scenario.pages import Firing, Page, pages, wakes
from tocsin.proof.scenario.rules import Chosen, RuleSet, mattering, rule_set
from tocsin.proof.scenario.standard import is_calm, standards, week
from tocsin.proof.scenario.standard import scenario as standard_scenario
from tocsin.proof.scenario.world import Timing, Track, series, start_of, timing, tracks
from tocsin.proof.testfile.series import series_text, values_text
from tocsin.query.numbers import show_number
from tocsin.spec.values import Duration

_FIRES = 'ALERTS{alertstate="firing"}'
_SHORT = Duration.parse("10m")
_ASKS = [{"labels": '{tocsin="asks"}', "value": 1}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What came of one scenario. `words` say it in a sentence, `place` is where the scenario was said."""

    scenario: str
    ok: bool
    paged: tuple[Page, ...]
    expected: tuple[str, ...]
    """The alerts that should page, as they were named."""
    words: str
    place: Span
    standard: bool = False
    """Nobody wrote it: it is run for every spec."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A scenario on its way through the engine, with the rules that it may concern."""

    scenario: Scenario
    tracks: list[Track]
    on: Timing
    chosen: Chosen
    standard: str = ""
    """What happens in it, when nobody wrote it."""
    late: float = 0.0
    """Seconds by which log lines arrive late."""


def intents(
    book: Book,
    promtool: Maker = engines.promtool,
    *,
    about: Collection[str] = (),
    told: Callable[[int], None] = lambda number: None,
) -> tuple[Intent, ...] | NotRun:
    """What comes of every scenario of the book's model, and of the standard ones.

    With `about`, only of those that name one of these alerts (`Alert` or `service/Alert`), and what rules do
    that the scenario does not concern is left out.
    """
    model = book.model
    if model is None:
        return NotRun("foreign rule files have no scenarios")
    scenarios = [*_here(model)]
    rules = rule_set(book, model, [name for one in scenarios for name in one.tells])
    if about:
        jobs = [job for job in _written(scenarios, model, rules) if _names(job.scenario, about)]
    else:
        jobs = [_usual(model, rules), *_written(scenarios, model, rules), *_standard(book, model, rules)]
    with workspace() as root:
        tool = promtool(root)
        if isinstance(tool, Missing):
            return tool
        fired = _evaluated(jobs, _Bench(tool), told)
    if isinstance(fired, NotRun):
        return fired
    logged = alerts_of_logs(book, [Logged(job.scenario, job.on, job.late) for job in jobs])
    if isinstance(logged, NotRun):
        return logged
    always, routing = [] if about else fired[0], Routing(model)
    first = 0 if about else 1
    found = []
    for job, firing in zip(jobs[first:], fired[first:], strict=True):
        names = {rule.name for rule in job.chosen.rules}
        usual = [one.forever() for one in always if one.name not in names]
        every = [*firing, *usual, *logged.get(job.scenario.name, ())]
        found.append(_intent(job, pages(model, routing, every), every))
    return tuple(found)


def _names(one: Scenario, about: Collection[str]) -> bool:
    bare = {name.rpartition("/")[2] for name in about}
    return any(name in about or name in bare for name in (*one.pages, *one.tells))


def _usual(model: Model, rules: RuleSet) -> _Job:
    """The healthy world, for the rules that a scenario does not concern."""
    nothing = Scenario(name="nothing-happens", within=_SHORT, lasts=_SHORT, origin=model.origin)
    return _Job(nothing, tracks(nothing, model), timing(nothing, model), rules.about(None))


def _here(model: Model) -> Iterator[Scenario]:
    """The scenarios as this environment has them: who pages in one may only tell somebody in another."""
    routing = Routing(model)
    paging = {name for a in model.alerts if wakes(model, routing, labels_of(a)) for name in (a.id, a.name)}
    known = {name for a in model.alerts for name in (a.id, a.name)}
    for one in model.scenarios:
        pages = tuple(name for name in one.pages if name in paging)
        silent = (name for name in one.pages if name in known - paging)
        yield replace(one, pages=pages, tells=(*one.tells, *silent))


def _written(scenarios: Iterable[Scenario], model: Model, rules: RuleSet) -> Iterator[_Job]:
    for one in scenarios:
        found = tracks(one, model)
        if is_calm(one):
            found = week(found, model)
        touched = frozenset(signal.metric for signal in (*one.usual, *one.signals))
        yield _Job(one, found, timing(one, model), rules.about(touched, one.tells, days=is_calm(one)))


def _standard(book: Book, model: Model, rules: RuleSet) -> Iterator[_Job]:
    """Those that can matter: where no metric has endpoints, no endpoint fails."""
    of_logs = bool(mattering(book, model, "logql", ()))
    for one in standards(model):
        made, found, touched = standard_scenario(one, model)
        if touched or one.days or (one.late and of_logs):
            chosen = rules.about(touched, days=one.days)
            yield _Job(made, found, timing(made, model), chosen, one.words, one.late)


# -- promtool --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Bench:
    promtool: Promtool

    def run(self, numbered: tuple[int, _Job]) -> list[Firing] | NotRun:
        """All alerts that fire in a scenario."""
        number, job = numbered
        if not job.chosen.rules:
            return []
        first = job.chosen.first
        if not job.scenario.pages and not job.scenario.tells and first != job.chosen:
            found = self._evaluated(number, replace(job, chosen=first))
            sooner = set(first.rules)
            twins = {one.name for one in job.chosen.rules if one not in sooner}
            if isinstance(found, NotRun) or not any(one.name in twins for one in found):
                return found
        return self._evaluated(number, job)

    def _evaluated(self, number: int, job: _Job) -> list[Firing] | NotRun:
        rules, path = (self.promtool.root / f"{what}-{number}.yaml" for what in ("rules", "scenario"))
        rules.write_text(yaml_text(job.chosen.file), "utf-8")
        path.write_text(yaml_text(self._test(job, rules.name)), "utf-8")
        run = self.promtool.test_rules([path], environ=environ(self.promtool.root, 2))
        if isinstance(run, NotRun):
            return run
        return _firing(run.cases[0]) if run.cases else NotRun("promtool says nothing of a scenario")

    def _test(self, job: _Job, rules: str) -> dict[str, Any]:
        on, start = job.on, start_of(job.on)
        window = f"[{duration(on.until + on.every)}:{duration(on.every)}]"
        asked = [
            {
                "expr": f"{function}((0 * {_FIRES} + (time() - {show_number(start)})){window})",
                "eval_time": duration(on.until),
                "exp_samples": _ASKS,
            }
            for function in ("min_over_time", "max_over_time")
        ]
        test = {
            "name": job.scenario.name,
            "interval": duration(on.interval),
            "start_timestamp": show_number(start),
            "input_series": [
                {"series": series_text(one.labels), "values": values_text(one.runs)}
                for one in series((one for one in job.tracks if job.chosen.feeds(one.name)), on)
            ],
            "promql_expr_test": asked,
        }
        every = duration(on.every)
        return {"rule_files": [rules], "evaluation_interval": every, "tests": [test]}


def _evaluated(
    jobs: Sequence[_Job], bench: _Bench, told: Callable[[int], None]
) -> list[list[Firing]] | NotRun:
    with ThreadPoolExecutor(min(8, len(os.sched_getaffinity(0)))) as pool:
        # the longest ones begin first
        order = sorted(range(len(jobs)), key=lambda i: -jobs[i].on.until)
        done: dict[int, list[Firing]] = {}
        for i, result in zip(order, pool.map(bench.run, [(i, jobs[i]) for i in order]), strict=True):
            if isinstance(result, NotRun):
                pool.shutdown(cancel_futures=True)
                return result
            done[i] = result
            told(1)
    return [done[i] for i in range(len(jobs))]


def _firing(said: Said) -> list[Firing] | NotRun:
    first: dict[Any, float] = {}
    last: dict[Any, float] = {}
    for failure in said.failures:
        if failure.kind != "expr":
            return NotRun(f"promtool cannot evaluate a scenario: {' '.join(failure.text.split())}")
        with contextlib.suppress(Unreadable):
            into = first if failure.subject.startswith("min") else last
            into.update(dict(read_samples(failure.got)))
    return [Firing(dict(labels), at, last.get(labels, at)) for labels, at in first.items()]


# -- what came of it -------------------------------------------------------------------------------------
def _intent(job: _Job, paged: Sequence[Page], fired: Iterable[Firing]) -> Intent:
    one, fault = job.scenario, job.on.fault
    seen = tuple(sorted({page.since(fault) for page in paged}, key=lambda page: (page.after, page.alert)))
    wrong = [
        *(_missing(name, seen, one.within.seconds) for name in one.pages),
        *(_unnamed(page) for page in seen if not any(page.is_called(name) for name in one.pages)),
        *(_untold(name, fired, fault) for name in one.tells),
    ]
    words = "; ".join(dict.fromkeys(filter(None, wrong)))
    return Intent(
        scenario=one.name,
        ok=not words,
        paged=seen,
        expected=one.pages,
        words=words or _good(seen),
        place=one.origin.key_place().span,
        standard=bool(job.standard),
    )


def _good(seen: Sequence[Page]) -> str:
    if not seen:
        return "pages nobody"
    return " and ".join(f"pages {page.alert} after {_time(page.after)}" for page in _first_each(seen))


def _first_each(seen: Iterable[Page]) -> list[Page]:
    found: dict[str, Page] = {}
    for page in seen:
        found.setdefault(page.alert, page)
    return list(found.values())


def _missing(name: str, seen: Iterable[Page], within: float) -> str:
    mine = [page.after for page in seen if page.is_called(name)]
    if not mine:
        return f"does not page {name}"
    late = f"pages {name} only after {_time(min(mine))}, not within {_time(within)}"
    return late if min(mine) > within else ""


def _unnamed(page: Page) -> str:
    when = "before anything has happened" if page.after < 0 else f"after {_time(page.after)}"
    return f"pages {page.alert} {when}, which it does not name"


def _untold(name: str, fired: Iterable[Firing], fault: float) -> str:
    there = any(one.is_called(name) and one.last >= fault for one in fired)
    return "" if there else f"{name} does not fire"


def _time(seconds: float) -> str:
    return duration(round(seconds)) if seconds >= 0 else f"-{duration(round(-seconds))}"
