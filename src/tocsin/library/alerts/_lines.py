"""LogQL that log templates share: the service's stream, its parser, filters. No sentences."""

from tocsin.diag.nodes import Node
from tocsin.model.scope import Scope
from tocsin.query.matchers import Matcher, quote


def has_logs(scope: Scope, node: Node) -> bool:
    """True when the service declares its logs; reports otherwise."""
    if scope.service is not None and scope.service.logs is not None:
        return True
    scope.sink.error(
        "alert/no-logs",
        node.key_place(),
        "this template reads logs, and the service declares none",
        help="add `logs: {stream: {...}, format: json}` to the service",
    )
    return False


def fields_known(scope: Scope, names: tuple[str, ...], node: Node) -> bool:
    """True when the logs declare all fields (or none at all); reports the others at `node`."""
    logs = scope.service.logs if scope.service else None
    if logs is None or not logs.fields:
        return True
    known = {*logs.fields, *logs.labels, "detected_level", "service_name"}
    good = True
    for name in names:
        if name not in known:
            scope.sink.unknown("spec/unknown-field", node, "log field", name, known)
            good = False
    return good


def lines(
    scope: Scope, contains: tuple[str, ...] = (), where: tuple[Matcher, ...] = (), *, parsed: bool = True
) -> str:
    """A log query: stream, line filters, parser, label filters. Lines that do not parse are left out."""
    logs = scope.service.logs if scope.service else None
    parts = [scope.stream(), *(f"|= {quote(text)}" for text in contains)]
    if parsed and logs is not None and logs.format != "plain":
        parts += [f"| {logs.format}", '| __error__=""']
    parts += [f"| {matcher}" for matcher in where]
    return " ".join(parts)


def counted_lines(query: str, per: object, by: tuple[str, ...] = ()) -> str:
    """How many lines `query` has within `per`."""
    head = f"sum by ({', '.join(by)}) " if by else "sum"
    return f"{head}(count_over_time({query} [{per}]))"
