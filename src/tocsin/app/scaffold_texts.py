"""The first text of a file that extends Tocsin: it passes the tests of its kind, and says what is to be done.

`@name@` is the plug-in's name, `@Class@` and `@function@` are made from it, `@code@` is a check's code.
"""

CHECK = '''"""Alerts carry no label `todo`. TODO: say in one sentence what is right.

## Why

TODO: what happens to people who leave it as it is.

## Fix

TODO: the edit or the command that mends it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Alert

CODE = "@code@"
# TODO: one example for each thing that it finds, and one for each that it must leave alone
EXAMPLES = (
    Example(
        title="a label that says so",
        finds=("todo",),
        spec="""
services:
  shop:
    alerts:
      QueueLong:
        {severity: warning, template: threshold, of: queue_length, above: 100, for: 5m, labels: {todo: later}}
""",
    ),
    Example(
        title="no such label",
        spec="""
services:
  shop:
    alerts:
      QueueLong: {severity: warning, template: threshold, of: queue_length, above: 100, for: 5m}
""",
    ),
)


@check(CODE, on=Alert, severity="warning")  # TODO: what it looks at (see `Context.each`), and how bad it is
def @function@(alert: Alert, view: View) -> Iterator[Diagnostic]:
    """TODO: how it finds out."""
    labels = alert.origin.get("labels")
    if labels is not None and "todo" in labels.map:
        yield view.finding(
            CODE,
            labels.key_node("todo"),
            f"`{alert.name}` has something to do",
            help="do it, and delete the label",
        )
'''

TEMPLATE = '''"""A gauge is above a number. TODO: say in one sentence what is wrong when it fires.

## Semantics

TODO: exactly when it fires and when not: on the boundary, without traffic, when series are gone or reset.

Fires while the value is strictly above `above`, for each series. NaN compares false and is quiet; a series
that is gone is quiet.

## Why

TODO: why somebody wants to be told.

## References

- TODO: the engine, its version, and the fact that this relies on.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._counts import declared
from tocsin.library.alerts._words import amount, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import UNITS, threshold_words
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import number_text


@alert_template("@name@")
@parameters
class @Class@:
    """Fires above a number. TODO: what editors show."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: str = said("the gauge", example="shop_queue_messages", pattern="metric")
    above: float = said("fires above this number", example="100")

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """TODO: the expression; every selector comes from `scope.select`."""
        metrics = declared(scope, (self.of,), node.at("of"), "gauge")
        if not metrics:
            return None
        series = scope.select(metrics[0])
        by = ("instance", *(label for label in metrics[0].labels if label != "instance"))
        unit = metrics[0].unit if metrics[0].unit in UNITS else ""
        words, what = threshold_words(self.above, unit), things(scope, metrics)
        return Condition(
            expr=f"{series} > {number_text(self.above)}",
            signal=series,
            threshold=self.above,
            direction="above",
            unit=unit,
            by=by,
            meaning=f"{what} is above {words}",
            measures=what,
            summary=f"{title(scope)}: {what} is {amount(unit)}{which(by)}",
            value=amount(unit),
            threshold_text=words,
        )


CONTRACT = """scrape: {targets: ["a:1"]}
metrics: {shop_queue_messages: {type: gauge}}"""
ALERT = "{of: shop_queue_messages, above: 100, for: 5m}"
A = ({"instance": "a:1", "job": "shop"},)
# TODO: just over, on the boundary, one evaluation too short, no traffic, series gone, counter reset
EXAMPLES = (
    fires(
        "just over",
        contract=CONTRACT,
        alert=ALERT,
        series={"shop_queue_messages": "101x30 0x20"},
        since="5m",
        ends="7m45s",
        labels=A,
    ),
    quiet(
        "exactly on the limit",
        contract=CONTRACT,
        alert=ALERT,
        series={"shop_queue_messages": "100x60"},
        until="14m",
    ),
    quiet(
        "over for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={"shop_queue_messages": "1000x19 0x40"},
        until="14m",
    ),
)
'''

PANEL = '''"""The value of a gauge, over time. TODO: say in one sentence what the panel shows.

## Why

TODO: which question of its reader it answers.
"""

from typing import Any, ClassVar

from tocsin.diag.nodes import Node
from tocsin.library.panels import _drawing, _signals, _units
from tocsin.model.dashboards import Panel, Query
from tocsin.model.plugins import PanelContent, PanelScope, panel_type
from tocsin.spec.declare import parameters, said

EXAMPLES = (
    "{show: @name@, of: shop_carts}",
    "{show: @name@, of: shop_carts, by: [type], title: Carts}",
)


@panel_type("@name@")
@parameters
class @Class@Panel:
    """A gauge over time. TODO: what editors show."""

    width: ClassVar[int] = 8
    height: ClassVar[int] = 8

    of: str = said("the gauge", pattern="metric", example="shop_carts")
    by: tuple[str, ...] = said("a line for each value of these labels", (), one_or_many=True, pattern="label")

    def content(self, panel: PanelScope, node: Node) -> PanelContent | None:
        """TODO: the queries; every selector comes from `panel.scope.select`."""
        found = _signals.metrics(panel, node, (self.of,), ("gauge",), self.by)
        if found is None:
            return None
        series = panel.scope.select(found[0])
        what, by = _signals.words(found[0]), _signals.listed(self.by)
        return PanelContent(
            queries=(
                Query(
                    expr=f"sum{_signals.grouping(self.by)}({series})",
                    origin=node,
                    legend=_signals.legend(self.by, what),
                ),
            ),
            unit=_units.unit_of(found[0]),
            title=_signals.sentence(f"{what}{by}"),
            description=f"{_signals.sentence(what)}{by}, summed over all instances.",
            extra=_drawing.style(interval=_signals.scrape_interval(panel, found)),
        )

    @staticmethod
    def draw(panel: Panel) -> Any:
        """A time series. TODO: the grafanalib panel."""
        return _drawing.time_series(panel)
'''

RECEIVER = '''"""A program that takes alerts by HTTP POST. TODO: say in one sentence who is told, and how.

## Why

TODO: when one takes this kind and not another.

## References

- TODO: Alertmanager's version, the configuration that this writes, and what it never logs.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tocsin.model.alerting import Receiver
from tocsin.model.plugins import receiver_kind
from tocsin.spec.declare import Secret, parameters, said

EXAMPLES = ("{@name@: {url_file: /run/secrets/@file@_url}}",)


@receiver_kind("@name@")
@parameters
class @Class@:
    """An HTTP endpoint. TODO: what editors show."""

    wakes: ClassVar[bool] = False  # TODO: True when it wakes people

    url_file: Secret = said("file that holds the address", example="/run/secrets/@file@_url")

    def integration(self, receiver: Receiver, links: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """TODO: one entry of Alertmanager's configuration; secrets only as files."""
        return "webhook_configs", {"send_resolved": receiver.send_resolved, "url_file": self.url_file.file}

    @staticmethod
    def template(identity: tuple[str, ...]) -> str:
        """None: the payload is Alertmanager's own. TODO: the words, where it has any."""
        return ""
'''

PACK = """\
# TODO: the exporter and its version, as it was asked: a pack declares only what the real one exposes.
#
# Alerts of a pack have their examples in tests/library/alert_cases_packs.py; whoever uses it adds `scrape:`.
services:
  @name@:
    title: @Title@
    metrics:
      @file@_up: {type: gauge, unit: bool, help: "TODO: 1 when it answers"}
    dashboards:
      overview:
        title: @Title@
        description: "TODO: what it answers, and for whom"
        rows:
          Now:
            - {show: state, title: Instances}
            - {show: value, of: @file@_up, title: Answers}
"""
