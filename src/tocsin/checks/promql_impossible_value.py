"""No matcher asks for a label value that cannot occur.

## Why

`job="shop-api"` where the job is called `shop` selects nothing, and nobody is told.

## Fix

Write a value that occurs. Where an environment has another identity, say the alert's expression again under
`environments`, or use a template: its selectors follow the identity by themselves.

## Exceptions

Values are known for `job`, for identity, for what a service's `select` fixes, for a metric that says
`only: true`, for `check` of probes and for `alertname` and `alertstate` of `ALERTS`. In a panel, the identity
of any environment may be asked for, and variables are not looked at. Nothing is said of `!=` and `!~`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.contract_index import OF_ALERTS, OF_PROBES, Index, admits
from tocsin.checks.expression import Expression
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic, Label, nearest
from tocsin.model.digest import digest_rules
from tocsin.model.routing import WATCHDOG
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Selector
from tocsin.query.promql.walk import selectors

CODE = "promql/impossible-value"
ONLY = """
deployments_total: {type: counter, labels: {result: [good, bad]}, only: true, help: deployments}
"""
EXAMPLES = (
    Example(title="a job", finds=('"shopp"',), spec=alert('up{job="shopp"} == 0')),
    Example(
        title="all values are declared",
        finds=('"failed|aborted"',),
        spec=alert(
            'sum(\n  increase(deployments_total{job="shop", result=~"failed|aborted"}[1h])\n) > 1',
            metrics=ONLY,
        ),
    ),
    Example(
        title="a template's matcher",
        finds=("Deployments",),
        spec=alert("up == 0", metrics=ONLY)
        + """\
      Deployments: {severity: warning, template: error-ratio, of: deployments_total, bad: 'result="failed"',
                    above: 5%}
""",
    ),
    Example(
        title="another environment's identity",
        finds=('"production"',),
        spec=alert('up{job="shop", environment="production"} == 0')
        + "environments: {staging: {identity: {environment: staging}}}\n",
    ),
    Example(
        title="an alert of another name, in a panel",
        finds=('"HighErorRate"',),
        spec=panel('count(ALERTS{alertname="HighErorRate"})'),
    ),
    Example(
        title="what occurs",
        spec=alert(
            'up{job=~"shop|other", cluster="eu1"} == 0 or ALERTS{alertname=~"High.*", alertstate="firing"}'
            ' or increase(deployments_total{result="bad"}[1h]) > 1 or queue_length{queue="any"} > 1',
            metrics=ONLY,
        ),
    ),
    Example(title="a variable", spec=panel('up{job=~"$job"}')),
)


@check(CODE, on=Expression)
def impossible_value(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at what somebody wrote, and at templates over metrics whose values are all known."""
    if expression.language != "promql" or not (expression.node is not None or _closed(expression, view)):
        return
    if expression.tree is None:
        return
    for selector in selectors(expression.tree):
        for matcher in selector.matchers:
            if matcher.op not in ("=", "=~") or not matcher.value:
                continue
            if expression.has_variable(matcher.start, matcher.end):
                continue
            known = _known(selector, matcher, view, anywhere=expression.role == "panel")
            if known and matcher.value not in known and not any(admits(matcher, value) for value in known):
                yield _finding(selector, matcher, sorted(known), expression, view)


def _closed(expression: Expression, view: View) -> bool:
    """Whether it reads a metric that says all values of its labels."""
    names = view.context.once(
        ("only", view.model.root), lambda: [n for n, ms in view.index.declared.items() if ms[0].only]
    )
    return any(name in expression.text for name in names)


def _known(selector: Selector, matcher: LabelMatcher, view: View, *, anywhere: bool) -> set[str]:
    """All values of the label; empty where nobody knows them."""
    index, label, name = view.index, matcher.label, selector.metric or ""
    if label in index.model.identity and name not in index.recorded:
        models = view.context.models() if anywhere else (index.model,)
        return {model.identity[label] for model in models if label in model.identity}
    if name in OF_ALERTS:
        return _of_alerts(label, index)
    if label == "check" and name in OF_PROBES:
        return {check for scrapes in index.jobs.values() for s in scrapes for check in s.probes}
    key = "declared values", index.model.root, name, label
    return view.context.once(key, lambda: _declared(name, label, index))


def _of_alerts(label: str, index: Index) -> set[str]:
    if label == "alertstate":
        return {"pending", "firing"}
    if label == "alertname":
        alerts = index.model.alerts
        digests = (rule.name for rule in digest_rules(index.model))
        return {WATCHDOG, *(a.name for a in alerts), *(name for a in alerts for name in a.was), *digests}
    return set()


def _declared(name: str, label: str, index: Index) -> set[str]:
    each = []
    for metric in index.metrics.get(name, ()):
        pinned = {m.value for m in metric.matchers if m.label == label and m.op == "="}
        each.append(pinned or set(metric.labels.get(label, ()) if metric.only else ()))
    if not each and label == "job":
        return set(index.known_jobs)
    return set[str]().union(*each) if all(each) else set()


def _finding(
    selector: Selector, matcher: LabelMatcher, known: list[str], expression: Expression, view: View
) -> Diagnostic:
    near = nearest(matcher.value, known)
    listed = ", ".join(f"`{value}`" for value in known[:8]) + (" ..." if len(known) > 8 else "")
    metric = next(iter(view.index.of(selector)), None)
    declared = [] if metric is None else [Label(metric.origin.key_place().span, "declared here")]
    where = f" in {view.model.environment}" if len(view.context.models()) > 1 else ""
    return view.within(
        CODE,
        expression,
        (matcher.value_start, matcher.end),
        f"`{matcher.label}` is never `{matcher.value}`{where}, so this selects nothing",
        label=f"did you mean `{near}`?" if near else "",
        others=declared if matcher.label not in view.model.identity else (),
        notes=(f"it can be {listed}",),
        help=f"write `{near}`" if near else "write a value that occurs",
    )
