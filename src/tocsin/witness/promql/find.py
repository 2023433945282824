"""Finds telemetry under which a PromQL rule fires, and its nearest quiet twins, from the rule alone."""

from tocsin.query.promql import QueryError, parse
from tocsin.witness.case import Case
from tocsin.witness.outcome import Always, Impossible, NotFound, Outcome, Witnessed
from tocsin.witness.promql.attempts import attempts
from tocsin.witness.promql.clauses import deciding
from tocsin.witness.promql.evaluate import Budget, EngineRefuses, NotUnderstood, OutOfBudget
from tocsin.witness.promql.impossible import refute
from tocsin.witness.promql.inline import inlined
from tocsin.witness.promql.phases import Setting, case, firing, told
from tocsin.witness.promql.twins import Found, twins
from tocsin.witness.rule import Known, Rule

DEFAULT = 4_000_000
"""Steps of the evaluator, about one for each sample read; a rule takes some ten thousand."""
MOST_TRIES = 4
"""So many witnesses are made when twins are missing."""
_UNKNOWN = Known()


def find(rule: Rule, known: Known = _UNKNOWN, *, budget: int = DEFAULT) -> Outcome:
    """The witness of a rule and its twins; or that none was found, and why."""
    try:
        reason = refute(rule, known)
        if isinstance(reason, Impossible):
            return reason
        found = _find(rule, known, Budget(budget))
        if isinstance(reason, Always):
            return Always(reason.reason, found.cases if isinstance(found, Witnessed) else ())
        return found
    except QueryError as wrong:
        return NotFound(f"the expression is not valid: {wrong.message}")
    except NotUnderstood as beyond:
        return NotFound(f"not understood: {beyond.words}")
    except EngineRefuses as refused:
        return NotFound(f"the engine refuses what was tried: {refused.words}")
    except OutOfBudget:
        return NotFound(f"not found within {budget:,} steps")
    except RecursionError:
        return NotFound("the expression is nested too deeply")


def _find(rule: Rule, known: Known, budget: Budget) -> Witnessed | NotFound:
    """The first witness all of whose parts have a twin; else, of a few, the one that lacks the fewest."""
    expr = inlined(parse(rule.expr), known.recordings)
    parts = deciding(expr)
    why = "no telemetry was found that makes it fire"
    best: Witnessed | None = None
    tries = 0
    try:
        for attempt in attempts(expr, rule, known, parts, budget):
            setting = Setting(rule, known, attempt.trial.channels, attempt.trial.grid, budget)
            made = firing(setting, attempt.calm, attempt.fault)
            if isinstance(made, str):
                why = made
                continue
            own = tuple(part for part in parts if part.start >= 0)
            found = _witnessed(Found(setting, expr, own, attempt, *made))
            best = found if best is None or len(found.missing) < len(best.missing) else best
            tries += 1
            if not best.missing or tries >= MOST_TRIES:
                break
    except (OutOfBudget, EngineRefuses):
        if best is None:
            raise
    return best or NotFound(why)


def _witnessed(found: Found) -> Witnessed:
    """The firing case first, then its twins."""
    story = told(found.setting, found.course)
    cases: list[Case] = [case(found.setting, found.course, "fires", "it fires", story, found.alerts)]
    missing: list[str] = []
    for made in twins(found):
        if isinstance(made, Case):
            cases.append(made)
        else:
            missing.append(made)
    return Witnessed(tuple(cases), tuple(missing))
