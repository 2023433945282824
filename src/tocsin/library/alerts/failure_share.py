"""The share of events that fail, in one window, with at least so many failures.

## Semantics

Fires while strictly more than `above` of the events counted within `per` are bad **and** at least
`min_events` of them are. Failures are events of the same counters that match `bad`, or those of counters
of their own (`failed`), or both: `bad` then selects among `failed`. Several counters are summed; one that
is missing does not hide the others. No bad series is no failure; no series, or no events (0/0 is NaN), is
quiet. A counter reset is an increase from zero; a counter that is born with its first failure loses that
first jump.

## Why

An absolute rate of failures means one thing at night and another at noon. A share of a single failure is
100 %.

## References

- Prometheus 3: range selectors are left-open; `increase` extrapolates to the window's edges.
"""

from typing import ClassVar, Literal

from tocsin.diag.nodes import Node
from tocsin.library.alerts._shares import share
from tocsin.library.alerts._words import amount, each, listed, said_matchers, things, title, which
from tocsin.library.example import fires, quiet
from tocsin.model.alerting import Condition
from tocsin.model.plugins import alert_template
from tocsin.model.scope import Scope
from tocsin.model.units import threshold_words
from tocsin.query.matchers import Matcher
from tocsin.spec.declare import parameters, said
from tocsin.spec.values import Duration, Ratio


@alert_template("failure-share")
@parameters
class FailureShare:
    """Fires on the share of failures among rare events: uploads, jobs, deliveries."""

    language: ClassVar[Literal["promql", "logql"]] = "promql"
    of: tuple[str, ...] = said(
        "the counters of events",
        example="[shop_imports_total, shop_exports_total]",
        pattern="metric",
        one_or_many=True,
    )
    bad: tuple[Matcher, ...] = said("which of them failed", (), example="'status=\"failed\"'")
    failed: tuple[str, ...] = said(
        "the counters of failures, where they are counted apart",
        (),
        example="shop_import_errors_total",
        pattern="metric",
        one_or_many=True,
    )
    above: Ratio = said("share of failures above which it fires", example="10%")
    per: Duration = said("window in which events are counted", Duration(900_000), example="15m")
    min_events: int = said("failures that there must be at least", 5, example="5")
    by: tuple[str, ...] = said(
        "labels to tell apart, each judged alone", (), example="[kind]", pattern="label", one_or_many=True
    )

    def condition(self, scope: Scope, node: Node) -> Condition | None:
        """Share and guard in the same window."""
        if not self.bad and not self.failed:
            scope.sink.error(
                "alert/no-failures",
                node.key_place(),
                "nothing says which events are failures",
                help="add `bad: 'status=\"failed\"'`, or `failed: ...` with the counter of failures",
            )
            return None
        found = share(scope, node, self.of, self.bad, self.by, self.above, self.failed)
        if found is None:
            return None
        what, limit = things(scope, found.metrics), threshold_words(self.above.value, "percentunit")
        return Condition(
            expr=found.above(self.above, self.per, self.min_events),
            signal=found.signal(self.per),
            threshold=self.above.value,
            direction="above",
            unit="percentunit",
            by=self.by,
            meaning=f"more than {limit} of the {what}{each(self.by)} failed within {self.per.words}, "
            f"and at least {self.min_events} of them",
            measures=f"share of failed {what}{each(self.by)}",
            summary=f"{amount('percentunit')} of the {what} of {title(scope)} fail{which(self.by)}",
            value=amount("percentunit"),
            threshold_text=limit,
            offender=found.offender(self.per),
            window=self.per,
            facts=(("Counts as a failure", said_matchers(self.bad) or listed(self.failed)),),
        )


CONTRACT = """scrape: {targets: ["a:1"]}
metrics:
  shop_imports_total: {type: counter, labels: [status]}
  shop_exports_total: {type: counter, labels: [status]}
  shop_mails_total: {type: counter}
  shop_mail_errors_total: {type: counter}"""
ALERT = """{of: [shop_imports_total, shop_exports_total], bad: 'status="failed"', above: 10%, per: 15m,
  min_events: 5, for: 5m}"""
APART = "{of: shop_mails_total, failed: shop_mail_errors_total, above: 10%, per: 15m, min_events: 1, for: 5m}"
IMPORTS = 'shop_imports_total{status="success"}'
EXPORTS = 'shop_exports_total{status="success"}'
BAD_IMPORTS = 'shop_imports_total{status="failed"}'
BAD_EXPORTS = 'shop_exports_total{status="failed"}'
EXAMPLES = (
    fires(
        "just over: eleven of a hundred fail, in one of the two counters",
        contract=CONTRACT,
        alert=ALERT,
        series={IMPORTS: "0+50x40", EXPORTS: "0+39x40", BAD_EXPORTS: "0+11x40"},
        since="6m",
        every="1m",
    ),
    quiet(
        "just under: ninety-nine of a thousand fail",
        contract=CONTRACT,
        alert=ALERT,
        series={IMPORTS: "0+500x60", EXPORTS: "0+401x60", BAD_IMPORTS: "0+99x60"},
        until="1h",
        every="1m",
    ),
    fires(
        "five of five fail, and the other counter does not exist",
        contract=CONTRACT,
        alert=ALERT,
        series={BAD_EXPORTS: "0x5 5x60"},
        since="11m",
        ends="20m",
        every="1m",
    ),
    quiet(
        "four of four are too few",
        contract=CONTRACT,
        alert=ALERT,
        series={BAD_EXPORTS: "0x5 4x60"},
        until="1h",
        every="1m",
    ),
    quiet(
        "over for one evaluation too short",
        contract=CONTRACT,
        alert=ALERT,
        series={EXPORTS: "0x9 0 100x60", BAD_EXPORTS: "0x5 5x60"},
        until="1h",
        every="1m",
    ),
    quiet(
        "no events",
        contract=CONTRACT,
        alert=ALERT,
        series={EXPORTS: "9x60", BAD_EXPORTS: "9x60"},
        until="1h",
        every="1m",
    ),
    quiet("no series", contract=CONTRACT, alert=ALERT, until="1h", every="1m"),
    quiet(
        "the counters are reset",
        contract=CONTRACT,
        alert=ALERT,
        series={IMPORTS: "9000+99x20 0+99x40", BAD_IMPORTS: "900+1x20 0+1x40"},
        until="1h",
        every="1m",
    ),
    fires(
        "failures have a counter of their own",
        contract=CONTRACT,
        alert=APART,
        series={"shop_mails_total": "0+1x40", "shop_mail_errors_total": "0+1x40"},
        since="6m",
        every="1m",
    ),
    quiet(
        "one failure among twenty",
        contract=CONTRACT,
        alert=APART,
        series={"shop_mails_total": "0+2x60", "shop_mail_errors_total": "0x9 1x50"},
        until="1h",
        every="1m",
    ),
)
