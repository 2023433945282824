"""Spans through the generated pipeline: nothing secret in names, attributes, events or status."""

import json
import time
from pathlib import Path

import pytest
from stack_engines import collector_text, engine, eventually, post
from stack_model import model

from tocsin.engines.servers.otelcol import Otelcol
from tocsin.render import collector

SECRETS = ("hunter2", "s3cr3t-tok", "jane.doe@example.org", "4111111111111111")
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def text(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}


@pytest.mark.process
def test_spans_keep_their_shape_and_lose_their_secrets(tmp_path: Path) -> None:
    now = time.time_ns()
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "GET /login?token=s3cr3t-tok",
        "kind": 2,
        "startTimeUnixNano": str(now - 10**6),
        "endTimeUnixNano": str(now),
        "attributes": [
            text("http.route", "/login"),
            text("db.password", "hunter2"),
            text("url.full", "https://x.example.org/?password=hunter2&page=2"),
            {"key": "card", "value": {"intValue": "4111111111111111"}},
            {"key": "user", "value": {"kvlistValue": {"values": [text("secret", "hunter2")]}}},
        ],
        "events": [
            {
                "timeUnixNano": str(now),
                "name": "exception",
                "attributes": [
                    text("exception.message", "login of jane.doe@example.org with password=hunter2 failed")
                ],
            }
        ],
        "status": {"code": 2, "message": "bad password: hunter2"},
    }
    resource = [
        text("service.name", "greenstack-api"),
        text("environment", "somebody-else"),
        text("process.command_line", "serve --password=hunter2"),
    ]
    config, otlp = collector_text(collector.config(model()), tmp_path, "http://127.0.0.1:1")
    with Otelcol(engine("otelcol")).start(config):
        post(
            f"http://127.0.0.1:{otlp}/v1/traces",
            {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": [span]}]}]},
        )
        written = tmp_path / "spans.json"
        raw = eventually(lambda: written.exists() and written.read_text(), 10)
    assert raw, "no span arrived"
    assert [secret for secret in SECRETS if secret in raw] == []
    [resource_spans] = json.loads(raw.splitlines()[0])["resourceSpans"]
    attributes = {a["key"]: a["value"].get("stringValue") for a in resource_spans["resource"]["attributes"]}
    assert attributes["environment"] == "production"
    assert attributes["deployment.environment.name"] == "production"
    [kept] = resource_spans["scopeSpans"][0]["spans"]
    assert (kept["traceId"], kept["spanId"]) == (TRACE, SPAN)
    said = {a["key"]: a["value"].get("stringValue") for a in kept["attributes"]}
    assert said["http.route"] == "/login"
    assert "page=2" in said["url.full"]
