"""A language server over stdio, as an editor drives it: open a text, ask at a place, read what it says."""

import fcntl
import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
INSTALL_SECONDS = 300
ANSWER_SECONDS = 60
CARET = "|"
"""Stands for the cursor in a test's text."""


def installed() -> list[str]:
    """The server's command. Brings the locked packages, once per lock file; skips when that cannot be."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("Node.js with npm is not installed")
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == locked:
            return [node, str(SERVER), "--stdio"]
        command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-progress", "--fetch-retries=1"]
        try:
            done = subprocess.run(
                command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm ci did not end within {INSTALL_SECONDS} s")
        if done.returncode:
            pytest.skip(f"npm ci failed: {done.stderr.strip()[-400:]}")
        stamp.write_text(locked)
    return [node, str(SERVER), "--stdio"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What an editor underlines: the text, its line (from 1), the message."""

    text: str
    line: int
    message: str


class LanguageServer:
    """One server process; a context manager."""

    def __init__(self, command: list[str], folder: Path, schema: Path) -> None:
        self.folder = folder
        self.settings = {
            "yaml": {
                "schemas": {schema.as_uri(): "*.yaml"},
                "schemaStore": {"enable": False},
                "completion": True,
                "hover": True,
                "validate": True,
                "maxItemsComputed": 100_000,
            }
        }
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._answers: dict[int, dict[str, Any]] = {}
        self._said: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        self._configured = False
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "LanguageServer":
        self._reader.start()
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": self.folder.as_uri(),
                "workspaceFolders": [{"uri": self.folder.as_uri(), "name": "workspace"}],
                "capabilities": {
                    "workspace": {"configuration": True, "workspaceFolders": True},
                    "textDocument": {
                        "completion": {
                            "completionItem": {
                                "snippetSupport": True,
                                "documentationFormat": ["markdown", "plaintext"],
                            }
                        },
                        "hover": {"contentFormat": ["markdown", "plaintext"]},
                        "publishDiagnostics": {"relatedInformation": True},
                    },
                },
            },
        )
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": self.settings}})
        while not self._configured:
            self._next()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.ask("shutdown", None)
            self._send({"method": "exit"})
            self._process.wait(10)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    # -- what an editor asks ---------------------------------------------------------------------
    def wrong(self, text: str) -> list[Wrong]:
        """Everything that is underlined in the text, from top to bottom."""
        uri = self._open(text)
        while uri not in self._said:
            self._next()
        rows = text.split("\n")
        return sorted((_underlined(one, rows) for one in self._said[uri]), key=lambda w: (w.line, w.text))

    def completion(self, text: str) -> dict[str, dict[str, Any]]:
        """What is offered at the caret, by label."""
        place = self._at_caret(text)
        found = self.ask("textDocument/completion", place)
        items = found if isinstance(found, list) else (found or {}).get("items", [])
        return {item["label"]: item for item in items}

    def hover(self, text: str) -> str:
        """The Markdown that is shown for the word at the caret; empty where there is none."""
        found = self.ask("textDocument/hover", self._at_caret(text))
        contents = (found or {}).get("contents", "")
        return contents if isinstance(contents, str) else contents["value"]

    def _at_caret(self, text: str) -> dict[str, Any]:
        before, caret, after = text.partition(CARET)
        assert caret, "the text needs a caret"
        uri = self._open(before + after)
        place = {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}
        return {"textDocument": {"uri": uri}, "position": place}

    def _open(self, text: str) -> str:
        self._number += 1
        uri = (self.folder / f"{self._number}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    # -- the protocol ----------------------------------------------------------------------------
    def ask(self, method: str, params: Any) -> Any:
        """A request's result."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while number not in self._answers:
            self._next()
        answer = self._answers.pop(number)
        assert "error" not in answer, answer["error"]
        return answer.get("result")

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _next(self) -> None:
        try:
            message = self._inbox.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            raise TimeoutError("the language server did not answer") from None
        if message is None:
            error = self._process.stderr.read().decode() if self._process.stderr else ""
            raise TimeoutError(f"the language server ended: {error[-1000:]}")
        if "method" not in message:
            self._answers[message["id"]] = message
        elif message["method"] == "textDocument/publishDiagnostics":
            self._said[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message["method"] == "workspace/configuration":
            items = [self.settings.get(item.get("section")) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": items})
            self._configured = True
        elif "id" in message:
            self._send({"id": message["id"], "result": None})

    def _read(self) -> None:
        out = self._process.stdout
        assert out
        while True:
            size = 0
            while (line := out.readline().strip()) or not size:
                if not line:
                    self._inbox.put(None)
                    return
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
            self._inbox.put(json.loads(out.read(size)))


def _underlined(one: dict[str, Any], rows: list[str]) -> Wrong:
    start, end = one["range"]["start"], one["range"]["end"]
    row = rows[start["line"]] if start["line"] < len(rows) else ""
    stop = end["character"] if end["line"] == start["line"] else len(row)
    return Wrong(row[start["character"] : stop], start["line"] + 1, one["message"])
