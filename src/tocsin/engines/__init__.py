"""Real engines by capability: ask for a promtool or a Loki, get one that works, or why not and the cure.

Whoever asks neither knows nor cares whether it came from PATH, from the cache of built ones or from a
Docker image. Every function answers a thing that can be used, or `Missing`. Imports are lazy: who needs no
engine pays for none.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.engines.answers import DidNotRun, EngineError, Missing, NotRun

if TYPE_CHECKING:
    from tocsin.engines.servers.alertmanager import Alertmanager
    from tocsin.engines.servers.exporters import BlackboxExporter, NodeExporter
    from tocsin.engines.servers.loki import Loki
    from tocsin.engines.servers.otelcol import Otelcol
    from tocsin.engines.servers.prometheus import Prometheus
    from tocsin.engines.tools.amtool import Amtool
    from tocsin.engines.tools.compose import Compose
    from tocsin.engines.tools.lokitool import Lokitool
    from tocsin.engines.tools.promtool import Promtool

__all__ = [
    "DidNotRun",
    "EngineError",
    "Missing",
    "NotRun",
    "alertmanager",
    "amtool",
    "blackbox_exporter",
    "compose",
    "loki",
    "lokitool",
    "node_exporter",
    "otelcol",
    "prometheus",
    "promtool",
]


def promtool(root: Path | None = None) -> "Promtool | Missing":
    """Checks and tests Prometheus rules; `root` is the folder below which the files lie (default: here)."""
    from tocsin.engines.find import find
    from tocsin.engines.tools.promtool import Promtool

    found = find("promtool")
    return found if isinstance(found, Missing) else Promtool(found, root or Path.cwd())


def amtool(root: Path | None = None) -> "Amtool | Missing":
    """Checks Alertmanager's configuration and routes labels."""
    from tocsin.engines.find import find
    from tocsin.engines.tools.amtool import Amtool

    found = find("amtool")
    return found if isinstance(found, Missing) else Amtool(found, root or Path.cwd())


def lokitool(root: Path | None = None) -> "Lokitool | Missing":
    """Parses Loki's rules offline."""
    from tocsin.engines.find import find
    from tocsin.engines.tools.lokitool import Lokitool

    found = find("lokitool")
    return found if isinstance(found, Missing) else Lokitool(found, root or Path.cwd())


def compose(root: Path | None = None) -> "Compose | Missing":
    """Docker Compose on the files of a folder."""
    from tocsin.engines.find import find
    from tocsin.engines.tools.compose import Compose

    found = find("docker-compose")
    return found if isinstance(found, Missing) else Compose(found, root or Path.cwd())


def prometheus() -> "Prometheus | Missing":
    """A Prometheus to start."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.prometheus import Prometheus

    found = find("prometheus")
    return found if isinstance(found, Missing) else Prometheus(found)


def alertmanager() -> "Alertmanager | Missing":
    """An Alertmanager to start."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.alertmanager import Alertmanager

    found = find("alertmanager")
    return found if isinstance(found, Missing) else Alertmanager(found)


def loki() -> "Loki | Missing":
    """A Loki to start and to push to; it checks loki.yaml as well."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.loki import Loki

    found = find("loki")
    return found if isinstance(found, Missing) else Loki(found)


def otelcol() -> "Otelcol | Missing":
    """An OpenTelemetry Collector to validate with and to start."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.otelcol import Otelcol

    found = find("otelcol")
    return found if isinstance(found, Missing) else Otelcol(found)


def node_exporter() -> "NodeExporter | Missing":
    """A node_exporter to start."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.exporters import NodeExporter

    found = find("node_exporter")
    return found if isinstance(found, Missing) else NodeExporter(found)


def blackbox_exporter() -> "BlackboxExporter | Missing":
    """A blackbox_exporter to start."""
    from tocsin.engines.find import find
    from tocsin.engines.servers.exporters import BlackboxExporter

    found = find("blackbox_exporter")
    return found if isinstance(found, Missing) else BlackboxExporter(found)
