"""The tree of a LogQL expression. Data only: no parsing, no meaning.

A log query is a `Logs`: a stream selector and stages. Everything else is a metric query. Parentheses around
log queries, ranges and label filters are not kept (the printer adds those that are needed); those around
metric queries are.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tocsin.query.nodes import Grouping, LabelMatcher, Matching, Name, Node, Number, String

__all__ = [
    "COMPARISONS", "CONVERSIONS", "PRECEDENCE", "RANGE_AGGREGATIONS", "SET_OPERATORS", "VECTOR_AGGREGATIONS",
    "Aggregate", "Assignment", "Binary", "Compare", "Condition", "Conversion", "Decolorize", "Drop", "Expr",
    "Extraction", "Grouping", "IpFilter", "Json", "Junction", "Keep", "LabelFilter", "LabelFormat",
    "LabelMatcher", "LabelReplace", "LineFilter", "LineFormat", "LineMatch", "LineOp", "LogRange", "Logfmt",
    "Logs", "Matching", "Metric", "Name", "Number", "Paren", "Pattern", "RangeAggregate", "Regexp", "Stage",
    "String", "Unpack", "Unwrap", "Variants", "Vector",
]  # fmt: skip

LineOp = Literal["|=", "!=", "|~", "!~", "|>", "!>"]
Conversion = Literal["", "bytes", "duration", "duration_seconds"]


# -- label filters -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`label op value`; durations in seconds, sizes in bytes. `=` means the same as `==`."""

    label: str
    op: str
    value: float
    unit: Literal["", "duration", "bytes"] = ""
    op_start: int = field(default=0, compare=False, repr=False, kw_only=True)
    value_start: int = field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class IpFilter(Node):
    """`label = ip("10.0.0.0/8")`."""

    label: str
    op: Literal["=", "!="]
    value: String


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """Two label filters. A comma and a mere space mean `and`."""

    op: Literal["and", "or"]
    left: "Condition"
    right: "Condition"


Condition: TypeAlias = LabelMatcher | Compare | IpFilter | Junction


# -- stages --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LineMatch(Node):
    """One alternative of a line filter: a text, a regular expression, a pattern or an IP range."""

    value: str
    ip: bool = False


@dataclass(frozen=True, slots=True)
class LineFilter(Node):
    """`|= "a" or "b"`. Negated (`!=`, `!~`, `!>`), the line may have none of the alternatives."""

    op: LineOp
    alternatives: tuple[LineMatch, ...]


@dataclass(frozen=True, slots=True)
class Extraction(Node):
    """`label="path"` of a parser; `label` alone is the path of that name."""

    label: str
    path: String


@dataclass(frozen=True, slots=True)
class Json(Node):
    """`| json`, all fields; or `| json a, b="c.d[0]"`, these only."""

    extractions: tuple[Extraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Logfmt(Node):
    """`| logfmt --strict --keep-empty a, b="c"`."""

    extractions: tuple[Extraction, ...] = ()
    strict: bool = False
    keep_empty: bool = False


@dataclass(frozen=True, slots=True)
class Regexp(Node):
    """`| regexp "(?P<label>...)"`."""

    pattern: String


@dataclass(frozen=True, slots=True)
class Pattern(Node):
    """`| pattern "<label> ..."`."""

    pattern: String


@dataclass(frozen=True, slots=True)
class Unpack(Node):
    """`| unpack`."""


@dataclass(frozen=True, slots=True)
class LabelFilter(Node):
    """`| condition`."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class LineFormat(Node):
    """`| line_format "template"`."""

    template: String


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`label=other` (a renaming) or `label="template"`."""

    label: str
    value: Name | String


@dataclass(frozen=True, slots=True)
class LabelFormat(Node):
    """`| label_format a=b, c="{{.d}}"`."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Decolorize(Node):
    """`| decolorize`."""


@dataclass(frozen=True, slots=True)
class Drop(Node):
    """`| drop a, b="c"`."""

    labels: tuple[Name | LabelMatcher, ...]


@dataclass(frozen=True, slots=True)
class Keep(Node):
    """`| keep a, b="c"`."""

    labels: tuple[Name | LabelMatcher, ...]


Stage: TypeAlias = (
    LineFilter | Json | Logfmt | Regexp | Pattern | Unpack | LabelFilter | LineFormat | LabelFormat
    | Decolorize | Drop | Keep
)  # fmt: skip


# -- queries -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Logs(Node):
    """`{matchers} stages`."""

    matchers: tuple[LabelMatcher, ...]
    stages: tuple[Stage, ...] = ()
    selector_end: int = field(default=0, compare=False, repr=False, kw_only=True)
    """Where the braces close."""


@dataclass(frozen=True, slots=True)
class Unwrap(Node):
    """`| unwrap duration(label) | filters`: which label's value is aggregated."""

    label: Name
    conversion: Conversion = ""
    filters: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class LogRange(Node):
    """`logs | unwrap label [5m] offset 1h`."""

    logs: Logs
    range: Number
    unwrap: Unwrap | None = None
    offset: Number | None = None


@dataclass(frozen=True, slots=True)
class RangeAggregate(Node):
    """`op(param, range) by (labels)`; `op` at `start`. Only `quantile_over_time` has a parameter."""

    op: str
    range: LogRange
    param: Number | None = None
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`op by (labels) (param, expr)`; `op` at `start`."""

    op: str
    expr: "Expr"
    param: Number | None = None
    grouping: Grouping | None = None


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left op right`; `op` in lower case, at `op_start`."""

    op: str
    left: "Expr"
    right: "Expr"
    returns_bool: bool = False
    matching: Matching | None = None
    op_start: int = field(default=0, compare=False, repr=False, kw_only=True)

    @property
    def op_end(self) -> int:
        """Where the operator ends."""
        return self.op_start + len(self.op)


@dataclass(frozen=True, slots=True)
class Vector(Node):
    """`vector(0)`."""

    value: Number


@dataclass(frozen=True, slots=True)
class LabelReplace(Node):
    """`label_replace(expr, "target", "replacement", "source", "regex")`."""

    expr: "Expr"
    target: String
    replacement: String
    source: String
    regex: String


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """`(expr)`."""

    expr: "Expr"


@dataclass(frozen=True, slots=True)
class Variants(Node):
    """`variants(a, b) of (range)` (experimental)."""

    exprs: tuple["Expr", ...]
    range: LogRange


Metric: TypeAlias = RangeAggregate | Aggregate | Binary | Number | Vector | LabelReplace | Paren | Variants
Expr: TypeAlias = Logs | Metric

COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
SET_OPERATORS = frozenset(("and", "or", "unless"))
RANGE_AGGREGATIONS = frozenset(
    ("count_over_time", "rate", "rate_counter", "bytes_over_time", "bytes_rate", "avg_over_time",
     "sum_over_time", "min_over_time", "max_over_time", "stdvar_over_time", "stddev_over_time",
     "quantile_over_time", "first_over_time", "last_over_time", "absent_over_time")
)  # fmt: skip
VECTOR_AGGREGATIONS = frozenset(
    ("sum", "avg", "count", "max", "min", "stddev", "stdvar", "bottomk", "topk", "sort", "sort_desc",
     "approx_topk")
)  # fmt: skip
CONVERSIONS = frozenset(("bytes", "duration", "duration_seconds"))
PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2,
    "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "^": 6,
}  # fmt: skip
"""How tightly a binary operator binds; `^` alone from the right."""
