"""Sets of numbers, known by their bounds: what values can be, and arithmetic on them. No expressions.

Sound for both engines' arithmetic (IEEE doubles): bounds are calculated with the same operation, which is
monotone, and where it is not correctly rounded (`^`, averages) they are made a little wider.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from tocsin.query.arithmetic import calculate
from tocsin.query.numbers import show_number

INF = math.inf
_BLUR = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `low` to `high`, both included; none when `low` is above `high`. And perhaps NaN."""

    low: float = -INF
    high: float = INF
    nan: bool = False
    whole: bool = False
    """Only whole numbers (and the infinities)."""

    @property
    def empty(self) -> bool:
        """Whether it holds no number; NaN is none."""
        return self.low > self.high

    @property
    def constant(self) -> float | None:
        """The only value; None when there are several, or NaN."""
        return self.low if self.low == self.high and not self.nan else None

    @property
    def finite(self) -> bool:
        """Whether neither bound is infinite."""
        return not (math.isinf(self.low) or math.isinf(self.high))

    def has(self, value: float) -> bool:
        """Whether this number may be one of them."""
        return self.low <= value <= self.high and not (self.whole and math.isfinite(value) and value % 1)

    def meet(self, other: "Interval") -> "Interval":
        """What both hold."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return tight(Interval(low, high, self.nan and other.nan, self.whole or other.whole))

    def join(self, other: "Interval") -> "Interval":
        """What either holds."""
        nan = self.nan or other.nan
        if self.empty or other.empty:
            return replace(other if self.empty else self, nan=nan)
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Interval(low, high, nan, self.whole and other.whole)

    def inside(self, other: "Interval") -> bool:
        """Whether all of it, NaN included, is in the other."""
        bounded = self.empty or (other.low <= self.low and self.high <= other.high)
        return bounded and (not self.nan or other.nan) and (self.whole or not other.whole or self.empty)

    @property
    def blurred(self) -> "Interval":
        """A little wider, as averages and powers are rounded; never over a whole number."""
        low = max(self.low - abs(self.low) * _BLUR, _floor(self.low))
        high = min(self.high + abs(self.high) * _BLUR, -_floor(-self.high))
        return Interval(low if self.low > -INF else -INF, high if self.high < INF else INF, self.nan)


def _floor(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


NUMBERS = Interval()
ANYTHING = Interval(nan=True)
NOTHING = Interval(INF, -INF)
POSITIVE = Interval(0)
SHARE = Interval(0, 1, nan=True)
BIT = Interval(0, 1, whole=True)


def only(value: float) -> Interval:
    """This number, or NaN, alone."""
    if math.isnan(value):
        return replace(NOTHING, nan=True)
    return Interval(value, value, whole=math.isfinite(value) and value % 1 == 0)


def tight(found: Interval) -> Interval:
    """The same numbers within the closest bounds."""
    if not found.whole or found.empty:
        return found
    low = float(math.ceil(found.low)) if math.isfinite(found.low) else found.low
    return replace(found, low=low, high=_floor(found.high))


# -- comparisons ---------------------------------------------------------------------------------------------
SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def passing(op: str, left: Interval, right: Interval) -> Interval:
    """What is left of `left` where `left op right` holds."""
    if op == "!=":
        return _other_than(left, right)
    if right.empty or left.empty:
        return NOTHING
    bound = {
        ">": Interval(math.nextafter(right.low, INF)) if right.low < INF else NOTHING,
        ">=": Interval(right.low),
        "<": Interval(high=math.nextafter(right.high, -INF)) if right.high > -INF else NOTHING,
        "<=": Interval(high=right.high),
        "==": Interval(right.low, right.high, whole=right.whole),
    }[op]
    return left.meet(bound)


def _other_than(left: Interval, right: Interval) -> Interval:
    """NaN is other than everything, itself included."""
    value = right.constant
    if value is None:
        return left
    if left.low == value:
        left = replace(left, low=math.nextafter(value, INF) if value < INF else INF)
        left = NOTHING if value == INF else left
    elif left.high == value:
        left = replace(left, high=math.nextafter(value, -INF))
        left = NOTHING if value == -INF else left
    return tight(left)


def possible(op: str, left: Interval, right: Interval) -> bool:
    """Whether `left op right` can hold."""
    if op == "!=" and ((left.nan and not _none(right)) or (right.nan and not _none(left))):
        return True
    return not passing(op, replace(left, nan=False), right).empty


def certain(op: str, left: Interval, right: Interval) -> bool:
    """Whether `left op right` holds for all values."""
    if left.nan or right.nan or left.empty or right.empty:
        return False
    opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}[op]
    return not possible(opposite, left, right)


def _none(one: Interval) -> bool:
    return one.empty and not one.nan


# -- arithmetic ----------------------------------------------------------------------------------------------
def arithmetic(op: str, left: Interval, right: Interval) -> Interval:
    """The values of `left op right`."""
    if left.empty or right.empty:
        return replace(NOTHING, nan=left.nan or right.nan)
    known = _ARITHMETIC.get(op)
    found = ANYTHING if known is None else known(left, right)
    return replace(found, nan=found.nan or left.nan or right.nan)


def _corners(op: str, left: Interval, right: Interval) -> Interval:
    values = [calculate(op, a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    known = [value for value in values if value is not None and not math.isnan(value)]
    return Interval(min(known), max(known)) if len(known) == 4 else ANYTHING


def _add(left: Interval, right: Interval) -> Interval:
    low, high = left.low + right.low, left.high + right.high
    nan = {left.low, right.low, left.high, right.high} >= {INF, -INF}
    whole = left.whole and right.whole and left.finite and right.finite
    return Interval(-INF if math.isnan(low) else low, INF if math.isnan(high) else high, nan, whole)


def negative(one: Interval) -> Interval:
    """`-x`."""
    return replace(one, low=-one.high, high=-one.low)


def _multiply(left: Interval, right: Interval) -> Interval:
    zero = left.has(0) or right.has(0)
    infinite = not (left.finite and right.finite)
    values = [_times(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    whole = left.whole and right.whole and not infinite
    return Interval(min(values), max(values), zero and infinite, whole)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _divide(left: Interval, right: Interval) -> Interval:
    nan = (left.has(0) and right.has(0)) or not (left.finite or right.finite)
    if right.low > 0 or right.high < 0:
        ends = [_quotient(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
        return Interval(min(ends), max(ends), nan)
    if right.low == 0:  # 0 and -0 alike: only what is surely no zero has a sign
        return Interval(0 if left.low >= 0 else -INF, 0 if left.high <= 0 else INF, nan)
    return replace(ANYTHING, nan=nan)


def _quotient(a: float, b: float) -> float:
    return 0.0 if math.isinf(b) else a / b


def _modulo(left: Interval, right: Interval) -> Interval:
    """The result has the sign of the left side and is less than the right one."""
    most = max(abs(right.low), abs(right.high))
    nan = right.has(0) or not left.finite
    low, high = 0 if left.low >= 0 else max(left.low, -most), 0 if left.high <= 0 else min(left.high, most)
    return Interval(low, high, nan, left.whole and right.whole)


def _power(left: Interval, right: Interval) -> Interval:
    if left.low >= 0 and left.high < INF and right.finite and (left.low > 0 or right.low > 0):
        return _corners("^", left, right).blurred
    even = right.constant is not None and right.constant % 2 == 0
    return Interval(0, nan=True) if left.low >= 0 or even else ANYTHING


_ARITHMETIC: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": _add,
    "-": lambda left, right: _add(left, negative(right)),
    "*": _multiply,
    "/": _divide,
    "%": _modulo,
    "^": _power,
    "atan2": lambda *_: Interval(-math.pi, math.pi, nan=True).blurred,
}


def total(one: Interval) -> Interval:
    """The sum of one or more of them."""
    low = one.low if one.low >= 0 else -INF
    high = one.high if one.high <= 0 else INF
    return Interval(
        low, high, one.nan or (low, high) == (-INF, INF), one.whole and (low, high) != (-INF, INF)
    )


# -- words ---------------------------------------------------------------------------------------------------
def span(values: Interval) -> str:
    """`between 0 and 1`, `always above 5`."""
    low, high = values.low, values.high
    if values.empty:
        return "never a number"
    if low == high:
        return f"always {show_number(low)}"
    if low > -INF and high < INF:
        return f"between {shown(low)} and {shown(high)}"
    if low == 0:
        return "never negative"
    if low > -INF:
        return f"always above {shown(low)}" if _open(low) else f"never below {shown(low)}"
    if high == INF:
        return "any number"
    return f"always below {shown(high)}" if _open(high) else f"never above {shown(high)}"


def shown(value: float) -> str:
    """Without the last digits, which only say that the bound itself is not among them."""
    return show_number(value if value % 1 == 0 else float(f"{value:.8g}"))


def _open(bound: float) -> bool:
    """Whether it is the double beside the number that is meant, which itself is not among them."""
    return bound != float(f"{bound:.15g}")
