"""The kinds of lines that matter to a rule: those that a range takes, and those that only some take."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tocsin.query.logql.ast import Aggregate, Binary, Expr, RangeAggregate
from tocsin.query.logql.print import print_expr
from tocsin.query.logql.walk import walk_with_parents
from tocsin.witness.logql.demands import Place, nth_value, quantity
from tocsin.witness.logql.evaluate import Plan
from tocsin.witness.logql.making import DONE, Mould, Wish
from tocsin.witness.logql.moulds import fitting, missing, sampled, varieties
from tocsin.witness.logql.pipeline import Extractor
from tocsin.witness.rule import Known

_SENTINEL = 52713.0
_SIZED = ("bytes_over_time", "bytes_rate")


@dataclass(frozen=True, slots=True)
class Kind:
    """Lines that are alike but for one value. `takes`: which ranges of the rule take them."""

    extractor: Extractor
    known: Known
    wish: Wish
    mould: Mould
    takes: tuple[bool, ...]
    valued: bool = False
    """Whether a value of it is unwrapped."""
    sized: bool = False
    """Whether its length counts."""
    rising: bool = False
    """Whether its value is read as a counter."""
    fixed: bool = False
    """Whether the mould is as it is, whatever the value."""
    missed: Place | None = None
    """Characters of the one thing that its `extractor` misses in it."""
    replica: int = 0
    made: dict[float, Mould | None] = field(default_factory=dict, compare=False, repr=False)

    def line(self, value: float) -> Mould | None:
        """The line with this value; None when there is none."""
        if self.fixed or not (self.valued or self.sized):
            return self.mould
        if value not in self.made:
            self.made[value] = self._line(value)
        return self.made[value]

    def _line(self, value: float) -> Mould | None:
        if self.valued:
            return self._with_value(value)
        return fitting(self.extractor, self.known, replace(self.wish, pad=max(0, int(value))))

    def _with_value(self, value: float) -> Mould | None:
        """The line in which a value was put that nothing else looks like, with this one in its place."""
        if _SENTINEL not in self.made:
            wish = replace(self.wish, value=self.shown(_SENTINEL))
            self.made[_SENTINEL] = fitting(self.extractor, self.known, wish)
        model, before, now = self.made[_SENTINEL], self.shown(_SENTINEL), self.shown(value)
        if model is not None and model.text.count(before) == 1:
            return replace(model, text=model.text.replace(before, now))
        if self.missed is not None:
            return self.mould
        return fitting(self.extractor, self.known, replace(self.wish, value=now))

    def shown(self, value: float) -> str:
        """The value as it stands in the line."""
        unwrap = self.extractor.node.range.unwrap
        conversion = unwrap.conversion if unwrap else ""
        return quantity(value, "duration" if conversion.startswith("duration") else conversion)


def ranges(expr: Expr) -> Iterator[tuple[RangeAggregate, frozenset[str]]]:
    """All range aggregations, each with the labels that are grouped by or matched on above it."""
    for node, above in walk_with_parents(expr):
        if isinstance(node, RangeAggregate):
            names = set(_names(node))
            for parent in above:
                names.update(_names(parent))
            yield node, frozenset(names)


def _names(node: Expr) -> Iterable[str]:
    match node:
        case RangeAggregate(grouping=by) | Aggregate(grouping=by) if by is not None and not by.without:
            return by.names
        case Binary(matching=matching) if matching is not None:
            on = matching.names if matching.on else ()
            return (*on, *(name.text for name in matching.include))
        case _:
            return ()


def kinds(plan: Plan, known: Known, replicas: int = 1) -> list[Kind] | str:
    """The kinds of lines of a rule; or in words why there is no line that one of its ranges takes."""
    extractors = [plan.extractors[id(node)] for node, _ in ranges(plan.expr)]
    found: list[Kind] = []
    for number, (node, names) in enumerate(ranges(plan.expr)):
        extractor = extractors[number]
        for replica in range(replicas if names else 1):
            labels = {name: nth_value(name, replica) for name in sorted(names)}
            made = _hit(extractor, known, labels, extractors, replica)
            if made is None and replica == 0 and node.op != "absent_over_time":
                return f"no line was found that `{print_expr(node.range.logs)[:80]}` takes"
            if made is not None and not any(_alike(made, each) for each in found):
                found.append(made)
    return found


def _alike(one: Kind, other: Kind) -> bool:
    same = one.mould == other.mould and one.takes == other.takes
    return same and (one.valued, one.sized) == (other.valued, other.sized)


def _hit(
    extractor: Extractor, known: Known, labels: dict[str, str], extractors: list[Extractor], replica: int
) -> Kind | None:
    node = extractor.node
    valued = node.range.unwrap is not None
    kind = Kind(
        extractor, known, Wish(labels), Mould((), ""), (),
        valued=valued, sized=node.op in _SIZED, rising=node.op == "rate_counter", replica=replica,
    )  # fmt: skip
    mould = kind.line(1.0) if valued else fitting(extractor, known, kind.wish)
    return None if mould is None else replace(kind, mould=mould, takes=taken(extractors, mould), made={})


def others(plan: Plan, found: list[Kind], *, healthy: bool = False) -> Iterator[Kind]:
    """For each range, lines that it just does not take, or takes for another reason; or harmless ones."""
    extractors = [plan.extractors[id(node)] for node, _ in ranges(plan.expr)]
    for kind in found:
        if kind.replica:
            continue
        wish = replace(kind.wish, value=kind.shown(_SENTINEL)) if kind.valued else kind.wish
        if healthy:
            wish = replace(wish, message=DONE)
        near = itertools.chain(
            missing(kind.extractor, kind.known, wish), varieties(kind.extractor, kind.known, wish)
        )
        for miss in near:
            takes = taken(extractors, miss.mould)
            made: dict[float, Mould | None] = {_SENTINEL: miss.mould}
            yield replace(kind, mould=miss.mould, takes=takes, missed=miss.at, sized=False, made=made)


def harmless(kind: Kind) -> Kind:
    """The kind with an ordinary value that stays as it is."""
    return replace(kind, mould=kind.line(1.0) or kind.mould, valued=False, rising=False, fixed=True, made={})


def taken(extractors: list[Extractor], mould: Mould) -> tuple[bool, ...]:
    """Which ranges take the line."""
    found = [sampled(extractor, mould) for extractor in extractors]
    return tuple(each is not None and not each.error for each in found)
