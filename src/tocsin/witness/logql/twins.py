"""All cases beside the one that fires: quiet for one reason each, or firing in another way."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from tocsin.witness.case import Case, Clause
from tocsin.witness.logql import words
from tocsin.witness.logql.clauses import branches, deciding, is_comparison
from tocsin.witness.logql.course import Phase, State, TooMuch
from tocsin.witness.logql.instead import beside, instead
from tocsin.witness.logql.kinds import Kind, others
from tocsin.witness.logql.missed import just_missed, just_over, over
from tocsin.witness.logql.profile import Setting
from tocsin.witness.logql.search import satisfying, shrunk
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood, OutOfBudget

_BRANCH = 100_000
"""Steps for another branch of an `or`."""


@dataclass(slots=True)
class Found:
    """What was found, and what was not, with the reason."""

    cases: list[Case] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, what: str, make: Callable[[], Case | str], *, needed: bool = True) -> None:
        """Take a case, or (where one is `needed`) the reason why there is none."""
        try:
            case = make()
        except (TooMuch, OutOfBudget):
            case = "it would take too many lines or steps"
        except (EngineRefuses, NotUnderstood) as error:
            case = error.words
        if not isinstance(case, str):
            self.cases.append(replace(case, name=self.unique(case.name)))
        elif needed:
            self.missing.append(f"{what}: {case}")

    def unique(self, name: str) -> str:
        """The name, with a number if there is such a case already."""
        names = {case.name for case in self.cases}
        numbered = (name if number == 1 else f"{name} ({number})" for number in range(1, len(names) + 2))
        return next(each for each in numbered if each not in names)


def twins(setting: Setting) -> Found:
    """All cases beside the one that fires."""
    found = Found()
    if not setting.rule.escalates:
        _parts(setting, found)
    found.add("held too short", partial(_short, setting))
    found.add("healthy", partial(_healthy, setting))
    found.add("lines stop", partial(_gone, setting))
    found.add("lines stop as it fires", partial(_cut_off, setting))
    found.add("no lines", partial(_silent, setting))
    return found


def _parts(setting: Setting, found: Found) -> None:
    """What pins each part of the expression."""
    for part in deciding(setting.trial.plan.expr):
        found.add("just missed", partial(just_missed, setting, part))
        if is_comparison(part.node):
            found.add("just over", partial(just_over, setting, part))
    near = [kind for kind in others(setting.trial.plan, _hits(setting)) if kind.missed is not None]
    _stages(setting, near, found)
    for number, state in _other_branches(setting, found):
        other = replace(setting, fault=state)
        found.add("another branch", partial(_branch, other, number))
        _stages(other, [kind for kind in near if not _flows(setting, kind) and _flows(other, kind)], found)


def _hits(setting: Setting) -> list[Kind]:
    return [kind for kind in setting.trial.kinds if kind.missed is None]


def _stages(setting: Setting, near: list[Kind], found: Found) -> None:
    for kind in near:
        where = words.excerpt(setting.rule.expr, *(kind.missed or (0, 0)))
        found.add(f"without `{where}`", partial(instead, setting, kind))
        if _flows(setting, kind):
            found.add(f"beside `{where}`", partial(beside, setting, kind), needed=False)


def _flows(setting: Setting, kind: Kind) -> bool:
    """Whether lines flow in the fault that the range reads for which the kind was made."""
    readers = list(setting.trial.plan.extractors.values())
    reader = next(i for i, each in enumerate(readers) if each is kind.extractor)
    pairs = zip(setting.trial.kinds, setting.fault, strict=True)
    return any(flow.lines and each.takes[reader] for each, flow in pairs)


# -- other branches of `or` ----------------------------------------------------------------------------------
def _other_branches(setting: Setting, found: Found) -> Iterator[tuple[int, State]]:
    """Sides of an `or` that do not hold in the fault, with a state in which they alone hold."""
    trial, sides = setting.trial, branches(setting.trial.plan.expr)
    store = trial.store(setting.fault)
    for number, side in enumerate(sides if len(sides) > 1 and store is not None else ()):
        if store is None or trial.margin(store, side) > 0:
            continue

        def goal(state: State, number: int = number) -> float:
            now = trial.store(state)
            if now is None:
                return -1e6
            margins = [trial.margin(now, each) for each in sides]
            return min(margin if i == number else -margin for i, margin in enumerate(margins))

        state = satisfying(trial, goal, steps=_BRANCH)
        where = words.excerpt(setting.rule.expr, side.start, side.end)
        if state is None:
            found.missing.append(f"another branch: nothing was found under which `{where}` alone holds")
        else:
            yield number, shrunk(state, lambda each: goal(each) > 0)


def _branch(setting: Setting, number: int) -> Case | str:
    side = branches(setting.trial.plan.expr)[number]
    where = words.excerpt(setting.rule.expr, side.start, side.end)
    pins = Clause(side.start, side.end, f"only `{where}` holds")
    phases, story = setting.phases(setting.fault, setting.span), words.story(setting, setting.fault)
    case = setting.case(f"only {where}", "firing-clause", phases, story, pins)
    return case if case.fires else f"`{where}` alone does not hold for long enough"


# -- time ----------------------------------------------------------------------------------------------------
def _short(setting: Setting) -> Case | str:
    """The fault cut as short as it takes: the last evaluation that `for` wants is missing."""
    if setting.rule.hold <= 0:
        return "without `for` one evaluation is enough"
    for state in (setting.fault, *_barely(setting)):
        found = _cut(replace(setting, fault=state))
        if found is not None:
            return found
    return "even the shortest fault stays in the window for as long as `for`"


def _barely(setting: Setting) -> Iterator[State]:
    """States in which it fires by a hair: they hold for a shorter time, as the first lines soon leave."""
    for part in deciding(setting.trial.plan.expr):
        if is_comparison(part.node):
            yield from over(setting, part)


def _cut(setting: Setting) -> Case | None:
    every, span = setting.every, setting.span

    def lasts(length: int) -> tuple[int, bool]:
        """For how many evaluations it holds, and whether it fires, after so many quarters of one."""
        now = replace(span, end=span.begin + length * every / 4)
        alerts = setting.alerts(setting.phases(setting.fault, now), span.until)
        times = (round(((one.resolved or span.until) - one.pending) / every) for one in alerts)
        return max(times, default=0), any(one.firing is not None for one in alerts)

    quarters = range(round((span.end - span.begin) / every * 4))
    length = max(0, bisect_left(quarters, 1, key=lambda each: int(lasts(each)[1])) - 1)
    held, fires = lasts(length)
    if not held or fires:
        return None
    short = replace(setting, span=replace(span, end=span.begin + length * every / 4))
    story = f"{words.story(short, setting.fault)}\nIt holds for {held} evaluations."
    return short.case("held too short", "short", short.phases(setting.fault, short.span), story)


def _healthy(setting: Setting) -> Case | str:
    phases = [Phase(0.0, setting.span.until, setting.calm, setting.span.sudden)]
    story = f"All the time: {words.flows(setting, setting.calm)}."
    case = setting.case("healthy", "baseline", phases, story)
    return case if not case.fires else "the healthy lines make it fire now and then"


def _gone(setting: Setting) -> Case | str:
    if not any(flow.lines for flow in setting.calm):
        return "there are no lines in the healthy state"
    begin = setting.span.begin
    phases = [Phase(0.0, begin, setting.calm, setting.span.sudden)]
    story = f"Until {words.duration(begin)}: {words.flows(setting, setting.calm)}.\nThen no line at all."
    return setting.case("lines stop", "gone", phases, story)


def _cut_off(setting: Setting) -> Case | str:
    """Nothing follows the fault: it resolves when its last lines leave the windows."""
    if not any(flow.lines for flow in setting.fault):
        return "there are no lines in the fault"
    span = setting.span
    until = max(span.until, span.end + setting.trial.times.longest + 2 * setting.every)
    longer = replace(setting, span=replace(span, until=math.ceil(until / setting.every) * setting.every))
    phases = longer.phases(setting.fault, longer.span)[:2]
    story = f"Until {words.duration(span.end)}: {words.flows(setting, setting.fault)}.\nThen no line at all."
    return longer.case("lines stop as it fires", "gone", phases, story)


def _silent(setting: Setting) -> Case | str:
    return setting.case("no lines at all", "no-traffic", [], "not one line")
