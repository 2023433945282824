"""Log rules in scenarios that have log lines: a real Loki evaluates them over the whole grid.

Every service that logs writes a healthy line twice a minute; the scenario's lines come on top from the fault
on.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence

from tocsin import engines
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.servers.loki import RunningLoki
from tocsin.model.scenario import Scenario
from tocsin.model.telemetry import LogStream
from tocsin.model.workspace import Model
from tocsin.proof.loki.grid import Refusal, evaluate, push
from tocsin.proof.rulebook import Book
from tocsin.proof.scenario.pages import Firing
from tocsin.proof.scenario.world import Timing
from tocsin.witness.rule import Rule
from tocsin.witness.states import alertings
from tocsin.witness.telemetry import Line, Stream, labels

_HEALTHY_EVERY = 30.0
MOST_LINES = 100_000
"""Lines of one stream; a scenario that wants more is cut there."""


def alerts_of_logs(
    book: Book, wanted: Sequence[tuple[Scenario, Timing]]
) -> Mapping[str, list[Firing]] | NotRun:
    """By scenario: the alerts of log rules that fire."""
    rules = [one.rule for one in book.subjects if one.rule.language == "logql"]
    if not wanted or not rules or book.model is None:
        return {}
    found = engines.loki()
    if isinstance(found, Missing):
        return found
    with contextlib.ExitStack() as stack:
        try:
            loki = stack.enter_context(found.start())
            return {one.name: list(_fired(book.model, loki, rules, one, on)) for one, on in wanted}
        except EngineError as error:
            return NotRun("; ".join((error.summary, *(text for _, text in error.facts))), error.cure or None)


def _fired(
    model: Model, loki: RunningLoki, rules: Sequence[Rule], scenario: Scenario, on: Timing
) -> Iterator[Firing]:
    tenant = f"scenario-{scenario.name}"
    push(loki, tenant, [*_healthy(model, on), *_of_fault(scenario, on)])
    for rule in rules:
        grid = evaluate(loki, tenant, rule.expr, every=on.every, until=on.until, offset=rule.query_offset)
        if isinstance(grid, Refusal):
            continue  # what does not evaluate is another column's
        for one in alertings(grid.present, on.every, rule.hold, rule.keep, rule.limit):
            if one.firing is not None:
                own = {**dict(one.labels), **dict(rule.labels), "alertname": rule.name}
                last = on.until if one.resolved is None else one.resolved - on.every
                yield Firing(own, one.firing, last)


def _healthy(model: Model, on: Timing) -> Iterator[Stream]:
    for service in model.services.values():
        logs = service.logs
        if logs is not None:
            name = labels({**model.identity, **logs.labels}.items())
            text = _line(logs)
            count = int(on.until / _HEALTHY_EVERY)
            yield Stream(name, tuple(Line(i * _HEALTHY_EVERY + 0.5, text) for i in range(count)))


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
