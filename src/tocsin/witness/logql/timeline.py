"""Which alerts a rule has over a case's evaluations, said before any engine was asked."""

from collections.abc import Sequence

from tocsin.witness.case import Alerting
from tocsin.witness.logql.evaluate import Plan
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import EngineRefuses
from tocsin.witness.rule import Known, Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Labels, Stream

NOTHING = Known()


def predicted(
    rule: Rule,
    streams: Sequence[Stream],
    every: float,
    until: float,
    known: Known = NOTHING,
    *,
    plan: Plan | None = None,
) -> tuple[Alerting, ...]:
    """The alerts of `rule` over evaluations at 0, `every`, ... `until`.

    Raises NotUnderstood, EngineRefuses, OutOfBudget, and QueryError for what is no LogQL.
    """
    plan = plan or Plan.of(rule.expr)
    store = Store(streams)
    count = int(until / every + 1e-9) + 1
    present: dict[Labels, list[bool]] = {}
    for i in range(count):
        for element in plan.vector(store, i * every - rule.query_offset):
            labels = tuple(pair for pair in element.labels if pair[1])
            row = present.setdefault(labels, [False] * count)
            if row[i]:
                raise EngineRefuses("two elements have the same labels")
            row[i] = True
    return alertings(present, every, rule.hold, rule.keep, rule.limit)
