"""The spans of one set of hours do not overlap, and leave something out.

## Why

Overlapping spans are harmless to Alertmanager and a sign of a slip: the second was meant for other days or
other times. Hours that cover the whole week restrict nothing.

## Fix

Correct the span. A night is two spans, `"18:00-24:00"` and `"00:00-08:00"`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.week import clock, gap, spans
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.model.alerting import Hours
from tocsin.model.workspace import Model

CODE = "hours/overlap"
EXAMPLES = (
    Example(
        title="friday twice",
        finds=("{days: [friday], times: '12:00-14:00'}",),
        spec="""
hours:
  office:
    when:
      - {days: ["monday:friday"], times: '08:00-18:00'}
      - {days: [friday], times: '12:00-14:00'}
""",
    ),
    Example(
        title="always", finds=("day",), spec="hours: {day: {when: {times: ['00:00-12:00', '12:00-24:00']}}}"
    ),
    Example(
        title="a long friday",
        spec="""
hours:
  office:
    when:
      - {days: ["monday:friday"], times: '08:00-18:00'}
      - {days: [friday], times: '18:00-20:00'}
""",
    ),
)


@check(CODE, on=Model, severity="info")
def hours_overlap(model: Model, view: View) -> Iterator[Diagnostic]:
    """All spans of one set of hours are on the same clock."""
    for hours in model.hours.values():
        yield from _overlaps(hours, view)
        if not gap([hours]):
            yield view.finding(
                CODE,
                hours.origin.key_place(),
                f"`{hours.name}` is always",
                help="delete these hours, or take something out of them",
            )


def _overlaps(hours: Hours, view: View) -> Iterator[Diagnostic]:
    when = hours.origin.at("when")
    taken: list[tuple[int, int, Node]] = []
    reported: set[int] = set()
    for index, interval in enumerate(hours.intervals):
        place = when.items[index] if when.items else when
        for begin, end in spans(interval):
            other = next((one for one in taken if begin < one[1] and one[0] < end), None)
            taken.append((begin, end, place))
            if other is not None and index not in reported:
                reported.add(index)
                first = Label(other[2].span, "this one") if other[2] is not place else None
                yield view.finding(
                    CODE,
                    place,
                    f"two spans of `{hours.name}` both hold on {clock(max(begin, other[0]))}",
                    others=(first,) if first else (),
                    help="correct one of them",
                )
