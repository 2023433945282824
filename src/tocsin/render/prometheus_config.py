"""`prometheus/prometheus.yml`: what is scraped, where alerts and samples go. Not the rules themselves.

Everything here holds for Prometheus 3.15 (3.9 and later were read). `prometheus.small.yml` is the same
without remote_write, for the compose file that leaves Mimir out.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact, at
from tocsin.model.telemetry import Scrape
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer
from tocsin.render.scrape_config import scrape_config
from tocsin.render.stack_urls import address
from tocsin.spec.values import Duration

REPLICA_VARIABLE = "PROMETHEUS_REPLICA"
REPLICA_LABEL = "__replica__"
"""Mimir's default name (3.2); it is dropped on ingestion, so series do not change when the replica does."""
LOCAL_RETENTION = Duration.parse("15d")
"""What Prometheus keeps itself when Mimir keeps the rest."""


@renderer("prometheus")
def prometheus(model: Model) -> Iterator[Artifact]:
    """Both configuration files of one environment's Prometheus."""
    yield _artifact(model, "prometheus.yml", remote=model.stack.mimir)
    if model.stack.mimir:
        yield _artifact(model, "prometheus.small.yml", remote=False)


def _artifact(model: Model, name: str, *, remote: bool) -> Artifact:
    return Artifact(
        path=f"{model.root}prometheus/{name}",
        format="yaml",
        tree=config(model, remote=remote),
        origin=model.stack.origin,
        kind="stack files",
    )


def config(model: Model, *, remote: bool) -> dict[str, Any]:
    """The whole configuration."""
    stack = model.stack
    out: dict[str, Any] = {
        "global": {
            "scrape_interval": str(stack.scrape_interval),
            "scrape_timeout": str(min(stack.scrape_interval, Duration(10_000))),
            "evaluation_interval": str(stack.evaluation_interval),
            "external_labels": _external_labels(model),
        },
        # Beside the configuration's folder, in the repository and in the container alike.
        "rule_files": ["../alerts/*.yaml"],
        "alerting": _alerting(model),
        "scrape_configs": [at(s.origin, scrape_config(s), f"scrape job {s.job}") for s in _scrapes(model)],
    }
    if remote:
        out["remote_write"] = [_remote_write(model)]
    kept = min(stack.metrics_retention, LOCAL_RETENTION) if remote else stack.metrics_retention
    out["storage"] = {
        # Prometheus 3.15 reads retention from here; the flag --storage.tsdb.retention.time is deprecated.
        # Samples that Loki's ruler sends by remote write may be a little late.
        "tsdb": {"out_of_order_time_window": "10m", "retention": {"time": str(kept)}},
        # Needs --enable-feature=exemplar-storage, still behind the flag in 3.15.
        "exemplars": {"max_exemplars": 100_000},
    }
    return out


def _external_labels(model: Model) -> dict[str, str]:
    """Identity, and which of an HA pair this is.

    Prometheus 3 always expands `${VAR}` in external labels (the feature flag is gone) and reads `$$` as `$`;
    an unset variable makes the label empty, which is the same as not there.
    """
    labels = {name: value.replace("$", "$$") for name, value in model.identity.items()}
    return {**labels, REPLICA_LABEL: f"${{{REPLICA_VARIABLE}}}"}


def _alerting(model: Model) -> dict[str, Any]:
    """All Alertmanagers of the cluster: each gets every alert, they agree among themselves.

    Both of an HA pair send the same alert; Alertmanager takes them for one only when all labels are equal.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for url in model.stack.alertmanager_urls:
        one = address(url)
        groups.setdefault((one.scheme, one.prefix), []).append(one.target)
    managers: list[dict[str, Any]] = []
    for (scheme, prefix), targets in groups.items():
        manager: dict[str, Any] = {
            "scheme": scheme,
            "timeout": "10s",
            "static_configs": [{"targets": targets}],
        }
        if prefix:
            manager["path_prefix"] = prefix
        managers.append(manager)
    return {
        "alert_relabel_configs": [{"action": "labeldrop", "regex": REPLICA_LABEL}],
        "alertmanagers": managers,
    }


def _scrapes(model: Model) -> Iterator[Scrape]:
    for name in sorted(model.services):
        yield from model.services[name].scrapes


def _remote_write(model: Model) -> dict[str, Any]:
    return {
        "name": "mimir",
        "url": f"{model.stack.mimir_url}/api/v1/push",
        "send_exemplars": True,
        "queue_config": {
            "max_shards": 20,
            "max_samples_per_send": 2000,
            "batch_send_deadline": "5s",
            # Without it a rate limit (429) drops samples (Prometheus 3.15: off by default).
            "retry_on_http_429": True,
        },
    }
