"""Which fields a metric query wants from its parsers: Loki takes out no others, and that can be seen.

Loki 3.7.8 (log/parser_hints.go): with `by (...)` only those labels that are grouped by, filtered by,
formatted or unwrapped; without labels in the result none but the latter; else all. A label that was already
parsed is not parsed again, and a line whose label fails a filter further down is thrown away at once.
"""

from dataclasses import dataclass

from tocsin.query.logql.ast import (
    Compare,
    Condition,
    IpFilter,
    Junction,
    LabelFilter,
    LabelFormat,
    LineFormat,
    Stage,
    Unwrap,
)
from tocsin.query.logql.walk import conditions
from tocsin.query.nodes import LabelMatcher, Name
from tocsin.witness.logql.entry import ERROR, SUFFIX
from tocsin.witness.logql.template import fields


@dataclass(frozen=True, slots=True)
class Hints:
    """`wanted` None: all fields."""

    wanted: frozenset[str] | None = None
    nothing: bool = False
    """No parser needs to run at all."""
    filters: tuple[Condition, ...] = ()
    """Conditions of one label each that are looked at as soon as it is parsed."""

    def wants(self, name: str) -> bool:
        """Whether this field is taken out."""
        return self.wanted is None or name in self.wanted

    def wants_below(self, prefix: str) -> bool:
        """Whether an object of this name is looked into."""
        return self.wanted is None or any(name.startswith(prefix) for name in self.wanted)

    def complete(self, extracted: set[str]) -> bool:
        """Whether all that is wanted is there."""
        return bool(self.wanted) and self.wanted is not None and self.wanted <= extracted

    def idle(self, extracted: set[str]) -> bool:
        """Whether a parser does nothing."""
        return self.nothing or self.complete(extracted)

    @property
    def preserves_errors(self) -> bool:
        """Whether the error is itself asked for."""
        return self.wanted is not None and ERROR in self.wanted


def hints(
    stages: tuple[Stage, ...], unwrap: Unwrap | None, groups: tuple[str, ...], without: bool, no_labels: bool
) -> Hints:
    """What the parsers of this range are asked for."""
    names = [name for stage in stages for name in _names(stage)]
    if unwrap is not None:
        names += [name for condition in unwrap.filters for name in _of_condition(condition)]
    wanted = _both([*names, *groups, *([unwrap.label.text] if unwrap else [])])
    if no_labels:
        return Hints(wanted, filters=_filters(stages, unwrap)) if wanted else Hints(nothing=True)
    if without or not groups:
        return Hints(filters=_filters(stages, unwrap))
    return Hints(wanted)


def _both(names: list[str]) -> frozenset[str]:
    return frozenset(names) | {name.removesuffix(SUFFIX) for name in names}


def _names(stage: Stage) -> tuple[str, ...]:
    match stage:
        case LabelFilter(condition=condition):
            return _of_condition(condition)
        case LineFormat(template=template):
            return fields(template.value)
        case LabelFormat(assignments=assignments):
            return tuple(
                name
                for each in assignments
                for name in ((each.value.text,) if isinstance(each.value, Name) else fields(each.value.value))
            )
        case _:
            return ()


def _of_condition(condition: Condition) -> tuple[str, ...]:
    return tuple(
        each.label for each in conditions(condition) if isinstance(each, LabelMatcher | Compare | IpFilter)
    )


def _filters(stages: tuple[Stage, ...], unwrap: Unwrap | None) -> tuple[Condition, ...]:
    found = [stage.condition for stage in stages if isinstance(stage, LabelFilter)]
    if unwrap is not None and len(unwrap.filters) == 1:
        found += unwrap.filters
    return tuple(each for each in found if not isinstance(each, Junction))
