"""PromQL of Prometheus 3.15.0: read, type, print, walk. Every node knows its place; nothing is evaluated.

    from tocsin.query.promql import parse, typed, print_, Features
    expr = parse('sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 0.05')
    typed(expr)                       # "vector"
    print_(expr)                      # the same text, in one form
    expr.op, expr.op_start            # ">" and the character where it stands

`parse` gives the engine's verdict: it raises `QueryError(message, offset, length)` for what promtool refuses,
be it syntax or types. `mistakes` gives all type errors of a tree that was built by hand. Nodes: `ast`;
ways through the tree: `walk`; labels of the result: `labels`; conditions and their signals: `conditions`.
"""

from tocsin.query.errors import QueryError as QueryError
from tocsin.query.promql.ast import Expr as Expr
from tocsin.query.promql.functions import Features as Features
from tocsin.query.promql.functions import Type as Type
from tocsin.query.promql.parse import syntax
from tocsin.query.promql.print import print_expr as print_
from tocsin.query.promql.types import mistakes as mistakes
from tocsin.query.promql.types import type_of

_DEFAULT = Features()
__all__ = ["Expr", "Features", "QueryError", "Type", "mistakes", "parse", "print_", "typed"]


def parse(text: str, features: Features = _DEFAULT) -> Expr:
    """The tree of `text`; raises QueryError when Prometheus with these features would refuse it."""
    expr = syntax(text, features)
    for mistake in mistakes(expr):
        raise mistake
    return expr


def typed(expr: Expr) -> Type:
    """The type of `expr`; raises QueryError when the tree is ill-typed."""
    for mistake in mistakes(expr):
        raise mistake
    return type_of(expr)
