"""Labels of selectors that must have the same value, joined into classes, and what each class must be."""

from dataclasses import dataclass, field

from tocsin.query.nodes import LabelMatcher
from tocsin.query.regex import RegexError, excludes_empty
from tocsin.witness.promql.label_values import allows


@dataclass(slots=True)
class Class:
    """What is asked of the labels of one class."""

    label: str
    matchers: list[LabelMatcher] = field(default_factory=list)
    absent: bool = False
    """Something that it is matched with has no such label."""
    wanted: bool = False
    """Somebody names it: a grouping, a match, a template."""
    members: list[int] = field(default_factory=list)
    """The selectors."""
    metrics: list[str] = field(default_factory=list)

    @property
    def must(self) -> bool:
        """Whether a series without the label would not be selected."""
        return any(excludes(matcher) for matcher in self.matchers)

    @property
    def fixed(self) -> str | None:
        """The value that is asked for with `=`."""
        return next((m.value for m in self.matchers if m.op == "=" and m.value), None)


def excludes(matcher: LabelMatcher) -> bool:
    """Whether a series without the label fails the matcher."""
    try:
        return excludes_empty(matcher.op, matcher.value)
    except RegexError:
        return True


class Classes:
    """Union-find over (selector, label)."""

    __slots__ = ("classes", "parent")

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.classes: list[Class] = []

    def new(self, label: str, selector: int, metric: str) -> int:
        """A variable of its own."""
        self.parent.append(len(self.parent))
        self.classes.append(Class(label, members=[selector], metrics=[metric]))
        return len(self.parent) - 1

    def root(self, variable: int) -> int:
        """The variable that stands for the class."""
        while self.parent[variable] != variable:
            self.parent[variable] = self.parent[self.parent[variable]]
            variable = self.parent[variable]
        return variable

    def of(self, variable: int) -> Class:
        """The class of a variable."""
        return self.classes[self.root(variable)]

    def join(self, first: int, second: int) -> bool:
        """Make them equal; False when what is asked of them contradicts each other."""
        one, two = self.root(first), self.root(second)
        if one == two:
            return True
        left, right = self.classes[one], self.classes[two]
        if not _compatible(left, right):
            return False
        left.matchers += right.matchers
        left.absent |= right.absent
        left.wanted |= right.wanted
        left.members += right.members
        left.metrics += right.metrics
        self.parent[two] = one
        return True

    def fix(self, variable: int, value: str) -> bool:
        """Ask for this value; empty: the label must not be there. False when that contradicts."""
        found = self.of(variable)
        if not all(allows(matcher, value) for matcher in found.matchers) or (value and found.absent):
            return False
        if value:
            found.matchers.append(LabelMatcher(found.label, "=", value))
        else:
            found.absent = True
        return True


def _compatible(left: Class, right: Class) -> bool:
    if (left.absent and right.must) or (right.absent and left.must):
        return False
    for one, other in ((left, right), (right, left)):
        if one.fixed is not None and not all(allows(m, one.fixed) for m in other.matchers):
            return False
    return True
