"""What is known of a node of the tree: its values, labels, and whether it has elements. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from tocsin.query.label_flow import NONE, Labels
from tocsin.query.promql.ast import Expr
from tocsin.witness.interval import ANYTHING, Interval
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence

Facts: TypeAlias = Mapping[Expr, Interval]
"""Expression -> its values at the label set of an element. They are there: the element needs them."""
NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Elements of a node. What is said of them holds for all telemetry."""

    values: Interval = ANYTHING
    """Of those elements that are numbers."""
    histograms: bool = False
    """Whether elements may be native histograms."""
    labels: Labels = NONE
    presence: Presence = Presence.SOMETIMES
    reason: Reason | None = None
    """Why there are never any."""
    vacuous: Reason | None = None
    """The comparison that always holds, because of which data alone decide whether there are any."""
    unique: bool = True
    """Whether labels without the name tell the elements apart, so that one may speak of the element there."""
    key: Expr | None = None
    """The same without the matchers that only choose among series: it tells what is equal at equal labels."""
    lag: Interval | None = None
    """Its values minus the time of the evaluation, where they follow it."""
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    exact: tuple[Expr, Interval] | None = None
    """There is an element exactly where this expression has one with such a value."""
