"""Functions of one number, as Go's math package has them."""

import math
from collections.abc import Callable

from tocsin.witness.promql.evaluator.functions_numbers import NAN, divide

Change = Callable[[float], float]


def _total(function: Change, too_big: Callable[[float], float] = lambda value: NAN) -> Change:
    """`function` without exceptions: NaN where it is not defined, `too_big` where the result overflows."""

    def run(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return NAN
        except OverflowError:
            return too_big(value)

    return run


def _logarithm(function: Change) -> Change:
    return lambda value: -math.inf if value == 0 else _total(function)(value)


def _whole(function: Callable[[float], int]) -> Change:
    """Rounding; what is not finite stays, and so does the sign of zero."""
    return lambda value: math.copysign(float(function(value)), value) if math.isfinite(value) else value


def _sign(value: float) -> float:
    return -1.0 if value < 0 else 1.0 if value > 0 else value


def _artanh(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == 1 else _total(math.atanh)(value)


def _signed_infinity(value: float) -> float:
    return math.copysign(math.inf, value)


def to_multiple(value: float, multiple: float) -> float:
    """Rounded to the nearest multiple, halves up (Prometheus 3.15.0 calculates with its inverse)."""
    inverse = divide(1.0, multiple)
    return divide(PLAIN["floor"](value * inverse + 0.5), inverse)


PLAIN: dict[str, Change] = {
    "abs": abs,
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "exp": _total(math.exp, lambda value: math.inf),
    "sqrt": _total(math.sqrt),
    "ln": _logarithm(math.log),
    "log2": _logarithm(math.log2),
    "log10": _logarithm(math.log10),
    "sgn": _sign,
    "sin": _total(math.sin),
    "cos": _total(math.cos),
    "tan": _total(math.tan),
    "asin": _total(math.asin),
    "acos": _total(math.acos),
    "atan": math.atan,
    "sinh": _total(math.sinh, _signed_infinity),
    "cosh": _total(math.cosh, lambda value: math.inf),
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": _total(math.acosh),
    "atanh": _artanh,
    "rad": lambda value: value * math.pi / 180,
    "deg": lambda value: value * 180 / math.pi,
}
