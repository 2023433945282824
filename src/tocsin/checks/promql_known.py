"""What is declared of the signals in an expression, as the prover of `witness` wants it. Judges nothing."""

from collections.abc import Iterable

from tocsin.checks.contract_index import Index
from tocsin.query.promql import QueryError, parse
from tocsin.query.promql.ast import Expr
from tocsin.query.promql.walk import metrics
from tocsin.witness.promql.refute.analysis import Analysis, TooBig
from tocsin.witness.rule import Known, Recording, Signal


def understood(tree: Expr, index: Index, text: str = "") -> Analysis | None:
    """What is known of each part of an expression; None where it is too big."""
    try:
        return Analysis(tree, known(tree, index), text)
    except TooBig:
        return None


def known(tree: Expr, index: Index) -> Known:
    """What the contract says of the metrics in an expression, and the rules that record some of them."""
    names, recordings = dict.fromkeys(metrics(tree)), dict[Recording, None]()
    left = list(names)
    while left:
        for recording in index.records.get(left.pop(), ()):
            if recording not in recordings:
                recordings[recording] = None
                left += _names(recording)
                names.update(dict.fromkeys(_names(recording)))
    return Known(signals=dict(_signals(names, index)), recordings=tuple(recordings))


def _names(recording: Recording) -> tuple[str, ...]:
    try:
        return metrics(parse(recording.expr))
    except QueryError:
        return ()


def _signals(names: Iterable[str], index: Index) -> Iterable[tuple[str, Signal]]:
    for name in names:
        found = _signal(name, index)
        if found is not None:
            yield name, found


def _signal(name: str, index: Index) -> Signal | None:
    """What all declarations of the name have in common; None where there is none, or they differ."""
    declared = index.metrics.get(name, [])
    if len({(metric.type, metric.unit, metric.buckets) for metric in declared}) != 1:
        return None
    metric = declared[0]
    labels = dict.fromkeys(("job", "instance"), ()) if index.scraped(declared) else {}
    own = {label: values for label, values in metric.labels.items() if len(declared) == 1}
    return Signal(
        name=name,
        type=metric.type,
        unit=metric.unit,
        labels={**labels, **own},
        only=metric.only and len(declared) == 1,
        buckets=metric.buckets,
    )
