"""The tree of a PromQL expression. Data only: no parsing, no meaning.

Modifiers stand on the outermost node they were written behind: in `m[5m] offset 1h` on the `Range`.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tocsin.query.nodes import Grouping, LabelMatcher, Matching, Name, Node, Number, String

__all__ = [
    "AGGREGATIONS", "COMPARISONS", "PRECEDENCE", "SET_OPERATORS", "SIGN_PRECEDENCE", "WITH_PARAMETER",
    "Aggregate", "At", "Binary", "Call", "Duration", "DurationMath", "DurationOp", "Expr", "Fill", "Grouping",
    "LabelMatcher", "Matching", "Name", "Number", "Paren", "Range", "Selector", "String", "Subquery", "Timed",
    "Unary",
]  # fmt: skip

DurationOp = Literal["+", "-", "*", "/", "%", "^", "step", "range", "max_of", "min_of", "()"]


@dataclass(frozen=True, slots=True)
class DurationMath(Node):
    """Arithmetic where a duration is wanted: `step() * 2`; `()` are parentheses, one operand is a sign."""

    op: DurationOp
    operands: tuple["Duration", ...] = ()


@dataclass(frozen=True, slots=True)
class At(Node):
    """`@ 1609746000`, `@ start()`, `@ end()`."""

    value: float | Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Fill(Node):
    """`fill (0)`, `fill_left (0) fill_right (1)`: values for series without a partner (experimental)."""

    left: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class Timed(Node):
    """What may be moved in time."""

    offset: "Duration | None" = field(default=None, kw_only=True)
    at: At | None = field(default=None, kw_only=True)
    extension: Name | None = field(default=None, kw_only=True)
    """`anchored` or `smoothed` (experimental)."""


@dataclass(frozen=True, slots=True)
class Selector(Timed):
    """`metric{label="value"}`. `name` is what stands before the braces, at `start`; it may be empty."""

    name: str
    matchers: tuple[LabelMatcher, ...] = ()

    @property
    def metric(self) -> str | None:
        """The metric's name, wherever it is written; None when no matcher fixes it."""
        if self.name:
            return self.name
        return next((m.value for m in self.matchers if m.label == "__name__" and m.op == "="), None)


@dataclass(frozen=True, slots=True)
class Range(Timed):
    """`selector[5m]`."""

    selector: Selector
    range: "Duration"


@dataclass(frozen=True, slots=True)
class Subquery(Timed):
    """`expr[1h:5m]`; without a step the evaluation interval is taken."""

    expr: "Expr"
    range: "Duration"
    step: "Duration | None" = None


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-expr` or `+expr`, where the operand is no number."""

    op: Literal["-", "+"]
    expr: "Expr"


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left op right`; `op` in lower case, at `op_start`."""

    op: str
    left: "Expr"
    right: "Expr"
    returns_bool: bool = False
    matching: Matching | None = None
    fill: Fill | None = None
    op_start: int = field(default=0, compare=False, repr=False, kw_only=True)

    @property
    def op_end(self) -> int:
        """Where the operator ends."""
        return self.op_start + len(self.op)


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`op by (labels) (param, expr)`; `op` in lower case, at `start`."""

    op: str
    expr: "Expr"
    param: "Expr | None" = None
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(args)`; the name stands at `start`."""

    name: str
    args: tuple["Expr", ...] = ()


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """`(expr)`."""

    expr: "Expr"


Duration: TypeAlias = Number | DurationMath
Expr: TypeAlias = Number | String | Selector | Range | Subquery | Unary | Binary | Aggregate | Call | Paren

COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
SET_OPERATORS = frozenset(("and", "or", "unless"))
AGGREGATIONS = frozenset(
    (
        "sum",
        "avg",
        "count",
        "min",
        "max",
        "group",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "count_values",
        "quantile",
        "limitk",
        "limit_ratio",
    )
)
WITH_PARAMETER = frozenset(("topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio"))
PRECEDENCE = {
    "or": 1,
    "and": 2,
    "unless": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "</": 3,
    ">/": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
    "atan2": 5,
    "^": 6,
}
"""How tightly a binary operator binds; `^` alone from the right."""
SIGN_PRECEDENCE = 5
