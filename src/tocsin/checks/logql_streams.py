"""Which log streams there are, and what a log query finds in them, by what is declared. Judges nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tocsin.checks.contract_index import admits
from tocsin.model.telemetry import LogStream
from tocsin.model.workspace import Model
from tocsin.query.logql.ast import (
    Json,
    LabelFormat,
    Logfmt,
    Logs,
    Pattern,
    Regexp,
    Unpack,
)

PARSERS = (Json, Logfmt, Regexp, Pattern, Unpack)
_ADDED = (
    "detected_level service_name trace_id span_id severity_text severity_number filename scope_name "
    "scope_version observed_timestamp flags __error__ __error_details__"
)
METADATA = frozenset(_ADDED.split())
"""What Loki and the collector may add to a line."""
_GROUP = re.compile(r"\(\?P?<(\w+)>")
_CAPTURE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Stream:
    """One service's logs with all labels of their stream."""

    labels: Mapping[str, str]
    logs: LogStream


def streams(models: tuple[Model, ...]) -> tuple[Stream, ...]:
    """The streams of some environments."""
    return tuple(
        Stream({"service_name": service.name, **model.identity, **service.logs.labels}, service.logs)
        for model in models
        for service in model.services.values()
        if service.logs is not None
    )


def selected(query: Logs, known: tuple[Stream, ...]) -> tuple[Stream, ...]:
    """The streams that a query's selector admits; a label that a stream does not have is empty."""
    return tuple(s for s in known if all(admits(m, s.labels.get(m.label, "")) for m in query.matchers))


def parsed(query: Logs) -> bool:
    """Whether fields of the line become labels."""
    return any(isinstance(stage, PARSERS) for stage in query.stages)


def made(query: Logs) -> Iterator[str]:
    """The labels that the query makes itself."""
    for stage in query.stages:
        match stage:
            case Json(extractions=extractions) | Logfmt(extractions=extractions):
                yield from (one.label for one in extractions)
            case LabelFormat(assignments=assignments):
                yield from (one.label for one in assignments)
            case Regexp(pattern=pattern):
                yield from _GROUP.findall(pattern.value)
            case Pattern(pattern=pattern):
                yield from _CAPTURE.findall(pattern.value)
            case _:
                pass
