"""No two alerts mute each other.

## Why

Alertmanager lets a muted alert go on muting. When both of them fire, both are silent: the worse the outage,
the less is told.

## Fix

Let the cause mute the consequence, and not the other way round.

## References

- Alertmanager 0.31.1: of two alerts that mute each other, both are suppressed (tried).
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.inhibit_pairs import Pair, pairs
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.workspace import Model

CODE = "inhibit/cycle"
_ALERTS = """
services:
  shop:
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      InstanceDown: {severity: critical, template: instance-down, for: 1m}
"""
EXAMPLES = (
    Example(
        title="each other",
        finds=("InstanceDown",),
        spec=f"""{_ALERTS}
inhibit:
  - {{when: Down, mute: [InstanceDown]}}
  - {{when: InstanceDown, mute: [Down]}}
""",
    ),
    Example(
        title="in a circle",
        finds=("InstanceDown",),
        spec=f"""{_ALERTS}
inhibit:
  - {{when: Down, mute: [InstanceDown]}}
  - {{when: InstanceDown, mute: [HighErrorRate]}}
  - {{when: HighErrorRate, mute: [Down]}}
""",
    ),
    Example(
        title="the cause mutes its consequences",
        spec=f"""{_ALERTS}
inhibit:
  - {{when: Down, mute: [InstanceDown, HighErrorRate]}}
  - {{when: InstanceDown, mute: [HighErrorRate]}}
""",
    ),
)


@check(CODE, on=Model)
def inhibition_cycle(model: Model, view: View) -> Iterator[Diagnostic]:
    """A pair is part of a circle when its target leads back to its source. Each circle is told once."""
    mutes: dict[str, list[Pair]] = {}
    for pair in pairs(view):
        mutes.setdefault(pair.source.id, []).append(pair)
    ways = [(pair, way) for pair in pairs(view) if (way := _way(pair.target.id, pair.source.id, mutes))]
    seen: set[int] = set()
    for pair, way in sorted(ways, key=lambda found: len(found[1])):
        if id(pair.place) not in seen:
            seen.update(id(p.place) for p in (pair, *way))
            circle = " and ".join(f"`{p.source.name}`" for p in (pair, *way))
            yield view.finding(
                CODE,
                pair.place,
                f"{circle} mute each other" if len(way) == 1 else f"{circle} mute each other in a circle",
                others=tuple(Label(p.place.span, "and this is muted by it") for p in way),
                help="let the cause mute the consequence, and not the other way round",
            )


def _way(start: str, end: str, mutes: dict[str, list[Pair]]) -> tuple[Pair, ...]:
    """The shortest chain of pairs from one alert to another; empty when there is none."""
    came: dict[str, tuple[Pair, ...]] = {start: ()}
    queue = [start]
    for here in queue:
        for pair in mutes.get(here, ()):
            if pair.target.id == end:
                return (*came[here], pair)
            if pair.target.id not in came:
                came[pair.target.id] = (*came[here], pair)
                queue.append(pair.target.id)
    return ()
