"""Stands in for PagerDuty, Slack, mail and the rest on loopback: answers as they do, keeps what it hears."""

import contextlib
import email
import email.policy
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWERS = {
    "/slack": (200, "text/plain", b"ok"),
    "/pagerduty": (202, "application/json", b'{"status":"success"}'),
    "/bot": (200, "application/json", b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1}}}'),
}


@dataclass(slots=True)
class Capture:
    """What arrived, by the first part of the path; mails under `mail`."""

    url: str
    smtp: str
    told: list[tuple[str, Any]] = field(default_factory=list)

    def at(self, path: str) -> list[Any]:
        """Everything that came to a path, oldest first."""
        return [body for where, body in list(self.told) if where.startswith(path)]

    def wait(self, path: str, count: int = 1, within: float = 15) -> list[Any]:
        """At least so many messages, or an assertion that says what came instead."""
        end = time.monotonic() + within
        while len(self.at(path)) < count and time.monotonic() < end:
            time.sleep(0.05)
        found = self.at(path)
        assert len(found) >= count, (
            f"{len(found)} of {count} at {path}; came: {[where for where, _ in self.told]}"
        )
        return found


@contextlib.contextmanager
def capturing() -> Iterator[Capture]:
    """Both servers for the length of the block."""
    capture = Capture("", "")
    with (
        _serving(ThreadingHTTPServer(("127.0.0.1", 0), _http(capture.told.append))) as http_port,
        _serving(_Smtp(("127.0.0.1", 0), _smtp(capture.told.append))) as smtp_port,
    ):
        capture.url, capture.smtp = f"http://127.0.0.1:{http_port}", f"127.0.0.1:{smtp_port}"
        yield capture


@contextlib.contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _http(keep: Callable[[tuple[str, Any]], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            keep((self.path, json.loads(raw) if raw.startswith(("{", "[")) else raw))
            known = next((answer for start, answer in ANSWERS.items() if self.path.startswith(start)), None)
            status, kind, body = known or (200, "text/plain", b"")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


class _Smtp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _smtp(keep: Callable[[tuple[str, Any]], None]) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 capture")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.say("354 go on")
                    keep(("mail", self.message()))
                self.say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        def message(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    return Handler
