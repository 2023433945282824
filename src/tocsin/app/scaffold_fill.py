"""Finds parameters with which a new alert or panel works at once, from the plug-ins' own examples.

The examples speak of a service `shop`; its metrics are replaced by those that the workspace declares, until
the model takes the piece. Nothing is guessed about a plug-in: the model itself is asked.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from tocsin.app.scaffold_layout import in_braces, piece
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.nodes import Node
from tocsin.library.example import SERVICE
from tocsin.spec.decode import fields
from tocsin.spec.values import Duration

MOST_TRIES = 400
Works = Callable[[Node], Sequence[Diagnostic]]
"""What the model finds wrong with a piece; nothing: it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the workspace has to fill in."""

    service: str
    metrics: Mapping[str, str]
    """Name to type."""
    labels: tuple[str, ...]
    edges: tuple[float, ...] = ()
    """Of its histograms' buckets, in seconds or whatever they measure."""
    alerts: tuple[str, ...] = ()


def first_that_works(candidates: Iterator[Node], works: Works) -> tuple[Node | None, Diagnostic | None]:
    """The first candidate that the model takes, or what it said about the first one."""
    said: Diagnostic | None = None
    for candidate in itertools.islice(candidates, MOST_TRIES):
        found = works(candidate)
        if not found:
            return candidate, None
        said = said or found[0]
    return None, said


def required(cls: type) -> Node:
    """A plug-in's required parameters with their examples."""
    inner = ", ".join(f"{f.key}: {f.example or f.key}" for f in fields(cls) if f.required and not f.here)
    return piece(f"{{{inner}}}")


def filled(cls: type, base: Node, stock: Stock, types: Mapping[str, str]) -> Iterator[Node]:
    """`base` with every choice of the stock's metrics, labels and alerts; `types` are the example's own."""
    text = re.sub(rf"\b{SERVICE}\b", stock.service, in_braces(base))
    slots = list(_slots(cls, piece(text)))
    choices = [_choices(kind, was, stock, types) for kind, was in slots]
    for chosen in itertools.product(*choices):
        metrics = [one for one, (kind, _) in zip(chosen, slots, strict=True) if kind == "metric"]
        candidate = _with(cls, text, chosen)
        if len(set(metrics)) == len(metrics) and not _foreign(candidate, stock):
            yield candidate


def _foreign(node: Node, stock: Stock) -> bool:
    """Whether a metric of the examples is left, as in an expression."""
    return bool(set(re.findall(rf"\b{SERVICE}_\w+", in_braces(node))) - set(stock.metrics))


def _choices(kind: str, was: str, stock: Stock, types: Mapping[str, str]) -> list[str]:
    if kind == "alert":
        return list(stock.alerts)
    if kind == "edge":
        return list(dict.fromkeys((was, *(str(Duration(round(e * 1000))) for e in stock.edges if e > 0))))
    if kind == "label":
        return list(dict.fromkeys((was, *stock.labels)))
    wanted = types.get(was)
    fitting = [name for name, type_ in stock.metrics.items() if wanted in (None, type_)]
    return sorted(fitting, key=lambda name: -len(_words(name) & _words(was)))


def _words(name: str) -> set[str]:
    return set(name.lower().split("_"))


def _with(cls: type, text: str, chosen: Sequence[str]) -> Node:
    node = piece(text)
    for scalar, value in zip(_scalars(cls, node), chosen, strict=True):
        scalar[1].value, scalar[1].style = value, None
    return piece(in_braces(node))


def _slots(cls: type, node: Node) -> Iterator[tuple[str, str]]:
    yield from ((kind, scalar.text) for kind, scalar in _scalars(cls, node))


def _scalars(cls: type, node: Node) -> Iterator[tuple[str, Node]]:
    """Scalars that name something of the workspace: (what it is, the node)."""
    for field in fields(cls):
        child = node.get(field.key) if field.key else None
        if child is None:
            continue
        kind = field.pattern if field.pattern in ("metric", "label") else ""
        if field.key == "alert" and field.required:
            kind = "alert"
        if field.type is Duration and field.required:
            kind = "edge"
        if kind:
            yield from ((kind, one) for one in (child.items or [child]))
        inner = _declared(field.type)
        if inner is not None:
            for one in child.map.values() if get_origin(field.type) is not None else (child,):
                yield from _scalars(inner, one)


def _declared(type_: Any) -> type | None:
    """The declaration that a field holds, or maps names to."""
    inner = get_args(type_)[-1] if get_args(type_) else type_
    return inner if isinstance(inner, type) and hasattr(inner, "__dataclass_fields__") else None
