"""A Prometheus server: its flags, when it is ready, and what is asked of it while it runs.

`promtool.py` is the tool for files.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.engines import process, series
from tocsin.engines.answers import EngineError
from tocsin.engines.client import Client
from tocsin.engines.find import Found

TITLE = "Prometheus"


@dataclass(frozen=True, slots=True)
class RunningPrometheus:
    """A Prometheus that answers."""

    api: Client
    server: process.Server | None = None  # when it is ours

    @classmethod
    def at(cls, url: str) -> "RunningPrometheus":
        """One that runs already, wherever it came from."""
        return cls(Client(TITLE, url.rstrip("/")))

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.api.url

    def query(self, expr: str, at: float | None = None) -> tuple[series.Series, ...]:
        """An instant query; now, unless another time is asked for."""
        when = {} if at is None else {"time": repr(at)}
        return series.read(self.api.get("/api/v1/query", {"query": expr, **when}))

    def query_range(self, expr: str, start: float, end: float, step: float) -> tuple[series.Series, ...]:
        """A range query."""
        params = {"query": expr, "start": repr(start), "end": repr(end), "step": repr(step)}
        return series.read(self.api.get("/api/v1/query_range", params))

    def alerts(self) -> list[dict[str, Any]]:
        """Pending and firing alerts, as `/api/v1/alerts` has them."""
        found: list[dict[str, Any]] = self.api.get("/api/v1/alerts")["data"]["alerts"]
        return found

    def rule_groups(self) -> list[dict[str, Any]]:
        """The loaded groups with their rules' state, as `/api/v1/rules` has them."""
        found: list[dict[str, Any]] = self.api.get("/api/v1/rules")["data"]["groups"]
        return found

    def reload(self) -> None:
        """Read the configuration and the rules again."""
        self.api.post("/-/reload")

    def wait_for_alertmanager(self, within: float = 15.0) -> None:
        """Until it knows its Alertmanager: discovery takes 5 s (3.15.0), alerts before it are lost."""
        until = time.monotonic() + within
        while not self.api.get("/api/v1/alertmanagers")["data"]["activeAlertmanagers"]:
            if time.monotonic() > until:
                raise EngineError(f"Prometheus knows no Alertmanager after {within:g} s")
            time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus that can be started."""

    found: Found

    @contextlib.contextmanager
    def start(
        self, config: str | Path, *, flags: Sequence[str] = (), reads: Sequence[Path] = ()
    ) -> Iterator[RunningPrometheus]:
        """Run it on a configuration (its text, or a file whose relative paths hold) with an empty store."""

        def prepare(home: process.Home) -> process.Launch:
            file = home.write("prometheus.yml", config) if isinstance(config, str) else config.resolve()
            return process.Launch(
                title=TITLE,
                found=self.found,
                args=(
                    f"--config.file={file}",
                    f"--storage.tsdb.path={home.folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{home.ports[0]}",
                    f"--web.external-url={home.url()}",
                    "--web.enable-lifecycle",
                    "--web.enable-remote-write-receiver",
                    "--rules.alert.resend-delay=1s",  # a send before the first discovery is lost
                    *flags,
                ),
                folders=(file.parent, *reads),
            )

        with process.running(TITLE, 1, prepare) as server:
            yield RunningPrometheus(Client(TITLE, server.url), server)
