"""Which series a case has: one for each need, those that tell siblings apart, and replicas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.query.nodes import LabelMatcher
from tocsin.witness.promql.label_values import allows, choose, named
from tocsin.witness.promql.models import Channel
from tocsin.witness.promql.names import Nature, nature, troubled
from tocsin.witness.promql.shapes import Need, Shape, Split
from tocsin.witness.rule import Known, Recording, Signal
from tocsin.witness.telemetry import Labels
from tocsin.witness.telemetry import labels as as_labels

MOST_STRUCTURES = 24
MOST_EDGES = 5
FEW_VALUES = 10
_DEFAULT_EDGES = (0.1, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True)
class _Plan:
    labels: Labels
    needs: tuple[int, ...]


def structures(
    shape: Shape, numbers: Sequence[float], known: Known, recorded: Sequence[Recording] = ()
) -> Iterator[tuple[Channel, ...]]:
    """Sets of channels, the simplest first; each once. `recorded` is what the rule reads."""
    beside = _recorded_beside(recorded)
    natures = _natures(shape.needs, known)
    seen: set[tuple[Channel, ...]] = set()
    for plans in _plans(shape, numbers, known):
        made = tuple(_channels(plans, natures, numbers, known))
        made = (*made, *(other for channel in made if (other := _others(channel, beside)) is not None))
        if made not in seen:
            seen.add(made)
            yield made
        if len(seen) >= MOST_STRUCTURES:
            return


def _recorded_beside(recorded: Sequence[Recording]) -> Mapping[str, tuple[str, ...]]:
    """The labels that several rules record under one name with different values, and these."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in recorded:
        for label, value in one.labels:
            found.setdefault((one.record, label), {}).setdefault(value)
    return {label: tuple(values) for (_, label), values in found.items() if len(values) > 1}


def _others(channel: Channel, beside: Mapping[str, tuple[str, ...]]) -> Channel | None:
    """The same for whatever else is recorded: what is expected of each is there for all of them."""
    for label, values in beside.items():
        own = dict(channel.labels[0])
        if own.get(label) in values:
            others = (as_labels({**own, label: value}.items()) for value in values if value != own[label])
            return replace(channel, labels=tuple(others))
    return None


def _natures(needs: Sequence[Need], known: Known) -> dict[str, Nature]:
    by_metric: dict[str, list[Need]] = {}
    for need in needs:
        by_metric.setdefault(_metric(need.labels), []).append(need)
    return {name: nature(name, found, known.signals.get(name)) for name, found in by_metric.items()}


def _metric(labels: Labels) -> str:
    return next((value for name, value in labels if name == "__name__"), "")


Groups = Sequence[tuple[_Plan, Sequence[Labels]]]


def _plans(shape: Shape, numbers: Sequence[float], known: Known) -> Iterator[Groups]:
    full, lean = _unique(_complements(shape, known)), _unique(_lean(shape))
    yield [(plan, [plan.labels]) for plan in full]
    yield [(plan, [plan.labels]) for plan in lean]
    for count in _counts(numbers):
        for split in _worthy(shape.splits):
            for plans in (full, lean):
                yield list(_replicated(plans, split, count))


def _counts(numbers: Sequence[float]) -> tuple[int, ...]:
    """How many replicas: two, three, and as many as the numbers of the rule ask for."""
    asked = [int(n) + more for n in numbers if 1 <= n < 140 for more in (1, 2) if n == int(n) or n < 20]
    return tuple(dict.fromkeys((2, 3, *sorted(asked)[:8])))


def _worthy(splits: Iterable[Split]) -> tuple[Split, ...]:
    """One split for each place and set of needs; another one where its label has few values."""
    found: dict[tuple[int, frozenset[int]], Split] = {}
    more: dict[tuple[int, frozenset[int]], Split] = {}
    for split in splits:
        key = id(split.at), split.needs
        if len(found.setdefault(key, split).values) < FEW_VALUES < len(split.values):
            more.setdefault(key, split)
    return (*found.values(), *more.values())


def _replicated(plans: Sequence[_Plan], split: Split, count: int) -> Iterator[tuple[_Plan, list[Labels]]]:
    for plan in plans:
        if not set(plan.needs) & split.needs:
            yield plan, [plan.labels]
            continue
        values = _values(plan.labels, split, count)
        copies = [as_labels({**dict(plan.labels), split.label: value}.items()) for value in values]
        alone = min(len(copies), 4) if len(copies) <= 4 else 2
        together = copies[: len(copies) - alone]
        if together:
            yield plan, together
        for copy in copies[len(copies) - alone :]:
            yield plan, [copy]


def _values(labels: Labels, split: Split, count: int) -> tuple[str, ...]:
    """The label's own value first."""
    own = dict(labels).get(split.label)
    values = split.values if own is None else (own, *(v for v in split.values if v != own))
    return values[:count]


def _unique(plans: Iterable[_Plan]) -> list[_Plan]:
    found: dict[Labels, tuple[int, ...]] = {}
    for plan in plans:
        found[plan.labels] = (*found.get(plan.labels, ()), *plan.needs)
    return [_Plan(labels, needs) for labels, needs in found.items()]


def _lean(shape: Shape) -> Iterator[_Plan]:
    """A need whose selector is met by another's series gets none of its own."""
    for number, need in enumerate(shape.needs):
        if not _siblings(need, shape.needs):
            yield _Plan(need.labels, (number,))


def _complements(shape: Shape, known: Known) -> Iterator[_Plan]:
    """A need whose selector is met by another's series as well gets one that only itself meets."""
    for number, need in enumerate(shape.needs):
        found = dict(need.labels)
        for label, others in _told_apart(need, shape.needs).items():
            own = [m for m in need.selector.matchers if m.label == label]
            signal = known.signals.get(found.get("__name__", ""))
            examples = signal.labels.get(label, ()) if signal is not None else ()
            spoken = tuple(v for matchers in others for v in named(matchers))
            values = choose(label, own, examples=(*examples, *spoken), count=20)
            apart = [v for v in values if not any(all(allows(m, v) for m in ms) for ms in others)]
            if apart:
                found[label] = apart[0]
        yield _Plan(as_labels(found.items()), (number,))


def _siblings(need: Need, needs: Sequence[Need]) -> list[Need]:
    """Needs whose series the selector of this one finds too, and which have labels more."""
    return [other for other in needs if set(other.labels) > set(need.labels) and _finds(need, other.labels)]


def _finds(need: Need, labels: Labels) -> bool:
    values = dict(labels)
    return all(allows(m, values.get(m.label, "")) for m in need.selector.matchers)


def _told_apart(need: Need, needs: Sequence[Need]) -> Mapping[str, list[list[LabelMatcher]]]:
    """Labels that siblings have and this one has not, with what each of them asks of it."""
    found: dict[str, list[list[LabelMatcher]]] = {}
    mine = dict(need.labels)
    for other in _siblings(need, needs):
        for label, _ in other.labels:
            asked = [m for m in other.selector.matchers if m.label == label]
            if label not in mine and asked:
                found.setdefault(label, []).append(asked)
    return found


def _channels(
    groups: Groups, natures: Mapping[str, Nature], numbers: Sequence[float], known: Known
) -> Iterator[Channel]:
    for plan, labels in groups:
        metric = _metric(plan.labels)
        found = natures[metric]
        if found.kind != "buckets":
            yield Channel(metric, tuple(labels), troubled(found, plan.labels))
            continue
        bare = dict.fromkeys(as_labels((k, v) for k, v in one if k != "le") for one in labels)
        edges = _edges(numbers, known.signals.get(metric))
        yield Channel(metric, tuple(bare), found, edges, _slow(edges, numbers))


def _edges(numbers: Sequence[float], signal: Signal | None) -> tuple[float, ...]:
    """Bounds of buckets: round the thresholds, from the contract where it has them."""
    wanted = [n for n in numbers if n > 0 and n not in _QUANTILES][:2]
    if signal is not None and signal.buckets:
        all_edges = tuple(sorted(e for e in signal.buckets if e != float("inf")))
        at = next((i for i, edge in enumerate(all_edges) if wanted and edge > wanted[0]), len(all_edges) // 2)
        low = max(0, at - 3)
        return all_edges[low : low + MOST_EDGES]
    if not wanted:
        return _DEFAULT_EDGES
    return tuple(sorted({round(n * step, 9) for n in wanted for step in (0.5, 1.0, 2.0)}))


_QUANTILES = frozenset((0.5, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999))


def _slow(edges: tuple[float, ...], numbers: Sequence[float]) -> int:
    """The bucket of slow observations: the first above the largest threshold that has one above it."""
    wanted = [n for n in numbers if n > 0 and n not in _QUANTILES][:2]
    above = [i for i, edge in enumerate(edges) if wanted and edge > max(wanted)]
    return above[0] if above else len(edges) - 1
