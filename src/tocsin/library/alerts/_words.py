"""Sentences that alert templates share: of whom, of which part, how much. No PromQL."""

from collections.abc import Iterable

from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.model.units import UNITS
from tocsin.query.matchers import Matcher
from tocsin.spec.values import number_text


def plain(text: str) -> str:
    """Text that a Go template prints as it is."""
    return text.replace("{{", '{{ "{{" }}')


def title(scope: Scope) -> str:
    """The service as prose calls it, safe inside a template."""
    return plain(scope.service.title) if scope.service else "the workspace"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    found = list(words)
    return ", ".join(found[:-1]) + f" {last} {found[-1]}" if len(found) > 1 else "".join(found)


def things(scope: Scope, metrics: tuple[Metric, ...]) -> str:
    """What counters count, from their names: `iodd uploads and eds uploads`."""
    return listed(thing(metric.name, scope) for metric in metrics)


def thing(name: str, scope: Scope) -> str:
    """What a metric is about, from its name without the service's own prefix."""
    home = scope.service.name if scope.service else ""
    for suffix in ("_total", "_seconds", "_bytes"):
        name = name.removesuffix(suffix)
    first, _, rest = name.partition("_")
    return (rest if rest and home.startswith(first) else name).replace("_", " ")


def each(by: tuple[str, ...]) -> str:
    """` of one endpoint and method`; empty where nothing is told apart."""
    return f" of one {listed(by)}" if by else ""


def which(by: tuple[str, ...]) -> str:
    """` (endpoint {{ $labels.endpoint }})`: which one it is, for a summary."""
    return f" ({', '.join(f'{label} {{{{ $labels.{label} }}}}' for label in by)})" if by else ""


def more_than(limit: float, what: str) -> str:
    """`there are more than 5 lost messages`; any at all where the limit is 0."""
    return f"there are more than {number_text(limit)} {what}" if limit else f"there are any {what}"


def said_matchers(matchers: tuple[Matcher, ...]) -> str:
    """Matchers as the spec says them."""
    return ", ".join(str(m) for m in matchers)


def amount(unit: str) -> str:
    """The Go template that prints `$value` in `unit`."""
    return UNITS[unit].template if unit in UNITS else UNITS[""].template
