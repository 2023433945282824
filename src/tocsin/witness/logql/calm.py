"""A state in which all is well, and one in which the rule fires comfortably: not by a hair, nor absurdly."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from tocsin.query.logql.ast import Expr
from tocsin.witness.logql.clauses import deciding
from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.search import edge
from tocsin.witness.logql.trial import Trial, with_flow

_HEALTHY = 10.0
_CLOSE, _NEAR, _ABSURD, _MANY = 0.1, 0.5, 1.5, 600
_ROUND = (1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 12.0, 15.0, 20.0, 30.0, 60.0, 100.0, 150.0, 200.0, 300.0, 600.0)
_MORE = (4.0, 10.0, 40.0)
_OTHER_VALUES = (0.2, 0.5, 0.05, 0.01, 0.0, 2.0, 5.0, 20.0)


def comfortable(trial: Trial, state: State) -> State:
    """A firing state that is neither on the edge nor absurdly far beyond it."""
    for number, flow in enumerate(state):
        for factor in (1.25, 1.5, 2.0) if flow.lines else ():
            more = replace(flow, lines=round_up(flow.lines * factor))
            state = _better(trial, state, with_flow(state, number, more))
        for factor in (1.25, 0.75) if flow.lines and trial.kinds[number].valued else ():
            more = replace(state[number], value=float(f"{flow.value * factor:.4g}"))
            state = _better(trial, state, with_flow(state, number, more))
    for part in deciding(trial.plan.expr):
        state = _diluted(trial, state, part.node)
    return state


def round_up(lines: float) -> float:
    """A number of lines that divides a window well."""
    return next((each for each in _ROUND if each >= lines), float(math.ceil(lines)))


def _better(trial: Trial, state: State, other: State) -> State:
    """The other one, if this one is on the edge and that one less so."""
    score = trial.score(state)
    return other if score < _CLOSE and trial.score(other) > max(score, 0.0) else state


def _diluted(trial: Trial, state: State, part: Expr) -> State:
    """With healthy lines beside, as in life, where that brings a comparison nearer to its threshold."""
    if not _ABSURD < trial.score(state, part) < math.inf:
        return state
    for number, flow in enumerate(state):
        kind = trial.kinds[number]
        if flow.lines or kind.replica or not any(kind.takes):
            continue
        for lines in (*reversed(_ROUND), *reversed(trial.counts(number))):
            more = with_flow(state, number, replace(flow, lines=lines))
            if 0 < lines <= _MANY and trial.score(more) > 0 and _NEAR <= trial.score(more, part) <= _ABSURD:
                return more
    return state


def calm(trial: Trial, fault: State) -> State | None:
    """A quiet state that is like `fault` but for one flow, if there is one; healthy lines flow in it."""
    for state in _changes(fault, trial):
        if trial.quiet(state):
            return _with_healthy_lines(trial, state)
    return None


def _changes(fault: State, trial: Trial) -> Iterator[State]:
    for number, flow in enumerate(fault):
        if flow.lines:
            yield from _other_values(trial, fault, number, flow)
            for factor in _MORE:
                yield with_flow(fault, number, replace(flow, lines=math.ceil(flow.lines * factor)))
            yield with_flow(fault, number, replace(flow, lines=0.0))
    for number, flow in enumerate(fault):
        for lines in (1.0, _HEALTHY, 100.0, 400.0):
            if lines != flow.lines:
                yield with_flow(fault, number, replace(flow, lines=lines))
    yield tuple(replace(flow, lines=0.0) for flow in fault)
    for lines in (1.0, _HEALTHY, 100.0):
        yield tuple(replace(flow, lines=lines) for flow in fault)


def _other_values(trial: Trial, fault: State, number: int, flow: Flow) -> Iterator[State]:
    if flow.move != "level":
        yield with_flow(fault, number, replace(flow, move="level"))
    if trial.kinds[number].valued and flow.value:
        for factor in _OTHER_VALUES:
            value = float(f"{flow.value * factor:.3g}")
            yield with_flow(fault, number, replace(flow, value=value))


def _with_healthy_lines(trial: Trial, state: State) -> State:
    """Where nothing flows any more, something harmless does: a silent log is no sign of health."""
    for number, flow in enumerate(state):
        if any(each.lines for each in state):
            break
        if trial.kinds[number].missed is not None:
            more = with_flow(state, number, replace(flow, lines=_HEALTHY))
            if trial.quiet(more):
                return more
    return state


def nudged(trial: Trial, state: State, number: int, *, up: bool) -> tuple[float, float] | None:
    """By the lines of one kind alone: a number with which the rule does not hold, and its neighbour."""
    flow = state[number]

    def quiet(lines: float) -> bool:
        return trial.quiet(with_flow(state, number, replace(flow, lines=lines)))

    far = _far(flow.lines, up, quiet)
    return None if far is None else edge(far, flow.lines, lambda lines: not quiet(lines), whole=True)


def _far(lines: float, up: bool, quiet: Callable[[float], bool]) -> float | None:
    """A number of lines with which it does not hold."""
    if not up:
        return 0.0 if lines > 0 and quiet(0.0) else None
    for factor in (2, 8, 40):
        far = max(lines, 1.0) * factor
        if far <= 5_000 and quiet(far):
            return far
    return None
