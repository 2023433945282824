"""Ways through a PromQL tree. Pure; no meaning."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tocsin.query.promql.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    Paren,
    Range,
    Selector,
    Subquery,
    Unary,
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly below, in the order of the text."""
    match expr:
        case Binary(left=left, right=right):
            return left, right
        case Call(args=args):
            return args
        case Aggregate(expr=inner, param=param):
            return (inner,) if param is None else (param, inner)
        case Paren(expr=inner) | Unary(expr=inner) | Subquery(expr=inner):
            return (inner,)
        case Range(selector=selector):
            return (selector,)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """This expression and all below it, parents first, in the order of the text."""
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


def selectors(expr: Expr) -> tuple[Selector, ...]:
    """All vector selectors, in the order of the text."""
    return tuple(node for node in walk(expr) if isinstance(node, Selector))


def metrics(expr: Expr) -> tuple[str, ...]:
    """The names of all metrics that are read, each once, in the order of the text."""
    names = (selector.metric for selector in selectors(expr))
    return tuple(dict.fromkeys(name for name in names if name))


def bare(expr: Expr) -> Expr:
    """The expression without the parentheses around it."""
    while isinstance(expr, Paren):
        expr = expr.expr
    return expr


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The tree with `change` applied to every expression, the innermost first.

    What is not changed, nor holds anything that is, stays the same object.
    """
    before = children(expr)
    after = tuple(rewrite(child, change) for child in before)
    same = all(new is old for new, old in zip(after, before, strict=True))
    return change(expr if same else _with_children(expr, after))


def _with_children(expr: Expr, below: tuple[Expr, ...]) -> Expr:
    match expr, below:
        case Binary(), (left, right):
            return replace(expr, left=left, right=right)
        case Call(), _:
            return replace(expr, args=below)
        case Aggregate(), (*param, inner):
            return replace(expr, expr=inner, param=param[0] if param else None)
        case ((Paren() | Unary() | Subquery()), (inner,)):
            return replace(expr, expr=inner)
        case Range(), (Selector() as selector,):
            return replace(expr, selector=selector)
        case _:
            return expr
