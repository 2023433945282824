"""Whoever would have been told of a muted alert is told of the one that mutes it.

## Why

While the source fires, the muted alert's people hear nothing. If they are not told of the source either, they
know of no trouble at all: their pager is silent while their service is down.

## Fix

Tell the same receivers of the source, or do not mute.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import pairs
from tocsin.checks.told import told
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.workspace import Model

CODE = "inhibit/unheard"
_ALERTS = """
services:
  shop:
    alerts:
      Slow: {severity: warning, template: threshold, of: queue_length, above: 100}
"""
EXAMPLES = (
    Example(
        title="a warning mutes a page",
        finds=("HighErrorRate",),
        spec=f"{_ALERTS}\ninhibit: [{{when: Slow, mute: [HighErrorRate]}}]",
    ),
    Example(
        title="a receiver of its own",
        finds=("Slow",),
        spec=f"""
{_ALERTS.replace("above: 100", "above: 100, to: [backup]")}
receivers: {{backup: {{webhook: {{url_file: /run/secrets/backup}}}}}}
inhibit: [{{when: HighErrorRate, mute: [Slow]}}]
""",
    ),
    Example(
        title="a page mutes a warning", spec=f"{_ALERTS}\ninhibit: [{{when: HighErrorRate, mute: [Slow]}}]"
    ),
)


@check(CODE, on=Model, severity="warning")
def unheard(model: Model, view: View) -> Iterator[Diagnostic]:
    """Escalations included, on both sides; once for each place, whatever the number of services."""
    answers = told(view)
    seen: set[int] = set()
    for pair in pairs(view):
        if pair.target.shadow or id(pair.place) in seen:
            continue
        heard = answers.all_of(pair.source)
        missed = [name for name in answers.all_of(pair.target) if name not in heard]
        if not missed:
            continue
        seen.add(id(pair.place))
        pager = any(model.receivers[name].pager for name in missed if name in model.receivers)
        names = " and ".join(f"`{name}`" for name in missed)
        yield view.finding(
            CODE,
            pair.place,
            f"while `{pair.source.name}` fires, {names} {'hears' if len(missed) == 1 else 'hear'} of nothing",
            severity="error" if pager else "warning",
            others=(
                Label(pair.target.origin.key_place().span, f"told to {names}"),
                Label(pair.source.origin.key_place().span, f"told to {', '.join(heard) or 'nobody'}"),
            ),
            help=f"tell {names} of `{pair.source.name}` too, or do not mute `{pair.target.name}`",
        )
