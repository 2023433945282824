"""Shares that read as people expect: none failed is 0 %, no traffic is no value. Not which shares matter."""

from tocsin.diag.nodes import Node
from tocsin.library.panels import _signals
from tocsin.model.plugins import PanelScope
from tocsin.model.telemetry import Metric
from tocsin.query.matchers import Matcher


def share(part: str, whole: str, *, grouped: bool, rest: bool = False) -> str:
    """`part / whole`: 0 where the whole has traffic and the part has no series yet, and no value, rather than
    NaN, where the whole is 0. `rest`: one minus that."""
    nothing = f"0 * {whole}" if grouped else "vector(0)"
    out = f"({part} or {nothing}) / ({whole} > 0)"
    return f"1 - {out}" if rest else out


def failing(
    panel: PanelScope,
    found: tuple[Metric, ...],
    bad: tuple[Matcher, ...],
    where: tuple[Matcher, ...],
    by: tuple[str, ...],
    *,
    rest: bool,
    window: str = _signals.RATE,
    function: str = "rate",
) -> str:
    """The share of counted events that match `bad`, over several counters together."""
    part = [_signals.rated(panel, m, where + bad, window=window, function=function) for m in found]
    whole = [_signals.rated(panel, m, where, window=window, function=function) for m in found]
    return share(_signals.together(part, by), _signals.together(whole, by), grouped=bool(by), rest=rest)


def used(
    panel: PanelScope,
    node: Node,
    of: str,
    free: str,
    taken: str,
    idle: tuple[Matcher, ...],
    by: tuple[str, ...],
    where: tuple[Matcher, ...],
) -> tuple[str, tuple[Metric, ...]] | None:
    """(expression of the used share for each of `by`, the metrics), or None after reporting."""
    if (bool(free) + bool(taken) + bool(idle)) != 1:
        panel.scope.sink.error(
            "panel/share",
            node,
            f"`{node.at('show').text}` needs one of `free`, `used`, `idle`",
            help="`free: METRIC` and `used: METRIC` are parts of the metric `of`; "
            "`idle: 'mode=\"idle\"'` picks the idle part of a counter of seconds",
        )
        return None
    if idle:
        counter = _signals.metrics(panel, node, (of,), ("counter",), by)
        if counter is None:
            return None
        part = f"sum{_signals.grouping(by)}({_signals.rated(panel, counter[0], where + idle)})"
        whole = f"sum{_signals.grouping(by)}({_signals.rated(panel, counter[0], where)})"
        return f"1 - {part} / {whole}", counter
    there_is = _signals.metrics(panel, node, (of,), ("gauge",), by)
    of_it = _signals.metrics(panel, node, (free or taken,), ("gauge",), by, key="free" if free else "used")
    if there_is is None or of_it is None:
        return None
    top = f"sum{_signals.grouping(by)}({panel.scope.select(of_it[0], where)})"
    bottom = f"(sum{_signals.grouping(by)}({panel.scope.select(there_is[0], where)}) > 0)"
    return (f"1 - {top} / {bottom}" if free else f"{top} / {bottom}"), (*there_is, *of_it)
