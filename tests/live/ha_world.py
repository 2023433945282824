"""Two Prometheus and two Alertmanagers on the shipped files, an application that can fail, and who is told.

The files are those of the repository. Changed is what a machine without the stack needs, and time:

- addresses: targets, probes, Alertmanagers, rule files, secret files, PagerDuty; no remote_write
- jobs: the application and its probes only, so only its rules, the inventory and the watchdog
- time: scraped and evaluated every second; `for` and ranges are 50 times shorter; groups wait 1 s and are
  looked at every 2 s (the watchdog's too); hours are open all day; the second Alertmanager waits 2 s for the
  first, not 15 s
"""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.engines.needs import need
from tests.render.capture import Capture, capturing

from tocsin import engines
from tocsin.engines import process
from tocsin.engines.client import Client
from tocsin.engines.servers.alertmanager import Alertmanager, RunningAlertmanager
from tocsin.engines.servers.prometheus import RunningPrometheus
from tocsin.render.prometheus_config import REPLICA_VARIABLE
from tocsin.spec.values import Duration

ROOT = Path(__file__).parents[2]
JOBS = ("greenstack-api", "greenstack-api-probe")
RULES = ("greenstack-api.yaml", "greenstack.yaml")
SHORTER = 50
PEER_TIMEOUT, LOOK = 2, 2
QUIET = PEER_TIMEOUT + 2 * LOOK
"""Seconds after which a second notification would have come."""
SECRETS = {"pagerduty_platform": "KEY-platform", "pagerduty_senior": "KEY-senior", "smtp_password": "x",
           "slack_url": "{url}/slack/all", "heartbeat_url": "{url}/webhook/heartbeat"}  # fmt: skip
_RANGE = re.compile(r"\[(\w+)\]")
_HEADLINE = re.compile(r"\[(\w+)\] production/eu1 ([\w-]+): (\w+)(, still firing)?")


# -- the application ---------------------------------------------------------------------------------


@dataclass(slots=True)
class App:
    """What the application does: 20 requests a second, of which `failing` fail."""

    address: str = ""
    failing: float = 0.0
    ready: bool = True
    answers: bool = True
    _counted: dict[str, float] = field(default_factory=lambda: {"200": 0.0, "500": 0.0})
    _since: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, share: float) -> None:
        """From now on so much of the traffic fails."""
        self._count()
        self.failing = share

    def metrics(self) -> str:
        """The exposition at this moment."""
        self._count()
        rows = [f'greenstack_requests_total{{method="GET",endpoint="/api/devices",status="{status}"}} {value}'
                for status, value in self._counted.items()]  # fmt: skip
        rows.append(f"greenstack_database_last_success_timestamp_seconds {time.time()}")
        return "\n".join(("# TYPE greenstack_requests_total counter", *rows, ""))

    def _count(self) -> None:
        with self._lock:
            now = time.monotonic()
            served, self._since = 20 * (now - self._since), now
            self._counted["500"] += served * self.failing
            self._counted["200"] += served * (1 - self.failing)


@contextlib.contextmanager
def application() -> Iterator[App]:
    """The application on a loopback port."""
    app = App()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/metrics": app.answers, "/health/ready": app.ready, "/health/live": True}
            good = known.get(self.path, False)
            body = app.metrics().encode() if self.path == "/metrics" and good else b"ok"
            self.send_response(200 if good else 503)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        app.address = f"127.0.0.1:{server.server_address[1]}"
        yield app
    finally:
        server.shutdown()
        server.server_close()


# -- the shipped files ---------------------------------------------------------------------------------


def shipped(path: str) -> Any:
    """A file of the repository."""
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def prometheus_files(folder: Path, app: App, blackbox: str, alertmanagers: list[str]) -> Path:
    """`prometheus.yml` and its rules, below `folder`."""
    tree = shipped("prometheus/prometheus.yml")
    tree["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    tree["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": alertmanagers}]
    tree["scrape_configs"] = [_job(job, app, blackbox) for job in tree["scrape_configs"]
                              if job["job_name"] in JOBS]  # fmt: skip
    tree.pop("remote_write", None)
    (folder / "alerts").mkdir(parents=True)
    (folder / "prometheus").mkdir()
    for name in RULES:
        groups = [g for g in shipped(f"alerts/{name}")["groups"] if g["name"] != "digest"]
        for rule in (rule for group in groups for rule in group["rules"]):
            rule["expr"] = _RANGE.sub(lambda found: f"[{_shorter(found[1])}]", rule["expr"])
            if "for" in rule:
                rule["for"] = _shorter(rule["for"])
        (folder / "alerts" / name).write_text(yaml.safe_dump({"groups": groups}))
    file = folder / "prometheus/prometheus.yml"
    file.write_text(yaml.safe_dump(tree))
    return file


def _job(job: dict[str, Any], app: App, blackbox: str) -> dict[str, Any]:
    text = yaml.safe_dump({**job, "scrape_interval": "1s", "scrape_timeout": "1s"})
    text = text.replace("greenstack-api:8000", app.address).replace("blackbox-exporter:9115", blackbox)
    changed: dict[str, Any] = yaml.safe_load(text)
    return changed


def _shorter(length: str) -> str:
    return str(Duration.parse(length).times(1 / SHORTER))


def alertmanager_file(folder: Path, capture: Capture) -> Path:
    """`alertmanager.yml`, its templates and secrets, below `folder`."""
    folder.mkdir()
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret.format(url=capture.url))
    text = (ROOT / "alertmanager/alertmanager.yml").read_text("utf-8").replace("/run/secrets", str(folder))
    tree = yaml.safe_load(text.replace("templates/*.tmpl", str(ROOT / "alertmanager/templates/*.tmpl")))
    tree["global"]["pagerduty_url"] = f"{capture.url}/pagerduty"
    _soon(tree["route"])
    for hours in tree["time_intervals"]:
        hours["time_intervals"] = [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(tree))
    return file


def _soon(route: dict[str, Any]) -> None:
    route |= {"group_wait": "1s", "group_interval": f"{LOOK}s"}
    if route.get("receiver") == "heartbeat":
        route["repeat_interval"] = "1s"
    for child in route.get("routes", ()):
        _soon(child)


# -- the servers ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def member(kind: Alertmanager, file: Path, peers: list[str]) -> Iterator[RunningAlertmanager]:
    """One of a pair of Alertmanagers; it adds its own gossip address to `peers`."""

    def prepare(home: process.Home) -> process.Launch:
        own = f"127.0.0.1:{home.ports[1]}"
        flags = [f"--cluster.peer={peer}" for peer in peers]
        peers.append(own)
        return process.Launch(
            title="Alertmanager", found=kind.found, folders=(file.parent, ROOT / "alertmanager"),
            args=(f"--config.file={file}", f"--storage.path={home.folder / 'data'}",
                  f"--web.listen-address=127.0.0.1:{home.ports[0]}", f"--web.external-url={home.url()}",
                  f"--cluster.listen-address={own}", f"--cluster.advertise-address={own}",
                  f"--cluster.peer-timeout={PEER_TIMEOUT}s", "--cluster.gossip-interval=50ms",
                  "--cluster.pushpull-interval=2s", "--cluster.settle-timeout=3s", *flags),
        )  # fmt: skip

    with process.running("Alertmanager", 2, prepare) as server:
        yield RunningAlertmanager(Client("Alertmanager", server.url), server)


@dataclass(frozen=True, slots=True)
class Pair:
    """The whole world."""

    app: App
    capture: Capture
    prometheus: tuple[RunningPrometheus, RunningPrometheus]
    alertmanagers: tuple[RunningAlertmanager, RunningAlertmanager]

    def told(self) -> Counter[tuple[str, str, str]]:
        """(receiver, alert, what) -> how many notifications; without the heartbeat."""
        found = [_understood(where, body) for where, body in list(self.capture.told)]
        return Counter(one for one in found if one)

    def wait(self, *wanted: tuple[str, str, str], within: float = 30) -> None:
        """Until each of these has been told."""
        wants = set(wanted)
        eventually(lambda: wants <= set(self.told()), within, lambda: f"wanted {wants}; {self.evidence()}")

    def evidence(self) -> str:
        """What a failure should show."""
        states = {a["labels"]["alertname"] + a["labels"].get("escalated", ""): a["status"]["state"]
                  for one in self.alertmanagers if alive(one) for a in one.alerts()}  # fmt: skip
        return f"told {dict(self.told())}; alerts {states}"


def _understood(where: str, body: Any) -> tuple[str, str, str] | None:
    if where.startswith("/pagerduty"):
        receiver = {"KEY-platform": "platform-pager", "KEY-senior": "senior-pager"}[body["routing_key"]]
        title = body["payload"]["summary"] if body.get("payload") else ""
        what = body["event_action"]
    elif where.startswith("/slack"):
        receiver, title = "platform-chat", body["attachments"][0]["title"]
        what = "resolve" if "[resolved]" in title else "trigger"
    else:
        return None
    found = _HEADLINE.search(title)
    assert found, (where, body)
    return receiver, found[3] + (" escalated" if receiver == "senior-pager" else ""), what


def alive(one: RunningAlertmanager | RunningPrometheus) -> bool:
    """Whether it still runs."""
    return one.server is not None and one.server.alive


def killed(one: RunningAlertmanager | RunningPrometheus) -> None:
    """End a server of ours as a machine that loses power does."""
    assert one.server is not None
    keeper = one.server.keeper.pid
    if not Path(f"/proc/{keeper}").exists():
        pytest.skip("not run: finding the server's own process needs /proc")
    asked = ["ps", "-o", "pid=", "--ppid", str(keeper)]
    for pid in map(int, subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(one), 10, lambda: "it does not end")


def eventually(ask: Callable[[], object], within: float, otherwise: Callable[[], str]) -> None:
    """Until the answer is true; else a failure with the evidence."""
    end = time.monotonic() + within
    while not ask():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.1)


@contextlib.contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Everything, running, found by each other and quiet."""
    peers: list[str] = []
    with contextlib.ExitStack() as stack:
        app, capture = stack.enter_context(application()), stack.enter_context(capturing())
        prober = need(engines.blackbox_exporter()).start(ROOT / "blackbox/blackbox.yml")
        blackbox = stack.enter_context(prober)
        told, kind = alertmanager_file(folder / "alertmanager", capture), need(engines.alertmanager())
        first = stack.enter_context(member(kind, told, peers))
        second = stack.enter_context(member(kind, told, peers))
        addresses = [first.address, second.address]
        file = prometheus_files(folder / "stack", app, blackbox.url.removeprefix("http://"), addresses)
        both = []
        for replica in ("prometheus-1", "prometheus-2"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(REPLICA_VARIABLE, replica)
                start = need(engines.prometheus()).start(
                    file, flags=("--enable-feature=exemplar-storage",), reads=(folder,)
                )
                both.append(stack.enter_context(start))
        world = Pair(app, capture, (both[0], both[1]), (first, second))
        _settled(world)
        yield world


def _settled(world: Pair) -> None:
    for question, servers in ((_knows_both, world.prometheus), (_is_quiet, world.prometheus),
                              (_is_ready, world.alertmanagers)):  # fmt: skip
        for server in servers:
            eventually(lambda ask=question, one=server: ask(one), 40, lambda q=question: f"not: {q.__name__}")
    if world.told():  # a slow start: rules were evaluated before there was anything to see
        time.sleep(QUIET)
        world.capture.told.clear()


def _knows_both(one: RunningPrometheus) -> bool:
    return len(one.api.get("/api/v1/alertmanagers")["data"]["activeAlertmanagers"]) == 2


def _is_quiet(one: RunningPrometheus) -> bool:
    """Application and probes are seen, and nothing is wrong."""
    seen = len(one.query("up == 1")) == 3 and len(one.query("probe_success == 1")) == 2
    return seen and [a["labels"]["alertname"] for a in one.alerts()] == ["Watchdog"]


def _is_ready(one: RunningAlertmanager) -> bool:
    cluster = one.api.get("/api/v2/status")["cluster"]
    together = cluster["status"] == "ready" and len(cluster["peers"]) == 2
    return together and [a["labels"]["alertname"] for a in one.alerts()] == ["Watchdog"]
