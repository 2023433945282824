"""`mimir/mimir.yaml`: Mimir 3.2 as one process on the file system, for long-term storage of metrics.

Read from Mimir's documentation (3.1 and later); it cannot be run where this is tested. Rules are evaluated by
Prometheus: a page must not wait for a remote store.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.loki_config import hours
from tocsin.render.renderer import renderer

DATA = "/data"
PORT = 9009
_HERE = {"instance_addr": "127.0.0.1", "kvstore": {"store": "memberlist"}}


@renderer("mimir")
def mimir(model: Model) -> Iterator[Artifact]:
    """The configuration of one environment's Mimir, where it has one."""
    if model.stack.mimir:
        yield Artifact(
            path=f"{model.root}mimir/mimir.yaml",
            format="yaml",
            tree=config(model),
            origin=model.stack.origin,
            kind="stack files",
        )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration."""
    return {
        "target": "all",
        "multitenancy_enabled": False,
        "server": {"http_listen_port": PORT, "grpc_listen_port": 9095, "log_level": "info"},
        # Beside the data, for the root file system is read-only.
        "activity_tracker": {"filepath": f"{DATA}/activity.log"},
        "distributor": {
            "ring": dict(_HERE),
            # Of an HA pair of Prometheus one is stored, told by the labels `cluster` and `__replica__`;
            # two environments that share a Mimir must not share `cluster`, or one of them is dropped.
            # memberlist is the store since 2.17; consul and etcd are deprecated.
            "ha_tracker": {"enable_ha_tracker": True, "kvstore": {"store": "memberlist"}},
        },
        "ingester": {"ring": {**_HERE, "replication_factor": 1}},
        "store_gateway": {"sharding_ring": {**_HERE, "replication_factor": 1}},
        "compactor": {"data_dir": f"{DATA}/compactor", "sharding_ring": dict(_HERE)},
        "blocks_storage": {
            "backend": "filesystem",
            "filesystem": {"dir": f"{DATA}/blocks"},
            "tsdb": {"dir": f"{DATA}/tsdb"},
            "bucket_store": {"sync_dir": f"{DATA}/tsdb-sync"},
        },
        "ruler": {"rule_path": f"{DATA}/ruler", "ring": dict(_HERE)},
        "ruler_storage": {"backend": "filesystem", "filesystem": {"dir": f"{DATA}/rules"}},
        "limits": _limits(model),
        "usage_stats": {"enabled": False},
    }


def _limits(model: Model) -> dict[str, Any]:
    """Twice what the workspace expects: exceeding the budget is an alert, not a loss of samples.

    The defaults (10,000 samples a second, 150,000 series) would drop samples of a middling system.
    """
    stack = model.stack
    rate = max(10_000, round(2 * stack.series_budget / stack.scrape_interval.seconds))
    return {
        "accept_ha_samples": True,
        "ingestion_rate": rate,
        "ingestion_burst_size": rate * 10,
        "max_global_series_per_user": 2 * stack.series_budget,
        "max_global_exemplars_per_user": 100_000,
        "out_of_order_time_window": "10m",
        "compactor_blocks_retention_period": hours(stack.metrics_retention),
    }
