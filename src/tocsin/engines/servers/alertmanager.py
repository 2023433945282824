"""An Alertmanager server: its flags, when it is ready, and what is asked of it while it runs.

`amtool.py` is the tool for files.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.engines import process
from tocsin.engines.client import Client
from tocsin.engines.find import Found

TITLE = "Alertmanager"


@dataclass(frozen=True, slots=True)
class RunningAlertmanager:
    """An Alertmanager that answers."""

    api: Client
    server: process.Server | None = None  # when it is ours

    @classmethod
    def at(cls, url: str) -> "RunningAlertmanager":
        """One that runs already, wherever it came from."""
        return cls(Client(TITLE, url.rstrip("/")))

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.api.url

    @property
    def address(self) -> str:
        """Host and port, as a Prometheus configuration wants it."""
        return self.url.removeprefix("http://")

    def post_alerts(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Send alerts as a Prometheus would: `{labels, annotations, startsAt, endsAt, generatorURL}`."""
        self.api.post("/api/v2/alerts", json=list(alerts))

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts with their receivers and status (suppressed or not, by what)."""
        found: list[dict[str, Any]] = self.api.get("/api/v2/alerts")
        return found

    def groups(self) -> list[dict[str, Any]]:
        """Alerts as they are grouped for each receiver."""
        found: list[dict[str, Any]] = self.api.get("/api/v2/alerts/groups")
        return found

    def reload(self) -> None:
        """Read the configuration and the templates again."""
        self.api.post("/-/reload")


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """An Alertmanager that can be started."""

    found: Found

    @contextlib.contextmanager
    def start(
        self,
        config: str | Path,
        *,
        external_url: str | None = None,
        flags: Sequence[str] = (),
        reads: Sequence[Path] = (),
    ) -> Iterator[RunningAlertmanager]:
        """Run one node on a configuration (its text, or a file whose relative paths hold)."""

        def prepare(home: process.Home) -> process.Launch:
            file = home.write("alertmanager.yml", config) if isinstance(config, str) else config.resolve()
            return process.Launch(
                title=TITLE,
                found=self.found,
                args=(
                    f"--config.file={file}",
                    f"--storage.path={home.folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{home.ports[0]}",
                    f"--web.external-url={external_url or home.url()}",  # else links carry the host's name
                    *(["--web.route-prefix=/"] if external_url else []),  # its path is not where we ask
                    "--cluster.listen-address=",  # one node: no gossip port
                    *flags,
                ),
                folders=(file.parent, *reads),
            )

        with process.running(TITLE, 1, prepare) as server:
            yield RunningAlertmanager(Client(TITLE, server.url), server)
