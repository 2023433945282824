"""From states to cases: calm, fault and recovery over a rule's evaluations, and what is predicted of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tocsin.witness.case import Alerting, Case, Clause, Kind
from tocsin.witness.logql.course import Phase, State, streams
from tocsin.witness.logql.timeline import predicted
from tocsin.witness.logql.trial import Trial
from tocsin.witness.rule import Rule

MOST_EVALUATIONS = 5_000


@dataclass(frozen=True, slots=True)
class Span:
    """When the fault begins and ends, and the case; whether the calm was there before second 0."""

    begin: float
    end: float
    until: float
    sudden: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule with a calm state and one in which it fires."""

    rule: Rule
    trial: Trial
    calm: State
    fault: State
    span: Span = Span(0.0, 0.0, 0.0)

    @property
    def every(self) -> float:
        """The evaluation interval."""
        return self.rule.every

    def phases(self, fault: State, span: Span, after: State | None = None) -> list[Phase]:
        """Calm, fault, and what comes after."""
        return [
            Phase(0.0, span.begin, self.calm, span.sudden),
            Phase(span.begin, span.end, fault),
            Phase(span.end, span.until, self.calm if after is None else after),
        ]

    def alerts(self, phases: Sequence[Phase], until: float) -> tuple[Alerting, ...]:
        """What is predicted of these phases."""
        found = streams(self.trial.kinds, phases, self.trial.times)
        count = sum(len(stream.lines) for stream in found)
        self.trial.plan.budget.spend(count)
        return predicted(self.rule, found, self.every, until, plan=self.trial.plan)

    def case(
        self, name: str, kind: Kind, phases: Sequence[Phase], story: str, pins: Clause | None = None
    ) -> Case:
        """A case of these phases."""
        found = streams(self.trial.kinds, phases, self.trial.times)
        until = self.span.until
        return Case(
            name=name,
            kind=kind,
            interval=self.every,
            every=self.every,
            until=until,
            streams=found,
            expected=predicted(self.rule, found, self.every, until, plan=self.trial.plan),
            pins=pins,
            story=story,
        )


def placed(setting: Setting) -> Setting | str:
    """The setting with the times of its firing case; in words why there are none."""
    every, longest = setting.every, setting.trial.times.longest
    filled = math.ceil(longest / every + 1) * every
    if (filled * 3 + setting.rule.hold + setting.rule.keep) / every > MOST_EVALUATIONS:
        return f"it would take more than {MOST_EVALUATIONS:,} evaluations"
    why = "it is not quiet before the fault: the windows need lines from before the first evaluation"
    for begin, sudden in ((2 * every, False), (2 * every, True), (filled, False), (filled, True)):
        span = Span(begin, begin, begin, sudden)
        if setting.alerts(setting.phases(setting.fault, span), begin):
            continue
        found = _fired(setting, span, filled)
        if isinstance(found, Setting):
            return found
        why = found
    return why


def _fired(setting: Setting, span: Span, filled: float) -> Setting | str:
    every, rule = setting.every, setting.rule
    held = math.ceil(rule.hold / every) * every
    most = span.begin + filled + held + 4 * every
    alerts = setting.alerts(setting.phases(setting.fault, Span(span.begin, most, most, span.sudden)), most)
    first = min((one.firing for one in alerts if one.firing is not None), default=None)
    if first is None:
        return "the expression holds for a while, but not as long as `for` wants"
    filled_windows = span.begin + math.ceil(setting.trial.times.shortest / every + 1) * every
    for end in (max(first, filled_windows + held) + every, first + 3 * every, most):
        kept = math.ceil(rule.keep / every) * every
        until = end + 2 * filled + kept + 2 * every
        found = setting.alerts(setting.phases(setting.fault, replace(span, end=end, until=until)), until)
        resolved = [one.resolved for one in found]
        if found and None not in resolved and any(one.firing is not None for one in found):
            last = max(at for at in resolved if at is not None)
            return replace(setting, span=Span(span.begin, end, max(end, last) + every, span.sudden))
    return "it does not resolve when the fault has ended"
