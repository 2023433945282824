"""Between which values the result of an expression lies, whatever the data are. Judges nothing."""

import math

from tocsin.checks.contract_index import Index
from tocsin.checks.promql_known import understood
from tocsin.query.promql.ast import Binary, Expr
from tocsin.witness.promql.refute.analysis import Analysis, TooBig
from tocsin.witness.rule import Known

ANY = -math.inf, math.inf


def bounds(expr: Expr, index: Index) -> tuple[float, float]:
    """The least and the greatest value; NaN, which no comparison lets through, is not thought of."""
    view = understood(expr, index)
    if view is None or view.root.values.empty:
        return ANY
    return _plain(view.root.values.low), _plain(view.root.values.high)


def _plain(value: float) -> float:
    """Without the last digit, which says that the bound itself is not among them."""
    return float(f"{value:.15g}")


def share(expr: Binary) -> float:
    """How much the quotient is at most, because its left side counts some of what the right side counts.

    1 for `some / all`, 100 for `100 * some / all`; 0 where it is no such quotient.
    """
    try:
        values = Analysis(expr, Known()).root.values
    except TooBig:
        return 0.0
    return values.high if values.low == 0 and math.isfinite(values.high) else 0.0
