"""Labels of a stream that a selector reads, or just not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tocsin.query.nodes import LabelMatcher
from tocsin.query.regex_members import members
from tocsin.query.regex_tree import TooHard
from tocsin.witness.logql.pipeline import holds
from tocsin.witness.rule import Known

_OTHERS = ("other", "another", "main", "1", "")


def stream_labels(
    matchers: Sequence[LabelMatcher],
    known: Known,
    wishes: Mapping[str, str],
    missed: LabelMatcher | None = None,
) -> dict[str, str] | None:
    """The labels: the contract's where it knows such a stream; all matchers met but `missed`."""
    found = dict(_declared(matchers, known))
    for name in dict.fromkeys(matcher.label for matcher in matchers):
        mine = [matcher for matcher in matchers if matcher.label == name]
        value = _value(mine, [found.get(name), wishes.get(name)], missed)
        if value is None:
            return None
        found.pop(name, None)
        if value:
            found[name] = value
    return found


def _declared(matchers: Sequence[LabelMatcher], known: Known) -> Mapping[str, str]:
    """The contract's stream that the selector reads, if there is one."""
    for stream in known.streams:
        labels = dict(stream.labels)
        if all(
            holds(matcher.plain, labels[matcher.label]) for matcher in matchers if matcher.label in labels
        ):
            shared = sum(matcher.label in labels for matcher in matchers)
            if shared or not matchers:
                return labels
    return {}


def _value(
    mine: Sequence[LabelMatcher], given: Iterable[str | None], missed: LabelMatcher | None
) -> str | None:
    for value in (*(each for each in given if each), *_candidates(mine), *_OTHERS):
        if all(holds(matcher.plain, value) == (matcher is not missed) for matcher in mine):
            return value
    return None


def _candidates(mine: Sequence[LabelMatcher]) -> Iterator[str]:
    for matcher in mine:
        if matcher.op in ("=", "!="):
            yield matcher.value
            yield f"{matcher.value}-2"
            continue
        try:
            yield from members(matcher.value)
        except TooHard:
            continue
