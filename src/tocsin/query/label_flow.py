"""What is known of the labels of a result: which are surely there, which surely not. For both languages.

Sound, not complete: what is said holds for every series that the expression can give, whatever the data;
labels about which nothing can be said are simply in neither set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tocsin.query.nodes import Grouping, LabelMatcher, Matching
from tocsin.query.regex import excludes_empty


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of every series of a result.

    `certain` are there with a value; of some the value is known (`values`). With `closed` set there are no
    other labels than `possible`; otherwise all may be there but those of `absent`.
    """

    certain: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    possible: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    def has(self, label: str) -> bool | None:
        """True: surely there; False: surely not; None: unknown."""
        if label in self.certain:
            return True
        gone = label in self.absent or (self.closed and label not in self.possible)
        return False if gone else None

    def with_(self, label: str, value: str | None = None) -> "Labels":
        """The same, and this label is there; its value where it is known."""
        values = {name: known for name, known in self.values.items() if name != label}
        if value is not None:
            values[label] = value
        one = frozenset((label,))
        return Labels(self.certain | one, values, self.closed, self.possible | one, self.absent - one)

    def without(self, labels: Iterable[str]) -> "Labels":
        """The same, but without these labels."""
        gone = frozenset(labels)
        values = {name: value for name, value in self.values.items() if name not in gone}
        return Labels(self.certain - gone, values, self.closed, self.possible - gone, self.absent | gone)

    def unsure(self, label: str) -> "Labels":
        """The same, but nothing is known of this label."""
        one = frozenset((label,))
        values = {name: value for name, value in self.values.items() if name != label}
        return Labels(self.certain - one, values, self.closed, self.possible | one, self.absent - one)

    def only(self, labels: Iterable[str]) -> "Labels":
        """The same, but no other labels than these."""
        kept = frozenset(labels)
        possible = frozenset(label for label in kept if self.has(label) is not False)
        values = {name: value for name, value in self.values.items() if name in kept}
        return Labels(self.certain & kept, values, True, possible, self.absent)

    def or_(self, other: "Labels") -> "Labels":
        """What holds for series of either."""
        values = {k: v for k, v in self.values.items() if other.values.get(k) == v}
        known = self.possible | other.possible | self.absent | other.absent
        absent = frozenset(label for label in known if self.has(label) is False and other.has(label) is False)
        return Labels(
            self.certain & other.certain,
            values,
            self.closed and other.closed,
            self.possible | other.possible,
            absent,
        )

    def grouped(self, grouping: Grouping | None) -> "Labels":
        """After an aggregation."""
        if grouping is None:
            return NONE
        return self.without((*grouping.names, "__name__")) if grouping.without else self.only(grouping.names)


NONE = Labels(closed=True)
"""No labels at all: a number, `sum(...)`."""
UNKNOWN = Labels()


def selected(matchers: Iterable[LabelMatcher], start: Labels = UNKNOWN) -> Labels:
    """What matchers say of what they let through."""
    labels = start
    for matcher in matchers:
        if excludes_empty(matcher.op, matcher.value):
            labels = labels.with_(
                matcher.label, matcher.value if matcher.op == "=" else labels.values.get(matcher.label)
            )
        elif matcher.op == "=":
            labels = labels.without((matcher.label,))
    return labels


def of_absent(matchers: Iterable[LabelMatcher]) -> Labels:
    """What `absent` makes of its selector: the labels that are asked for with `=`, each once."""
    found: dict[str, str] = {}
    spoilt = {"__name__"}
    for matcher in matchers:
        if matcher.op != "=" or matcher.label in found:
            spoilt.add(matcher.label)
        else:
            found[matcher.label] = matcher.value
    labels = NONE
    for label, value in found.items():
        if label not in spoilt and value:
            labels = labels.with_(label, value)
        elif label in spoilt and label != "__name__":
            labels = labels.unsure(label)
    return labels


def matched(left: Labels, right: Labels, matching: Matching | None) -> tuple[Labels, Labels]:
    """Both sides of an operator, each with what the match says of it: labels that are compared are equal."""
    named = frozenset(matching.names) if matching is not None else frozenset()
    names = left.certain | right.certain | left.absent | right.absent | left.possible | right.possible
    first, second = left, right
    if matching is not None and matching.on:
        names = names & named
    else:
        names = names - named - {"__name__"}
        first, second = _closed_by(left, right, named), _closed_by(right, left, named)
    for name in names:
        first, second = _agree(first, second, name), _agree(second, first, name)
    return first, second


def _closed_by(one: Labels, other: Labels, ignored: frozenset[str]) -> Labels:
    """When all labels are compared and the partner has no others than some, then so has this side."""
    if one.closed or not other.closed:
        return one
    possible = (other.possible | ignored | {"__name__"}) - one.absent
    return replace(one, closed=True, possible=possible)


def _agree(one: Labels, other: Labels, name: str) -> Labels:
    if other.has(name) and one.has(name) is not False:
        return one.with_(name, one.values.get(name, other.values.get(name)))
    if other.has(name) is False and one.has(name) is None:
        return one.without((name,))
    return one


def joined(left: Labels, right: Labels, matching: Matching | None, keeps_name: bool) -> Labels:
    """The result of an arithmetic or comparing operator between vectors."""
    left, right = matched(left, right, matching)
    if matching is not None and matching.group == "right":
        left, right = right, left
    labels = left if keeps_name else left.without(("__name__",))
    if matching is None:
        return labels
    if not matching.group:
        return labels.only(matching.names) if matching.on else labels.without(matching.names)
    for name in matching.include:
        there = right.has(name.text)
        if there is None:
            labels = labels.unsure(name.text)
        else:
            labels = (
                labels.with_(name.text, right.values.get(name.text))
                if there
                else labels.without((name.text,))
            )
    return labels


def clashes(left: Labels, right: Labels, matching: Matching | None) -> tuple[str, ...]:
    """Labels because of which no series of one side can ever match one of the other."""
    names = left.certain | right.certain
    if matching is not None:
        names = names & frozenset(matching.names) if matching.on else names - frozenset(matching.names)
    found = []
    for name in sorted(names - {"__name__"}):
        one, other = left.values.get(name), right.values.get(name)
        differ = one is not None and other is not None and one != other
        if differ or {left.has(name), right.has(name)} == {True, False}:
            found.append(name)
    return tuple(found)
