"""An alert on absence sees each of the things that may be gone.

## Why

`absent(up{job="shop"})` is quiet as long as one of ten instances is still there, and `absent(x{job=~"a|b"})`
fires only when both are gone.

## Fix

Use the template `instance-down` or `target-missing` for instances; for a known list write one `absent` for
each value, joined by `or`.

## Exceptions

A job of one target, a selector that names the instance, and absence beside other conditions (`or`).

## References

Prometheus 3.15: `absent` takes its labels from `=` matchers only.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import Scrape
from tocsin.query.promql.ast import Call, Expr, Range, Selector
from tocsin.query.promql.walk import bare, walk

CODE = "promql/absent-blind"
TWO = 'scrape: {targets: ["shop-1:8000", "shop-2:8000"]}'
EXAMPLES = (
    Example(
        title="one of two instances hides the other",
        finds=('absent(up{job="shop"})',),
        spec=alert('absent(up{job="shop"})').replace("    alerts:", f"    {TWO}\n    alerts:"),
    ),
    Example(
        title="a list, in the second line",
        finds=('absent(up{job=~"shop|pay"})',),
        spec=alert('absent(queue_length{queue="mail"}) or\n  absent(up{job=~"shop|pay"})'),
    ),
    Example(title="one target", spec=alert('absent(up{job="shop"})')),
    Example(
        title="with a condition of its own",
        spec=alert('absent(up{job="shop"}) or up{job="shop"} == 0').replace(
            "    alerts:", f"    {TWO}\n    alerts:"
        ),
    ),
    Example(
        title="each instance",
        spec=alert('absent(up{instance="shop-1:8000"}) or absent(up{instance="shop-2:8000"})').replace(
            "    alerts:", f"    {TWO}\n    alerts:"
        ),
    ),
)
_ABSENT = frozenset(("absent", "absent_over_time"))


@check(CODE, on=Promql, severity="warning")
def absent_blind(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at alternatives in `absent`, and at alerts that are nothing but absence."""
    if expression.role == "panel":
        return
    alone = _only_absence(expression.tree)
    for node in walk(expression.tree):
        if not isinstance(node, Call) or node.name not in _ABSENT:
            continue
        selector = _selector(node.args[0])
        if selector is None:
            continue
        listed = next((m for m in selector.matchers if m.op == "=~" and "|" in m.value), None)
        if listed is not None:
            message = f"this fires only when every one of `{listed.value}` is gone"
            help = f"write one `{node.name}` for each value, joined by `or`"
            yield view.within(CODE, expression, node, message, help=help)
        elif alone and all(m.label != "instance" for m in selector.matchers):
            many = next((s for s in view.index.scrapes(selector) if _several(s)), None)
            if many is not None:
                message = f"this is quiet while one of the instances of `{many.job}` is still there"
                help = "use `template: instance-down`, or `target-missing` for those that left discovery"
                yield view.within(CODE, expression, node, message, help=help)


def _only_absence(tree: Expr) -> bool:
    tree = bare(tree)
    return isinstance(tree, Call) and tree.name in _ABSENT


def _selector(arg: Expr) -> Selector | None:
    arg = bare(arg)
    found = arg.selector if isinstance(arg, Range) else arg
    return found if isinstance(found, Selector) else None


def _several(scrape: Scrape) -> bool:
    found = scrape.files or scrape.http or scrape.dns or scrape.kubernetes
    return not scrape.probes and (bool(found) or len(scrape.targets) > 1)
