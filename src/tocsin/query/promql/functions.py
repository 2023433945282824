"""PromQL's functions: what they take and give. As of Prometheus 3.15.0."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["scalar", "vector", "matrix", "string"]


@dataclass(frozen=True, slots=True)
class Function:
    """A signature. `optional` arguments at the end may be left out; None: any number may follow."""

    name: str
    takes: tuple[Type, ...]
    gives: Type
    optional: int | None = 0
    experimental: bool = False

    @property
    def least(self) -> int:
        """The fewest arguments."""
        return len(self.takes) - (1 if self.optional != 0 else 0)

    @property
    def most(self) -> int | None:
        """The most arguments; None: no limit."""
        return None if self.optional is None else self.least + self.optional

    def wants(self, index: int) -> Type:
        """The type of argument `index`; those beyond the list are like the last one."""
        return self.takes[min(index, len(self.takes) - 1)]


_V: tuple[Type, ...] = ("vector",)
_M: tuple[Type, ...] = ("matrix",)
_PLAIN = (
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan "
    "tanh timestamp"
)
_OVER_RANGES = (
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase "
    "irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time "
    "stdvar_over_time sum_over_time"
)
_OVER_RANGES_EXPERIMENTAL = (
    "mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time"
)
_OF_TIME = "day_of_month day_of_week day_of_year days_in_month hour minute month year"
_OTHERS = (
    Function("clamp", ("vector", "scalar", "scalar"), "vector"),
    Function("clamp_max", ("vector", "scalar"), "vector"),
    Function("clamp_min", ("vector", "scalar"), "vector"),
    Function("double_exponential_smoothing", ("matrix", "scalar", "scalar"), "vector", experimental=True),
    Function("end", (), "scalar", experimental=True),
    Function("histogram_fraction", ("scalar", "scalar", "vector"), "vector"),
    Function("histogram_quantile", ("scalar", "vector"), "vector"),
    Function(
        "histogram_quantiles",
        ("vector", "string", "scalar", "scalar"),
        "vector",
        optional=9,
        experimental=True,
    ),
    Function("info", ("vector", "vector"), "vector", optional=1, experimental=True),
    Function("label_join", ("vector", "string", "string", "string"), "vector", optional=None),
    Function("label_replace", ("vector", "string", "string", "string", "string"), "vector"),
    Function("max_of", ("scalar", "scalar"), "scalar", experimental=True),
    Function("min_of", ("scalar", "scalar"), "scalar", experimental=True),
    Function("pi", (), "scalar"),
    Function("predict_linear", ("matrix", "scalar"), "vector"),
    Function("quantile_over_time", ("scalar", "matrix"), "vector"),
    Function("range", (), "scalar", experimental=True),
    Function("round", ("vector", "scalar"), "vector", optional=1),
    Function("scalar", _V, "scalar"),
    Function("sort_by_label", ("vector", "string"), "vector", optional=None, experimental=True),
    Function("sort_by_label_desc", ("vector", "string"), "vector", optional=None, experimental=True),
    Function("start", (), "scalar", experimental=True),
    Function("start_timestamp", _V, "vector", experimental=True),
    Function("step", (), "scalar", experimental=True),
    Function("time", (), "scalar"),
    Function("vector", ("scalar",), "vector"),
)
FUNCTIONS = {
    function.name: function
    for function in (
        *(Function(name, _V, "vector") for name in _PLAIN.split()),
        *(Function(name, _M, "vector") for name in _OVER_RANGES.split()),
        *(Function(name, _M, "vector", experimental=True) for name in _OVER_RANGES_EXPERIMENTAL.split()),
        *(Function(name, _V, "vector", optional=1) for name in _OF_TIME.split()),
        *_OTHERS,
    )
}
"""All functions by name."""
GONE = {"holt_winters": "double_exponential_smoothing (experimental)"}
"""Functions of Prometheus 2 and what became of them."""
EXPERIMENTAL_AGGREGATIONS = frozenset(("limitk", "limit_ratio"))


@dataclass(frozen=True, slots=True)
class Features:
    """What a Prometheus was told to switch on; the defaults are those of promtool and the server."""

    experimental_functions: bool = False
    """`--enable-feature=promql-experimental-functions`"""
    extended_ranges: bool = False
    """`--enable-feature=promql-extended-range-selectors`: `anchored` and `smoothed`."""
    fill: bool = False
    """`--enable-feature=promql-binop-fill-modifiers`"""
