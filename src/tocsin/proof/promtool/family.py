"""Rules of one rule file that share a name, such as an alert and its escalated twin. Pure.

Plain promtool compares all alerts of a name at once, so that what a committed test expects of one of them has
to name the alerts of the others as well.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tocsin.proof.promtool.pack import Item, relevant, touched
from tocsin.proof.promtool.slice import Slices, fixed_labels
from tocsin.proof.verdict import Proposal
from tocsin.witness.telemetry import Labels

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


def marks(item: Item) -> Labels | None:
    """By what the alerts of the item's own rule are known among those beside it; None: nothing is sure.

    A label with the value "" is one that its alerts do not have.
    """
    found = [_mark(item, one) for one in item.beside]
    return None if None in found else tuple(dict.fromkeys(one for one in found if one is not None))


def marked(labels: Labels, marks: Labels) -> bool:
    """Whether an alert with these labels is one of them."""
    pairs = dict(labels)
    return all(pairs.get(name, "") == value for name, value in marks)


def _mark(item: Item, other: Proposal) -> tuple[str, str] | None:
    """A label that has one value in all alerts of the own rule, and never this one in the other's."""
    mine, theirs = fixed_labels([item.proposal.rule]), fixed_labels([other.rule])
    for name in sorted(mine.keys() | theirs.keys()):
        own, others = mine.get(name), theirs.get(name)
        if own is None and _may_have(item, item.proposal, name):
            continue
        if others is None and _may_have(item, other, name):
            continue
        if own != others:
            return name, own or ""
    return None


def _may_have(item: Item, proposal: Proposal, name: str) -> bool:
    """Whether the alerts of a rule that does not set it might still have the label."""
    texts = [proposal.rule.expr, *(one.expr for one in proposal.recordings)]
    sets = [proposal.rule.labels, *(one.labels for one in proposal.recordings)]
    sets += [one.labels for one in item.case.series]
    return any(name in text for text in texts) or any(name in dict(pairs) for pairs in sets)


def named(item: Item) -> str:
    """Names the rules beside an item by their content."""
    plain = [(replace(one.rule, file="", group="", number=0), one.recordings) for one in item.beside]
    return hashlib.sha256(repr(plain).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _both(one: Slices, other: Slices) -> Slices:
    common = {name: dict(one[name].items() & other[name].items()) for name in one.keys() & other.keys()}
    return {**one, **other, **common}
