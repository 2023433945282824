"""How strictly an expectation is read, and how a difference is told. Shared by alerts and expressions."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.proof.compare import shown
from tocsin.query.quoting import quote
from tocsin.witness.telemetry import Labels

CODE = "test/failed"
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What counts as a difference."""

    exact: bool
    """Labels that an expectation does not name."""
    whole: bool
    """Annotations that it does not name: promtool's own rule, until the file says `exact`."""
    fuzzy: bool = False
    """The last bit of a value does not count, as `fuzzy_compare` has it."""
    close: bool = False
    """Nor do roundings of sums and rates, nor values that are not said: in tests of Loki."""

    def said(self, *exact: bool | None) -> "Terms":
        """With what the file says itself; the innermost counts."""
        own = next((one for one in reversed(exact) if one is not None), None)
        return self if own is None else replace(self, exact=own, whole=False)

    def same(self, wanted: float, found: float) -> bool:
        """Whether two values are the same."""
        if wanted == found or (math.isnan(wanted) and math.isnan(found)):
            return True
        if self.close:
            return math.isclose(wanted, found, rel_tol=_CLOSE)
        return self.fuzzy and found in (math.nextafter(wanted, math.inf), math.nextafter(wanted, -math.inf))


def differing(wanted: Mapping[str, tuple[str, Node]], found: Labels, noun: str) -> Iterator[tuple[Node, str]]:
    """Labels or annotations that have another value; an empty one is the same as none."""
    there = dict(found)
    for name, (value, node) in wanted.items():
        if there.get(name, "") != value:
            yield node, f"got {quote(there[name])}" if name in there else f"there is no {noun} `{name}`"


def extra_labels(named: Iterable[str], found: Labels) -> str:
    """Those that nobody named, as text; empty: none."""
    known = set(named)
    more = tuple((name, value) for name, value in found if name not in known)
    return shown(more)[1:-1] if more else ""


def finding(
    node: Node,
    message: str,
    *,
    label: str = "",
    others: Iterable[Label] = (),
    notes: Iterable[str] = (),
    help: str = "",
) -> Diagnostic:
    """An expectation that is not met."""
    return Diagnostic(CODE, "error", message, Label(node.span, label), tuple(others), tuple(notes), help)
