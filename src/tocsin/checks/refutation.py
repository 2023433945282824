"""What is proved of the expressions of alerts that somebody wrote, once for all checks. Reports nothing."""

from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.query.promql.walk import metrics
from tocsin.witness.outcome import Always, Impossible
from tocsin.witness.promql.lints import Lint
from tocsin.witness.rule import Known, Recording, Rule, Signal


def refuted(expression: Expression, view: View) -> Impossible | Always | None:
    """Why the alert never fires, or always does, as far as that is proved."""
    from tocsin.witness.logql import impossible as logs
    from tocsin.witness.promql import impossible as series

    if expression.role != "alert" or expression.alert is None or expression.tree is None:
        return None
    refute = logs.refute if expression.language == "logql" else series.refute
    key = "refuted", view.model.root, id(expression)
    return view.context.once(key, lambda: refute(_rule(expression, view), _known(expression, view)))


def linted(code: str, expression: Expression, view: View) -> tuple[Lint, ...]:
    """What looks wrong in the expression, of this code only."""
    from tocsin.witness.promql.lints import lints

    if expression.role != "alert" or expression.alert is None or expression.language != "promql":
        return ()
    key = "linted", view.model.root, id(expression)
    found = view.context.once(key, lambda: lints(_rule(expression, view), _known(expression, view)))
    return tuple(one for one in found if one.code == code)


def _rule(expression: Expression, view: View) -> Rule:
    alert = expression.alert
    assert alert is not None, "asked of alerts only"
    every = alert.every or view.model.stack.evaluation_interval
    return Rule(
        name=alert.name,
        language=expression.language,
        expr=expression.text,
        hold=alert.hold.seconds,
        every=every.seconds,
    )


def _known(expression: Expression, view: View) -> Known:
    if expression.language == "logql":
        return Known()
    found = (_signal(name, view) for name in metrics(expression.tree))
    records = {r.record: r for a in view.model.alerts for v in a.variants for r in v.condition.records}
    records |= {r.record: r for r in view.model.records}
    recorded = tuple(
        Recording(record=r.record, expr=r.expr, labels=tuple(r.labels.items())) for r in records.values()
    )
    return Known(signals={one.name: one for one in found if one is not None}, recordings=recorded)


def _signal(name: str, view: View) -> Signal | None:
    """What all declarations of the name have in common; None where there is none, or they differ."""
    declared = view.index.metrics.get(name, [])
    if len({(metric.type, metric.unit, metric.buckets) for metric in declared}) != 1:
        return None
    metric = declared[0]
    scraped = view.index.scraped(declared)
    labels = dict.fromkeys(("job", "instance"), ()) if scraped else {}
    own = {label: values for label, values in metric.labels.items() if len(declared) == 1}
    return Signal(
        name=name,
        type=metric.type,
        unit=metric.unit,
        labels={**labels, **own},
        only=metric.only and len(declared) == 1,
        buckets=metric.buckets,
    )
