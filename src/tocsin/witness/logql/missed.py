"""Cases in which one comparison or guard just does not hold, and all else is as when the rule fires."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.witness.case import Case, Clause
from tocsin.witness.logql import words
from tocsin.witness.logql.calm import nudged
from tocsin.witness.logql.clauses import Deciding, deciding
from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.profile import Setting
from tocsin.witness.logql.search import edge
from tocsin.witness.logql.trial import Trial, with_flow

_FARTHER = 6
"""How often a case is tried a little farther from the edge, because lines come one by one."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """States beyond the edge, the nearest first; and how far the nearest misses."""

    states: tuple[State, ...]
    distance: float


def just_missed(setting: Setting, part: Deciding) -> Case | str:
    """The case that pins `part`, or why there is none."""
    trial, text = setting.trial, setting.rule.expr
    edges = [
        _Edge(states, abs(trial.score(states[0], part.node)))
        for states in _edges(setting)
        if _only(setting, part, states[0])
    ]
    where = words.shortened(text[slice(*part.place)], 60)
    if not edges:
        return f"nothing was found that makes `{where}` alone turn round"
    for found in sorted(edges, key=lambda each: each.distance):
        for state in found.states:
            case = _case(setting, part, state)
            if not case.fires:
                return case
    return f"near the threshold of `{where}` it fires all the same, as lines come one by one"


def _case(setting: Setting, part: Deciding, state: State) -> Case:
    store = setting.trial.store(state)
    assert store is not None, "it was evaluated before"
    said = words.missed(setting.rule.expr, part.node, setting, store)
    phases = setting.phases(state, setting.span)
    story, pins = words.story(setting, state), Clause(*part.place, said)
    return setting.case(f"just missed: {said}", "clause", phases, story, pins)


def _edges(setting: Setting) -> Iterator[tuple[State, ...]]:
    """The fault with one thing changed until the rule just does not hold any more, and a little more."""
    trial, fault = setting.trial, setting.fault
    for number, flow in enumerate(fault):
        for up in (False, True):
            found = nudged(trial, fault, number, up=up)
            if found is not None:
                yield _by_lines(fault, number, flow, found)
        if flow.lines and (trial.kinds[number].valued or trial.kinds[number].sized):
            yield from _by_value(trial, fault, number, flow)


def _by_lines(fault: State, number: int, flow: Flow, found: tuple[float, float]) -> tuple[State, ...]:
    low, high = found
    step = max(1.0, round(low * 0.01)) * (1 if low > high else -1)
    lines = (low + i * step for i in range(_FARTHER))
    return tuple(with_flow(fault, number, replace(flow, lines=each)) for each in lines if each >= 0)


def _by_value(trial: Trial, fault: State, number: int, flow: Flow) -> Iterator[tuple[State, ...]]:
    def at(value: float) -> State:
        return with_flow(fault, number, replace(flow, value=value))

    for factor in (0.0, 0.5, 2.0, 10.0, -1.0):
        far = flow.value * factor
        if trial.score(at(far)) <= 0:
            low, _ = edge(far, flow.value, lambda value: trial.score(at(value)) > 0, whole=False)
            away = 1.01 if abs(low) > abs(flow.value) else 0.99
            yield tuple(at(float(f"{low * away**i:.4g}")) for i in range(_FARTHER))


def _only(setting: Setting, part: Deciding, state: State) -> bool:
    """Whether just this part is other than in the fault (and those that it stands in or that stand in it)."""
    trial = setting.trial
    now, before = trial.store(state), trial.store(setting.fault)
    if now is None or before is None:
        return False
    for other in deciding(trial.plan.expr):
        same = (trial.margin(now, other.node) > 0) == (trial.margin(before, other.node) > 0)
        mine = other.node is part.node
        related = _within(other, part) or _within(part, other)
        if same == mine and not (related and not mine):
            return False
    return True


def _within(inner: Deciding, outer: Deciding) -> bool:
    return any(each is inner.node for each in outer.inside)
