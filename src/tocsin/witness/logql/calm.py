"""A state in which all is well, and one in which the rule fires comfortably: not by a hair, nor absurdly."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.search import edge
from tocsin.witness.logql.trial import Trial, with_flow

_HEALTHY = 10.0
_MORE = (4.0, 10.0, 40.0)
_OTHER_VALUES = (0.2, 0.5, 0.0, 2.0, 5.0)


def comfortable(trial: Trial, state: State) -> State:
    """A firing state that is neither on the edge nor absurdly far beyond it."""
    score = trial.score(state)
    for number, flow in enumerate(state):
        for factor in (1.25, 1.5, 2.0):
            if score >= 0.1 or not flow.lines:
                break
            more = with_flow(state, number, replace(flow, lines=float(math.ceil(flow.lines * factor))))
            found = trial.score(more)
            if found > max(score, 0.0):
                state, score = more, found
    return _diluted(trial, state, score) if 1.5 < score < math.inf else state


def _diluted(trial: Trial, state: State, score: float) -> State:
    """With healthy lines beside, as there are in life, where that brings it nearer to the threshold."""
    for number, flow in enumerate(state):
        kind = trial.kinds[number]
        if flow.lines or kind.replica or not any(kind.takes):
            continue
        for lines in reversed(trial.counts(number)):
            if 0 < lines <= 400:
                more = with_flow(state, number, replace(flow, lines=lines))
                if 0.15 <= trial.score(more) < score:
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
