"""Lines that pass a pipeline, or that just one stage throws away: made from the query, then tried on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tocsin.query.logql.ast import LineFilter, RangeAggregate
from tocsin.witness.logql.demands import Demand, Place, demands
from tocsin.witness.logql.entry import ERROR, sorted_labels
from tocsin.witness.logql.ingest import with_level, with_service_name
from tocsin.witness.logql.making import STRAIGHT, Mould, Twist, Wish, attempts
from tocsin.witness.logql.pipeline import Extractor, Sampled, selects
from tocsin.witness.logql.store import apart
from tocsin.witness.rule import Known

MOST_MISSES = 40
"""Matchers and stages of one range that are missed one by one; what is beyond that is not looked at."""


def fitting(extractor: Extractor, known: Known, wish: Wish) -> Mould | None:
    """A line of which the pipeline makes a sample."""
    for alternative in demands(extractor.node):
        mould = _taken(extractor, known, wish, alternative, _straight(alternative))
        if mould is not None:
            return mould
    return None


def _straight(alternative: tuple[Demand, ...]) -> Twist:
    """Nothing is missed; where an error is asked for, the line is one that does not parse."""
    errors = [each for each in alternative if each.label == ERROR]
    return Twist(broken=any(not each.holds("") for each in errors))


@dataclass(frozen=True, slots=True)
class Miss:
    """A line that misses just one thing, which stands at `at`."""

    mould: Mould
    at: Place
    words: str


def missing(extractor: Extractor, known: Known, wish: Wish) -> Iterator[Miss]:
    """For each matcher and each stage that filters, a line that only it keeps out."""
    node = extractor.node
    alternatives = demands(node)
    twists: list[tuple[Twist, Place, str]] = [
        (Twist(matcher=matcher), (matcher.start, matcher.end), "stream")
        for matcher in node.range.logs.matchers
    ]
    for stage in node.range.logs.stages:
        if isinstance(stage, LineFilter):
            twists += _of_filter(stage)
    for demand in alternatives[0] if alternatives else ():
        twists.append((_turned(demand, alternatives[0], node), demand.at, "label"))
    straight = _straight(alternatives[0]) if alternatives else STRAIGHT
    for each, at, words in twists[:MOST_MISSES]:
        twist = replace(each, broken=each.broken != straight.broken)
        found = _first_missing(extractor, known, wish, alternatives[0] if alternatives else (), twist)
        if found is not None:
            yield Miss(found, at, words)


def _of_filter(stage: LineFilter) -> Iterator[tuple[Twist, Place, str]]:
    """A filter is missed once; one that lets nothing pass is missed by each of its alternatives."""
    if stage.op[0] != "!" or len(stage.alternatives) == 1:
        yield Twist(filter=stage), (stage.start, stage.end), "line"
        return
    for which, each in enumerate(stage.alternatives):
        yield Twist(filter=stage, which=which), (each.start, each.end), "line"


def varieties(extractor: Extractor, known: Known, wish: Wish) -> Iterator[Miss]:
    """Lines that are taken for another reason: other alternatives of line filters and of label filters."""
    alternatives = demands(extractor.node)
    for stage in extractor.node.range.logs.stages:
        if isinstance(stage, LineFilter) and stage.op[0] != "!":
            for which, each in enumerate(stage.alternatives[1:], 1):
                twist = Twist(choice=stage, which=which, broken=_straight(alternatives[0]).broken)
                mould = _taken(extractor, known, wish, alternatives[0], twist)
                if mould is not None:
                    yield Miss(mould, (each.start, each.end), "line")
    for alternative in alternatives[1:]:
        mould = _taken(extractor, known, wish, alternative, _straight(alternative))
        if mould is not None:
            yield Miss(mould, alternative[-1].at, "label")


def _taken(
    extractor: Extractor, known: Known, wish: Wish, alternative: tuple[Demand, ...], twist: Twist
) -> Mould | None:
    for mould in attempts(extractor, known, wish, alternative, twist):
        found = sampled(extractor, mould)
        if found is not None and not found.error:
            return mould
    return None


def _turned(demand: Demand, others: tuple[Demand, ...], node: RangeAggregate) -> Twist:
    """What makes a line fail this demand: an error comes of a value that is no number, or of broken text."""
    if demand.label != ERROR:
        return Twist(demand=demand)
    behind = node.range.unwrap is not None and demand.stage >= len(node.range.logs.stages)
    numeric = any(each.numeric and each.stage < demand.stage for each in others)
    return Twist(garbled=True) if behind or numeric else Twist(broken=True)


def _first_missing(
    extractor: Extractor, known: Known, wish: Wish, alternative: tuple[Demand, ...], twist: Twist
) -> Mould | None:
    for mould in attempts(extractor, known, wish, alternative, twist):
        if sampled(extractor, mould) is None and _by_that_alone(extractor, mould, twist):
            return mould
    return None


def _by_that_alone(extractor: Extractor, mould: Mould, twist: Twist) -> bool:
    """Whether the line would be taken if the twisted thing were not in the query."""
    span = extractor.node.range
    logs = span.logs
    if twist.matcher is not None:
        logs = replace(logs, matchers=tuple(each for each in logs.matchers if each is not twist.matcher))
    elif twist.filter is not None:
        logs = replace(logs, stages=tuple(each for each in logs.stages if each is not twist.filter))
    else:
        return True
    node = replace(extractor.node, range=replace(span, logs=logs))
    stages = tuple(each for each in extractor.stages if each is not twist.filter)
    loose = replace(extractor, node=node, stages=stages, done={})
    found = sampled(loose, mould)
    return found is not None and not found.error


def sampled(extractor: Extractor, mould: Mould) -> Sampled | None:
    """What the range aggregation makes of the line."""
    stream = with_service_name(mould.stream)
    if not selects(extractor.node.range, stream):
        return None
    labels = sorted_labels(stream)
    return extractor.sample(labels, mould.text, apart(labels, with_level(labels, mould.metadata, mould.text)))
