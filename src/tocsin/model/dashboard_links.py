"""What leads away from a dashboard (runbooks, logs, traces), what marks its time axis (alerts, restarts)."""

import json
from collections.abc import Mapping, Sequence
from functools import cache, partial
from urllib.parse import quote

from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert
from tocsin.model.dashboard_setting import Setting
from tocsin.model.dashboards import Annotation, Link
from tocsin.model.telemetry import Metric, Service
from tocsin.query.matchers import Matcher, equal, regex_literal, selector

MOST_SIBLINGS = 12
"""More dashboards than that are reached by a menu of the workspace's tag."""
_WINDOW = "5m"
_PLAIN = "~()*!.'"


def siblings(own_uid: str, group: Mapping[str, str]) -> dict[str, str]:
    """Title -> uid of the other dashboards of the same group."""
    return (
        {title: uid for title, uid in group.items() if uid != own_uid} if len(group) <= MOST_SIBLINGS else {}
    )


_fixed = cache(partial(quote, safe=_PLAIN))


def explore(source: str, query: Mapping[str, object]) -> str:
    """A link to Grafana's Explore with one query, at the time that is being looked at.

    Grafana fills in variables before it reads the address, so exactly they stay unescaped.
    """
    uid = f"${{{source}}}"
    asked = json.dumps({"refId": "A", **query}, separators=(",", ":"))[1:-1]
    parts = (
        _fixed('{"a":{"datasource":"'),
        uid,
        _fixed(f'","queries":[{{"datasource":{{"type":"{source}","uid":"'),
        uid,
        _fixed('"},'),
        quote(asked, safe=_PLAIN),
        _fixed('}],"range":{"from":"'),
        "${__from}",
        _fixed('","to":"'),
        "${__to}",
        _fixed('"}}}'),
    )
    return "/explore?schemaVersion=1&panes=" + "".join(parts)


def for_dashboard(setting: Setting, services: Sequence[str]) -> tuple[Link, ...]:
    """Logs and traces of the dashboard's services, the runbooks, the alerts that fire now."""
    links: list[Link] = []
    shown = [setting.services[name] for name in services]
    logging = [s for s in shown if s.logs is not None]
    tracing = [s for s in shown if s.traces]
    links += [Link(title=_of("Logs", s, logging), url=explore("loki", _logs(s))) for s in logging]
    links += [Link(title=_of("Traces", s, tracing), url=explore("tempo", _traces(s))) for s in tracing]
    if setting.links.runbooks:
        links.append(Link(title="Runbooks", url=setting.links.runbooks))
    if setting.links.alertmanager:
        links.append(Link(title="Alerts", url=_alertmanager(setting, equal(setting.identity))))
    return tuple(links)


def _of(what: str, service: Service, all_of_kind: Sequence[Service]) -> str:
    return what if len(all_of_kind) == 1 else f"{what}: {service.title or service.name}"


def _logs(service: Service) -> dict[str, object]:
    labels = service.logs.labels if service.logs else {}
    return {"expr": selector("", equal(labels)), "queryType": "range"}


def _traces(service: Service) -> dict[str, object]:
    query = "{" + str(Matcher("resource.service.name", "=", service.traces)) + "}"
    return {"query": query, "queryType": "traceql", "filters": []}


def for_alert(setting: Setting, alert: Alert | None) -> tuple[Link, ...]:
    """The runbook of a panel's alert, its service's logs, its firing instances."""
    if alert is None:
        return ()
    links: list[Link] = []
    if alert.runbook and setting.links.runbooks:
        links.append(Link(title=f"Runbook: {alert.name}", url=f"{setting.links.runbooks}/{alert.runbook}"))
    service = setting.services.get(alert.service)
    if service is not None and service.logs is not None:
        links.append(
            Link(title=f"Logs: {service.title or service.name}", url=explore("loki", _logs(service)))
        )
    if setting.links.alertmanager:
        matchers = (Matcher("alertname", "=", alert.name), *equal(setting.identity))
        links.append(Link(title=f"Firing: {alert.name}", url=_alertmanager(setting, matchers)))
    return tuple(links)


def _alertmanager(setting: Setting, matchers: Sequence[Matcher]) -> str:
    return f"{setting.links.alertmanager}/#/alerts?filter={quote(selector('', matchers), safe=_PLAIN)}"


def annotations(setting: Setting, services: Sequence[str], node: Node) -> tuple[Annotation, ...]:
    """Firing alerts of the dashboard's services, their deployments and restarts."""
    out: list[Annotation] = []
    if not setting.alerting.isdisjoint(services):
        expr = setting.select(
            "ALERTS",
            Matcher("alertstate", "=", "firing"),
            _one_of("service", services),
            Matcher("escalated", "!=", "true"),
        )
        out.append(
            Annotation(
                name="Firing alerts",
                expr=expr,
                color="red",
                title="{{alertname}}",
                text="{{severity}} {{service}} {{instance}}",
                tags=("severity", "service"),
                origin=node,
            )
        )
    for service in (setting.services[name] for name in services):
        out += [
            _deployments(setting, service, m)
            for m in service.metrics.values()
            if m.type == "info" and "version" in m.labels
        ]
        start = service.metrics.get("process_start_time_seconds")
        if start is not None:
            expr = f"changes({setting.select(start.name, *start.matchers)}[{_WINDOW}]) > 0"
            out.append(
                Annotation(
                    name=f"Restarts: {service.name}",
                    expr=expr,
                    color="purple",
                    origin=start.origin,
                    title=f"{service.title or service.name} restarted",
                    text="{{instance}}",
                )
            )
    return tuple(out)


def _deployments(setting: Setting, service: Service, metric: Metric) -> Annotation:
    """A version that was not there five minutes ago, while another one was: not a return after an outage."""
    now = setting.select(metric.name, *metric.matchers)
    before = f"{now} offset {_WINDOW}"
    expr = f"(group by (version) ({now}) unless group by (version) ({before})) and on () group({before})"
    return Annotation(
        name=f"Deployments: {service.name}",
        expr=expr,
        color="blue",
        text="version {{version}}",
        title=f"{service.title or service.name} deployed",
        origin=metric.origin,
    )


def _one_of(label: str, values: Sequence[str]) -> Matcher:
    if len(values) == 1:
        return Matcher(label, "=", values[0])
    return Matcher(label, "=~", "|".join(regex_literal(v) for v in values))
