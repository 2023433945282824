"""Finds telemetry under which a PromQL rule fires, and its nearest quiet twins, from the rule alone."""

import math
from collections.abc import Iterator
from dataclasses import replace

from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import Expr
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Case
from tocsin.witness.outcome import Always, Impossible, NotFound, Outcome, Witnessed
from tocsin.witness.promql.attempts import Attempt, attempts, pressed
from tocsin.witness.promql.clauses import Deciding, deciding
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.promql.evaluator.store import Store
from tocsin.witness.promql.grid import asks_the_time
from tocsin.witness.promql.impossible import refute
from tocsin.witness.promql.inline import inlined
from tocsin.witness.promql.phases import TAIL, Setting, case, firing, series, told
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.promql.twins import Found, Lack, clause, twins
from tocsin.witness.promql.why import why
from tocsin.witness.rule import Known, Rule

DEFAULT = 4_000_000
"""Steps of the evaluator, about one for each sample read; a rule takes some ten thousand."""
MOST_TRIES = 3
"""So many witnesses are made when parts have no twin."""
_UNKNOWN = Known()
_BEYOND = (NotUnderstood, EngineRefuses, OutOfBudget)


def find(rule: Rule, known: Known = _UNKNOWN, *, budget: int = DEFAULT) -> Outcome:
    """The witness of a rule and its twins; or that none was found, and why."""
    try:
        reason = refute(rule, known)
        if isinstance(reason, Impossible):
            return reason
        if isinstance(reason, Always):
            return _always(reason, rule, known, budget)
        return _find(rule, known, Budget(budget))
    except (*_BEYOND, ArithmeticError, RecursionError, ValueError) as error:
        return NotFound(_why(error, budget))


def _always(reason: Always, rule: Rule, known: Known, budget: int) -> Always:
    """With its cases, where there are any."""
    try:
        found = _find(rule, known, Budget(budget))
    except _BEYOND:
        found = None
    return Always(reason.reason, found.cases if isinstance(found, Witnessed) else _unasked(rule, known))


def _why(error: Exception, budget: int) -> str:
    match error:
        case QueryError():
            return f"the expression is not valid: {error.message}"
        case NotUnderstood():
            return f"not understood: {error.words}"
        case EngineRefuses():
            return f"the engine refuses what was tried: {error.words}"
        case OutOfBudget():
            return f"not found within {budget:,} steps"
        case RecursionError():
            return "the expression is nested too deeply"
        case _:  # numbers and patterns of any size may stand in a rule
            return f"its numbers or patterns are beyond what is tried: {error}"


def _unasked(rule: Rule, known: Known) -> tuple[Case, ...]:
    """The case of a rule that fires without any series."""
    until = math.ceil(rule.hold / rule.every + TAIL) * rule.every
    alerts = predicted(rule, (), rule.every, rule.every, until, 0.0, known)
    if not any(one.firing is not None for one in alerts):
        return ()
    story = "There are no series at all."
    name = "it fires whatever the telemetry"
    return (
        Case(
            name=name,
            kind="fires",
            interval=rule.every,
            every=rule.every,
            until=until,
            expected=alerts,
            story=story,
        ),
    )


def _find(rule: Rule, known: Known, budget: Budget) -> Witnessed | NotFound:
    """The first witness, with its twins; those that it lacks are looked for beside a few other witnesses."""
    expr = inlined(parse(rule.expr), known.recordings)
    parts = deciding(expr)
    own = () if rule.escalates else tuple(part for part in parts if part.start >= 0 and _variable(part))
    why = "no telemetry was found that makes it fire"
    first: Found | None = None
    made: list[Case | Lack] = []
    reserve = budget.left // 4
    try:
        for number, attempt in enumerate(attempts(expr, rule, known, parts, budget)):
            found = _firing(
                Setting(rule, known, attempt.trial.channels, attempt.trial.grid, budget), expr, own, attempt
            )
            if isinstance(found, str):
                why = found
                continue
            first = first or found
            if first is found:
                made.extend(twins(found))  # what is made before the budget is spent is kept
                budget.left -= reserve  # more witnesses are worth less than the first one
            else:
                _complete(made, found)
            lacking = any(isinstance(one, Lack) and one.part for one in made)
            if not lacking or number >= MOST_TRIES:
                break
    except _BEYOND:
        if first is None:
            raise
    return NotFound(why) if first is None else _witnessed(first, made)


def _firing(setting: Setting, expr: Expr, parts: tuple[Deciding, ...], attempt: Attempt) -> Found | str:
    """The course of an attempt, or of one that is pressed harder; or why it does not fire."""
    why = ""
    for one in (attempt, *pressed(attempt)):
        course = firing(setting, one.calm, one.fault, passing=one.transient)
        if not isinstance(course, str):
            return Found(setting, expr, parts, one, *course)
        why = why or course
    return why


def _variable(part: Deciding) -> bool:
    """Whether there is anything that it could depend on."""
    return bool(selectors(part.node)) or asks_the_time(part.node)


def _complete(made: list[Case | Lack], other: Found) -> None:
    """Twins of parts that the first witness lacks, from beside another witness."""
    for place, one in enumerate(made):
        if isinstance(one, Lack) and one.part:
            made[place] = clause(other, one.part)


def _witnessed(found: Found, made: list[Case | Lack]) -> Witnessed:
    """The firing case first, then its twins."""
    story = "\n".join((told(found.setting, found.course), *_why_it_fires(found)))
    first = case(found.setting, found.course, "fires", "it fires", story, found.alerts)
    cases = sorted((one for one in made if isinstance(one, Case)), key=lambda one: one.pins is None)
    lacks = sorted((one for one in made if isinstance(one, Lack)), key=lambda one: one.part is None)
    return Witnessed((first, *_named_apart(cases)), tuple(one.words for one in lacks))


def _why_it_fires(found: Found) -> Iterator[str]:
    grid, rule = found.setting.grid, found.setting.rule
    store = Store(series(found.setting, found.course), grid.interval, grid.start)
    at = max(one.firing for one in found.alerts if one.firing is not None)
    return why(rule.expr, found.parts, store, grid.start + at - rule.query_offset, grid.every)


def _named_apart(cases: list[Case]) -> list[Case]:
    """No two of the same name."""
    names: dict[str, int] = {}
    found = []
    for one in cases:
        names[one.name] = count = names.get(one.name, 0) + 1
        found.append(one if count == 1 else replace(one, name=f"{one.name} ({count})"))
    return found
