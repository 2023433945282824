"""The functions of Loki 3.7.8's templates that make sense in a rule. Times and dates are not among them."""

import base64
import math
import operator
import re
import urllib.parse
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from functools import reduce

from tocsin.query.regex_match import program
from tocsin.witness.logql import values
from tocsin.witness.logql.template import Value, shown
from tocsin.witness.logql.trouble import NotUnderstood

MAX_LENGTH = 100_000
_FORMAT = re.compile(r"%(?P<flags>[-+ 0]*)(?P<width>\d*)(?:\.(?P<digits>\d*))?(?P<verb>[a-zA-Z%])")


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is wanted")
    return value


def _whole(value: Value) -> int:
    """As sprig's `int`: what is no number is 0."""
    match value:
        case bool():
            return int(value)
        case int() | float():
            return int(value)
        case str():
            found = re.fullmatch(r"[+-]?[0-9]+", value)
            return int(value) if found else 0
        case None:
            return 0


def _float(value: Value) -> float:
    match value:
        case str():
            return values.number(value) or 0.0
        case None:
            return 0.0
        case _:
            return float(value)


def _decimal(op: Callable[[Decimal, Decimal], Decimal], each: tuple[Value, ...]) -> float:
    """Decimal arithmetic, so that 0.07 * 2.5 is 0.175; a quotient has 16 digits behind the point."""
    try:
        found = reduce(op, (Decimal(repr(_float(value))) for value in each))
        return float(round(found, 16))
    except (DecimalException, ZeroDivisionError) as error:
        raise ValueError(str(error)) from None


def _replace_pattern(pattern: str, text: str, replacement: str, literal: bool) -> str:
    if "$" in replacement and not literal:
        raise NotUnderstood("groups in `regexReplaceAll`")
    machine, out, at = program(pattern), "", 0
    while at <= len(text):
        found = machine.search(text, at)
        if found is None or found[0] is None:
            break
        start, end = found[0]
        out += text[at:start] + replacement + (text[end : end + 1] if start == end else "")
        at = end + (start == end)
    return out + text[at:]


def _count(pattern: str, text: str) -> int:
    return _replace_pattern(pattern, text, "\0", True).count("\0") - text.count("\0")


def _printf(form: Value, *arguments: Value) -> str:
    left = list(arguments)

    def one(found: re.Match[str]) -> str:
        verb = found["verb"]
        if verb == "%":
            return "%"
        value = left.pop(0)
        spec = "%" + found["flags"] + found["width"]
        digits = "" if found["digits"] is None else "." + found["digits"]
        match verb, value:
            case ("s" | "v", str()):
                return (spec + digits + "s") % value
            case ("v", _):
                return (spec + "s") % shown(value)
            case ("d", int()):
                return (spec + "d") % value
            case ("f" | "e" | "g", float()):
                return (spec + digits + verb) % value
            case _:
                raise NotUnderstood(f"`%{verb}` of this value in `printf`")

    text = _FORMAT.sub(one, _text(form))
    if left:
        raise NotUnderstood("`printf` with too many values")
    return text


def _size(value: Value) -> float:
    found = values.size(_text(value))
    if found is None:
        raise ValueError("no size")
    return float(found)


def _seconds(value: Value) -> float:
    found = values.nanoseconds(_text(value))
    if found is None:
        raise ValueError("no duration")
    return found / 1e9


def _cut(start: Value, end: Value, text: Value) -> str:
    low, high, whole = _whole(start), _whole(end), _text(text)
    if low < 0:
        return whole[: max(high, 0)]
    return whole[low:] if high < 0 or high > len(whole) else whole[low:high]


def _trunc(count: Value, text: Value) -> str:
    number, whole = _whole(count), _text(text)
    if number < 0:
        return whole[number:] if len(whole) + number > 0 else whole
    return whole[:number]


def _aligned(count: Value, text: Value, left: bool) -> str:
    number, whole = _whole(count), _text(text)
    if number < 0 or number > MAX_LENGTH:
        return whole
    if len(whole) > number:
        return whole[:number] if left else whole[len(whole) - number :]
    return whole.ljust(number) if left else whole.rjust(number)


def _repeated(count: Value, text: Value) -> str:
    if _whole(count) * len(_text(text)) > MAX_LENGTH:
        raise NotUnderstood("a long `repeat`")
    return _text(text) * _whole(count)


def _rounded(value: Value, digits: Value) -> float:
    power = 10.0 ** _whole(digits)
    return math.floor(_float(value) * power + 0.5) / power


def _divided(left: Value, right: Value) -> int:
    first, second = _whole(left), _whole(right)
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def _same(left: Value, *others: Value) -> bool:
    if any(type(left) is not type(other) for other in others):
        raise TypeError("incompatible types for comparison")
    return left in others


def _less(left: Value, right: Value) -> bool:
    if type(left) is not type(right) or isinstance(left, bool | None):
        raise TypeError("incompatible types for comparison")
    return left < right  # type: ignore[operator]


def _any(*arguments: Value) -> Value:
    return next((each for each in arguments if each), arguments[-1])


def _all(*arguments: Value) -> Value:
    return next((each for each in arguments if not each), arguments[-1])


def _title(text: Value) -> str:
    return re.sub(r"(^|[^A-Za-z0-9_'])([a-z])", lambda found: found[1] + found[2].upper(), _text(text))


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "lower": lambda text: _text(text).lower(),
    "upper": lambda text: _text(text).upper(),
    "ToLower": lambda text: _text(text).lower(),
    "ToUpper": lambda text: _text(text).upper(),
    "title": _title,
    "trim": lambda text: _text(text).strip(),
    "TrimSpace": lambda text: _text(text).strip(),
    "trimAll": lambda signs, text: _text(text).strip(_text(signs)),
    "Trim": lambda text, signs: _text(text).strip(_text(signs)),
    "TrimLeft": lambda text, signs: _text(text).lstrip(_text(signs)),
    "TrimRight": lambda text, signs: _text(text).rstrip(_text(signs)),
    "trimPrefix": lambda part, text: _text(text).removeprefix(_text(part)),
    "trimSuffix": lambda part, text: _text(text).removesuffix(_text(part)),
    "TrimPrefix": lambda text, part: _text(text).removeprefix(_text(part)),
    "TrimSuffix": lambda text, part: _text(text).removesuffix(_text(part)),
    "replace": lambda old, new, text: _text(text).replace(_text(old), _text(new)),
    "Replace": lambda text, old, new, count: _text(text).replace(_text(old), _text(new), _whole(count)),
    "repeat": _repeated,
    "trunc": _trunc,
    "substr": _cut,
    "contains": lambda part, text: _text(part) in _text(text),
    "hasPrefix": lambda part, text: _text(text).startswith(_text(part)),
    "hasSuffix": lambda part, text: _text(text).endswith(_text(part)),
    "indent": lambda count, text: " " * _whole(count) + _text(text).replace("\n", "\n" + " " * _whole(count)),
    "alignLeft": lambda count, text: _aligned(count, text, True),
    "alignRight": lambda count, text: _aligned(count, text, False),
    "regexReplaceAll": lambda pattern, text, new: _replace_pattern(pattern, text, new, False),
    "regexReplaceAllLiteral": lambda pattern, text, new: _replace_pattern(pattern, text, new, True),
    "count": lambda pattern, text: _count(_text(pattern), _text(text)),
    "urlencode": lambda text: urllib.parse.quote_plus(_text(text), safe="~"),
    "urldecode": lambda text: urllib.parse.unquote_plus(_text(text)),
    "b64enc": lambda text: base64.b64encode(_text(text).encode()).decode(),
    "bytes": _size,
    "duration": _seconds,
    "duration_seconds": _seconds,
    "int": _whole,
    "float64": _float,
    "add": lambda *each: sum(map(_whole, each)),
    "sub": lambda left, right: _whole(left) - _whole(right),
    "mul": lambda *each: math.prod(map(_whole, each)),
    "div": _divided,
    "mod": lambda left, right: int(math.fmod(_whole(left), _whole(right))),
    "addf": lambda *each: _decimal(operator.add, each),
    "subf": lambda *each: _decimal(operator.sub, each),
    "mulf": lambda *each: _decimal(operator.mul, each),
    "divf": lambda *each: _decimal(operator.truediv, each),
    "max": lambda *each: max(map(_whole, each)),
    "min": lambda *each: min(map(_whole, each)),
    "maxf": lambda *each: max(map(_float, each)),
    "minf": lambda *each: min(map(_float, each)),
    "ceil": lambda value: float(math.ceil(_float(value))),
    "floor": lambda value: float(math.floor(_float(value))),
    "round": _rounded,
    "default": lambda other, value="": value or other,
    "printf": _printf,
    "print": lambda *each: "".join(map(_text, each)),
    "len": lambda text: len(_text(text).encode()),
    "eq": _same,
    "ne": lambda left, right: not _same(left, right),
    "lt": _less,
    "gt": lambda left, right: _less(right, left),
    "le": lambda left, right: not _less(right, left),
    "ge": lambda left, right: not _less(left, right),
    "and": _all,
    "or": _any,
    "not": lambda value: not value,
}
"""By name."""
