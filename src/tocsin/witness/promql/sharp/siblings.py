"""Series that one matcher keeps out: beside those of a case they show whether the matcher is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal, TypeAlias

from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.ast import Selector
from tocsin.witness.case import Case
from tocsin.witness.promql.evaluator.select import asked
from tocsin.witness.promql.label_values import allows, choose
from tocsin.witness.promql.sharp.pivots import Pivot
from tocsin.witness.promql.sharp.variations import ended, sibling
from tocsin.witness.rule import Known
from tocsin.witness.telemetry import Series, labels

Telemetry: TypeAlias = tuple[Series, ...]

_MUCH = 50.0
_MOST_PIVOTS = 3


@dataclass(frozen=True, slots=True)
class Company:
    """What is put beside the series of a case: what `source` has, so many times."""

    base: Case
    source: Case
    times: float
    evaluation: int | None = None
    """Where it should matter; None: that is not known."""
    instead: Literal["", "at all", "then"] = ""
    """Whether it takes the place of what the selector finds in the base, from the evaluation on or always."""


def companies(pivots: Sequence[Pivot], cases: Sequence[Case]) -> Iterator[Company]:
    """What might matter, the likely first: a fault beside health, health beside a fault, then anything."""
    few = _newest(pivots)
    for turn in zip_longest(*(_of_pivot(one, few, cases) for one in few)):
        yield from (company for company in turn if company is not None)
    if not few:
        yield from (Company(case, case, 1.0, None, "at all") for case in cases if case.fires)
    pairs = ((i, j) for i in range(len(cases)) for j in range(len(cases)))
    yield from (Company(cases[i], cases[j], 1.0) for i, j in sorted(pairs, key=sum))


def _of_pivot(pivot: Pivot, others: Sequence[Pivot], cases: Sequence[Case]) -> Iterator[Company]:
    base, at = pivot.case, pivot.evaluation
    yield from (Company(base, one.case, 1.0, at) for one in others if one.fires != pivot.fires)
    yield from (Company(base, base, times, at) for times in (1.0, _MUCH))
    if pivot.fires:
        yield Company(base, base, 1.0, at, "then")
        yield Company(base, base, 1.0, at, "at all")
    yield from (Company(base, case, times, at) for case in cases for times in (1.0, _MUCH))


def _newest(pivots: Sequence[Pivot]) -> list[Pivot]:
    """A few that fire and a few that do not, by turns: what was found last is nearest to the edge."""
    quiet = [one for one in reversed(pivots) if not one.fires][:_MOST_PIVOTS]
    kinds = quiet, [one for one in reversed(pivots) if one.fires][:_MOST_PIVOTS]
    return [one for pair in zip_longest(*kinds) for one in pair if one is not None]


def beside(
    company: Company, selector: Selector, matchers: Sequence[LabelMatcher], known: Known
) -> tuple[Telemetry, str] | None:
    """The case's series and, for each matcher, others that it keeps out; with words for them."""
    if company.base.interval != company.source.interval:
        return None
    chosen = selected(company.source.series, [selector]) or like(selector, company.source.series, known)
    found = {one.labels: one for one in _remaining(company, selector)}
    first = "in its place" if company.instead else "beside it"
    shown = []
    for matcher in matchers:
        value = kept_out(selector, matcher, known)
        if not value and allows(matcher, ""):
            continue
        new = [one for one in sibling(chosen, matcher.label, value, company.times) if one.labels not in found]
        if new:
            found |= {one.labels: one for one in new}
            shown.append(f'{matcher.label}="{value}"' if value else f"no {matcher.label}")
    return (tuple(found.values()), f"{first} others with {' or '.join(shown)}") if shown else None


def like(selector: Selector, series: Telemetry, known: Known) -> Telemetry:
    """What the selector would find, did a series of its metric have the labels that it wants."""
    named = [LabelMatcher("__name__", "=", selector.metric)] if selector.metric else []
    one = next(iter(selected(series, [replace(selector, name="", matchers=tuple(named))])), None)
    if one is None:
        return ()
    wanted = dict(one.labels)
    for label in {matcher.label for matcher in selector.matchers}:
        matchers = [matcher for matcher in selector.matchers if matcher.label == label]
        if not all(allows(matcher, wanted.get(label, "")) for matcher in matchers):
            values = choose(label, matchers, examples=_examples(selector, label, known))
            wanted[label] = next(iter(values), "")
    made = (Series(labels(wanted.items()), one.runs),)
    return selected(made, [selector])


def _remaining(company: Company, selector: Selector) -> Iterator[Series]:
    """The base's series, without those whose place is taken."""
    taken = selected(company.base.series, [selector]) if company.instead else ()
    for one in company.base.series:
        if one not in taken:
            yield one
        elif company.instead == "then" and company.evaluation:
            yield ended(one, round(company.evaluation * company.base.every / company.base.interval))


def kept_out(selector: Selector, matcher: LabelMatcher, known: Known) -> str:
    """A value that the matcher refuses; empty: there is none, or only the label's absence."""
    opposite = LabelMatcher(matcher.label, matcher.plain.negated.op, matcher.value)
    examples = _examples(selector, matcher.label, known)
    return next(iter(choose(matcher.label, (opposite,), examples=examples)), "")


def _examples(selector: Selector, label: str, known: Known) -> tuple[str, ...]:
    signal = known.signals.get(selector.metric or "")
    return signal.labels.get(label, ()) if signal else ()


def selected(series: Sequence[Series], among: Sequence[Selector]) -> Telemetry:
    """The series that any of the selectors finds."""
    tests = [asked(selector) for selector in among]
    return tuple(one for one in series if any(test.match(one.labels) for test in tests))
