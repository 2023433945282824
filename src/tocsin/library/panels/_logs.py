"""LogQL as panels need it: a service's stream, parsed, filtered, counted. Not what is done with it."""

from collections.abc import Sequence
from dataclasses import replace

from tocsin.diag.nodes import Node
from tocsin.model.plugins import PanelScope
from tocsin.model.telemetry import Service
from tocsin.query.matchers import Matcher, quote

AUTO = "$__auto"
RANGE = "$__range"
_PARSER = {"json": " | json", "logfmt": " | logfmt", "plain": ""}


def logging_service(panel: PanelScope, node: Node) -> Service | None:
    """The service whose logs a panel shows: the panel's or dashboard's, else the first that has logs."""
    own = panel.scope.service
    if own is not None and own.logs is not None:
        return own
    if node.get("service") is None:
        for service in panel.scope.services.values():
            if service.logs is not None:
                return service
    name = own.name if own else ""
    panel.scope.sink.error(
        "panel/no-logs",
        node.at("service"),
        f"`{name}` declares no logs" if name else "no service declares logs",
        help="add `logs: {stream: {service_name: ...}, format: json}` to the service",
    )
    return None


def lines(
    panel: PanelScope,
    service: Service,
    where: Sequence[Matcher] = (),
    contains: str = "",
    *,
    parsed: bool = False,
) -> str:
    """The service's lines that contain a text and whose fields match. Lines that do not parse are kept unless
    a field is asked for: somebody who looks for trouble must see them."""
    logs = service.logs
    if logs is None:
        return "{}"
    labels = tuple(m for m in where if m.label in logs.labels)
    fields = [m for m in where if m.label not in logs.labels]
    out = replace(panel.scope, service=service).stream(labels)
    if contains:
        out += f" |= {quote(contains)}"
    if fields or parsed:
        out += _PARSER[logs.format]
    return out + "".join(f" | {m}" for m in fields)


def counted(
    panel: PanelScope,
    service: Service,
    by: Sequence[str],
    where: Sequence[Matcher],
    contains: str,
    window: str,
) -> str:
    """How many lines there are in `window`, for each value of the labels or fields `by`."""
    labels = service.logs.labels if service.logs else {}
    asked = {m.label for m in where}
    fields = [label for label in by if label not in labels]
    present = [Matcher(label, "!=", "") for label in fields if label not in asked]
    pipeline = lines(panel, service, (*where, *present), contains, parsed=bool(fields))
    if " | json" in pipeline or " | logfmt" in pipeline:
        pipeline += ' | __error__=""'
    grouping = f" by ({', '.join(by)}) " if by else ""
    return f"sum{grouping}(count_over_time({pipeline} [{window}]))"


def which(where: Sequence[Matcher], contains: str) -> str:
    """The filters in words, for titles: ` with level="ERROR"`; nothing for none."""
    words = [str(m) for m in where] + ([f"`{contains}`"] if contains else [])
    return f" with {' and '.join(words)}" if words else ""
