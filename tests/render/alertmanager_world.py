"""A live Alertmanager on the generated files, with everything it can tell captured on loopback.

The generated file is changed in one place only: `global` gets the addresses of PagerDuty and Telegram, for
which there is no `*_file`. All other addresses are in secret files, as in production.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import yaml
from capture import Capture, capturing
from model_fixture import IDENTITY, annotations, model, write
from stack_engines import engine
from stack_model import stack

from tocsin.engines.servers.alertmanager import Alertmanager, RunningAlertmanager
from tocsin.model.workspace import Model


@dataclass(frozen=True, slots=True)
class World:
    """What a test needs: post alerts of a cluster of its own, see what was told about it."""

    folder: Path
    capture: Capture
    server: RunningAlertmanager
    cluster: str = "eu1"

    def post(
        self,
        name: str,
        *,
        ago: float = 180,
        ended: bool = False,
        said: dict[str, str] | None = None,
        **labels: str,
    ) -> None:
        """An alert of `shop` that began `ago` seconds ago; a label that is empty is left out."""
        now = datetime.now(UTC)
        every = {
            "alertname": name,
            **IDENTITY,
            "cluster": self.cluster,
            "service": "shop",
            "team": "platform",
            "severity": "critical",
            **labels,
        }
        alert = {
            "labels": {k: v for k, v in every.items() if v},
            "annotations": dict(annotations(**(said or {}))),
            "startsAt": (now - timedelta(seconds=ago)).isoformat(),
        }
        if ended:
            alert["endsAt"] = now.isoformat()
        self.server.post_alerts([alert])

    def states(self, name: str) -> dict[str, str]:
        """service -> active or suppressed."""
        return {
            a["labels"].get("service", ""): a["status"]["state"]
            for a in self.server.alerts()
            if a["labels"]["alertname"] == name and a["labels"]["cluster"] == self.cluster
        }

    def told(self, path: str = "") -> list[tuple[str, Any]]:
        """(where, what) of every message about this cluster so far."""
        return [
            (where, body)
            for where, body in list(self.capture.told)
            if where.startswith(path)
            and self.cluster in (str(body["Subject"]) if where == "mail" else str(body))
        ]

    def wait(self, path: str, count: int = 1, within: float = 15) -> list[Any]:
        """At least so many messages about this cluster, or an assertion that says what came instead."""
        end = time.monotonic() + within
        while len(found := self.told(path)) < count:
            assert time.monotonic() < end, (
                f"{len(found)} of {count} at {path}; came: {self.told()}; log: "
                f"{self.server.server.log()[-1500:]}"
            )
            time.sleep(0.05)
        return [body for _, body in found]

    def chat(self, count: int = 1) -> list[dict[str, Any]]:
        """The attachments of at least so many chat messages."""
        return [body["attachments"][0] for body in self.wait("/slack/all", count)]

    def mails(self, count: int = 1) -> list[dict[str, str]]:
        """Subject, plain text and HTML of at least so many mails."""
        return [texts(body) for body in self.wait("mail", count)]


def quiet(seconds: float = 2.0) -> None:
    """Waits of the fixture are one second: after two, whoever is to be told has been."""
    time.sleep(seconds)


@contextlib.contextmanager
def world(folder: Path, **more: Any) -> Iterator[World]:
    """Alertmanager and the capture servers for the length of the block."""
    with capturing() as capture:
        secrets = _secrets(folder / "secrets", capture)
        mail = {"smarthost": capture.smtp, "from": "alerts@example.org", "require_tls": "false"}
        file = redirected(model(secrets, stack=stack(smtp=mail), **more), folder, capture)
        with Alertmanager(engine("alertmanager")).start(file, reads=(folder,)) as server:
            yield World(folder, capture, server)


def redirected(one: Model, folder: Path, capture: Capture) -> Path:
    """The generated configuration, told where PagerDuty and Telegram are."""
    file = write(one, folder)
    tree = yaml.safe_load(file.read_text("utf-8"))
    tree["global"] |= {"pagerduty_url": f"{capture.url}/pagerduty", "telegram_api_url": capture.url}
    copy = file.with_name("redirected.yml")
    copy.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return copy


def _secrets(folder: Path, capture: Capture) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {
        "pagerduty": "KEY-platform",
        "senior": "KEY-senior",
        "slack": f"{capture.url}/slack/all",
        "slack_office": f"{capture.url}/slack/office",
        "bot": f"{capture.url}/webhook/bot",
        "heartbeat": f"{capture.url}/webhook/heartbeat",
        "teams": f"{capture.url}/teams",
        "telegram": "123:SECRET",
        "jira": "SECRET",
    }.items():
        (folder / name).write_text(text + "\n")
    return folder


def texts(mail: EmailMessage) -> dict[str, str]:
    """Subject, plain text and HTML of a mail."""
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    return {"subject": str(mail["Subject"]), "plain": parts["text/plain"], "html": parts["text/html"]}


def keep(name: str, told: Any) -> None:
    """Save a notification as an example, where TOCSIN_KEEP names a folder."""
    folder = os.environ.get("TOCSIN_KEEP")
    if folder:
        text = told if isinstance(told, str) else json.dumps(told, indent=2, ensure_ascii=False)
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_text(text + "\n", encoding="utf-8")
