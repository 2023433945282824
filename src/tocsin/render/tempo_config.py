"""`tempo/tempo.yaml`: Tempo 3 as one process on the file system, with service graph and span metrics.

Tried once by hand on a build of Tempo's main branch of August 2026 (after 3.0.3): a span that came through
the generated collector was found at once, and its metrics were in Prometheus. The tests cannot run it.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.loki_config import hours
from tocsin.render.renderer import renderer

DATA = "/var/tempo"


@renderer("tempo")
def tempo(model: Model) -> Iterator[Artifact]:
    """The configuration of one environment's Tempo."""
    yield Artifact(
        path=f"{model.root}tempo/tempo.yaml",
        format="yaml",
        tree=config(model),
        origin=model.stack.origin,
        kind="stack files",
    )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration.

    Tempo 3: no `ingester`, `compactor` or `metrics_generator_client` blocks; `target: all` needs no Kafka;
    overrides are scoped, flat ones are refused.
    """
    return {
        "target": "all",
        "stream_over_http_enabled": True,
        "server": {"http_listen_port": 3200, "grpc_listen_port": 9095, "log_level": "info"},
        # Receivers listen on localhost unless told otherwise.
        "distributor": {
            "receivers": {
                "otlp": {
                    "protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}, "http": {"endpoint": "0.0.0.0:4318"}}
                }
            }
        },
        "metrics_generator": {
            "registry": {"external_labels": dict(model.identity)},
            "storage": {
                "path": f"{DATA}/generator/wal",
                "remote_write": [
                    {"url": f"{model.stack.prometheus_url}/api/v1/write", "send_exemplars": True}
                ],
            },
        },
        "storage": {
            "trace": {"backend": "local", "wal": {"path": f"{DATA}/wal"}, "local": {"path": f"{DATA}/blocks"}}
        },
        "overrides": {
            "defaults": {
                "metrics_generator": {"processors": ["service-graphs", "span-metrics"]},
                "compaction": {"block_retention": hours(model.stack.traces_retention)},
            }
        },
        "usage_report": {"reporting_enabled": False},
    }
