"""Metrics as panels ask for them: looked up, checked for their type, selected, aggregated. No drawing."""

from collections.abc import Sequence

from tocsin.diag.nodes import Node
from tocsin.model.plugins import PanelScope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher
from tocsin.spec.values import Duration

RATE = "$__rate_interval"
RANGE = "$__range"
WHAT = {
    "counter": "a counter",
    "gauge": "a gauge",
    "histogram": "a histogram",
    "summary": "a summary",
    "info": "an info metric",
}


def metrics(
    panel: PanelScope,
    node: Node,
    names: Sequence[str],
    types: Sequence[str],
    labels: Sequence[str] = (),
    key: str = "of",
) -> tuple[Metric, ...] | None:
    """The declared metrics called `names`, all of one of `types` and with `labels`; None after reporting."""
    found: list[Metric] = []
    good = True
    for i, name in enumerate(names):
        place = item(node, key, i)
        metric = panel.scope.metric(name, place)
        if metric is None:
            good = False
            continue
        good = _fits(panel, node, place, metric, types, labels) and good
        found.append(metric)
    return tuple(found) if good else None


def _fits(
    panel: PanelScope, node: Node, place: Node, metric: Metric, types: Sequence[str], labels: Sequence[str]
) -> bool:
    sink, kind = panel.scope.sink, node.at("show").text
    if metric.type not in types:
        wanted = " or ".join(WHAT[t] for t in types)
        sink.error(
            "panel/metric-type",
            place,
            help=_other_kind(metric.type),
            message=f"`{metric.name}` is {WHAT[metric.type]}, `{kind}` wants {wanted}",
        )
        return False
    # Prometheus adds these to every series; no contract names them.
    known = {*metric.labels, "instance", "job", "service", *panel.scope.identity}
    good = True
    for label in labels:
        if label not in known:
            sink.unknown("panel/unknown-label", node.at("by"), "label", label, known, owner=metric.name)
            good = False
    return good


def _other_kind(type_: str) -> str:
    return {
        "counter": "use `show: rate`",
        "gauge": "use `show: value`",
        "histogram": "use `show: quantiles`",
        "summary": "use `show: expr`",
        "info": "use `show: table`",
    }[type_]


def item(node: Node, key: str, index: int) -> Node:
    """The node of one name under `key`, whether it was written alone or in a list."""
    below = node.at(key)
    return below.items[index] if index < len(below.items) else below


def rated(
    panel: PanelScope,
    metric: Metric,
    where: tuple[Matcher, ...] = (),
    *,
    window: str = RATE,
    function: str = "rate",
) -> str:
    """`rate(metric{...}[window])`; for a histogram, of its count."""
    suffix = "_count" if metric.type in ("histogram", "summary") else ""
    return f"{function}({panel.scope.select(metric, where, suffix)}[{window}])"


def together(parts: Sequence[str], by: Sequence[str], how: str = "sum") -> str:
    """One aggregation over several metrics, none of which need exist.

    Plain `a or b` would drop the series of `b` whose labels `a` has too, so each gets a label of its own.
    """
    if len(parts) == 1:
        return f"{how}{grouping(by)}({parts[0]})"
    marked = (f'label_replace({part}, "of", "{i}", "", "")' for i, part in enumerate(parts))
    return f"{how}{grouping(by)}({' or '.join(marked)})"


def grouping(by: Sequence[str]) -> str:
    """` by (a, b) ` between an aggregation's name and its argument; nothing for no labels."""
    return f" by ({', '.join(by)}) " if by else ""


def legend(by: Sequence[str], alone: str) -> str:
    """`{{a}} {{b}}`, or the words `alone` where there is one line."""
    return " ".join(f"{{{{{label}}}}}" for label in by) or alone


def words(metric: Metric) -> str:
    """A metric's name as a title says it: `greenstack_requests_total` of greenstack-api is `requests`."""
    name = metric.name
    for suffix in ("_total", "_seconds", "_bytes", "_ratio", "_info", "_timestamp"):
        name = name.removesuffix(suffix)
    first = metric.service.replace("-", "_").split("_")[0]
    name = name.removeprefix(f"{first}_") if len(name) > len(first) + 1 else name
    return name.replace("_", " ")


def words_of(found: Sequence[Metric]) -> str:
    """The words of several metrics, for a title."""
    return " and ".join(words(m) for m in found)


def listed(by: Sequence[str]) -> str:
    """` by endpoint and status` for a title; nothing for no labels."""
    return f" by {' and '.join(by)}" if by else ""


def sentence(text: str) -> str:
    """With a capital letter first, the rest as it is."""
    return text[:1].upper() + text[1:]


def scrape_interval(panel: PanelScope, found: Sequence[Metric]) -> str:
    """The longest scrape interval of the metrics' services, as the queries' minimal step.

    Without it `$__rate_interval` trusts what the data source says, and is too short for slow scrapes.
    """
    every: list[Duration] = []
    for metric in found:
        service = panel.scope.services.get(metric.service)
        jobs = {m.value for m in metric.matchers if m.label == "job"}
        scrapes = service.scrapes if service else ()
        every += [s.every for s in scrapes if s.job in jobs] or [s.every for s in scrapes]
    return str(max(every)) if every else ""


def exemplars(panel: PanelScope, found: Sequence[Metric]) -> bool:
    """True when the metrics' services also send traces, which exemplars lead to."""
    return any((s := panel.scope.services.get(m.service)) is not None and s.traces for m in found)
