"""`grafana/provisioning/`: data sources with fixed uids and their correlations, and the dashboards' folder.

Grafana 13 expands `$NAME` and `${...}` in provisioning files: a `$` that Grafana shall see later is doubled.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer

PROMETHEUS, LOKI, TEMPO, ALERTMANAGER, MIMIR = "prometheus", "loki", "tempo", "alertmanager", "mimir"
"""The uids; dashboards choose by a variable, links and correlations by these."""
DASHBOARDS = "/etc/grafana/dashboards"
_TRACE_ID = '"(?:trace_id|traceId|traceID)"\\s*:\\s*"([0-9a-fA-F]{32})"'


@renderer("grafana")
def grafana(model: Model) -> Iterator[Artifact]:
    """Data sources, Mimir's in a file of its own (the small stack goes without), and the provider."""
    folder = f"{model.root}grafana"
    yield _artifact(model, f"{folder}/provisioning/datasources/tocsin.yaml", datasources(model))
    if model.stack.mimir:
        yield _artifact(
            model,
            f"{folder}/provisioning/datasources/mimir.yaml",
            {"apiVersion": 1, "datasources": [_mimir(model)]},
        )
        yield _artifact(
            model,
            f"{folder}/small/mimir.yaml",
            {"apiVersion": 1, "deleteDatasources": [{"name": "Mimir", "orgId": 1}]},
        )
    yield _artifact(model, f"{folder}/provisioning/dashboards/tocsin.yaml", provider(model))


def _artifact(model: Model, path: str, tree: dict[str, Any]) -> Artifact:
    return Artifact(path=path, format="yaml", tree=tree, origin=model.stack.origin, kind="stack files")


def datasources(model: Model) -> dict[str, Any]:
    """All data sources but Mimir's."""
    return {
        "apiVersion": 1,
        "datasources": [_prometheus(model), _loki(model), _tempo(model), _alertmanager(model)],
    }


def _source(name: str, kind: str, uid: str, url: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "uid": uid,
        "access": "proxy",
        "url": url.replace("$", "$$"),
        "orgId": 1,
        "isDefault": uid == PROMETHEUS,
        "editable": False,
        "jsonData": settings,
    }


def _metrics(model: Model, kind: str) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "prometheusType": kind,
        "timeInterval": str(model.stack.scrape_interval),
        "manageAlerts": kind == "Prometheus",
        "alertmanagerUid": ALERTMANAGER,
        "exemplarTraceIdDestinations": [
            {"name": name, "datasourceUid": TEMPO, "urlDisplayLabel": "Trace"}
            for name in ("trace_id", "traceID")
        ],
    }


def _prometheus(model: Model) -> dict[str, Any]:
    return _source(
        "Prometheus", "prometheus", PROMETHEUS, model.stack.prometheus_url, _metrics(model, "Prometheus")
    )


def _mimir(model: Model) -> dict[str, Any]:
    return _source(
        "Mimir", "prometheus", MIMIR, f"{model.stack.mimir_url}/prometheus", _metrics(model, "Mimir")
    )


def _loki(model: Model) -> dict[str, Any]:
    """From a line to its trace: by structured metadata, and for lines of before by the text."""
    link = {"datasourceUid": TEMPO, "url": "$${__value.raw}", "urlDisplayLabel": "Trace"}
    return _source(
        "Loki",
        "loki",
        LOKI,
        model.stack.loki_url,
        {
            "maxLines": 1000,
            "manageAlerts": True,
            "alertmanagerUid": ALERTMANAGER,
            "derivedFields": [
                {"name": "trace_id", "matcherType": "label", "matcherRegex": "trace_id", **link},
                {"name": "Trace in line", "matcherType": "regex", "matcherRegex": _TRACE_ID, **link},
            ],
        },
    )


def _tempo(model: Model) -> dict[str, Any]:
    """From a span to its lines, to its service's metrics, and the service graph."""
    service = "$$__tags"
    return _source(
        "Tempo",
        "tempo",
        TEMPO,
        model.stack.tempo_url,
        {
            "tracesToLogsV2": {
                "datasourceUid": LOKI,
                "spanStartTimeShift": "-5m",
                "spanEndTimeShift": "5m",
                "tags": [{"key": "service.name", "value": "service_name"}],
                "filterByTraceID": False,
                "filterBySpanID": False,
                "customQuery": True,
                "query": '{$${__tags}} | trace_id="$${__trace.traceId}"',
            },
            "tracesToMetrics": {
                "datasourceUid": PROMETHEUS,
                "spanStartTimeShift": "-30m",
                "spanEndTimeShift": "30m",
                "tags": [{"key": "service.name", "value": "service"}],
                "queries": [
                    {
                        "name": "Requests",
                        "query": f"sum(rate(traces_spanmetrics_calls_total{{{service}}}[5m]))",
                    },
                    {
                        "name": "Errors",
                        "query": "sum(rate(traces_spanmetrics_calls_total"
                        f'{{{service},status_code="STATUS_CODE_ERROR"}}[5m]))',
                    },
                    {
                        "name": "p95",
                        "query": "histogram_quantile(0.95, sum by (le) "
                        f"(rate(traces_spanmetrics_latency_bucket{{{service}}}[5m])))",
                    },
                ],
            },
            "serviceMap": {"datasourceUid": PROMETHEUS},
            "nodeGraph": {"enabled": True},
            "traceQuery": {"timeShiftEnabled": True, "spanStartTimeShift": "-30m", "spanEndTimeShift": "30m"},
        },
    )


def _alertmanager(model: Model) -> dict[str, Any]:
    """The first of the cluster: they agree among themselves."""
    url = next(iter(model.stack.alertmanager_urls), "")
    return _source(
        "Alertmanager",
        "alertmanager",
        ALERTMANAGER,
        url,
        {"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
    )


def provider(model: Model) -> dict[str, Any]:
    """One folder per environment; what is provisioned cannot be edited in Grafana."""
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": f"tocsin-{model.environment}",
                "orgId": 1,
                "folder": folder(model),
                "type": "file",
                "disableDeletion": False,
                "allowUiUpdates": False,
                "updateIntervalSeconds": 30,
                "options": {"path": DASHBOARDS, "foldersFromFilesStructure": False},
            }
        ],
    }


def folder(model: Model) -> str:
    """The dashboards' own folder where they agree on one, else a name made of workspace and environment."""
    said = {one.folder for one in model.dashboards if one.folder}
    return next(iter(said)) if len(said) == 1 else f"{model.name} ({model.environment})"
