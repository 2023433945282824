"""The OpenTelemetry Collector: validates a configuration, and runs one on loopback."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.engines import process, tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Problem, Verdict

TITLE = "OpenTelemetry Collector"
TOOL = "otelcol"
_INTRODUCTION = "decoding failed due to the following error(s):"


@dataclass(frozen=True, slots=True)
class Otelcol:
    """A collector that validates, and that can be started."""

    found: Found

    def validate(self, file: Path) -> Verdict | DidNotRun:
        """Is this a valid configuration? Also finds wrong OTTL statements; gives no lines (0.160.0)."""
        result = tool.run(self.found, ("validate", f"--config={file.resolve()}"), folders=(file.parent,))
        if isinstance(result, DidNotRun):
            return result
        return Verdict(() if result.ok else (_problem(str(file), result.stderr),), result.duration)

    @contextlib.contextmanager
    def start(
        self,
        config: str | Path,
        *,
        overlay: str = "",
        environ: Mapping[str, str] | None = None,
        reads: Sequence[Path] = (),
    ) -> Iterator[process.Server]:
        """Run a configuration; `overlay` is YAML merged over it (maps merge, lists are replaced).

        Readiness is asked of a health_check on a port of its own; port 8888, its own metrics, stays closed.
        """

        def prepare(home: process.Home) -> process.Launch:
            file = home.write("config.yaml", config) if isinstance(config, str) else config.resolve()
            files = [file, *([home.write("overlay.yaml", overlay)] if overlay else [])]
            files.append(home.write("health.yaml", _health(files, home.ports[0])))
            return process.Launch(
                title=TITLE,
                found=self.found,
                args=tuple(f"--config={path}" for path in files),
                ready_path="/",
                folders=(file.parent, *reads),
                environ=tuple((environ or {}).items()),
            )

        with process.running(TITLE, 1, prepare) as server:
            yield server


def _health(files: Sequence[Path], port: int) -> str:
    """The overlay that opens the health check; it repeats the list of extensions, for merging replaces it."""
    import json

    import yaml

    extensions: list[Any] = []
    for file in files:
        service = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("service") or {}
        extensions = service.get("extensions", extensions)
    return json.dumps(
        {
            "extensions": {"health_check/tocsin": {"endpoint": f"127.0.0.1:{port}"}},
            "service": {
                "extensions": [*extensions, "health_check/tocsin"],
                "telemetry": {"metrics": {"level": "none"}},
            },
        }
    )


def _problem(file: str, stderr: str) -> Problem:
    """The nested sentences of the collector as one."""
    lines = [line.strip().removeprefix("Error: ") for line in stderr.splitlines() if line.strip()]
    told = [
        line.removesuffix("decoding failed due to the following error(s):").rstrip(": ") for line in lines
    ]
    return Problem(tool=TOOL, file=file, message=": ".join(filter(None, told)) or "no reason given")
