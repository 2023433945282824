"""What the deciding parts of an expression come to at one evaluation: why it fires then."""

from collections.abc import Iterator, Sequence

from tocsin.query.promql.ast import Expr
from tocsin.witness.promql.clauses import Deciding
from tocsin.witness.promql.evaluator.evaluate import Budget, EngineRefuses, OutOfBudget, vector
from tocsin.witness.promql.evaluator.store import Store
from tocsin.witness.promql.excerpts import met

_STEPS = 200_000


def why(text: str, parts: Sequence[Deciding], store: Store, at: float, every: float) -> Iterator[str]:
    """A sentence on the comparisons that hold at that time, with their values; `text` is the expression."""
    try:
        values = [sides(part, store, at, every, Budget(_STEPS)) for part in parts]
    except OutOfBudget:
        return
    idle = [part for part, (left, right) in zip(parts, values, strict=True) if _idle(part, left, right)]
    words = (
        said
        for part, (left, right) in zip(parts, values, strict=True)
        if part.part == "comparison" and not any(_within(part, branch) for branch in idle)
        for said in met(text, part, left, right)
    )
    if said := "; ".join(dict.fromkeys(words)):
        yield f"When it fires, {said}."


def sides(
    part: Deciding, store: Store, at: float, every: float, budget: Budget
) -> tuple[float | None, float | None]:
    """The value left of the operator, and right of it; None where there is none."""

    def value(side: Expr) -> float | None:
        try:
            elements = vector(side, store, at, every=every, budget=budget)
        except EngineRefuses:
            return None
        return elements[0].value if elements else None

    return value(part.node.left), value(part.node.right)


def _idle(part: Deciding, left: float | None, right: float | None) -> bool:
    """Whether it is a branch of `or` that gives nothing."""
    return (part.part == "left branch" and left is None) or (part.part == "right branch" and right is None)


def _within(part: Deciding, branch: Deciding) -> bool:
    return branch.start <= part.start and part.end <= branch.end
