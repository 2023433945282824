"""Values for labels: what matchers allow and a person would expect. Nothing of series or expressions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from tocsin.query.nodes import LabelMatcher
from tocsin.query.regex import RegexError
from tocsin.query.regex_match import fits, program
from tocsin.query.regex_members import members
from tocsin.query.regex_tree import TooHard

_USUAL = {
    "instance": ("host-1:9100", "host-2:9100", "host-3:9100"),
    "host": ("host-1", "host-2", "host-3"),
    "node": ("node-1", "node-2", "node-3"),
    "job": ("app", "other"),
    "namespace": ("shop", "other"),
    "pod": ("api-0", "api-1", "api-2"),
    "container": ("api", "proxy"),
    "service": ("api", "web"),
    "cluster": ("eu-1", "us-1"),
    "device": ("sda", "sdb"),
    "mountpoint": ("/data", "/var"),
    "fstype": ("ext4", "xfs"),
    "code": ("200", "404", "500"),
    "status": ("200", "404", "500"),
    "status_code": ("200", "404", "500"),
    "method": ("GET", "POST"),
    "mode": ("user", "idle", "system"),
    "cpu": ("0", "1", "2"),
    "result": ("success", "failure"),
    "outcome": ("success", "failure"),
    "state": ("ok", "other"),
    "version": ("v1", "v2", "v3"),
    "quantile": ("0.99", "0.5"),
    "le": ("+Inf",),
    "__name__": ("some_metric", "other_metric"),
}
_ANYTHING = ("other", "another", "some", "1", "2", "0", "x", "y-1", "/x", "A", "true", "false", "none")
_TRIED = 40
_SPECIAL = re.compile(r"[\\\[\](){}^$.*+?]")


def allows(matcher: LabelMatcher, value: str) -> bool:
    """Whether `value` (empty: the label is missing) passes."""
    if matcher.op in ("=", "!="):
        return (value == matcher.value) == (matcher.op == "=")
    alternatives = _alternatives(matcher.value)
    if alternatives is not None:
        return (value in alternatives) == (matcher.op == "=~")
    return _feasible(matcher.value) and fits(matcher.value, value) == (matcher.op == "=~")


@lru_cache(maxsize=1024)
def _alternatives(pattern: str) -> frozenset[str] | None:
    """What a pattern without special characters matches; None for all others."""
    return None if _SPECIAL.search(pattern) else frozenset(pattern.split("|"))


@lru_cache(maxsize=1024)
def _feasible(pattern: str) -> bool:
    """Whether the pattern is small enough to be looked into."""
    try:
        program(pattern, "s")
    except (TooHard, RegexError):
        return False
    return True


def usual(label: str) -> Iterator[str]:
    """Values that a label of this name might have, without end."""
    known = _USUAL.get(label)
    if known is not None:
        yield from known
    stem = known[0].rstrip("0123456789") if known and known[0][-1].isdigit() else f"{label}-"
    if label == "instance":
        yield from (f"host-{number}:9100" for number in range(4, 10_000))
    number = 1
    while True:
        yield f"{stem}{number}"
        number += 1


def choose(
    label: str,
    matchers: Sequence[LabelMatcher],
    *,
    examples: Iterable[str] = (),
    avoid: Sequence[LabelMatcher] = (),
    count: int = 1,
) -> tuple[str, ...]:
    """Up to `count` values that all of `matchers` allow and at least one of `avoid`, if any, does not.

    The value of an `=` comes first, then `examples` (the contract's), usual ones, members of patterns.
    """
    found: list[str] = []
    for value in dict.fromkeys(_candidates(label, matchers, examples, count)):
        fits_all = value and all(allows(one, value) for one in matchers)
        if fits_all and not (avoid and all(allows(one, value) for one in avoid)):
            found.append(value)
            if len(found) >= count:
                break
    return tuple(found)


def _candidates(
    label: str, matchers: Sequence[LabelMatcher], examples: Iterable[str], count: int
) -> Iterator[str]:
    yield from (matcher.value for matcher in matchers if matcher.op == "=")
    yield from examples
    if label not in _USUAL and any(matcher.op in ("!=", "!~") for matcher in matchers):
        yield _ANYTHING[0]
    yield from islice(usual(label), 3)
    yield from islice(_members(matchers), _TRIED)
    yield from islice(usual(label), 3, max(8, count))
    yield from _ANYTHING


def _members(matchers: Sequence[LabelMatcher]) -> Iterator[str]:
    for matcher in matchers:
        if matcher.op == "=~":
            if _alternatives(matcher.value) is not None:
                yield from matcher.value.split("|")
            elif _feasible(matcher.value):
                yield from map(_readable, members(matcher.value))
                yield from members(matcher.value)


def named(matchers: Iterable[LabelMatcher]) -> Iterator[str]:
    """Values that matchers speak of, be it to exclude them."""
    for matcher in matchers:
        if matcher.op in ("=", "!="):
            yield matcher.value
        else:
            yield from _members([replace(matcher, op="=~")])


def _readable(text: str) -> str:
    """`5..` has the member `500`, not `5aa`: a digit is followed by digits."""
    return text[0] + "00" if len(text) == 3 and text[0].isdigit() and not text.isdigit() else text
