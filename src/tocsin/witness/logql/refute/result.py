"""What is known of a node of a metric query: its values, and whether it has elements. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from tocsin.query.logql.ast import Expr
from tocsin.witness.interval import ANYTHING, Interval
from tocsin.witness.outcome import Reason
from tocsin.witness.presence import Presence

Facts: TypeAlias = Mapping[Expr, Interval]
"""Query -> its values at the labels of an element, which needs them."""
NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Elements of a node. What is said of them holds for all lines."""

    values: Interval = ANYTHING
    presence: Presence = Presence.SOMETIMES
    reason: Reason | None = None
    """Why there are never any."""
    vacuous: Reason | None = None
    """The comparison that always holds."""
    facts: Facts = field(default_factory=lambda: NO_FACTS)
