"""A range of days does not go over the end of Alertmanager's week.

## Why

Alertmanager's week begins on Sunday. It refuses `monday:sunday`, `saturday:sunday` and
`friday:monday`, and with them the whole configuration.

## Fix

List the days: `[saturday, sunday]`. Every day needs no `days` at all.

## References

- amtool 0.34.2 refuses them (tried).
- https://github.com/prometheus/alertmanager/issues/3213
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.week import DAYS, wraps
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.model.workspace import Model

CODE = "hours/wrap"
EXAMPLES = (
    Example(
        title="a weekend, and every day",
        finds=('"saturday:sunday"', '"monday:sunday"'),
        spec="""
hours:
  weekend: {when: [{days: ["saturday:sunday"], times: "10:00-16:00"}]}
  always: {when: {days: ["monday:sunday"], times: "07:00-22:00"}}
""",
    ),
    Example(
        title="as Alertmanager reads it",
        spec="""
hours:
  weekend: {when: [{days: [saturday, sunday], times: "10:00-16:00"}]}
  office: {when: [{days: ["monday:friday"], times: "07:00-22:00"}]}
""",
    ),
)


@check(CODE, on=Model)
def hours_wrap(model: Model, view: View) -> Iterator[Diagnostic]:
    """Look at each range of days."""
    for hours in model.hours.values():
        for place in _days(hours.origin.at("when")):
            if wraps(place.text):
                yield view.finding(
                    CODE,
                    place,
                    f"`{place.text}` goes over the end of Alertmanager's week, which begins on Sunday",
                    help=_better(place.text),
                )


def _days(when: Node) -> Iterator[Node]:
    for span in when.items or [when]:
        days = span.get("days")
        yield from (days.items or [days]) if days is not None else ()


def _better(said: str) -> str:
    first, _, last = said.partition(":")
    begin, end = DAYS.index(first), DAYS.index(last)
    count = (end - begin) % 7 + 1
    listed = [DAYS[(begin + day) % 7] for day in range(count)]
    return "leave `days` out" if count == 7 else f"write `days: [{', '.join(listed)}]`"
