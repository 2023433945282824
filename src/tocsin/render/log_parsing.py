"""How the collector reads a line: time, severity, trace, and which fields become structured metadata.

The line itself stays the body, so that `| json` in a LogQL alert sees what the service wrote. Statements are
shared by all sources (files, containers, OTLP); a line that cannot be parsed arrives as it is, and marked.
"""

from collections.abc import Iterator

from tocsin.model.workspace import Model
from tocsin.render import ottl
from tocsin.render.redaction import HIDDEN_BY_ESCAPE

FORMAT = "log.format"
"""Set by the receiver to what the service says about its lines; removed again before shipping."""
UNPARSED = "log_unparsed"
CACHE = "log.cache"
TIME_FIELDS = ("timestamp", "@timestamp", "time", "ts", "asctime")
LEVEL_FIELDS = ("level", "severity", "levelname", "log.level", "lvl")
TRACE_FIELDS = ("trace_id", "traceId", "traceID", "trace.id", "otelTraceID")
SPAN_FIELDS = ("span_id", "spanId", "spanID", "span.id", "otelSpanID")
SEVERITIES = (
    ("TRACE", "trace"),
    ("DEBUG", "debug|verbose"),
    ("INFO", "info|information|notice"),
    ("WARN", "warn|warning"),
    ("ERROR", "error|err"),
    ("FATAL", "fatal|critical|crit|panic|alert|emerg.*"),
)
EVER_USEFUL = ("event", "error_type", "error_code", "fingerprint", "version")
"""Fields that are worth finding without parsing lines, beside everything called `*_id`."""
_READ = TIME_FIELDS + LEVEL_FIELDS + TRACE_FIELDS + SPAN_FIELDS
MAX_ATTRIBUTES = 100
"""Loki 3.7 refuses a line with more than 128 entries of structured metadata."""
MAX_VALUE = 4096
OLDEST = "168h"
"""Loki refuses lines that are too old or from the future: a wrong clock must not lose a line."""
AHEAD = "5m"


def metadata_fields(model: Model) -> tuple[str, ...]:
    """Fields of lines that become structured metadata: ids and kinds, never free text."""
    declared = {f for s in model.services.values() if s.logs for f in s.logs.fields}
    wanted = {f for f in declared if f.endswith(("_id", "Id")) or f in EVER_USEFUL}
    return tuple(sorted((wanted | {"request_id", "user_id", "session_id", "event"}) - set(_READ)))


def parse_statements(model: Model) -> list[str]:
    """All statements, in order."""
    return ottl.escaped([*_read(), *_time(), *_severity(), *_trace(), *_metadata(model), *_flat()])


def limit_statements() -> list[str]:
    """Keep within what Loki takes. After redaction: a secret that is cut in two matches no pattern."""
    return [f"truncate_all(log.attributes, {MAX_VALUE})", f"limit(log.attributes, {MAX_ATTRIBUTES}, [])"]


def _read() -> Iterator[str]:
    yield ottl.set_("log.body", "log.body.string", "not IsString(log.body)")
    # Docker's lines end with their newline.
    yield ottl.replace("log.body", r"[\r\n]+$", "")
    is_json = ottl.matches("log.body", r"^\s*\{")
    # Otherwise an address written with an escape would pass every pattern.
    yield ottl.set_(
        "log.body",
        "String(ParseJSON(log.body))",
        f"{is_json} and {ottl.matches('log.body', HIDDEN_BY_ESCAPE)}",
    )
    yield f'merge_maps({CACHE}, ParseJSON(log.body), "upsert") where {is_json}'
    yield (
        f'merge_maps({CACHE}, ParseKeyValue(log.body), "upsert") '
        f"where {ottl.key('log.attributes', FORMAT)} == {ottl.text('logfmt')}"
    )
    yield ottl.set_(
        ottl.key("log.attributes", UNPARSED),
        ottl.text("true"),
        f"Len({CACHE}) == 0 and {ottl.key('log.attributes', FORMAT)} != nil "
        f"and {ottl.key('log.attributes', FORMAT)} != {ottl.text('plain')}",
    )


def _time() -> Iterator[str]:
    """ISO 8601 in all its dialects (UTC where no zone is said), and Unix time in s, ms, us, ns."""
    at = ottl.key(CACHE, "_time")
    yield ottl.set_(at, f"Coalesce({ottl.keys(CACHE, TIME_FIELDS)})", f"Len({CACHE}) > 0")
    yield ottl.replace(
        at, r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,8})\d*)?\s*(.*)$", "${1}T${2}.${3}0${4}"
    )
    yield ottl.replace(at, r"[Zz]$", "+0000")
    yield ottl.replace(at, r"([+-]\d\d):(\d\d)$", "${1}${2}")
    yield ottl.replace(at, r"(T\d\d:\d\d:\d\d\.\d+)$", "${1}+0000")
    yield ottl.set_(
        "log.time", f'Time({at}, "%Y-%m-%dT%H:%M:%S%z")', ottl.matches(at, r"^\d{4}-\d\d-\d\dT.*[+-]\d{4}$")
    )
    yield ottl.set_(at, f"Double({at})", ottl.matches(at, r"^\d{9,19}(?:\.\d+)?$"))
    for low, high, factor in (
        ("1.0e8", "1.0e11", "1.0e9"),
        ("1.0e11", "1.0e14", "1.0e6"),
        ("1.0e14", "1.0e17", "1.0e3"),
        ("1.0e17", "1.0e19", "1.0"),
    ):
        yield ottl.set_(
            "log.time_unix_nano",
            f"Int({at} * {_plain(factor)})",
            f"IsDouble({at}) and {at} >= {_plain(low)} and {at} < {_plain(high)}",
        )
    yield ottl.set_("log.time", "log.observed_time", "log.time_unix_nano == 0")
    yield ottl.set_("log.time", "log.observed_time", f'log.observed_time - log.time > Duration("{OLDEST}")')
    yield ottl.set_("log.time", "log.observed_time", f'log.time - log.observed_time > Duration("{AHEAD}")')
    yield from _apart()


def _apart() -> Iterator[str]:
    """Put the reading clock's digits where the line has none: Loki stores equal lines of one instant once.

    An alert that counts lines would miss a burst of them otherwise.
    """
    for digits in (1_000_000, 1_000):
        whole = f"(log.time_unix_nano / {digits}) * {digits} == log.time_unix_nano"
        rest = f"log.observed_time_unix_nano - (log.observed_time_unix_nano / {digits}) * {digits}"
        yield ottl.set_("log.time_unix_nano", f"log.time_unix_nano + {rest}", whole)


def _plain(number: str) -> str:
    """OTTL reads no exponents."""
    return f"{float(number):.1f}"


def _severity() -> Iterator[str]:
    level = ottl.key(CACHE, "_level")
    yield ottl.set_(level, f"Coalesce({ottl.keys(CACHE, LEVEL_FIELDS)})", f"Len({CACHE}) > 0")
    yield ottl.set_("log.severity_text", f'ConvertCase({level}, "upper")', f"IsString({level})")
    for name, words in SEVERITIES:
        yield ottl.set_(
            "log.severity_number", f"SEVERITY_NUMBER_{name}", ottl.matches(level, f"(?i)^(?:{words})$")
        )


def _trace() -> Iterator[str]:
    """A trace id that Tempo can find becomes the record's own; any other stays findable as metadata."""
    for what, names, width in (("trace_id", TRACE_FIELDS, 32), ("span_id", SPAN_FIELDS, 16)):
        found = ottl.key(CACHE, f"_{what}")
        yield ottl.set_(found, f"Coalesce({ottl.keys(CACHE, names)})", f"Len({CACHE}) > 0")
        yield ottl.set_(ottl.key("log.attributes", what), found, f'IsString({found}) and {found} != ""')
        yield ottl.replace(found, "-", "")
        yield ottl.set_(
            f"log.{what}.string",
            f'ConvertCase({found}, "lower")',
            ottl.matches(found, f"^[0-9a-fA-F]{{{width}}}$"),
        )
        yield (
            f"delete_key(log.attributes, {ottl.text(what)}) "
            f"where {ottl.matches(found, f'^[0-9a-fA-F]{{{width}}}$')}"
        )


def _metadata(model: Model) -> Iterator[str]:
    for field in metadata_fields(model):
        yield ottl.set_(
            ottl.key("log.attributes", field), ottl.key(CACHE, field), f"{ottl.key(CACHE, field)} != nil"
        )


def _flat() -> Iterator[str]:
    """Nested attributes as `a.b`, so that every key is seen by the redaction of keys."""
    yield f"delete_key(log.attributes, {ottl.text(FORMAT)})"
    # The path of a container's file; its name stays.
    yield f"delete_key(log.attributes, {ottl.text('log.file.path')})"
    yield "flatten(log.attributes)"
