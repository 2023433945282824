"""Rules of one rule file that share a name, such as an alert and its escalated twin. Pure.

Plain promtool compares all alerts of a name at once, so that what a committed test expects of one of them has
to name the alerts of the others as well.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tocsin.proof.promtool.pack import Item, relevant, touched
from tocsin.proof.promtool.slice import Slices
from tocsin.proof.verdict import Proposal

Families = Mapping[tuple[str, str], tuple[Proposal, ...]]
"""File and name -> the rules that have it."""


def families(proposals: Iterable[Proposal]) -> Families:
    """All names; a rule that is there twice counts once."""
    found: dict[tuple[str, str], dict[tuple[str, str, str], Proposal]] = {}
    for one in proposals:
        found.setdefault((one.rule.file, one.rule.name), {}).setdefault(one.rule.id, one)
    return {name: tuple(alike.values()) for name, alike in found.items()}


def with_family(item: Item, known: Families) -> Item:
    """The item with the other rules beside it; it touches all that any of them touches."""
    rule = item.proposal.rule
    others = tuple(relevant(one) for one in known.get((rule.file, rule.name), ()) if one.rule.id != rule.id)
    slices = item.slices
    for one in others:
        theirs = touched(one)
        slices = None if slices is None or theirs is None else _both(slices, theirs)
    return replace(item, beside=others, slices=slices)


def named(item: Item) -> str:
    """Names the rules beside an item by their content."""
    plain = [(replace(one.rule, file="", group="", number=0), one.recordings) for one in item.beside]
    return hashlib.sha256(repr(plain).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _both(one: Slices, other: Slices) -> Slices:
    common = {name: dict(one[name].items() & other[name].items()) for name in one.keys() & other.keys()}
    return {**one, **other, **common}
