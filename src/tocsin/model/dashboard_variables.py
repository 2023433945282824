"""The variables of a dashboard: those that its queries use, with where their values come from."""

import re
from collections.abc import Iterable, Mapping, Sequence

from tocsin.diag.nodes import Node
from tocsin.model.dashboard_setting import Setting
from tocsin.model.dashboards import Query, Source, Variable
from tocsin.model.scope import PANEL_VARIABLES
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher, regex_literal, selector
from tocsin.spec.dashboards import VariableSpec

REFERENCE = re.compile(r"\$(\w+)|\$\{(\w+)(?:[.:\[][^}]*)?\}|\[\[(\w+)(?::\w+)?\]\]")
_SOURCES: tuple[Source, ...] = ("prometheus", "loki", "tempo")
_ORDER = ("prometheus", "loki", "tempo", "cluster", "environment", "job", "instance")
_LABELS = {"prometheus": "Metrics", "loki": "Logs", "tempo": "Traces"}


def references(text: str) -> list[str]:
    """Names of the variables in `text`; Grafana's own (`__interval`) and capture groups (`$1`) left out."""
    if "$" not in text and "[[" not in text:
        return []
    names = (a or b or c for a, b, c in REFERENCE.findall(text))
    return [n for n in names if not n.startswith("__") and not n.isdigit()]


def variables(
    setting: Setting,
    said: Mapping[str, VariableSpec],
    queries: Iterable[Query],
    texts: Iterable[tuple[str, Node]],
    used: Sequence[Metric],
    node: Node,
) -> tuple[Variable, ...]:
    """Every variable that a query or text of the dashboard uses, in the order in which people narrow down."""
    wanted = _wanted(said, queries, texts, node)
    found: dict[str, Variable] = {}
    while wanted:
        name, origin = wanted.popitem()
        if name in found:
            continue
        variable = _variable(setting, name, said, used, node)
        if variable is None:
            _unknown(setting, name, origin, used, said)
            continue
        found[name] = variable
        if variable.kind == "query":
            wanted[variable.source] = variable.origin
        # `label_values(up{cluster=~"$cluster"}, job)`
        wanted |= dict.fromkeys(references(variable.query), variable.origin)
    return tuple(sorted(found.values(), key=_rank))


def _wanted(
    said: Mapping[str, VariableSpec], queries: Iterable[Query], texts: Iterable[tuple[str, Node]], node: Node
) -> dict[str, Node]:
    """Name -> where it is used first."""
    wanted: dict[str, Node] = dict.fromkeys(said, node)
    for query in queries:
        if query.source:
            wanted.setdefault(query.source, query.origin)
        for name in references(query.expr):
            wanted.setdefault(name, query.origin)
    for text, origin in texts:
        for name in references(text):
            wanted.setdefault(name, origin)
    return wanted


def _rank(variable: Variable) -> tuple[int, str]:
    return (_ORDER.index(variable.name) if variable.name in _ORDER else len(_ORDER)), variable.name


def _unknown(
    setting: Setting, name: str, origin: Node, used: Sequence[Metric], said: Mapping[str, VariableSpec]
) -> None:
    known = {*_ORDER, *said, *setting.identity, *(label for metric in used for label in metric.labels)}
    setting.sink.unknown(
        "dashboard/unknown-variable", origin, "variable", f"${name}", [f"${k}" for k in known]
    )


def _variable(
    setting: Setting, name: str, said: Mapping[str, VariableSpec], used: Sequence[Metric], node: Node
) -> Variable | None:
    if name in said:
        return _own(setting, name, said[name], used, node)
    if name in _SOURCES:
        return Variable(
            name=name,
            label=_LABELS[name],
            kind="datasource",
            query=name,
            multi=False,
            include_all=False,
            default=name,
            origin=node,
        )
    if name in PANEL_VARIABLES and name in setting.identity:
        own = setting.identity[name]
        values = tuple(dict.fromkeys((own, *setting.choices.get(name, ()))))
        return Variable(name=name, label=_words(name), kind="custom", values=values, default=own, origin=node)
    if name == "job":
        return _query(setting, name, "up", (), node)
    if name == "instance":
        return _query(setting, name, "up", _jobs(setting, used), node)
    for metric in used:
        if name in metric.labels:
            return _query(setting, name, _series(metric), metric.matchers, node)
    return None


def _own(setting: Setting, name: str, spec: VariableSpec, used: Sequence[Metric], node: Node) -> Variable:
    label = spec.label or _words(name)
    if spec.values:
        return Variable(
            name=name,
            label=label,
            kind="custom",
            values=spec.values,
            default=spec.default,
            multi=spec.multi,
            include_all=spec.multi,
            origin=node,
        )
    if spec.text:
        return Variable(
            name=name,
            label=label,
            kind="text",
            default=spec.default,
            multi=False,
            include_all=False,
            origin=node,
        )
    query = spec.query
    if not query:
        metric = next(
            (s.metrics[spec.label_of] for s in setting.services.values() if spec.label_of in s.metrics), None
        )
        if metric is None and spec.label_of:
            setting.sink.unknown(
                "spec/unknown-metric",
                node.at("variables", name, "label_of"),
                "metric",
                spec.label_of,
                [m for s in setting.services.values() for m in s.metrics],
            )
        base = _query(
            setting, name, _series(metric) if metric else "up", metric.matchers if metric else (), node
        )
        query = base.query
    return Variable(
        name=name,
        label=label,
        kind="query",
        query=query,
        default=spec.default,
        multi=spec.multi,
        include_all=spec.multi,
        origin=node,
    )


def _query(setting: Setting, name: str, series: str, matchers: Sequence[Matcher], node: Node) -> Variable:
    chosen = selector(series, (*setting.identity_matchers(), *matchers))
    return Variable(
        name=name, label=_words(name), kind="query", query=f"label_values({chosen}, {name})", origin=node
    )


def _series(metric: Metric) -> str:
    return f"{metric.name}_count" if metric.type in ("histogram", "summary") else metric.name


def _jobs(setting: Setting, used: Sequence[Metric]) -> tuple[Matcher, ...]:
    """Instances of the shown services only."""
    names = dict.fromkeys(metric.service for metric in used)
    services = [setting.services[n] for n in names if n in setting.services]
    jobs = dict.fromkeys(scrape.job for service in services for scrape in service.scrapes)
    if not jobs:
        return ()
    return (Matcher("job", "=~", "|".join(regex_literal(job) for job in jobs)),)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
