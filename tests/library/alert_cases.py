"""Examples of alert templates and packs, made into rules, promtool tests and mutants. Runs nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.app.workspace import read_pack
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.library.example import IDENTITY, SERVICE, Example
from tocsin.model.alerting import Condition
from tocsin.model.build_services import service as build_service
from tocsin.model.plugins import AlertTemplate, alert_templates
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Service
from tocsin.query.matchers import Matcher, parse_matchers, selector
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.decode import decode
from tocsin.spec.organisation import StackSpec
from tocsin.spec.services import ServiceSpec
from tocsin.spec.values import Duration

_COMPARED = re.compile(r"(?P<op>[<>]=?|==) (?P<number>-?\d+(?:\.\d+)?)(?![\d.\w])")
_SEVERITY = {"severity": "critical"}


@dataclass(frozen=True, slots=True)
class Case:
    """One example with the rule that its template makes of it."""

    home: str
    """The template, or `pack/Alert`."""
    example: Example
    condition: Condition
    language: str
    hold: Duration
    service: str

    @property
    def id(self) -> str:
        """`error-ratio: just over`."""
        return f"{self.home}: {self.example.title}"

    @property
    def rule_labels(self) -> dict[str, str]:
        """The labels that the rule itself puts on."""
        return {**IDENTITY, "service": self.service, **_SEVERITY}


def template_cases() -> Iterator[Case]:
    """All examples of all templates."""
    for name, template in alert_templates:
        module = __import__(template.__module__, fromlist=["EXAMPLES"])
        for example in getattr(module, "EXAMPLES", ()):
            text = f"{example.contract}\nalerts:\n  Alert: {with_template(name, example.alert)}\n"
            yield _case(name, template, example, SERVICE, text, "Alert")


def with_template(name: str, alert: str) -> str:
    """The flow map of an alert with its template, unless it is an expression."""
    raw = name in ("expr", "logql")
    return "{severity: critical, " + ("" if raw else f"template: {name}, ") + alert.strip().removeprefix("{")


def pack_cases(pack: str, alert: str, examples: tuple[Example, ...]) -> Iterator[Case]:
    """Examples of an alert of a pack; its contract and parameters are the pack's own."""
    root = parsed(read_pack(pack) or "")
    (name, node), *_ = root.at("services").map.items()
    for example in examples:
        chosen = node.at("alerts", alert, "template").text
        template = alert_templates.get(chosen)
        assert template is not None, chosen
        yield _resolved(f"{pack}/{alert}", template, example, name, node, alert)


def parsed(text: str) -> Node:
    """YAML that must be right."""
    sink = Sink()
    node = compose_text(Source("example", text), sink)
    assert node is not None, sink.found
    return node


def _case(
    home: str, template: type[AlertTemplate], example: Example, name: str, text: str, alert: str
) -> Case:
    return _resolved(home, template, example, name, parsed(text), alert)


def scope_of(name: str, node: Node, sink: Sink, *, mode: Any = "rule", every: str = "15s") -> Scope:
    """What a template sees of a service."""
    spec, stack = decode(ServiceSpec, node, sink), decode(StackSpec, parsed("{}"), sink)
    assert spec is not None and stack is not None, sink.found
    built: Service = build_service(name, spec, "team", stack, IDENTITY, sink)
    return Scope(
        mode=mode,
        service=built,
        services={name: built},
        identity=IDENTITY,
        every=Duration.parse(every),
        sink=sink,
    )


def _resolved(
    home: str, template: type[AlertTemplate], example: Example, name: str, node: Node, alert: str
) -> Case:
    sink = Sink()
    scope = scope_of(name, node, sink, every=example.every)
    said = node.at("alerts", alert)
    envelope = decode(AlertSpec, said, sink, extra=True)
    params: AlertTemplate | None = decode(template, said, sink, envelope=AlertSpec)
    assert envelope is not None and params is not None, _shown(sink)
    condition = params.condition(scope, said)
    assert condition is not None and not sink.found, _shown(sink)
    return Case(home, example, condition, template.language, envelope.for_, name)


def findings(contract: str, alert: str, template: str) -> list[Diagnostic]:
    """What a wrong alert is told."""
    sink = Sink()
    node = parsed(f"{contract}\nalerts:\n  Alert: {with_template(template, alert)}\n")
    scope = scope_of(SERVICE, node, sink)
    plugin = alert_templates.get(template)
    assert plugin is not None
    params: AlertTemplate | None = decode(plugin, node.at("alerts", "Alert"), sink, envelope=AlertSpec)
    if params is not None:
        assert params.condition(scope, node.at("alerts", "Alert")) is None
    return sink.found


def _shown(sink: Sink) -> str:
    return "\n".join(f"{d.at.span} {d.code}: {d.message} ({d.help})" for d in sink.found)


# -- mutants ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Mutant:
    """The rule with one thing changed; `what` is the same for all examples of the same alert."""

    what: str
    expr: str
    hold: Duration


def mutants(case: Case) -> tuple[Mutant, ...]:
    """Each number that something is compared with, ten times as large and as small; `for` one step off."""
    expr, every = case.condition.expr, Duration.parse(case.example.every)
    found: list[Mutant] = []
    for index, match in enumerate(_COMPARED.finditer(expr)):
        number = float(match["number"])
        larger, smaller = (number * 10, number / 10) if number else (10.0, -10.0)
        for factor, value in (("x10", larger), ("/10", smaller)):
            text = f"{expr[: match.start()]}{match['op']} {value:.12g}{expr[match.end() :]}"
            found.append(Mutant(f"{match[0]} (number {index + 1}) {factor}", text, case.hold))
    found.append(Mutant("for + one step", expr, case.hold + every))
    if case.hold.ms:
        found.append(Mutant("for - one step", expr, Duration(case.hold.ms - every.ms)))
    return tuple(found)


# -- promtool --------------------------------------------------------------------------------
def write(case: Case, folder: Path, number: int, *, mutated: bool = False) -> tuple[Path, Path]:
    """The rule file with the alert and its mutants `M0`, `M1`, ...; and the test of all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    rules, test = folder / f"{number}.rules.json", folder / f"{number}.test.json"
    named = {"Alert": Mutant("", case.condition.expr, case.hold)}
    if mutated:
        named |= {f"M{index}": mutant for index, mutant in enumerate(mutants(case))}
    records = [{"record": r.record, "expr": r.expr, "labels": dict(r.labels)} for r in case.condition.records]
    alerts = [
        {
            "alert": name,
            "expr": mutant.expr,
            "for": str(mutant.hold),
            "labels": case.rule_labels,
        }
        for name, mutant in named.items()
    ]
    group = {"name": "examples", "interval": case.example.every, "rules": [*records, *alerts]}
    rules.write_text(json.dumps({"groups": [group]}, indent=1))
    test.write_text(json.dumps(_test(case, rules.name, tuple(named)), indent=1))
    return rules, test


def worded(case: Case, folder: Path, number: int) -> Path:
    """A rule file with all that a condition says beside its expression: words, signal, offender."""
    file, condition = folder / f"{number}.words.json", case.condition
    said = {"summary": condition.summary or "none", "value": condition.value}
    rules: list[Any] = [{"alert": "Alert", "expr": condition.expr, "annotations": said}]
    for name, expr in (("signal", condition.signal), ("offender", condition.offender)):
        if expr is not None:
            rules.append({"record": f"tocsin:{name}", "expr": expr})
    file.write_text(json.dumps({"groups": [{"name": "words", "rules": rules}]}))
    return file


def _test(case: Case, rules: str, names: tuple[str, ...]) -> dict[str, Any]:
    example = case.example
    every = Duration.parse(example.every)
    checks: list[tuple[Duration, bool]] = []
    if example.since:
        began = Duration.parse(example.since)
        if began > every:
            checks.append((Duration(began.ms - every.ms), False))
        checks.append((began, True))
        if example.ends:
            end = Duration.parse(example.until)
            checks += [(Duration(end.ms - every.ms), True), (end, False)]
    labels = [{**case.rule_labels, **more} for more in example.labels]
    expected = [{"exp_labels": {k: v for k, v in row.items() if v}} for row in labels]
    return {
        "rule_files": [rules],
        "evaluation_interval": example.every,
        "tests": [
            {
                "name": case.id,
                "interval": example.every,
                "input_series": [
                    {"series": completed(case, text), "values": values}
                    for text, values in example.series.items()
                ],
                "alert_rule_test": [
                    {"eval_time": str(at), "alertname": name, "exp_alerts": expected if firing else []}
                    for at, firing in checks
                    for name in names
                ],
                "promql_expr_test": [_never(name, example) for name in names if not example.since],
            }
        ],
    }


def _never(name: str, example: Example) -> dict[str, Any]:
    """Not one firing evaluation in the whole run."""
    run = Duration.parse(example.until) + Duration.parse(example.every)
    firing = selector("ALERTS", (Matcher("alertname", "=", name), Matcher("alertstate", "=", "firing")))
    return {"expr": f"count_over_time({firing}[{run}])", "eval_time": example.until, "exp_samples": []}


def completed(case: Case, text: str) -> str:
    """A series with the target labels that it does not say itself."""
    name, brace, _ = text.partition("{")
    said = parse_matchers(text[len(name) :]) if brace else ()
    labels = {"job": case.service, "instance": "a:1", "service": case.service, **IDENTITY}
    labels |= {m.label: m.value for m in said}
    return selector(name, (Matcher(k, "=", v) for k, v in labels.items() if v))
