"""Log lines that make a LogQL rule fire, and their nearest quiet twins, found from the rule alone.

A proposer: its predictions come from a local evaluator, the verdict is a real Loki's. All lines of a kind
have the same text, at instants of their own: so a case is short to read, and Loki keeps every one of them.
"""

import itertools
from dataclasses import replace

from tocsin.query.logql import QueryError, parse, typed
from tocsin.query.logql.ast import Expr, LineFilter
from tocsin.query.logql.walk import log_queries
from tocsin.query.regex_tree import TooHard
from tocsin.witness.case import Case
from tocsin.witness.logql import words
from tocsin.witness.logql.calm import calm, comfortable
from tocsin.witness.logql.course import Flow, State, TooMuch, geometry
from tocsin.witness.logql.evaluate import Budget, Plan
from tocsin.witness.logql.impossible import refute
from tocsin.witness.logql.kinds import Kind, harmless, kinds, others
from tocsin.witness.logql.profile import Setting, placed
from tocsin.witness.logql.search import satisfying, shrunk
from tocsin.witness.logql.trial import Trial, numbers
from tocsin.witness.logql.trouble import EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.logql.twins import twins
from tocsin.witness.outcome import NotFound, Outcome, Witnessed
from tocsin.witness.rule import Known, Rule

NOTHING = Known()
DEFAULT = 1_000_000
"""Steps: about one for each line that is read and each element that is calculated."""
_MOST_REPLICAS, _MOST_STAGES, _MOST_PATTERNS, _MOST_ORS = 12, 400, 24, 12
_SEARCH = 120_000
"""Steps for one structure of lines; before, the plainest states of each structure are looked at."""


def find(rule: Rule, known: Known = NOTHING, *, budget: int = DEFAULT) -> Outcome:
    """The witness of `rule` with its twins, or a proof that there is none; `NotFound` says what was tried."""
    try:
        # the proof looks at every way through `or`: with very many of them it would take for ever
        proved = refute(rule, known) if rule.expr.count(" or ") <= _MOST_ORS else None
        return proved or _find(rule, known, Budget(budget))
    except QueryError as wrong:
        return NotFound(f"the expression is not valid: {wrong.message}")
    except (NotUnderstood, EngineRefuses) as error:
        return NotFound(f"not understood: {error.words}")
    except (TooHard, TooMuch) as error:
        return NotFound(str(error))
    except OutOfBudget:
        return NotFound(f"not found within {budget:,} steps")
    except RecursionError:
        return NotFound("the expression is nested too deeply")


def _find(rule: Rule, known: Known, budget: Budget) -> Outcome:
    expr = parse(rule.expr)
    if typed(expr) == "log":
        return NotFound(
            "a log query gives lines, and an alert needs a number: `count_over_time(... [5m]) > 0`"
        )
    stages = [stage for logs in log_queries(expr) for stage in logs.stages]
    patterns = [stage for stage in stages if isinstance(stage, LineFilter) and stage.op[1] == "~"]
    if len(stages) > _MOST_STAGES or len(patterns) > _MOST_PATTERNS:
        return NotFound(f"more than {_MOST_STAGES} stages, or {_MOST_PATTERNS} regular expressions")
    why = "no lines were found under which the expression holds"
    for steps, replicas in itertools.product((0, _SEARCH), _replicas(expr)):
        plan = Plan(expr, budget)
        found = kinds(plan, known, replicas)
        if isinstance(found, str):
            return NotFound(found)
        made = _witnessed(rule, plan, found, steps)
        if isinstance(made, Witnessed):
            return made
        why = made or why
    return NotFound(why)


def _replicas(expr: Expr) -> list[int]:
    """One element; then as many as the expression's numbers ask for."""
    wanted = {
        int(each) + more for each in numbers(expr) for more in (0, 1) if 1 < each + more <= _MOST_REPLICAS
    }
    return [1, 2, *sorted(wanted - {1, 2})]


def _witnessed(rule: Rule, plan: Plan, found: list[Kind], steps: int) -> Witnessed | str:
    """The witness with these kinds of lines; else why there is none, or nothing."""
    found = [*found, *_beside(plan, found)]
    trial = Trial(plan, found, geometry(plan.expr, rule.every, found))
    looks_back = trial.times.longest > trial.times.shortest
    states = _after_calm(trial, steps) if looks_back else _states(trial, steps)
    if isinstance(states, str):
        return states
    quiet, fault = states
    setting = placed(Setting(rule, trial, quiet, fault))
    if isinstance(setting, str):
        return setting
    firing = _firing(setting)
    rest = twins(setting)
    return Witnessed((firing, *rest.cases), tuple(rest.missing))


def _states(trial: Trial, steps: int) -> tuple[State, State] | str:
    """A calm state and one in which the rule fires."""
    fault = satisfying(trial, trial.score, steps=steps)
    if fault is None:
        return trial.excess
    fault = comfortable(trial, shrunk(fault, lambda state: trial.score(state) > 0))
    quiet = calm(trial, fault)
    return "no lines were found under which it is quiet" if quiet is None else (quiet, fault)


def _after_calm(trial: Trial, steps: int) -> tuple[State, State] | str:
    """For what compares with earlier times: the calm comes first, the fault is what differs from it."""
    for lines in (10.0, 0.0, 100.0):
        quiet: State = tuple(Flow(lines, 1.0 if kind.valued else 0.0) for kind in trial.kinds)
        if not trial.quiet(quiet):
            continue
        trial.before = quiet
        fault = satisfying(trial, trial.score, steps=steps)
        if fault is not None:
            return quiet, comfortable(trial, fault)
        trial.before = None
    return _states(trial, steps)


def _beside(plan: Plan, found: list[Kind]) -> list[Kind]:
    """Lines that only some ranges take (such as those that did not fail), or harmless ones for none."""
    near = [harmless(kind) for kind in others(plan, found, healthy=True)]
    seen = {kind.takes for kind in found}
    some: list[Kind] = []
    for kind in near:
        if any(kind.takes) and kind.takes not in seen:
            seen.add(kind.takes)
            some.append(kind)
    streams = {kind.mould.stream for kind in found}
    unread = [kind for kind in near if not any(kind.takes) and kind.mould.stream in streams]
    return some or unread[-1:]


def _firing(setting: Setting) -> Case:
    phases = setting.phases(setting.fault, setting.span)
    found = setting.case("fires", "fires", phases, words.story(setting, setting.fault))
    return replace(found, name="fires")
