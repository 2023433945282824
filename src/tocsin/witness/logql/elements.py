"""An element of a vector that may or may not be there."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.witness.telemetry import Labels

CERTAIN = math.inf


@dataclass(frozen=True, slots=True)
class Element:
    """It is there if `margin` > 0: how far the comparison that is nearest to failing is from that.

    Relative to the threshold: 0.2 is 20 % over it.
    """

    labels: Labels
    value: float
    margin: float


def kept(elements: Iterable[Element]) -> list[Element]:
    """Those that are there."""
    return [element for element in elements if element.margin > 0]
