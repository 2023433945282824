"""Services that a repository tells of: jobs of a Prometheus, services of a compose file. Only reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_PROMETHEUS = ("prometheus.yml", "prometheus.yaml", "prometheus/prometheus.yml", "monitoring/prometheus.yml")
_COMPOSE = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
_MOST_BYTES = 1_000_000
_MOST = 50
_PORT = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One service, where it is said, and whether a Prometheus scrapes it already."""

    name: str
    targets: tuple[str, ...]
    file: str
    scraped: bool


def found_in(folders: Iterable[Path]) -> list[Found]:
    """What the first Prometheus configuration and the first compose file say."""
    places = list(folders)
    return [*_first(places, _PROMETHEUS, _jobs), *_first(places, _COMPOSE, _services)][:_MOST]


def _first(folders: list[Path], names: tuple[str, ...], read: Any) -> list[Found]:
    for folder in folders:
        for name in names:
            tree = _tree(folder / name)
            found = [one for one in read(tree, name) if one.targets] if isinstance(tree, dict) else []
            if found:
                return found
    return []


def _tree(path: Path) -> Any:
    """The file's data; None where there is none that can be read. What is no YAML is none of our business."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        return yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _jobs(tree: dict[str, Any], file: str) -> Iterator[Found]:
    for job in _maps(tree.get("scrape_configs")):
        static = [t for one in _maps(job.get("static_configs")) for t in one.get("targets") or []]
        targets = tuple(str(t) for t in static if ":" in str(t) and "/" not in str(t))
        yield Found(name=str(job.get("job_name", "")), targets=targets, file=file, scraped=True)


def _services(tree: dict[str, Any], file: str) -> Iterator[Found]:
    services = tree.get("services")
    for name, one in services.items() if isinstance(services, dict) else ():
        yield Found(name=str(name), targets=(f"{name}:{_port(one)}",), file=file, scraped=False)


def _port(service: Any) -> str:
    """The first port inside the container that the file tells."""
    said = service if isinstance(service, dict) else {}
    for port in [*(said.get("expose") or []), *(said.get("ports") or [])]:
        text = str(port.get("target", "") if isinstance(port, dict) else port).rpartition(":")[2]
        digits = text.partition("/")[0].partition("-")[0]
        if digits.isdigit():
            return digits
    return str(_PORT)


def _maps(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
