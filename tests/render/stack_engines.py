"""The stack's generated configuration on this machine: paths and addresses exchanged, nothing else."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack_model import plain

from tocsin.engines import tool
from tocsin.engines.find import Found, find
from tocsin.engines.process import free_ports


def engine(binary: str) -> Found:
    """The engine, or the test does not run."""
    found = find(binary)
    if not isinstance(found, Found) or found.path is None:
        pytest.skip(f"not run: {found}")
    return found


def run(found: Found, *args: str) -> tool.Result:
    """Run a tool to its end."""
    result = tool.run(found, args)
    assert isinstance(result, tool.Result), result
    return result


def dumped(tree: Any) -> str:
    """YAML text."""
    return str(yaml.safe_dump(plain(tree), sort_keys=False, width=10_000))


def loki_text(tree: dict[str, Any], folder: Path, rules: Path) -> str:
    """`loki.yaml` with its data under `folder`; it may be ready at once."""
    tree = plain(tree)
    tree["ingester"]["lifecycler"] = {"min_ready_duration": "0s", "final_sleep": "0s"}
    del tree["server"]["grpc_listen_port"], tree["server"]["http_listen_port"]
    text = dumped(tree).replace("/etc/loki/rules", str(rules)).replace("/loki/", f"{folder}/")
    return text.replace("path_prefix: /loki", f"path_prefix: {folder}")


def collector_text(tree: dict[str, Any], folder: Path, loki_url: str) -> tuple[str, int]:
    """`collector.yaml` that reads below `folder` and ships to this Loki, and its OTLP/HTTP port.

    Spans go to a file instead of Tempo, which cannot be run here.
    """
    tree = plain(tree)
    grpc, http = free_ports(2)
    tree["receivers"]["otlp"]["protocols"] = {
        "grpc": {"endpoint": f"127.0.0.1:{grpc}"},
        "http": {"endpoint": f"127.0.0.1:{http}"},
    }
    del tree["extensions"]["health_check"]
    tree["service"]["extensions"] = ["file_storage"]
    tree["exporters"]["otlp_http/loki"]["endpoint"] = f"{loki_url}/otlp"
    tree["exporters"]["file"] = {"path": str(folder / "spans.json")}
    del tree["exporters"]["otlp_grpc/tempo"]
    tree["service"]["pipelines"]["traces"]["exporters"] = ["file"]
    text = dumped(tree).replace("/var/lib/otelcol", str(folder / "otelcol"))
    return text.replace("- /var/", f"- {folder}/var/"), http


def get(url: str, **params: Any) -> Any:
    """JSON from a local server."""
    full = url + ("?" + urllib.parse.urlencode(params) if params else "")
    with urllib.request.urlopen(full, timeout=20) as answer:
        return json.load(answer)


def post(url: str, body: Any) -> int:
    """Send JSON to a local server."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def lines(loki_url: str, query: str, hours: float = 2) -> list[dict[str, Any]]:
    """Every line with its labels and structured metadata apart (Loki's categorised answer)."""
    now = time.time()
    asked = {
        "query": query,
        "start": int((now - hours * 3600) * 1e9),
        "end": int((now + 600) * 1e9),
        "limit": 5000,
    }
    request = urllib.request.Request(
        f"{loki_url}/loki/api/v1/query_range?" + urllib.parse.urlencode(asked),
        headers={"X-Loki-Response-Encoding-Flags": "categorize-labels"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        data = json.load(answer)["data"]["result"]
    return [
        {
            "labels": stream["stream"],
            "time": int(value[0]),
            "line": value[1],
            "metadata": (value[2] if len(value) > 2 else {}).get("structuredMetadata", {}),
        }
        for stream in data
        for value in stream["values"]
    ]


def eventually(ask: Callable[[], Any], within: float) -> Any:
    """The first true answer, or the last one."""
    end = time.monotonic() + within
    while True:
        answer = ask()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(0.2)
