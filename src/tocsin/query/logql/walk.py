"""Ways through a LogQL tree. Pure; no meaning."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tocsin.query.logql.ast import (
    Aggregate,
    Binary,
    Condition,
    Expr,
    Junction,
    LabelReplace,
    LogRange,
    Logs,
    Paren,
    RangeAggregate,
    Variants,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The queries directly below, in the order of the text; below a range aggregation its log query."""
    match expr:
        case Binary(left=left, right=right):
            return left, right
        case Aggregate(expr=inner) | Paren(expr=inner) | LabelReplace(expr=inner):
            return (inner,)
        case RangeAggregate(range=span):
            return (span.logs,)
        case Variants(exprs=exprs, range=span):
            return (*exprs, span.logs)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """This query and all below it, parents first, in the order of the text."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def walk_with_parents(expr: Expr) -> Iterator[tuple[Expr, tuple[Expr, ...]]]:
    """Like `walk`, each with what stands above it, the outermost first."""
    stack: list[tuple[Expr, tuple[Expr, ...]]] = [(expr, ())]
    while stack:
        node, above = stack.pop()
        yield node, above
        inside = (*above, node)
        stack.extend((child, inside) for child in reversed(children(node)))


def log_queries(expr: Expr) -> tuple[Logs, ...]:
    """All log queries, in the order of the text."""
    return tuple(node for node in walk(expr) if isinstance(node, Logs))


def ranges(expr: Expr) -> tuple[LogRange, ...]:
    """All ranges, in the order of the text."""
    return tuple(node.range for node in walk(expr) if isinstance(node, RangeAggregate | Variants))


def conditions(condition: Condition) -> Iterator[Condition]:
    """The single conditions of a label filter, in the order of the text."""
    stack = [condition]
    while stack:
        node = stack.pop()
        if isinstance(node, Junction):
            stack.extend((node.right, node.left))
        else:
            yield node


def bare(expr: Expr) -> Expr:
    """The query without the parentheses around it."""
    while isinstance(expr, Paren):
        expr = expr.expr
    return expr


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The tree with `change` applied to every query, the innermost first."""
    match expr:
        case Binary():
            expr = replace(expr, left=rewrite(expr.left, change), right=rewrite(expr.right, change))
        case Aggregate() | Paren() | LabelReplace():
            expr = replace(expr, expr=rewrite(expr.expr, change))
        case RangeAggregate():
            expr = replace(expr, range=_rewrite_range(expr.range, change))
        case Variants():
            inner = tuple(rewrite(each, change) for each in expr.exprs)
            expr = replace(expr, exprs=inner, range=_rewrite_range(expr.range, change))
        case _:
            pass
    return change(expr)


def _rewrite_range(span: LogRange, change: Callable[[Expr], Expr]) -> LogRange:
    logs = change(span.logs)
    return replace(span, logs=logs) if isinstance(logs, Logs) else span
