"""PromQL that alert templates share: metrics of the contract, counts in a window, sums. No sentences."""

import textwrap
from collections.abc import Callable, Iterable

from tocsin.diag.nodes import Node
from tocsin.model.scope import Scope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration

OF = "tocsin_metric"
"""Label that keeps series of different metrics apart until they are summed."""
TARGET_LABELS = ("job", "instance", "service", "le")


def declared(scope: Scope, names: tuple[str, ...], node: Node, *types: str) -> tuple[Metric, ...]:
    """The metrics called `names`; empty after having reported one that is unknown or of another type."""
    found: list[Metric] = []
    for index, name in enumerate(names):
        place = node.items[index] if index < len(node.items) else node
        metric = scope.metric(name, place)
        if metric is None:
            continue
        if types and metric.type not in types:
            scope.sink.error(
                "alert/metric-type",
                place,
                f"`{name}` is a {metric.type}, and this template reads a {' or '.join(types)}",
                help="name another metric, or correct its `type`",
            )
            continue
        found.append(metric)
    return tuple(found) if len(found) == len(names) else ()


def labels_known(scope: Scope, metrics: tuple[Metric, ...], labels: Iterable[str], node: Node) -> bool:
    """True when every metric has all of `labels`; reports the others at `node`."""
    good = True
    for metric in metrics:
        home = scope.services.get(metric.service)
        targets = {*TARGET_LABELS, *scope.identity}
        targets |= {label for scrape in home.scrapes for label in scrape.labels} if home else set()
        for label in labels:
            if label not in metric.labels and label not in targets:
                known = metric.labels
                scope.sink.unknown("spec/unknown-label", node, "label", label, known, owner=metric.name)
                good = False
    return good


def aggregated(how: str, by: tuple[str, ...], inner: str) -> str:
    """`sum by (a) (inner)`; over several lines when `inner` has several."""
    head = f"{how} by ({', '.join(by)}) " if by else how
    return f"{head}(\n{indented(inner)}\n)" if "\n" in inner else f"{head}({inner})"


def each_metric(metrics: tuple[Metric, ...], build: Callable[[Metric], str]) -> str:
    """What `build` makes of each metric, side by side; a missing metric does not hide the others."""
    if len(metrics) == 1:
        return build(metrics[0])
    parts = [f'label_replace({build(metric)}, "{OF}", "{metric.name}", "", "")' for metric in metrics]
    return either(*parts)


def counted(
    scope: Scope,
    metrics: tuple[Metric, ...],
    extra: tuple[Matcher, ...],
    per: Duration,
    by: tuple[str, ...],
    suffix: str = "",
) -> str:
    """How many events were counted within `per`, by `by`."""
    return aggregated(
        "sum",
        by,
        each_metric(metrics, lambda metric: f"increase({scope.select(metric, extra, suffix)}[{per}])"),
    )


def indented(text: str) -> str:
    """`text` two columns to the right."""
    return textwrap.indent(text, "  ")


def either(*parts: str) -> str:
    """`a or b`, each on lines of its own."""
    return _joined("or", parts)


def both(*parts: str) -> str:
    """`a and b`, each on lines of its own."""
    return _joined("and", parts)


def _joined(word: str, parts: tuple[str, ...]) -> str:
    return f"\n{word}\n".join(indented(part) for part in parts)


def divided(over: str, under: str) -> str:
    """`over / under`, each on lines of its own."""
    return f"{indented(over)}\n/\n{indented(under)}"


def grouped(text: str) -> str:
    """`text` in brackets of its own lines."""
    return f"(\n{indented(text)}\n)"


def labels_dropped(
    scope: Scope, metrics: tuple[Metric, ...], extra: tuple[Matcher, ...], by: tuple[str, ...]
) -> tuple[str, ...]:
    """Labels that all metrics have and an alert by `by` sums away: what an offender is named by."""
    fixed = {*by, *(m.label for m in extra), *(m.label for m in scope.only), *scope.identity}
    return tuple(
        label
        for label in metrics[0].labels
        if label not in fixed and all(label in metric.labels for metric in metrics)
    )


def breakdown(
    scope: Scope, metrics: tuple[Metric, ...], extra: tuple[Matcher, ...], per: Duration, by: tuple[str, ...]
) -> str | None:
    """The busiest part of what an alert counts."""
    dropped = labels_dropped(scope, metrics, extra, by)
    return f"topk(1, {counted(scope, metrics, extra, per, (*by, *dropped))})" if dropped else None
