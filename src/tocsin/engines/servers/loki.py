"""A Loki server: the configuration that tests of rules want, flags, readiness, pushing, asking.

`lokitool.py` is the tool for rule files.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.engines import process, series, tool
from tocsin.engines.answers import DidNotRun
from tocsin.engines.client import Client
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict

TITLE = "Loki"
TOOL = "loki"
_ADVICE = r"(?:\. Use `-config.expand-env=true` flag .*)?"
_YAML_LINE = re.compile(rf"\s*line (\d+): (.*?){_ADVICE}")
_VALIDATING = re.compile(r'err="((?:[^"\\]|\\.)*)"')
_PARSING = re.compile(rf"failed parsing config: (?:\S+: )?(?:yaml: )?(.*?){_ADVICE}$")


@dataclass(frozen=True, slots=True)
class Stream:
    """Log lines of one label set, ascending: nanoseconds since 1970, line, perhaps structured metadata."""

    labels: Mapping[str, str]
    entries: tuple[tuple[int, str] | tuple[int, str, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class RunningLoki:
    """A Loki that answers. One tenant per case keeps cases apart."""

    api: Client
    server: process.Server | None = None  # when it is ours

    @classmethod
    def at(cls, url: str) -> "RunningLoki":
        """One that runs already, wherever it came from."""
        return cls(Client(TITLE, url.rstrip("/")))

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.api.url

    def beside(self) -> "RunningLoki":
        """The same server over a connection of its own, for another thread."""
        return RunningLoki(Client(TITLE, self.url), self.server)

    def push(self, tenant: str, streams: Iterable[Stream]) -> None:
        """Store lines. Older than the stream's newest minus 1 h is refused (3.7.8)."""
        import orjson

        body = {"streams": [{"stream": dict(row.labels), "values": _values(row)} for row in streams]}
        headers = {"Content-Type": "application/json", **_tenant(tenant)}
        self.api.post("/loki/api/v1/push", data=orjson.dumps(body), headers=headers)

    def query_range(
        self, tenant: str, expr: str, start: float, end: float, step: float
    ) -> tuple[series.Series, ...] | tuple[series.Lines, ...]:
        """All evaluations of a grid in one query. A log query answers `Lines`: no alert can be made of it."""
        params = {
            "query": expr,
            "start": _nanos(start),
            "end": _nanos(end),
            "step": f"{step:g}",
            "limit": 5000,
        }
        return _read(self.api.get("/loki/api/v1/query_range", params, _tenant(tenant)))

    def query(
        self, tenant: str, expr: str, at: float
    ) -> tuple[series.Series, ...] | tuple[series.Lines, ...]:
        """One evaluation."""
        params = {"query": expr, "time": _nanos(at), "limit": 5000}
        return _read(self.api.get("/loki/api/v1/query", params, _tenant(tenant)))

    def rule_groups(self, tenant: str) -> list[dict[str, Any]]:
        """The ruler's groups with their rules' state."""
        answer = self.api.get("/prometheus/api/v1/rules", headers=_tenant(tenant))
        found: list[dict[str, Any]] = answer["data"]["groups"]
        return found


@dataclass(frozen=True, slots=True)
class Loki:
    """A Loki that can be started, and that checks configurations."""

    found: Found

    @contextlib.contextmanager
    def start(
        self, config: str | Path | None = None, *, flags: Sequence[str] = (), reads: Sequence[Path] = ()
    ) -> Iterator[RunningLoki]:
        """Run it on a configuration, or, without one, in the shape that tests of rules want."""

        def prepare(home: process.Home) -> process.Launch:
            text = for_tests(home) if config is None else config
            file = home.write("loki.yaml", text) if isinstance(text, str) else text.resolve()
            return process.Launch(
                title=TITLE,
                found=self.found,
                args=(
                    f"-config.file={file}",
                    "-server.http-listen-address=127.0.0.1",
                    f"-server.http-listen-port={home.ports[0]}",
                    "-server.grpc-listen-address=127.0.0.1",
                    f"-server.grpc-listen-port={home.ports[1]}",
                    *flags,
                ),
                ready_path="/ready",
                folders=(file.parent, *reads),
            )

        with process.running(TITLE, 2, prepare) as server:
            yield RunningLoki(Client(TITLE, server.url), server)

    def verify_config(self, file: Path) -> Verdict | DidNotRun:
        """Is this a valid loki.yaml?"""
        args = ("-verify-config", f"-config.file={file.resolve()}")
        result = tool.run(self.found, args, folders=(file.parent,))
        if isinstance(result, DidNotRun):
            return result
        return Verdict(() if result.ok else _problems(str(file), result.stderr), result.duration)


def for_tests(home: process.Home) -> str:
    """Past timestamps are taken and seen at once; ready in 0.3 s.

    The querier answers by itself, as in the ruler: no query frontend aligns to the step, no scheduler
    keeps the first query waiting for 4 s (3.7.8).
    """
    data = home.folder / "data"
    return f"""\
target: ingester,distributor,querier
auth_enabled: true
common:
  instance_addr: 127.0.0.1
  compactor_address: {home.url()}  # wanted at start; without deletions never asked
  path_prefix: {data}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
schema_config:
  configs:
    - from: 2020-01-01
      store: tsdb
      object_store: filesystem
      schema: v13
      index: {{prefix: idx_, period: 24h}}
storage_config:
  use_thanos_objstore: true
  object_store: {{filesystem: {{dir: {data / "chunks"}}}}}
server: {{log_level: warn}}
ingester:
  query_store_max_look_back_period: -1  # else lines older than about 3 h are invisible
  flush_check_period: 24h  # old lines would be flushed after half a minute: nothing is ever read back
  lifecycler: {{min_ready_duration: 0s, final_sleep: 0s}}
querier: {{query_ingesters_within: 0}}
limits_config:
  deletion_mode: disabled
  reject_old_samples: false
  allow_structured_metadata: true
  split_instant_metric_queries_by_interval: 0
  ingestion_rate_mb: 100
  ingestion_burst_size_mb: 100
  per_stream_rate_limit: 100MB
  per_stream_rate_limit_burst: 100MB
  max_query_length: 0
  max_query_series: 10000
analytics: {{reporting_enabled: false}}
"""


def _tenant(name: str) -> dict[str, str]:
    return {"X-Scope-OrgID": name}


def _nanos(seconds: float) -> str:
    return str(round(seconds * 1000) * 1_000_000)


def _values(row: Stream) -> list[list[Any]]:
    return [[str(entry[0]), *entry[1:]] for entry in row.entries]


def _read(answer: Any) -> tuple[series.Series, ...] | tuple[series.Lines, ...]:
    return series.read_lines(answer) if series.is_log_query(answer) else series.read(answer)


def _problems(file: str, stderr: str) -> tuple[Problem, ...]:
    lines = [found for line in stderr.splitlines() if (found := _YAML_LINE.fullmatch(line))]
    if lines:
        return tuple(
            Problem(tool=TOOL, file=file, message=found[2], place=Place(int(found[1]))) for found in lines
        )
    if validating := _VALIDATING.search(stderr):
        return (Problem(tool=TOOL, file=file, message=validating[1].replace('\\"', '"')),)
    text = stderr.strip()
    parsing = _PARSING.fullmatch(text)
    message = parsing[1] if parsing else text
    line = re.fullmatch(r"line (\d+): (.*)", message)
    place = Place(int(line[1])) if line else None
    return (Problem(tool=TOOL, file=file, message=line[2] if line else message, place=place),)
