"""LogQL of Loki 3.7.8: read, type, print, walk. Every node knows its place; nothing is evaluated.

    from tocsin.query.logql import parse, typed, print_
    expr = parse('sum by (app) (count_over_time({app="api"} | json | level="error" [5m])) > 10')
    typed(expr)                       # "metric": only such make alerts; "log" for a log query
    print_(expr)                      # the same text, in one form
    expr.left.expr.range.logs.stages  # (Json(), LabelFilter(...))

`parse` raises `QueryError(message, offset, length)` for what Loki refuses, be it when reading the query or
when building it (regular expressions of line filters, paths, addresses). Nodes: `ast`; ways through the tree:
`walk`; labels of the result: `labels`; conditions and their signals: `conditions`.
"""

from tocsin.query.errors import QueryError as QueryError
from tocsin.query.logql.ast import Expr as Expr
from tocsin.query.logql.parse import syntax
from tocsin.query.logql.print import print_expr as print_
from tocsin.query.logql.types import Type as Type
from tocsin.query.logql.types import mistakes as mistakes
from tocsin.query.logql.types import type_of

__all__ = ["Expr", "QueryError", "Type", "mistakes", "parse", "print_", "typed"]


def parse(text: str) -> Expr:
    """The tree of `text`; raises QueryError when Loki would refuse it."""
    expr = syntax(text)
    for mistake in mistakes(expr):
        raise mistake
    return expr


def typed(expr: Expr) -> Type:
    """Whether `expr` gives lines or numbers; raises QueryError when Loki could not build it."""
    for mistake in mistakes(expr):
        raise mistake
    return type_of(expr)
