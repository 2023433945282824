"""What mutes and what is muted have something in common.

## Why

An inhibition holds only where cluster, environment, service and the labels under `equal` are the same, and
are there. A rule that can never hold looks like quiet nights and is none.

## Fix

Name an alert of the same service, or take the label that one of them does not have out of `equal`.

## References

- Alertmanager 0.31.1: two missing labels count as equal; Tocsin asks that the source has each of them, so
  that an alert without the label mutes nothing.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import by_service, may_have, named, pairs
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Alert, Inhibition
from tocsin.model.routing import IDENTITY
from tocsin.model.workspace import Model

CODE = "inhibit/never-matches"
_TWO = """
services:
  shop:
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      InstanceDown: {severity: warning, template: instance-down, for: 1m}
      Jobs: {severity: warning, expr: 'max by (queue) (queue_length{job="shop"}) > 5', summary: many}
  pay:
    scrape: {targets: ["pay:8000"]}
    alerts:
      PayDown: {severity: critical, template: service-down, for: 1m}
"""
EXAMPLES = (
    Example(
        title="another service's alert",
        finds=("HighErrorRate",),
        spec=f"{_TWO}\ninhibit: [{{when: PayDown, mute: [HighErrorRate]}}]",
    ),
    Example(
        title="a label that the source does not have",
        finds=("instance",),
        spec=f"{_TWO}\ninhibit: [{{when: Down, mute: [InstanceDown], equal: [instance]}}]",
    ),
    Example(
        title="a label that the target does not have",
        finds=("instance",),
        spec=f"{_TWO}\ninhibit: [{{when: InstanceDown, mute: [Jobs], equal: [instance]}}]",
    ),
    Example(
        title="a shadow mutes nobody",
        finds=("Down",),
        spec=f"""
{_TWO.replace("service-down", "service-down, stage: shadow", 1)}
inhibit: [{{when: Down, mute: [HighErrorRate]}}]
""",
    ),
    Example(
        title="the same service",
        spec=f"{_TWO}\ninhibit: [{{when: Down, mute: [InstanceDown, Jobs]}}]",
    ),
    Example(
        title="no cluster to be the same",
        finds=("{environment: production}",),
        kind="whole",
        spec="""
tocsin: 1
name: acme
identity: {environment: production}
team: web
receivers: {pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}}
teams: {web: {page: pager}}
severities: {critical: {notify: [page]}}
fallback: pager
services:
  shop:
    scrape: {targets: ["shop:8000"]}
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      InstanceDown: {severity: critical, template: instance-down, for: 1m}
inhibit: [{when: Down, mute: [InstanceDown]}]
""",
    ),
)


@check(CODE, on=Model)
def never_matches(model: Model, view: View) -> Iterator[Diagnostic]:
    """First whether the alerts ever meet, then whether their labels do."""
    lost = [name for name in IDENTITY if name != "service" and name not in model.identity]
    if lost and model.inhibitions:
        yield view.finding(
            CODE,
            model.origin.at("identity"),
            f"no alert has the label `{lost[0]}`, so nothing ever mutes anything",
            others=(Label(model.inhibitions[0].origin.span, "such a rule"),),
            help=f"add `{lost[0]}: ...` to `identity`",
        )
        return
    met = {id(pair.place) for pair in pairs(view)}
    for rule in model.inhibitions:
        for place, service, name in named(rule):
            if id(place) not in met and name != rule.when:
                yield _apart(rule, place, service, name, view)
    yield from _unequal(view)


def _apart(rule: Inhibition, place: Node, service: str, name: str, view: View) -> Diagnostic:
    sources = by_service(view, rule.when)
    if sources and all(source.shadow for source in sources.values()):
        where, fact = rule.origin.at("when"), f"`{rule.when}` is in stage `shadow`, which mutes nobody"
    else:
        where = place
        fact = f"`{rule.when}` never mutes `{name}`: no service has both"
    others = [Label(one.origin.key_place().span, _said(one)) for one in list(sources.values())[:1]]
    others += [
        Label(one.origin.key_place().span, _said(one))
        for home, one in list(by_service(view, name).items())[:1]
        if service in ("", home)
    ]
    return view.finding(CODE, where, fact, others=others, help="name an alert of the same service")


def _said(alert: Alert) -> str:
    return f"of `{alert.service}`" if alert.service else "of no service"


def _unequal(view: View) -> Iterator[Diagnostic]:
    """The labels of each pair; one place is told once, whatever the number of services."""
    seen: set[tuple[int, str]] = set()
    for pair in pairs(view):
        extra = [label for label in pair.rule.equal if label not in view.model.identity]
        for label in extra:
            for alert in (pair.source, pair.target):
                if (id(pair.place), label) in seen or may_have(alert, label, view):
                    continue
                seen.add((id(pair.place), label))
                places = {node.text: node for node in pair.rule.origin.at("equal").items}
                yield view.finding(
                    CODE,
                    places.get(label, pair.place),
                    f"`{pair.source.name}` never mutes `{pair.target.name}`: "
                    f"`{alert.name}` has no label `{label}`",
                    others=(Label(alert.origin.key_place().span, f"without `{label}`"),),
                    help=f"take `{label}` out of `equal`"
                    if label in places
                    else "name alerts of one service",
                )
                break
