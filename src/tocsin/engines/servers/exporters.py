"""The exporters of well-known packs, each on a free loopback port: node_exporter and blackbox_exporter."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines import process
from tocsin.engines.find import Found


@dataclass(frozen=True, slots=True)
class NodeExporter:
    """A node_exporter that can be started."""

    found: Found

    @contextlib.contextmanager
    def start(self, *, flags: Sequence[str] = ()) -> Iterator[process.Server]:
        """Run it; metrics are at `/metrics`."""
        with _exporter("node_exporter", self.found, flags) as server:
            yield server


@dataclass(frozen=True, slots=True)
class BlackboxExporter:
    """A blackbox_exporter that can be started."""

    found: Found

    @contextlib.contextmanager
    def start(self, config: Path, *, flags: Sequence[str] = ()) -> Iterator[process.Server]:
        """Run it on a file of probe modules; probes are at `/probe`."""
        file = config.resolve()
        with _exporter(
            "blackbox_exporter", self.found, (f"--config.file={file}", *flags), file.parent
        ) as server:
            yield server


@contextlib.contextmanager
def _exporter(title: str, found: Found, flags: Sequence[str], *folders: Path) -> Iterator[process.Server]:
    def prepare(home: process.Home) -> process.Launch:
        listen = f"--web.listen-address=127.0.0.1:{home.ports[0]}"
        return process.Launch(
            title=title, found=found, args=(listen, *flags), ready_path="/", folders=tuple(folders)
        )

    with process.running(title, 1, prepare) as server:
        yield server
