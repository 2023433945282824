"""Loki is away, the collector is restarted meanwhile: every line arrives, once."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from stack_engines import collector_text, engine, eventually, lines, loki_text
from stack_model import model

from tocsin.engines.servers.loki import Loki
from tocsin.engines.servers.otelcol import Otelcol
from tocsin.render import collector, loki_config

COUNT = 2000


@dataclass
class Gate:
    """Stands before Loki; while it is shut, it answers as an overloaded proxy does."""

    to: str
    open: bool = False
    refused: int = 0
    port: int = field(default=0)


@contextlib.contextmanager
def gate(to: str) -> Iterator[Gate]:
    one = Gate(to)

    class Forward(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not one.open:
                one.refused += 1
                self.send_response(503)
                self.end_headers()
                return
            names = ("Content-Type", "Content-Encoding")
            headers = {name: self.headers[name] for name in names if self.headers[name]}
            with urllib.request.urlopen(urllib.request.Request(one.to + self.path, body, headers)) as answer:
                self.send_response(answer.status)
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def line(number: int) -> str:
    return json.dumps(
        {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "level": "INFO",
            "message": f"line {number}.",
        }
    )


@pytest.mark.process
def test_an_outage_and_a_restart_lose_and_repeat_nothing(tmp_path: Path) -> None:
    logs = tmp_path / "var/log/greenstack"
    logs.mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    the_model = model()
    config = loki_text(loki_config.config(the_model), tmp_path / "loki", tmp_path / "rules")
    found = engine("otelcol")
    with Loki(engine("loki")).start(config) as loki, gate(loki.url) as door:
        text, _ = collector_text(collector.config(the_model), tmp_path, f"http://127.0.0.1:{door.port}")
        app = logs / "app.log"
        with Otelcol(found).start(text):
            app.write_text("".join(f"{line(n)}\n" for n in range(COUNT // 2)))
            assert eventually(lambda: door.refused >= 2, 15)
        with app.open("a") as more:
            more.write("".join(f"{line(n)}\n" for n in range(COUNT // 2, COUNT)))
        with Otelcol(found).start(text):
            eventually(lambda: door.refused >= 4, 15)
            assert lines(loki.url, '{service_name="greenstack-api"}') == []
            door.open = True
            query = '{service_name="greenstack-api"}'
            eventually(lambda: len(lines(loki.url, query)) >= COUNT, 40)
            time.sleep(2)
            arrived = sorted(int(json.loads(e["line"])["message"][5:-1]) for e in lines(loki.url, query))
    assert arrived == list(range(COUNT))
