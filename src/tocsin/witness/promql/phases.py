"""From states to a case: healthy, fault, recovered, on a grid; predicted, and cut to what is needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tocsin.witness.case import Alerting, Case, Clause, Kind
from tocsin.witness.promql.evaluator.evaluate import Budget
from tocsin.witness.promql.grid import Grid
from tocsin.witness.promql.models import Channel, Motion, channel_series
from tocsin.witness.promql.past import Past
from tocsin.witness.promql.story import duration, sentence
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.promql.trial import State
from tocsin.witness.rule import Known, Rule
from tocsin.witness.telemetry import Series

MOST_EVALUATIONS = 4_000
MOST_SAMPLES = 20_000
"""Longer cases are not tried."""
TAIL = 2
"""So many evaluations are shown after the last thing that happens."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all cases of a rule share."""

    rule: Rule
    known: Known
    channels: tuple[Channel, ...]
    grid: Grid
    budget: Budget
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class Course:
    """States one after the other, each for so many seconds; the last one goes on to the end.

    `turned` and `ended` are the seconds at which clocks are what the states say: when the fault begins and
    when it ends.
    """

    states: tuple[State, ...]
    lengths: tuple[float, ...]
    late: bool = False
    """Clocks are what the fault's state says when it ends; else when it begins."""

    @property
    def until(self) -> float:
        """The sum of all lengths."""
        return sum(self.lengths)


def series(setting: Setting, course: Course) -> tuple[Series, ...]:
    """The series of all channels that are there at all."""
    grid = setting.grid
    total = grid.samples(course.until) + 1
    counts = [grid.samples(length) if length else 0 for length in course.lengths[:-1]]
    counts.append(total - sum(counts))
    found: list[Series] = []
    for index, channel in enumerate(setting.channels):
        motions = [state[index] for state in course.states]
        found += channel_series(
            channel, list(zip(counts, _timed(motions, course, grid.start, grid.interval), strict=True))
        )
    return tuple(sorted(found, key=lambda one: one.labels))


def _timed(motions: Sequence[Motion], course: Course, start: float, interval: float) -> list[Motion]:
    """Times of the past stand still until something new happens; they never go backwards."""
    begins = [start + sum(course.lengths[:i]) for i in range(len(motions))]
    ends = [start + sum(course.lengths[: i + 1]) for i in range(len(motions))]
    found = list(motions)
    last: float | None = None
    for i, motion in enumerate(motions):
        if motion.move == "fresh":
            found[i] = Motion("drift", interval, begins[i] - motion.value)
        if motion.move != "clock":
            continue
        value = (ends[i] if course.late and i == 1 else begins[i]) - motion.value
        following = motions[1] if i == 0 and len(motions) > 1 else None
        if following is not None and following.move == "clock" and following.value >= motion.value:
            value = (ends[1] if course.late else begins[1]) - following.value
        last = value if last is None else max(value, last)
        found[i] = Motion("level", last)
    return found


def predict(setting: Setting, course: Course) -> tuple[Alerting, ...]:
    """What the rule makes of it."""
    grid = setting.grid
    return predicted(
        setting.rule,
        series(setting, course),
        grid.interval,
        grid.every,
        course.until,
        grid.start,
        setting.known,
        budget=setting.budget,
        past=setting.past,
    )


def told(setting: Setting, course: Course) -> str:
    """What happens, in a sentence."""
    begin = course.lengths[0] if len(course.states) > 1 else 0.0
    end = begin + course.lengths[1] if len(course.states) > 2 else course.until
    calm, fault = course.states[0], course.states[min(1, len(course.states) - 1)]
    return sentence(setting.channels, calm, fault, setting.grid.interval, begin, end)


def case(
    setting: Setting,
    course: Course,
    kind: Kind,
    name: str,
    story: str,
    expected: tuple[Alerting, ...],
    pins: Clause | None = None,
) -> Case:
    """The case of a course."""
    grid = setting.grid
    return Case(
        name=name,
        kind=kind,
        interval=grid.interval,
        every=grid.every,
        until=course.until,
        start=grid.start,
        series=series(setting, course),
        expected=expected,
        pins=pins,
        story=story,
    )


def firing(
    setting: Setting, calm: State, fault: State, *, passing: bool = False
) -> tuple[Course, tuple[Alerting, ...]] | str:
    """The course in which the rule is inactive, pending, firing and resolved; or why there is none.

    `passing`: what has changed is forgotten after a while, which is to be seen.
    """
    every, rule, fill = setting.grid.every, setting.rule, setting.grid.fill
    before = max(_up(fill, every), 3 * every)
    why = "it does not fire however long the fault lasts"
    for patience in (1, 2, 4):
        held = _up(patience * (fill + rule.hold) + 3 * every, every)
        after = _up(fill + rule.keep, every) + 5 * every
        course = Course((calm, fault, calm), (before, held, after))
        if course.until / every > MOST_EVALUATIONS or course.until / setting.grid.interval > MOST_SAMPLES:
            return f"a case of it would be too long: {duration(course.until)}"
        alerts = predict(setting, course)
        if not any(one.firing is not None for one in alerts):
            continue
        if not _new(alerts, before - every):
            return "it fires before the fault, as soon as there are data"
        return (course, alerts) if passing and _passes(course, alerts) else _cut(setting, course, alerts)
    return why


def _new(alerts: tuple[Alerting, ...], since: float) -> list[Alerting]:
    """The alerts that fire since then and did not before, whatever others do."""
    fired = [one for one in alerts if one.firing is not None]
    old = {one.labels for one in fired if one.pending < since}
    return [one for one in fired if one.labels not in old]


def _passes(course: Course, alerts: tuple[Alerting, ...]) -> bool:
    """Whether all is over before the fault is."""
    end = course.lengths[0] + course.lengths[1]
    return all(one.resolved is not None and one.resolved <= end for one in alerts)


def _cut(
    setting: Setting, course: Course, alerts: tuple[Alerting, ...]
) -> tuple[Course, tuple[Alerting, ...]]:
    """The fault ends soon after it is told, and the case soon after it is resolved."""
    every = setting.grid.every
    before, held, after = course.lengths
    instants = [one.firing for one in _new(alerts, before - every) if one.firing is not None]
    first, last = min(instants), max(instants)
    told = last if last - first <= 5 * every else first
    held = min(held, max(told - before, 0) + TAIL * every)
    shorter = replace(course, lengths=(before, held, after))
    again = predict(setting, shorter)
    if not _new(again, before - every):
        shorter, again = course, alerts
        before, held, after = course.lengths
    ends = [one.resolved for one in _new(again, before - every)]
    if None in ends:
        return shorter, again
    end = max(t for t in ends if t is not None) + TAIL * every
    after = max(end - before - held, every)
    final = replace(shorter, lengths=(before, held, _up(after, every)))
    return final, predict(setting, final)


def _up(seconds: float, every: float) -> float:
    """The next multiple of the evaluation interval."""
    return -(-seconds // every) * every if seconds > 0 else 0.0
