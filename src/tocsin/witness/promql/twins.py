"""The nearest cases in which a rule does not fire, or only through one branch: one for each deciding part."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from tocsin.query.promql.ast import Expr
from tocsin.query.promql.walk import metrics, selectors
from tocsin.witness.case import Alerting, Case, Clause, Kind
from tocsin.witness.promql.attempts import Attempt
from tocsin.witness.promql.clauses import Deciding, opposed
from tocsin.witness.promql.evaluator.evaluate import EngineRefuses
from tocsin.witness.promql.evaluator.store import Matchers
from tocsin.witness.promql.excerpts import excerpt, missed
from tocsin.witness.promql.grid import starts
from tocsin.witness.promql.models import GONE, Motion
from tocsin.witness.promql.phases import TAIL, Course, Setting, case, firing, predict, told
from tocsin.witness.promql.search import climb
from tocsin.witness.promql.tighten import reverted, scaled, tightened
from tocsin.witness.promql.trial import State, Trial
from tocsin.witness.promql.why import sides

LOOKBACK = 300.0
_FACTORS = (0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002)
_NEVER_SHORT = "held one evaluation too short: the shortest fault that is noticed lasts for longer than `for`"


@dataclass(frozen=True, slots=True)
class Found:
    """The firing witness, and what it was found with."""

    setting: Setting
    expr: Expr
    parts: tuple[Deciding, ...]
    attempt: Attempt
    course: Course
    alerts: tuple[Alerting, ...]

    @property
    def text(self) -> str:
        """The expression as it is written."""
        return self.setting.rule.expr


@dataclass(frozen=True, slots=True)
class Lack:
    """A twin that could not be had, and why; `part` when it is that of a part of the expression."""

    words: str
    part: Deciding | None = None


def twins(found: Found) -> Iterator[Case | Lack]:
    """All twins that can be had, and what is known of those that cannot; those that cost least come first."""
    yield from _short(found)
    if any(motion != GONE for motion in found.attempt.calm):
        yield _baseline(found)
        yield from _no_traffic(found)
        yield _gone(found)
    else:
        yield Lack("baseline: the witness has no series as long as all is well")
    yield from (clause(found, part) for part in found.parts)


def _fires(alerts: tuple[Alerting, ...]) -> bool:
    return any(one.firing is not None for one in alerts)


def clause(found: Found, part: Deciding) -> Case | Lack:
    """The nearest case in which this part is not as the alert needs it; or the branch alone is."""
    what = f"`{excerpt(found.text, part.start, part.end)}`"
    alone = part.part in ("left branch", "right branch")
    if not selectors(part.node):
        return _at_another_time(found, part)
    searched = _searched(found, part)
    if searched is None:
        return Lack(f"{what}: no telemetry was found in which only this is different", part)
    trial, state = searched
    courses = _courses(found, part, state)
    for course in chain(courses, _anew(found, part, state)) if alone else courses:
        if all(motion == GONE for states in course.states for motion in states):
            continue
        try:
            alerts = predict(found.setting, course)
        except EngineRefuses as refused:
            return Lack(f"{what}: the engine refuses this: {refused.words}", part)
        if _fires(alerts) == alone:
            kind: Kind = "firing-clause" if alone else "clause"
            words = _words(found, part, trial, course.states[1])
            return _case(found, course, kind, words, alerts, Clause(part.start, part.end, words))
    return Lack(f"{what}: it {'does not fire' if alone else 'fires'} in what was found", part)


def _at_another_time(found: Found, part: Deciding) -> Case | Lack:
    """The same telemetry at a time at which the part, which is about the time alone, does not hold."""
    what = f"`{excerpt(found.text, part.start, part.end)}`"
    for start in starts(found.expr):
        setting = replace(found.setting, grid=replace(found.setting.grid, start=start))
        other = replace(found, setting=setting)
        alerts = predict(setting, found.course)
        if not alerts and _trial(other, opposed(part.node, part), None).margin(found.attempt.fault) > 0:
            return _case(other, found.course, "clause", f"{what} does not hold", alerts, _pin(part, what))
    return Lack(f"{what}: no time was found at which it is different")


def _pin(part: Deciding, what: str) -> Clause:
    return Clause(part.start, part.end, f"{what} does not hold")


def _searched(found: Found, part: Deciding) -> tuple[Trial, State] | None:
    """The state nearest to the witness in which only this part is different.

    Or, where this part decides about all else, in which it is different, whatever else is.
    """
    fault, calm, hints = found.attempt.all_fault, found.attempt.all_calm, found.attempt.hints
    for trial, origin, wild in _ways(found, part):
        state, score = climb(trial, origin, hints, wild=wild, towards=calm if origin is fault else fault)
        if score[0] > 0:
            return trial, tightened(trial, reverted(trial, state, fault), fault, lasting=False)
    return None


def _ways(found: Found, part: Deciding) -> Iterator[tuple[Trial, State, bool]]:
    fault, calm = found.attempt.all_fault, found.attempt.all_calm
    branches = {
        "left branch": (part.node.left, part.node.right),
        "right branch": (part.node.right, part.node.left),
    }
    own, other = branches.get(part.part, (found.expr, found.expr))
    whole = _trial(found, opposed(found.expr, part), other)
    yield from ((whole, state, False) for state in _less(whole, fault))
    yield whole, fault if own is other else _without(whole, fault, other, own), False
    if part.part == "comparison":
        alone = _trial(found, opposed(part.node, part), found.expr)
        yield alone, fault, False
        yield alone, calm, False
    yield whole, fault, True


def _without(trial: Trial, state: State, other: Expr, own: Expr) -> State:
    """The state without what only the other branch reads."""
    theirs, ours = ([Matchers(selector) for selector in selectors(side)] for side in (other, own))
    names = [channel.named()[0] for channel in trial.channels]
    left = [any(m.match(one) for m in theirs) and not any(m.match(one) for m in ours) for one in names]
    return tuple(GONE if out else motion for out, motion in zip(left, state, strict=True))


def _less(trial: Trial, fault: State) -> Iterator[State]:
    """The fault with little traffic, where that alone is what is looked for: a guard is not met.

    Where counts are too small for the same share, all of them are bad.
    """
    for factor in _FACTORS:
        state = scaled(trial, fault, factor)
        if state == fault:
            return
        still = (_still(state, index) for index, motion in enumerate(state) if motion.move == "rise")
        found = next((one for one in (state, *still) if trial.margin(one) > 0), None)
        if found is not None:
            yield found
            return


def _still(state: State, index: int) -> State:
    return (*state[:index], replace(state[index], value=0.0), *state[index + 1 :])


def _lean(found: Found, part: Deciding, state: State) -> tuple[State, State]:
    """The healthy state and this one, without the channels that the witness does without as well.

    Those that the part itself reads stay.
    """
    attempt = found.attempt
    read = metrics(part.node)
    out = [
        attempt.calm[i] == attempt.fault[i] == GONE
        and motion == attempt.all_fault[i]
        and found.setting.channels[i].metric not in read
        for i, motion in enumerate(state)
    ]
    calm = tuple(GONE if left else motion for left, motion in zip(out, attempt.all_calm, strict=True))
    return calm, tuple(GONE if left else motion for left, motion in zip(out, state, strict=True))


def _courses(found: Found, part: Deciding, full: State) -> Iterator[Course]:
    """The same course with this state as the fault; then with states ever calmer, if it must not fire."""
    calm, state = _lean(found, part, full)
    alone = part.part in ("left branch", "right branch")
    for late in (True, False) if any(m.move == "clock" for m in state) else (True,):
        yield replace(found.course, states=(calm, state, calm), late=late)
    if (found.attempt.all_calm, full) != (calm, state):
        yield replace(found.course, states=(found.attempt.all_calm, full, found.attempt.all_calm), late=True)
    for share in () if alone else (0.1, 0.3, 0.6, 1.0):
        milder = tuple(_towards(m, c, share) for m, c in zip(state, calm, strict=True))
        yield replace(found.course, states=(calm, milder, calm), late=True)


def _anew(found: Found, part: Deciding, full: State) -> Iterator[Course]:
    """A course of its own: what fires through another branch may take longer."""
    calm, state = _lean(found, part, full)
    made = firing(found.setting, calm, state)
    if not isinstance(made, str):
        yield made[0]


def _towards(motion: Motion, goal: Motion, part: float) -> Motion:
    if motion.move == goal.move and motion.other == goal.other and part < 1:
        value = motion.value + (goal.value - motion.value) * part
        return replace(motion, value=float(round(value)) if motion.value.is_integer() else value)
    if motion.move == "drift" and part < 1:
        return replace(motion, value=motion.value * (1 - part))
    if motion.move == "toggle" and part < 1:
        return replace(motion, value=float(round(motion.value * (1 + 3 * part))))
    return motion if part < 1 else goal


def _trial(found: Found, expr: Expr, against: Expr | None) -> Trial:
    return found.attempt.trial.asking(expr, against, found.setting.grid)


def _words(found: Found, part: Deciding, trial: Trial, state: State) -> str:
    inside = excerpt(found.text, part.start, part.end)
    match part.part:
        case "comparison":
            store, at = trial.store(state), trial.instant(state)
            return missed(found.text, part, *sides(part, store, at, trial.grid.every, trial.budget))
        case "guard":
            return f"`{inside}` gives nothing"
        case "exception":
            return f"`{inside}` holds"
        case _:
            return f"only `{inside}` holds"


def _case(
    found: Found,
    course: Course,
    kind: Kind,
    name: str,
    alerts: tuple[Alerting, ...],
    pins: Clause | None = None,
) -> Case:
    setting = found.setting
    story = told(setting, course)
    return case(setting, course, kind, name, story, alerts, pins)


def _short(found: Found) -> Iterator[Case | Lack]:
    """The fault ends so early that the last evaluation before firing is the last that gives anything."""
    rule, grid = found.setting.rule, found.setting.grid
    if rule.hold <= 0:
        return
    before, held, after = found.course.lengths
    low, high = 0, grid.samples(held)
    best: tuple[Course, tuple[Alerting, ...]] | None = None
    while high - low > 1:
        middle = (low + high) // 2
        course = replace(found.course, lengths=(before, middle * grid.interval, 0.0))
        rest = before + held + after - before - middle * grid.interval
        course = replace(course, lengths=(before, middle * grid.interval, rest))
        alerts = predict(found.setting, course)
        if _fires(alerts):
            high = middle
        else:
            low = middle
            best = (course, alerts) if alerts else best
    if best is None:
        yield Lack(_NEVER_SHORT)
        return
    yield _case(found, best[0], "short", "held one evaluation too short", best[1])


def _baseline(found: Found) -> Case | Lack:
    course = _all_the_time(found, _beating(found))
    alerts = predict(found.setting, course)
    if _fires(alerts):
        return Lack("baseline: what was taken for healthy fires after a while")
    return _case(found, course, "baseline", "healthy all the time", alerts)


def _beating(found: Found) -> State:
    """The healthy state; a time that is bad when it is long ago is renewed all the time."""
    pairs = zip(found.attempt.calm, found.attempt.fault, strict=True)
    return tuple(
        replace(m, move="fresh") if m.move == "clock" and (f.move != "clock" or f.value > m.value) else m
        for m, f in pairs
    )


def _all_the_time(found: Found, state: State) -> Course:
    grid, rule = found.setting.grid, found.setting.rule
    length = -(-(grid.fill + rule.hold) // grid.every) * grid.every + (TAIL + 2) * grid.every
    return Course((state,), (length,))


def _no_traffic(found: Found) -> Iterator[Case | Lack]:
    still = {"rise": Motion("rise"), "observe": Motion("observe")}
    state = tuple(still.get(motion.move, motion) for motion in _beating(found))
    if not any(motion.move in still for motion in found.attempt.calm) or state == found.attempt.calm:
        return
    course = _all_the_time(found, state)
    alerts = predict(found.setting, course)
    name = "no traffic at all: it fires" if _fires(alerts) else "no traffic at all"
    yield _case(found, course, "no-traffic", name, alerts)


def _gone(found: Found) -> Case | Lack:
    grid, rule = found.setting.grid, found.setting.rule
    before = found.course.lengths[0]
    after = -(-(max(grid.fill, LOOKBACK) + rule.hold) // grid.every) * grid.every + TAIL * grid.every
    nothing = (GONE,) * len(found.attempt.calm)
    course = Course((found.attempt.calm, nothing), (before, after))
    alerts = predict(found.setting, course)
    name = "all series end: it fires" if _fires(alerts) else "all series end"
    return _case(found, course, "gone", name, alerts)
