"""What the parts of the evaluator share: elements, the state of one evaluation, and how it may fail."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tocsin.query.nodes import Node
from tocsin.query.promql.ast import Call, Expr
from tocsin.witness.promql.evaluator.store import Store
from tocsin.witness.telemetry import Labels

CERTAIN = 1e9
"""The margin of what no comparison decides."""
METADATA = frozenset(("__name__", "__type__", "__unit__"))
"""Labels that arithmetic drops (Prometheus 3.15.0, without delayed name removal)."""


class Element(NamedTuple):
    """One element of an instant vector: it is really there iff `margin` > 0.

    A comparison's margin is its signed distance, relative to the threshold; `and` takes the least, `or` the
    greatest, `unless` and `absent` negate. The value of an element that is there is exactly the engine's.
    """

    labels: Labels
    value: float
    margin: float


class Window(NamedTuple):
    """The samples of one series within a range; times in milliseconds."""

    labels: Labels
    nameless: Labels
    times: Sequence[int]
    values: Sequence[float]
    margin: float


class NotUnderstood(Exception):
    """The evaluator cannot do this, though the engine could; `node` is the expression it is about."""

    def __init__(self, words: str, node: Node) -> None:
        super().__init__(words)
        self.words = words
        self.node = node


class EngineRefuses(Exception):
    """The engine ends the evaluation with an error on this telemetry; `words` say which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class OutOfBudget(Exception):
    """The evaluation took more steps than it was given."""


class Budget:
    """Steps that may still be taken: about one for each sample read and each element made."""

    __slots__ = ("left",)

    def __init__(self, steps: int = 10_000_000) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` off; raises OutOfBudget when there are not so many."""
        self.left -= steps
        if self.left < 0:
            raise OutOfBudget


Memory: TypeAlias = dict[tuple[object, ...], list[Element]]
"""What parts of expressions gave, by the part and the instant."""


class Moment:
    """One evaluation under way. `t` moves inside of subqueries; all times in milliseconds."""

    __slots__ = ("budget", "every", "hopeful", "horizon", "memory", "store", "t", "top")

    def __init__(
        self,
        store: Store,
        t: int,
        every: int,
        *,
        hopeful: bool,
        budget: Budget,
        horizon: int,
        memory: Memory | None = None,
    ) -> None:
        self.store = store
        self.t = t
        self.top = t
        self.every = every
        self.hopeful = hopeful
        self.budget = budget
        self.horizon = horizon
        self.memory = memory


VectorPlan: TypeAlias = Callable[[Moment], list[Element]]
ScalarPlan: TypeAlias = Callable[[Moment], float]
MatrixPlan: TypeAlias = Callable[[Moment], list[Window]]
OfVector: TypeAlias = Callable[[Expr], VectorPlan]
OfScalar: TypeAlias = Callable[[Expr], ScalarPlan]
Build: TypeAlias = Callable[[Call, OfVector, OfScalar], VectorPlan]
"""From a call, and how to plan its arguments, to its plan."""


@lru_cache(maxsize=8192)
def nameless(labels: Labels) -> Labels:
    """The labels without the metric's name, type and unit."""
    return tuple(pair for pair in labels if pair[0] not in METADATA)


def distinct(elements: list[Element]) -> list[Element]:
    """The same; raises EngineRefuses when two elements that are there have the same labels."""
    if len(elements) > 1:
        there = [element.labels for element in elements if element.margin > 0]
        if len(set(there)) < len(there):
            raise EngineRefuses("vector cannot contain metrics with the same labelset")
    return elements
