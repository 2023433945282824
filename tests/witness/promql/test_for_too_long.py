"""A `for` that is said never to pass never does, in the local evaluator, whatever the series."""

import random
from collections.abc import Callable

from tocsin.witness.outcome import Impossible
from tocsin.witness.promql.impossible import refute
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Gap, Sample, Series, labels, runs

RULES, WORLDS, SAMPLES = 250, 8, 80


class Source:
    """Rules that look at now and then, and series; same seed, same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def condition(self, offset: str = "") -> str:
        return f"x{offset} {self.pick(['>', '<', '==', '>=', '<='])} {self.pick('0125')}"

    def rule(self) -> Rule:
        offset = f" offset {self.pick(['2m', '3m', '5m'])}"
        kinds: list[Callable[[], str]] = [
            lambda: f"x unless x{offset}",
            lambda: f"x{offset} unless x",
            lambda: f"(x unless x{offset}) * 2 > 1",
            lambda: f"{self.condition()} and {self.condition(offset)}",
            lambda: f"{self.condition(offset)} and {self.condition()}",
            lambda: f"({self.condition()} and {self.condition(offset)}) or x > 5",
            lambda: f"{self.condition()} unless {self.condition(offset)}",
            lambda: f"{self.condition()} and on (job) {self.condition(offset)}",
            lambda: f"minute() {self.pick(['<', '>=', '=='])} {self.random.randrange(12)} and on () x > 0",
        ]
        hold, every = self.pick([120.0, 180.0, 300.0, 600.0]), self.pick([30.0, 60.0, 60.0, 45.0])
        return Rule(name="A", language="promql", expr=self.pick(kinds)(), hold=hold, every=every)

    def series(self) -> list[Series]:
        names = (("__name__", "x"), ("job", "j"))
        return [Series(labels((*names, ("instance", one))), runs(self.samples())) for one in "pq"]

    def samples(self) -> list[Sample]:
        long, begin = self.pick([3, 10, 20]), self.pick([20, 40])
        kinds: list[Callable[[int], Sample]] = [
            lambda i: float(self.pick("0125")),
            lambda i: float(i // long % 3),
            lambda i: Gap.STALE if self.random.random() < 0.3 else 1.0,
            lambda i: 0.0 if i < 30 else 5.0,
            lambda i: Gap.MISSING if i < begin else 2.0,
        ]
        kind = self.pick(kinds)
        return [kind(i) for i in range(SAMPLES)]


def test_it_never_passes() -> None:
    source, refuted = Source(5), 0
    for _ in range(RULES):
        rule = source.rule()
        found = refute(rule)
        if not isinstance(found, Impossible):
            continue
        refuted += found.reason.kind == "for-too-long"
        for _ in range(WORLDS):
            alerts = predicted(rule, source.series(), 30.0, rule.every, 2400.0)
            assert all(one.firing is None for one in alerts), (rule.expr, rule.hold, rule.every)
    assert refuted > 40
