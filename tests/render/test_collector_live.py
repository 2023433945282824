"""The generated collector and Loki, really running: every line arrives, no secret does."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from stack_engines import collector_text, engine, eventually, lines, loki_text, post
from stack_model import model

from tocsin.engines.servers.loki import Loki
from tocsin.engines.servers.otelcol import Otelcol
from tocsin.render import collector, loki_config

pytestmark = pytest.mark.process

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRETS = (
    "hunter2",
    "s3cr3t-tok",
    "jane.doe@example.org",
    "4111111111111111",
    "4111 1111 1111 1111",
    "dXNlcjpwYXNz",
    "eyJhbGciOiJIUzI1NiJ9",
    "nested-pw",
    "cookie-value",
    "url-pw",
    "esc-pw",
)
NOW = datetime.now(UTC)
STAMP = NOW.isoformat()


def record(**fields: Any) -> str:
    return json.dumps({"timestamp": STAMP, "level": "ERROR", "message": "m", **fields})


LINES = {
    "plain": record(
        message="upload done", request_id="req-1", trace_id=TRACE, span_id=SPAN, event="upload_complete"
    ),
    "field": record(
        message="field", password="hunter2", api_token="s3cr3t-tok", email="jane.doe@example.org"
    ),
    "nested": record(
        message="nested",
        context={
            "user": {"password": "nested-pw", "emails": ["jane.doe@example.org"]},
            "headers": {"Authorization": "Basic dXNlcjpwYXNz"},
        },
    ),
    "text": record(message="in text password=hunter2 and token: s3cr3t-tok for jane.doe@example.org"),
    "quoted": record(message='in quotes password="hunter2" done'),
    "embedded": record(
        message=json.dumps({"token": "s3cr3t-tok", "k": 'v"w', "inner": {"password": 'esc"-pw esc-pw'}})
    ),
    "number": record(message="number", card=4111111111111111, token=7744100, amount=12),
    "spaced": record(message="card 4111 1111 1111 1111 used"),
    "object": record(message="object", credentials={"a": {"b": "hunter2"}, "c": ["s3cr3t-tok", "}"]}),
    "escape": record(message="mail jane.doe@example.org").replace("@", "\\u0040"),
    "bearer": record(message="header Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2 trailing"),
    "url": record(message="get https://bob:url-pw@db.example.org/x?token=s3cr3t-tok&page=2"),
    "cookie": record(message="Cookie: sid=cookie-value; other=cookie-value"),
    "null": record(message="null", password=None, has_token=True, tokens_used=7744100),
    "ends": record(message="enter password: ", user="bob"),
    "repr": record(message="{'password': 'hunter2', 'user': 'bob'}"),
    "other": "Traceback: login with password=hunter2 failed for jane.doe@example.org",
    "broken": '{"message": "cut off", "password": "hunter2", "x": ',
}
EQUAL = json.dumps({"timestamp": NOW.isoformat(timespec="milliseconds"), "level": "WARN", "message": "equal"})
OFFSET = timezone(timedelta(hours=2))
SAID = {  # the same instant, said in many ways
    "iso-z": NOW.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    "offset": NOW.astimezone(OFFSET).isoformat(),
    "offset-bare": NOW.astimezone(OFFSET).strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
    "no-zone": NOW.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    "python": NOW.strftime("%Y-%m-%d %H:%M:%S,%f")[:-3],
    "nanoseconds": NOW.strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z",
    "epoch": NOW.timestamp(),
    "epoch-ms": round(NOW.timestamp() * 1000),
    "epoch-us": round(NOW.timestamp() * 1e6),
    "epoch-text": str(round(NOW.timestamp() * 1000)),
}
WRONG = {
    "born": "1970-01-01T00:00:00Z",
    "future": "2099-01-01T00:00:00Z",
    "nonsense": "yesterday",
    "list": [1],
}
LOGFMT = f'time={STAMP} level=warn msg="slow" request_id=req-9 password=hunter2 token="s3cr3t-tok x"'


@dataclass(frozen=True)
class Shipped:
    """Where things are, and all lines that arrived, by a word of theirs."""

    loki: str
    wanted: int
    seconds: float
    lines: list[dict[str, Any]]

    def one(self, word: str) -> dict[str, Any]:
        return next(entry for entry in self.lines if word in entry["line"])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shipped]:
    """A Loki, a collector, and the lines of above written, waited for."""
    folder = tmp_path_factory.mktemp("stack")
    rules = folder / "rules"
    rules.mkdir()
    the_model = model()
    for name in ("greenstack", "worker"):
        (folder / "var/log" / name).mkdir(parents=True)
    config = loki_text(loki_config.config(the_model), folder / "loki", rules)
    with Loki(engine("loki")).start(config) as loki:
        text, otlp = collector_text(collector.config(the_model), folder, loki.url)
        with Otelcol(engine("otelcol")).start(text):
            began = time.monotonic()
            times = [
                json.dumps({"time": at, "level": "info", "message": f"time {name}."})
                for name, at in {**SAID, **WRONG}.items()
            ]
            written = [*LINES.values(), *[EQUAL] * 50, *times]
            (folder / "var/log/greenstack/app.log").write_text("".join(f"{x}\n" for x in written))
            (folder / "var/log/worker/worker.log").write_text(LOGFMT + "\n")
            _otlp_logs(otlp)
            wanted = len(written) + 1 + 1
            everything = '{service_name=~".+"}'
            eventually(lambda: len(lines(loki.url, everything)) >= wanted, 30)
            seconds = time.monotonic() - began
            yield Shipped(loki.url, wanted, seconds, lines(loki.url, everything))


def _otlp_logs(port: int) -> None:
    """One record as an instrumented service sends it: nested attributes, secrets in both."""
    text = {"stringValue": "otlp record password=hunter2"}
    nested = {
        "kvlistValue": {
            "values": [
                {"key": "password", "value": {"stringValue": "nested-pw"}},
                {"key": "plan", "value": {"stringValue": "pro"}},
            ]
        }
    }
    attributes = [
        {"key": "user", "value": nested},
        {"key": "note", "value": {"stringValue": "mail to jane.doe@example.org token=s3cr3t-tok"}},
        {"key": "card", "value": {"intValue": "4111111111111111"}},
    ]
    resource = [
        {"key": "service.name", "value": {"stringValue": "shop"}},
        {"key": "environment", "value": {"stringValue": "somebody-else"}},
        {"key": "service.instance.id", "value": {"stringValue": "pod-1234"}},
        {"key": "process.command_args", "value": {"stringValue": "--password hunter2"}},
    ]
    logged = {
        "timeUnixNano": str(time.time_ns()),
        "severityText": "INFO",
        "severityNumber": 9,
        "body": text,
        "attributes": attributes,
    }
    post(
        f"http://127.0.0.1:{port}/v1/logs",
        {"resourceLogs": [{"resource": {"attributes": resource}, "scopeLogs": [{"logRecords": [logged]}]}]},
    )


def test_every_line_arrives_within_half_a_minute(shipped: Shipped) -> None:
    assert len(shipped.lines) == shipped.wanted
    assert shipped.seconds < 30


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_in_lines_labels_or_metadata(shipped: Shipped, secret: str) -> None:
    assert [entry for entry in shipped.lines if secret in json.dumps(entry)] == []


def test_a_number_under_a_secret_key_is_gone(shipped: Shipped) -> None:
    assert "7744100" not in json.dumps(shipped.lines)


def test_json_stays_json_around_the_masks(shipped: Shipped) -> None:
    said = {json.loads(x)["message"].split()[0] for x in LINES.values() if x.startswith("{") and x[-1] == "}"}
    arrived = [e["line"] for e in shipped.lines if e["line"].startswith("{") and "cut off" not in e["line"]]
    assert {json.loads(line)["message"].split()[0] for line in arrived} >= said
    assert shipped.one('"field"')["line"].count('"***"') == 3


def test_what_is_no_secret_is_kept(shipped: Shipped) -> None:
    assert json.loads(shipped.one("upload done")["line"]) == json.loads(LINES["plain"])
    assert json.loads(shipped.one('"number"')["line"])["amount"] == 12
    assert json.loads(shipped.one('"null"')["line"])["password"] is None
    assert json.loads(shipped.one("enter password")["line"])["user"] == "bob"
    assert "page=2" in shipped.one("db.example.org")["line"]
    assert "trailing" in shipped.one("trailing")["line"]


def test_a_line_that_is_not_json_arrives_and_is_marked(shipped: Shipped) -> None:
    assert shipped.one("Traceback")["metadata"]["log_unparsed"] == "true"
    assert shipped.one("cut off")["metadata"]["log_unparsed"] == "true"
    assert "log_unparsed" not in shipped.one("upload done")["metadata"]


def test_labels_are_few(shipped: Shipped) -> None:
    for entry in shipped.lines:
        assert set(entry["labels"]) <= {"service_name", "cluster", "environment", "tier", "__time_shard__"}
        assert entry["labels"]["environment"] == "production"
    assert shipped.one("slow")["labels"]["tier"] == "back"


def test_ids_are_structured_metadata(shipped: Shipped) -> None:
    metadata = shipped.one("upload done")["metadata"]
    assert metadata["request_id"] == "req-1"
    assert metadata["event"] == "upload_complete"
    assert metadata["trace_id"] == TRACE
    assert metadata["span_id"] == SPAN
    assert metadata["severity_text"] == "ERROR"
    assert metadata["detected_level"] == "error"
    assert shipped.one("slow")["metadata"]["request_id"] == "req-9"
    assert shipped.one("otlp record")["metadata"]["service_instance_id"] == "pod-1234"


def test_time_is_the_line_s_own(shipped: Shipped) -> None:
    assert abs(shipped.one("upload done")["time"] / 1e9 - NOW.timestamp()) < 0.001
    assert abs(shipped.one("slow")["time"] / 1e9 - NOW.timestamp()) < 0.001


@pytest.mark.parametrize("name", SAID)
def test_time_is_read_in_every_dialect(shipped: Shipped, name: str) -> None:
    assert abs(shipped.one(f"time {name}.")["time"] / 1e9 - NOW.timestamp()) < 0.002


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_clock_does_not_lose_a_line(shipped: Shipped, name: str) -> None:
    assert abs(shipped.one(f"time {name}.")["time"] / 1e9 - time.time()) < 60


def test_equal_lines_of_one_instant_are_all_counted(shipped: Shipped) -> None:
    assert sum('"equal"' in entry["line"] for entry in shipped.lines) == 50


def test_alerts_on_fields_of_lines_work(shipped: Shipped) -> None:
    query = '{service_name="greenstack-api"} | json | event="upload_complete" | __error__=""'
    found = lines(shipped.loki, query)
    assert len(found) == 1
    assert len(lines(shipped.loki, f'{{service_name="greenstack-api"}} | trace_id="{TRACE}"')) == 1
