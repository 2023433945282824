"""`loki/loki.yaml`: a single Loki 3.7 on the file system, with retention, limits and ruler. Not its rules.

Rules are provisioned as files under `loki/rules/fake/` (`fake` is the tenant's name while `auth_enabled` is
off): storage `local` reads them as they are and refuses changes over the API: the repository stays the truth.
(`backend: filesystem` would accept the API, under encoded file names that nobody can review.)
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact, at
from tocsin.model.telemetry import LogStream
from tocsin.model.workspace import Model
from tocsin.query.matchers import equal, selector
from tocsin.render.log_labels import index_attributes
from tocsin.render.renderer import renderer
from tocsin.spec.values import Duration, Size

DATA = "/loki"
RULES = "/etc/loki/rules"
SHORTEST_RETENTION = Duration.parse("24h")
"""Loki 3.7 refuses a shorter `retention_stream` period."""
MEBIBYTE = 1 << 20
"""`ingestion_rate_mb` counts in these."""


@renderer("loki")
def loki(model: Model) -> Iterator[Artifact]:
    """The configuration of one environment's Loki."""
    yield Artifact(
        path=f"{model.root}loki/loki.yaml",
        format="yaml",
        tree=config(model),
        origin=model.stack.origin,
        kind="stack files",
    )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration."""
    return {
        "auth_enabled": False,
        "server": {"http_listen_port": 3100, "grpc_listen_port": 9095, "log_level": "info"},
        "common": {
            "path_prefix": DATA,
            "instance_addr": "127.0.0.1",
            "replication_factor": 1,
            "ring": {"kvstore": {"store": "inmemory"}},
        },
        # v13 on tsdb is the only shape that stores structured metadata; boltdb-shipper is gone.
        "schema_config": {
            "configs": [
                {
                    "from": "2024-01-01",
                    "store": "tsdb",
                    "object_store": "filesystem",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        "storage_config": {
            "use_thanos_objstore": True,
            "object_store": {"filesystem": {"dir": f"{DATA}/chunks"}},
        },
        "ingester": {
            # A stop or a crash loses nothing that was acknowledged.
            "wal": {"enabled": True, "dir": f"{DATA}/wal", "flush_on_shutdown": True},
            "chunk_encoding": "snappy",
            # Late lines are in the ingester only; by default it is not asked about times more than 3 h ago.
            "query_store_max_look_back_period": -1,
        },
        "querier": {"query_ingesters_within": 0},
        # By default the frontend looks for its scheduler every 10 s, and nothing is ready before that.
        "frontend": {"scheduler_dns_lookup_period": "1s"},
        "compactor": {
            "working_directory": f"{DATA}/compactor",
            "compaction_interval": "10m",
            "retention_enabled": True,
            # Loki 3 does not start with retention and without this.
            "delete_request_store": "filesystem",
            "retention_delete_delay": "2h",
        },
        "limits_config": _limits(model),
        "ruler": _ruler(model),
        "ruler_storage": {"backend": "local", "local": {"directory": RULES}},
        "analytics": {"reporting_enabled": False},
    }


def _limits(model: Model) -> dict[str, Any]:
    stack = model.stack
    longest = max([stack.logs_retention, *(s.retention for s in _streams(model) if s.retention)])
    out: dict[str, Any] = {
        "retention_period": hours(stack.logs_retention),
        "ingestion_rate_mb": _mebibytes(stack.ingestion_rate),
        "ingestion_burst_size_mb": _mebibytes(stack.ingestion_burst),
        # One service is one stream here: it may use the whole allowance (defaults: 3 and 15 MB).
        "per_stream_rate_limit": f"{stack.ingestion_rate.bytes}B",
        "per_stream_rate_limit_burst": f"{stack.ingestion_burst.bytes}B",
        "max_line_size": f"{stack.log_line_max.bytes}B",
        # A line that is too long is cut instead of lost.
        "max_line_size_truncate": True,
        # Keeps the order of different lines of one instant. Equal ones are stored once all the same, so the
        # collector never sends two lines of one instant.
        "increment_duplicate_timestamp": True,
        "reject_old_samples": True,
        "reject_old_samples_max_age": hours(longest),
        # Lines more than an hour behind their stream are refused unless they get a stream of their own.
        "shard_streams": {"enabled": True, "time_sharding_enabled": True},
        "max_query_series": stack.max_query_series,
        # The default, 30d1h, would make longer retention unreachable.
        "max_query_length": hours(longest + Duration.parse("1h")),
        "max_query_parallelism": 16,
        "query_timeout": "2m",
        "max_entries_limit_per_query": 5000,
        "volume_enabled": True,
        "allow_structured_metadata": True,
        "otlp_config": _otlp(model),
    }
    special = _retention(model)
    if special:
        out["retention_stream"] = special
    return out


def _otlp(model: Model) -> dict[str, Any]:
    """Which resource attributes become labels; all others, and all of a record's, are structured metadata.

    The defaults of Loki 3.7 index 18 attributes, among them pods and instances: every restart a new stream.
    """
    return {
        "resource_attributes": {
            "ignore_defaults": True,
            "attributes_config": [{"action": "index_label", "attributes": list(index_attributes(model))}],
        }
    }


def _streams(model: Model) -> Iterator[LogStream]:
    for name in sorted(model.services):
        logs = model.services[name].logs
        if logs is not None:
            yield logs


def _retention(model: Model) -> list[dict[str, Any]]:
    """Retention per service. Selectors see stream labels only, never structured metadata."""
    out: list[dict[str, Any]] = []
    for logs in _streams(model):
        if logs.retention is None or logs.retention == model.stack.logs_retention:
            continue
        kept = max(logs.retention, SHORTEST_RETENTION)
        out.append(
            at(
                logs.origin,
                {"selector": selector("", equal(logs.labels)), "priority": 10, "period": hours(kept)},
                "retention",
            )
        )
    return out


def _ruler(model: Model) -> dict[str, Any]:
    stack = model.stack
    out: dict[str, Any] = {
        "evaluation_interval": str(stack.evaluation_interval),
        "poll_interval": "30s",
        "rule_path": f"{DATA}/rules-temp",
        "alertmanager_url": ",".join(stack.alertmanager_urls),
        "enable_alertmanager_v2": True,
        "enable_api": True,
        "ring": {"kvstore": {"store": "inmemory"}},
        "wal": {"dir": f"{DATA}/ruler-wal"},
        # Recording rules end in Prometheus, where alerts and panels can use them together with metrics.
        "remote_write": {
            "enabled": True,
            "clients": {"prometheus": {"url": f"{stack.prometheus_url}/api/v1/write"}},
        },
    }
    if model.links.grafana:
        out["external_url"] = model.links.grafana
        out["datasource_uid"] = "loki"
    return out


def hours(duration: Duration) -> str:
    """In whole hours, upwards, as Loki's documentation writes periods."""
    return f"{-(-duration.ms // 3_600_000)}h"


def _mebibytes(size: Size) -> float:
    value = round(size.bytes / MEBIBYTE, 3)
    return int(value) if value == int(value) else value
