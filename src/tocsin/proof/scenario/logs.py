"""Log rules in scenarios that are about log lines: a real Loki evaluates them over the whole grid.

Every service that logs writes a healthy line twice a minute; the scenario's lines come on top from the fault
on. What an evaluation sees of lines that come late is what it would see of shorter windows that end earlier.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin import engines
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.servers.loki import RunningLoki
from tocsin.model.scenario import Scenario
from tocsin.model.telemetry import LogStream
from tocsin.model.workspace import Model
from tocsin.proof.loki.grid import Refusal, evaluate, push
from tocsin.proof.rulebook import Book
from tocsin.proof.scenario.pages import Firing
from tocsin.proof.scenario.rules import mattering
from tocsin.proof.scenario.world import DAY, Timing
from tocsin.query.errors import QueryError
from tocsin.query.logql import Expr, parse, print_
from tocsin.query.logql.ast import Binary, LogRange, Number, Paren, RangeAggregate, Variants
from tocsin.query.logql.walk import rewrite
from tocsin.witness.rule import Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Line, Stream, labels

_HEALTHY_EVERY = 30.0
_BEFORE = 3_600.0
"""Seconds of health before the first evaluation, so that windows are not empty."""
_PER_SECOND = frozenset(("rate", "bytes_rate"))
_BEFORE_ALL = 10 * DAY
MOST_LINES = 100_000
"""Lines of one stream; a scenario that wants more is cut there."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A scenario as log rules see it."""

    scenario: Scenario
    on: Timing
    late: float = 0.0
    """Seconds by which lines arrive late."""


def alerts_of_logs(book: Book, scenarios: Iterable[Logged]) -> Mapping[str, list[Firing]] | NotRun:
    """By scenario: the alerts of log rules that fire. Scenarios that are not about lines have none."""
    wanted = [one for one in scenarios if one.scenario.lines or one.late]
    told = [name for one in wanted for name in one.scenario.tells]
    rules = mattering(book, book.model, "logql", told) if book.model else []
    if not wanted or not rules or book.model is None:
        return {}
    found = engines.loki()
    if isinstance(found, Missing):
        return found
    with contextlib.ExitStack() as stack:
        try:
            loki = stack.enter_context(found.start())
            return {one.scenario.name: list(_fired(book.model, loki, rules, one)) for one in wanted}
        except EngineError as error:
            return NotRun("; ".join((error.summary, *(text for _, text in error.facts))), error.cure or None)


def _fired(model: Model, loki: RunningLoki, rules: Sequence[Rule], one: Logged) -> Iterator[Firing]:
    scenario, on = one.scenario, one.on
    tenant = f"scenario-{scenario.name}"
    push(loki, tenant, [*_healthy(model, on), *_of_fault(scenario, on)])
    for rule in rules:
        expr = seen_late(rule.expr, one.late) if one.late else rule.expr
        grid = evaluate(loki, tenant, expr, every=on.every, until=on.until, offset=rule.query_offset)
        if isinstance(grid, Refusal):
            continue  # what does not evaluate is another column's
        for alert in alertings(grid.present, on.every, rule.hold, rule.keep, rule.limit):
            if alert.firing is not None:
                own = {**dict(alert.labels), **dict(rule.labels), "alertname": rule.name}
                last = on.until if alert.resolved is None else alert.resolved - on.every
                yield Firing(own, alert.firing, last)


def seen_late(expr: str, late: float) -> str:
    """The query that sees now what this one sees of lines that arrive `late` seconds after their time."""

    def change(node: Expr) -> Expr:
        if not isinstance(node, RangeAggregate | Variants):
            return node
        whole = node.range
        found = replace(node, range=_arrived(whole, late))
        share = found.range.range.value / whole.range.value
        if isinstance(found, Variants) or found.op not in _PER_SECOND or share == 1:
            return found
        # per second of the whole window
        return Paren(Binary("*", found, Number(share)))

    try:
        return print_(rewrite(parse(expr), change))
    except QueryError:
        return expr  # what cannot be read is another column's


def _arrived(span: LogRange, late: float) -> LogRange:
    """The part of a window whose lines have arrived; of one that is shorter nothing is seen."""
    offset = span.offset.value if span.offset else 0.0
    missing = max(0.0, late - offset)
    left = span.range.value - missing
    if left <= 0:
        return replace(span, range=Number(1.0, True), offset=Number(_BEFORE_ALL, True))
    return replace(span, range=Number(left, True), offset=Number(offset + missing, True))


def _healthy(model: Model, on: Timing) -> Iterator[Stream]:
    for service in model.services.values():
        logs = service.logs
        if logs is not None:
            name = labels({**model.identity, **logs.labels}.items())
            text = _line(logs)
            count = int((on.until + _BEFORE) / _HEALTHY_EVERY)
            yield Stream(name, tuple(Line(i * _HEALTHY_EVERY + 0.5 - _BEFORE, text) for i in range(count)))


def _line(logs: LogStream) -> str:
    said = {"timestamp": "2024-01-01T00:00:00Z", "level": "INFO", "message": "all is well"}
    required = [name for name, how in logs.fields.items() if how == "required"] or ["message"]
    fields = {name: said.get(name, "well") for name in required}
    if logs.format == "json":
        return json.dumps(fields)
    if logs.format == "logfmt":
        return " ".join(f'{name}="{value}"' for name, value in fields.items())
    return said["message"]


def _of_fault(scenario: Scenario, on: Timing) -> Iterator[Stream]:
    for one in scenario.lines:
        count = min(MOST_LINES, int((on.until - on.fault) * one.rate))
        lines = (
            Line(on.fault + (i + 0.5) / one.rate, one.line.replace("#", str(i + 1))) for i in range(count)
        )
        yield Stream(labels(one.labels.items()), tuple(lines))
