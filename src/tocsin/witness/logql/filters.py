"""Line filters and label filters, as Loki 3.7.8 decides them (log/filter.go, label_filter.go, ip.go)."""

import ipaddress
import operator
from collections.abc import Callable, Iterator

from tocsin.query.logql.ast import (
    Compare,
    Condition,
    IpFilter,
    Junction,
    LineFilter,
    LineMatch,
)
from tocsin.query.nodes import LabelMatcher
from tocsin.query.regex_match import contains, program
from tocsin.query.regex_tree import (
    ANY_BUT_NEWLINE,
    Branches,
    Capture,
    Chars,
    Repeat,
    Sequence,
    Tree,
    tree,
)
from tocsin.witness.logql import values
from tocsin.witness.logql.entry import ERROR, Entry
from tocsin.witness.logql.patterns import fits_pattern, pattern_parts
from tocsin.witness.logql.trouble import NotUnderstood

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt,
    "<=": operator.le,
}  # fmt: skip
_V4, _V6 = frozenset("0123456789."), frozenset("0123456789abcdefABCDEF:.")


def line_passes(stage: LineFilter, text: str) -> bool:
    """Whether a line filter keeps this text."""
    negated = stage.op[0] == "!"
    alone = negated or len(stage.alternatives) == 1
    return any(_one(stage.op, each, text, alone) for each in stage.alternatives) != negated


def _one(op: str, each: LineMatch, text: str, alone: bool) -> bool:
    if each.ip and alone:
        return has_address(each.value, text)
    if op[1] == "=":
        return each.value in text
    if op in ("|~", "!~"):
        return contains(each.value, text)
    return fits_pattern(pattern_parts(each.value), text)


def label_passes(condition: Condition, entry: Entry) -> bool:
    """Whether a label filter keeps the entry; what is no number marks it with an error and lets it pass."""
    match condition:
        case Junction(op="or", left=left, right=right):
            return label_passes(left, entry) or label_passes(right, entry)
        case Junction(left=left, right=right):
            first = label_passes(left, entry)
            return label_passes(right, entry) and first
        case LabelMatcher():
            value = entry.error if condition.label == ERROR else entry.get(condition.label) or ""
            return label_fits(condition.op, condition.value, value)
        case IpFilter(label=label, op=op, value=address):
            found = entry.get(label)
            if entry.error or found is None:
                return bool(entry.error)
            return has_address(address.value, found) == (op == "=")
        case Compare():
            return _compares(condition, entry)


def label_fits(op: str, wanted: str, value: str) -> bool:
    """`value op wanted` of a label filter."""
    if op in ("=", "!="):
        return (value == wanted) == (op == "=")
    return _regex_fits(wanted, value) == (op == "=~")


def _regex_fits(pattern: str, value: str) -> bool:
    """Loki 3.7.8 turns some patterns into a search for a text and forgets that they are anchored."""
    whole = program(pattern).search(value, whole=True) is not None
    loose = contains(pattern, value)
    if whole == loose or not _plain(root := tree(pattern)):
        return whole
    match root:
        case Sequence(items=items) if sum(isinstance(item, Repeat) for item in items) in (1, 2):
            if not isinstance(items[0], Repeat) and not isinstance(items[-1], Repeat):
                return whole  # two texts with something between them stay as they are
            if any(isinstance(item, Branches | Capture) for item in items):
                raise NotUnderstood(f"how Loki simplifies the label filter `{pattern[:60]}`")
            return loose
        case Sequence(items=items) if all(isinstance(item, Chars) for item in items):
            return whole
    texts = list(_texts(root))
    heads = [text[:1].lower() for text in texts]
    if "" not in heads and len(set(heads)) == len(heads):
        return whole
    raise NotUnderstood(f"how Loki simplifies the label filter `{pattern[:60]}`")


def _plain(node: Tree) -> bool:
    """Whether it has nothing but texts, alternatives and `.*`: only such patterns are simplified."""
    match node:
        case Chars(ranges=((low, high),), negated=False):
            return low == high
        case Sequence(items=items) | Branches(items=items):
            return all(map(_plain, items))
        case Capture(item=item):
            return _plain(item)
        case Repeat(item=item, least=0, most=None):
            return item == ANY_BUT_NEWLINE
        case _:
            return False


def _texts(node: Tree) -> Iterator[str]:
    """The alternatives' texts; an empty one for what is no mere text."""
    match node:
        case Branches(items=items):
            for item in items:
                yield from _texts(item)
        case Capture(item=item):
            yield from _texts(item)
        case Sequence(items=items) if all(isinstance(item, Chars) for item in items):
            yield "".join(chr(item.ranges[0][0]) for item in items if isinstance(item, Chars))
        case Chars(ranges=((low, _),)):
            yield chr(low)
        case _:
            yield ""


def _compares(condition: Compare, entry: Entry) -> bool:
    text = entry.get(condition.label)
    if text is None:
        return False
    value: float | None
    wanted: float = condition.value
    match condition.unit:
        case "duration":
            value, wanted = values.nanoseconds(text), round(condition.value * 1e9)
        case "bytes":
            value = values.size(text)
        case _:
            value = values.number(text)
    if value is None:
        if not entry.error:
            entry.fail("LabelFilterErr", "not a number")
        return True
    return _OPERATORS[condition.op](value, wanted)


# -- addresses -----------------------------------------------------------------------------------------------
def has_address(pattern: str, text: str) -> bool:
    """Whether the text has an IP address that the pattern covers."""
    wanted = _addresses(pattern)
    if wanted is None:
        return False
    first, last = wanted
    at = 0
    while at < len(text):
        charset = _V4 if _v4_begins(text, at) else _V6 if _v6_begins(text, at) else None
        if charset is None:
            at += 1
            continue
        end = at
        while end < len(text) and text[end] in charset:
            end += 1
        try:
            found = ipaddress.ip_address(text[at:end])
        except ValueError:
            found = None
        if found is not None and found.version == first.version and int(first) <= int(found) <= int(last):
            return True
        at = end + 1
    return False


def _addresses(
    pattern: str,
) -> (
    tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ipaddress.IPv4Address | ipaddress.IPv6Address] | None
):
    try:
        if "/" in pattern:
            network = ipaddress.ip_network(pattern, strict=False)
            return network[0], network[-1]
        first, _, last = pattern.partition("-")
        return ipaddress.ip_address(first), ipaddress.ip_address(last or first)
    except ValueError:
        return None


def _v4_begins(text: str, at: int) -> bool:
    return at + 3 < len(text) and text[at].isdigit() and "." in text[at + 1 : at + 4]


def _v6_begins(text: str, at: int) -> bool:
    if at + 4 >= len(text):
        return False
    head = text[at : at + 5]
    if head.startswith("::"):
        return head[2] in "0123456789abcdefABCDEF"
    digits = len(head) - len(head.lstrip("0123456789abcdefABCDEF"))
    return 1 <= digits <= 4 and head[digits : digits + 1] == ":"
