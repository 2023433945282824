"""Containers' output: Docker's json-file lines and Kubernetes' CRI lines, as the daemons write them."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stack_engines import collector_text, engine, eventually, lines, loki_text
from stack_model import model

from tocsin.engines.servers.loki import Loki
from tocsin.engines.servers.otelcol import Otelcol
from tocsin.render import collector, loki_config

pytestmark = pytest.mark.process
ID = "0123456789abcdef" * 4


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime())


def docker(log: str, service: str = "") -> str:
    attrs = {"attrs": {"com.docker.compose.service": service}} if service else {}
    return json.dumps({"log": log, "stream": "stdout", **attrs, "time": now()}) + "\n"


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    folder: Path = tmp_path_factory.mktemp("containers")
    containers = folder / f"var/lib/docker/containers/{ID}"
    pod = folder / "var/log/pods/shop_shop-7d9f_5f0c2a1e-0000-4000-8000-000000000001/shop"
    for one in (containers, pod, folder / "rules"):
        one.mkdir(parents=True)
    the_model = model()
    long_line = json.dumps(
        {"level": "info", "message": "long " + "x" * 40_000 + " end", "password": "hunter2"}
    )
    with Loki(engine("loki")).start(
        loki_text(loki_config.config(the_model), folder / "loki", folder / "rules")
    ) as loki:
        text, _ = collector_text(collector.config(the_model), folder, loki.url)
        with Otelcol(engine("otelcol")).start(text):
            (containers / f"{ID}-json.log").write_text(
                "".join(
                    [
                        docker(
                            json.dumps({"level": "error", "message": "in docker", "token": "hunter2"}) + "\n",
                            "shop",
                        ),
                        docker("plain from shop\n", "shop"),
                        docker("somebody without a label\n"),
                        docker(long_line[:16384], "shop"),
                        docker(long_line[16384:32768], "shop"),
                        docker(long_line[32768:] + "\n", "shop"),
                    ]
                )
            )
            cri = json.dumps({"level": "info", "message": "in kubernetes", "request_id": "r-7"})
            (pod / "0.log").write_text(
                f"{now()} stdout F {cri}\n{now()} stdout P first half,\n{now()} stdout F second half\n"
            )
            everything = '{service_name=~".+"}'
            eventually(lambda: len(lines(loki.url, everything)) >= 6, 30)
            time.sleep(1)
            yield lines(loki.url, everything)


def one(arrived: list[dict[str, Any]], word: str) -> dict[str, Any]:
    return next(entry for entry in arrived if word in entry["line"])


def test_all_lines_arrive_once(arrived: list[dict[str, Any]]) -> None:
    assert len(arrived) == 6
    assert "hunter2" not in json.dumps(arrived)


def test_the_compose_service_is_the_service(arrived: list[dict[str, Any]]) -> None:
    entry = one(arrived, "in docker")
    assert entry["labels"]["service_name"] == "shop"
    assert entry["metadata"]["severity_text"] == "ERROR"
    assert one(arrived, "plain from shop")["metadata"]["log_unparsed"] == "true"
    assert not entry["line"].endswith("\n")


def test_a_container_without_a_name_still_arrives(arrived: list[dict[str, Any]]) -> None:
    assert one(arrived, "without a label")["labels"]["service_name"] == "unknown_service"


def test_pieces_of_a_long_line_are_put_together(arrived: list[dict[str, Any]]) -> None:
    line = json.loads(one(arrived, "long xxx")["line"])
    assert line["message"].endswith(" end")
    assert line["password"] == "***"


def test_cri_lines_know_their_pod(arrived: list[dict[str, Any]]) -> None:
    entry = one(arrived, "in kubernetes")
    assert entry["labels"] == {"service_name": "shop", "cluster": "eu1", "environment": "production"}
    assert entry["metadata"]["request_id"] == "r-7"
    assert entry["metadata"]["k8s_pod_name"] == "shop-7d9f"
    assert one(arrived, "first half")["line"] == "first half,second half"
