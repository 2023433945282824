"""Cases in which one comparison or guard just does not hold, and all else is as when the rule fires."""

from collections.abc import Iterable, Iterator
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
    """States on both sides of an edge, those next to it first."""

    under: tuple[State, ...]
    over: tuple[State, ...]


def just_missed(setting: Setting, part: Deciding) -> Case | str:
    """The case that pins `part`, or why there is none."""
    where = words.excerpt(setting.rule.expr, *part.place)
    edges = _edges_of(setting, part)
    if not edges:
        return f"nothing was found that makes `{where}` alone turn round"
    for found in edges:
        for state in found.under:
            case = _under(setting, part, state)
            if not case.fires:
                return case
    return f"near the threshold of `{where}` it fires all the same, as lines come one by one"


def just_over(setting: Setting, part: Deciding) -> Case | str:
    """The same from the other side: it fires by a hair."""
    where = words.excerpt(setting.rule.expr, *part.place)
    for state in over(setting, part):
        case = _over(setting, part, state)
        if case.fires:
            return case
    return f"by a hair over `{where}` it does not fire for long enough"


def over(setting: Setting, part: Deciding) -> Iterator[State]:
    """States in which this part holds by a hair."""
    edges = _edges_of(setting, part)
    for found in sorted(edges, key=lambda each: abs(setting.trial.score(each.over[0], part.node))):
        yield from found.over


def _under(setting: Setting, part: Deciding, state: State) -> Case:
    store = setting.trial.store(state)
    assert store is not None, "it was evaluated before"
    said = words.missed(setting.rule.expr, part.node, setting, store)
    phases = setting.phases(state, setting.span)
    story, pins = words.story(setting, state), Clause(*part.place, said)
    return setting.case(f"just missed: {said}", "clause", phases, story, pins)


def _over(setting: Setting, part: Deciding, state: State) -> Case:
    store = setting.trial.store(state)
    assert store is not None, "it was evaluated before"
    said = words.met(setting.rule.expr, part.node, setting, store)
    phases = setting.phases(state, setting.span)
    story, pins = words.story(setting, state), Clause(*part.place, said)
    return setting.case(f"just over: {said}", "firing-clause", phases, story, pins)


def _edges_of(setting: Setting, part: Deciding) -> list[_Edge]:
    """The edges at which this part alone turns round, the nearest first."""
    trial = setting.trial
    found = [each for each in _edges(setting) if _only(setting, part, each.under[0])]
    return sorted(found, key=lambda each: abs(trial.score(each.under[0], part.node)))


def _edges(setting: Setting) -> Iterator[_Edge]:
    """The fault with one thing changed until the rule just does not hold any more."""
    trial, fault = setting.trial, setting.fault
    for number, flow in enumerate(fault):
        for up in (False, True):
            found = nudged(trial, fault, number, up=up)
            if found is not None:
                yield _by_lines(fault, number, flow, found)
        if flow.lines and (trial.kinds[number].valued or trial.kinds[number].sized):
            yield from _by_value(trial, fault, number, flow)


def _by_lines(fault: State, number: int, flow: Flow, found: tuple[float, float]) -> _Edge:
    low, high = found
    step = max(1.0, round(low * 0.01)) * (1 if low > high else -1)

    def at(lines: Iterable[float]) -> tuple[State, ...]:
        return tuple(with_flow(fault, number, replace(flow, lines=each)) for each in lines if each >= 0)

    return _Edge(at(low + i * step for i in range(_FARTHER)), at(high - i * step for i in range(_FARTHER)))


def _by_value(trial: Trial, fault: State, number: int, flow: Flow) -> Iterator[_Edge]:
    def at(value: float) -> State:
        return with_flow(fault, number, replace(flow, value=float(f"{value:.5g}")))

    tried = sorted(trial.values(number, flow), key=lambda value: abs(value - flow.value))
    sides = (
        [value for value in tried if value < flow.value],
        [value for value in tried if value > flow.value],
    )
    for side in sides:
        far = next((value for value in side if trial.quiet(at(value))), None)
        if far is not None:
            low, high = edge(far, flow.value, lambda value: not trial.quiet(at(value)), whole=False)
            away = 1.01 if abs(low) > abs(high) else 0.99
            under = tuple(at(low * away**i) for i in range(_FARTHER))
            yield _Edge(under, tuple(at(high / away**i) for i in range(_FARTHER)))


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
