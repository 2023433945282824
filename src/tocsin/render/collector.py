"""`collector/collector.yaml`: the collector's pipelines. Not how lines are read or what is redacted.

Names and options are those of the OpenTelemetry Collector 0.160: `file_log`, `otlp_grpc` and `otlp_http` are
the names now, the older ones are aliases on their way out. What is generated runs in the contrib image;
sampling of traces (`trace_sampling` below 1) needs a component that a smaller build may lack.
"""

from collections.abc import Iterator
from typing import Any

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render import ottl
from tocsin.render.collector_sources import receivers
from tocsin.render.log_labels import SERVICE_NAME, index_attributes, stream_attributes
from tocsin.render.log_parsing import limit_statements, parse_statements
from tocsin.render.redaction import Pass, key_passes, key_patterns, value_passes, value_patterns
from tocsin.render.renderer import renderer
from tocsin.render.stack_urls import address

STORAGE = "/var/lib/otelcol"
QUEUE_BYTES = 1 << 30
"""What is kept on disk while Loki is away; when it is full, files are simply not read on."""
KEPT_RESOURCE = (
    "service.namespace",
    "service.version",
    "service.instance.id",
    "host.name",
    "container.id",
    "container.name",
    "k8s.cluster.name",
    "k8s.namespace.name",
    "k8s.pod.name",
    "k8s.container.name",
    "k8s.node.name",
)
"""Resource attributes that stay on log lines as structured metadata; a process's arguments do not."""


@renderer("collector")
def collector(model: Model) -> Iterator[Artifact]:
    """The configuration of one environment's collector."""
    yield Artifact(
        path=f"{model.root}collector/collector.yaml",
        format="yaml",
        tree=config(model),
        origin=model.stack.origin,
        kind="stack files",
    )


def config(model: Model) -> dict[str, Any]:
    """The whole configuration."""
    sources = receivers(model)
    samplers = _sampler(model)
    return {
        "extensions": {
            "health_check": {"endpoint": "0.0.0.0:13133"},
            # Reading positions and the queue: a restart neither loses nor repeats lines.
            "file_storage": {
                "directory": STORAGE,
                "create_directory": True,
                "timeout": "10s",
                "compaction": {"on_start": True, "on_rebound": True, "directory": STORAGE},
            },
        },
        "receivers": sources,
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_mib": 400, "spike_limit_mib": 100},
            **samplers,
            # Silent: a line that is not what it should be is marked, not complained about.
            "transform/parse": {
                "error_mode": "silent",
                "log_statements": [{"statements": parse_statements(model)}],
            },
            "transform/redact": _redact(model),
            "redaction": {
                "allow_all_keys": True,
                "redact_all_types": True,
                "summary": "silent",
                "blocked_key_patterns": _config_text(key_patterns(model)),
                "blocked_values": _config_text(value_patterns(model)),
            },
            "transform/identity": _identity(model),
            "transform/limits": {
                "error_mode": "ignore",
                "log_statements": [{"statements": ottl.escaped(limit_statements())}],
            },
        },
        "exporters": {"otlp_http/loki": _loki(model), "otlp_grpc/tempo": _tempo(model)},
        "service": _service(sorted(sources), list(samplers)),
    }


def _config_text(patterns: tuple[str, ...]) -> list[str]:
    """The collector expands `$` in every string of its configuration."""
    return [p.replace("$", "$$") for p in patterns]


def _sampler(model: Model) -> dict[str, Any]:
    if model.stack.trace_sampling >= 1:
        return {}
    return {"probabilistic_sampler": {"sampling_percentage": round(model.stack.trace_sampling * 100, 6)}}


def _redact(model: Model) -> dict[str, Any]:
    """Lines and texts. Fails closed: what cannot be redacted is not shipped."""
    passes = (*key_passes(model), *value_passes(model))
    loose = [p for p in passes if p.shape != "json"]
    resource = {"statements": ottl.escaped(_in_values("resource.attributes", p) for p in loose)}
    return {
        "error_mode": "propagate",
        "log_statements": [
            resource,
            {
                "statements": ottl.escaped(
                    [*(_in_line(p) for p in passes), *(_in_values("log.attributes", p) for p in loose)]
                )
            },
        ],
        "trace_statements": [
            resource,
            {"statements": ottl.escaped(["flatten(span.attributes)", *_in_span(loose)])},
            {
                "statements": ottl.escaped(
                    ["flatten(spanevent.attributes)", *(_in_values("spanevent.attributes", p) for p in loose)]
                )
            },
        ],
    }


def _in_span(passes: list[Pass]) -> Iterator[str]:
    for one in passes:
        yield _in_values("span.attributes", one)
        yield ottl.replace("span.name", one.pattern, one.replacement)
        yield ottl.replace("span.status.message", one.pattern, one.replacement)


def _in_line(one: Pass) -> str:
    is_json = ottl.matches("log.body", r"^\s*\{")
    where = {"json": is_json, "text": f"not {is_json}", "any": ""}[one.shape]
    return ottl.replace("log.body", one.pattern, one.replacement, where)


def _in_values(path: str, one: Pass) -> str:
    return ottl.replace_values(path, one.pattern, one.replacement)


def _identity(model: Model) -> dict[str, Any]:
    """Whose telemetry this is: said by the workspace, so no client can claim to be another environment."""
    identity = [
        ottl.set_(ottl.key("resource.attributes", name), ottl.text(value))
        for name, value in model.identity.items()
    ]
    of_traces = ottl.set_(
        ottl.key("resource.attributes", "deployment.environment.name"), ottl.text(model.environment)
    )
    labels = [
        ottl.set_(
            ottl.key("resource.attributes", name),
            ottl.text(value),
            f"{ottl.key('resource.attributes', SERVICE_NAME)} == {ottl.text(of[SERVICE_NAME])}",
        )
        for of in (stream_attributes(model.services[s]) for s in sorted(model.services))
        for name, value in of.items()
        if name != SERVICE_NAME
    ]
    kept = sorted({*index_attributes(model), *KEPT_RESOURCE})
    keep = f"keep_keys(resource.attributes, {ottl.texts(kept)})"
    return {
        "error_mode": "ignore",
        "log_statements": [{"statements": ottl.escaped([*labels, *identity, keep])}],
        "trace_statements": [{"statements": ottl.escaped([*identity, of_traces])}],
    }


def _queue() -> dict[str, Any]:
    """On disk, and blocking when full. Batches are made behind the queue: nothing waits in memory alone."""
    return {
        "enabled": True,
        "storage": "file_storage",
        "sizer": "bytes",
        "queue_size": QUEUE_BYTES,
        "block_on_overflow": True,
        "num_consumers": 4,
        "batch": {"sizer": "bytes", "flush_timeout": "1s", "min_size": 256 << 10, "max_size": 2 << 20},
    }


def _loki(model: Model) -> dict[str, Any]:
    return {
        "endpoint": f"{model.stack.loki_url}/otlp",
        "timeout": "30s",
        # 0 means for ever: while Loki is away, lines wait on disk.
        "retry_on_failure": {
            "enabled": True,
            "initial_interval": "1s",
            "max_interval": "15s",
            "max_elapsed_time": "0s",
        },
        "sending_queue": _queue(),
    }


def _tempo(model: Model) -> dict[str, Any]:
    return {
        "endpoint": f"{address(model.stack.tempo_url).host}:4317",
        "tls": {"insecure": True},
        "retry_on_failure": {
            "enabled": True,
            "initial_interval": "1s",
            "max_interval": "15s",
            "max_elapsed_time": "10m",
        },
        "sending_queue": {**_queue(), "queue_size": QUEUE_BYTES // 4},
    }


def _service(sources: list[str], samplers: list[str]) -> dict[str, Any]:
    shaped = ["transform/redact", "redaction", "transform/identity"]
    return {
        "extensions": ["health_check", "file_storage"],
        "telemetry": {
            "logs": {"level": "info", "encoding": "json"},
            "metrics": {
                "level": "normal",
                "readers": [{"pull": {"exporter": {"prometheus": {"host": "0.0.0.0", "port": 8888}}}}],
            },
        },
        "pipelines": {
            "logs": {
                "receivers": sources,
                "processors": ["memory_limiter", "transform/parse", *shaped, "transform/limits"],
                "exporters": ["otlp_http/loki"],
            },
            "traces": {
                "receivers": ["otlp"],
                "processors": ["memory_limiter", *samplers, *shaped],
                "exporters": ["otlp_grpc/tempo"],
            },
        },
    }
