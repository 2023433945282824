"""A pack of cases as a unit test of promtool that asks instead of asserting, and the answer read back. Pure.

What is expected is always wrong, so that promtool prints what it got (3.15.0). Which alert is pending or
firing at which evaluation is asked in one query: every evaluation is one bit of a sum over a subquery.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.engines.tools.promtool_got import Unreadable, read_alerts, read_samples
from tocsin.engines.tools.testrun import Case as Answer
from tocsin.engines.tools.testrun import Failure
from tocsin.proof.moments import fires_at, moments
from tocsin.proof.promtool.pack import Item, Pack
from tocsin.proof.promtool.rule import duration
from tocsin.proof.promtool.slice import fixed_labels
from tocsin.proof.testfile.series import series_text, values_text
from tocsin.proof.verdict import Expanded
from tocsin.query.durations import read_duration
from tocsin.query.numbers import show_number
from tocsin.witness.case import Alerting, Case
from tocsin.witness.telemetry import Labels

MOST_BITS = 50
"""A float counts exactly up to 2^53."""
_SAMPLES = 4000
_WRONG = "promtool shall print what it got"


@dataclass(slots=True)
class Rows:
    """Of one alert: bit i says whether evaluation i found it pending, or firing."""

    pending: int = 0
    firing: int = 0


@dataclass(slots=True)
class Read:
    """What promtool says of one pack, by alert name."""

    rows: dict[str, dict[Labels, Rows]] = field(default_factory=dict)
    expanded: dict[str, list[Expanded]] = field(default_factory=dict)
    error: str = ""
    """Why it could not be evaluated at all."""

    def alerts(self, item: Item) -> tuple[Alerting, ...]:
        """The periods in which each alert of the item's rules was there."""
        mine = fixed_labels(item.rules).items()
        rows = {
            labels: row
            for labels, row in self.rows.get(item.proposal.rule.name, {}).items()
            if mine <= dict(labels).items()
        }
        found = [one for labels, row in rows.items() for one in _periods(labels, row, item)]
        return tuple(sorted(found, key=lambda one: (one.pending, one.labels)))

    def sent(self, item: Item) -> tuple[Expanded, ...]:
        """The alerts of the item's rules that fire at its moments."""
        mine, looked_at = fixed_labels(item.rules).items(), instants(item)
        found = [
            one
            for one in self.expanded.get(item.proposal.rule.name, ())
            if mine <= dict(one.labels).items() and one.at in looked_at
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.labels)))


def question(name: str, pack: Pack, rule_files: Sequence[str]) -> dict[str, Any]:
    """The test file."""
    case = pack[0].case
    test: dict[str, Any] = {"name": name, "interval": duration(case.interval)}
    if case.start:
        test["start_timestamp"] = show_number(case.start)
    test["input_series"] = input_series(item.case for item in pack)
    test["alert_rule_test"] = list(_alert_tests(pack))
    test["promql_expr_test"] = [_bits(pack, low, high) for low, high in _chunks(pack)]
    return {"rule_files": list(rule_files), "evaluation_interval": duration(case.every), "tests": [test]}


def input_series(cases: Iterable[Case]) -> list[dict[str, str]]:
    """The series of the cases in promtool's notation."""
    return [
        {"series": series_text(one.labels), "values": values_text(one.runs)}
        for case in cases
        for one in case.series
    ]


def instants(item: Item) -> tuple[float, ...]:
    """At which of its moments the alerts of its name are asked for: only where any is expected to fire."""
    case, witness = item.case, next((one for one in item.proposal.cases if one.fires), None)
    looked_at = moments(case, witness)
    if item.beside:
        return looked_at
    return tuple(at for at in looked_at if any(fires_at(one, at) for one in case.expected))


def answer(pack: Pack, said: Answer) -> Read:
    """What promtool printed, put together."""
    read = Read()
    for failure in said.failures:
        try:
            _add(read, pack, failure)
        except Unreadable as error:
            read.error = read.error or str(error)
    return read


def _alert_tests(pack: Pack) -> Iterator[dict[str, Any]]:
    """One for each name and instant, though several rules may share both."""
    asked = {(at, item.proposal.rule.name) for item in pack for at in instants(item)}
    wrong = [{"exp_labels": {"tocsin": _WRONG}}]
    for at, name in sorted(asked):
        yield {"eval_time": duration(at), "alertname": name, "exp_alerts": wrong}


def _chunks(pack: Pack) -> Iterator[tuple[int, int]]:
    """The evaluations of the longest case, in ranges that one query can hold."""
    last = max(item.evaluations for item in pack)
    alerts = sum(item.alerts for item in pack)
    width = max(1, min(MOST_BITS, _SAMPLES // (2 * alerts)))
    for low in range(0, last + 1, width):
        yield low, min(last, low + width - 1)


def _bits(pack: Pack, low: int, high: int) -> dict[str, Any]:
    """The query for evaluations low to high.

    Subqueries step on multiples of their step, so a grid that does not begin on one is moved by `offset`.
    """
    every, _, start, query_offset = pack[0].grid
    until = max(item.evaluations for item in pack) * every
    moved = round((query_offset - start) % every, 3) % every
    zero = start - query_offset + moved
    alerts = f"ALERTS{_offset(moved)}"
    number = f"(time() - {show_number(zero)}) / {show_number(every)} - {low}"
    if zero % 1 or every % 1:
        number = f"scalar(round(vector({number})))"
    window = f"[{duration((high - low + 1) * every)}:{duration(every)}]"
    back = round(until - high * every + query_offset - moved, 3)
    wrong = [{"labels": '{tocsin="asks"}', "value": 1}]
    return {
        "expr": f"sum_over_time(({alerts} * 2 ^ ({number})){window}{_offset(back)})",
        "eval_time": duration(until),
        "exp_samples": wrong,
    }


def _offset(seconds: float) -> str:
    return f" offset {'-' * (seconds < 0)}{duration(abs(seconds))}" if seconds else ""


def _add(read: Read, pack: Pack, failure: Failure) -> None:
    at = read_duration(failure.at) if failure.kind != "error" else ""
    if isinstance(at, str):
        read.error = read.error or " ".join(failure.text.split())
        return
    if failure.kind == "alert":
        read.expanded.setdefault(failure.subject, []).extend(
            Expanded(at=at, labels=labels, annotations=annotations)
            for labels, annotations in read_alerts(failure.got)
        )
        return
    low = next(low for low, high in _chunks(pack) if _bits(pack, low, high)["expr"] == failure.subject)
    for pairs, value in read_samples(failure.got):
        labels = dict(pairs)
        state = labels.pop("alertstate", "")
        rows = read.rows.setdefault(labels.pop("alertname", ""), {}).setdefault(tuple(labels.items()), Rows())
        if state == "pending":
            rows.pending |= int(value) << low
        elif state == "firing":
            rows.firing |= int(value) << low


def _periods(labels: Labels, row: Rows, item: Item) -> Iterator[Alerting]:
    every, evaluations = item.case.every, item.evaluations
    pending: int | None = None
    firing: int | None = None
    for i in range(evaluations + 2):
        fires = i <= evaluations and row.firing >> i & 1
        if fires or (i <= evaluations and row.pending >> i & 1):
            pending = i if pending is None else pending
            firing = i if firing is None and fires else firing
        elif pending is not None:
            yield Alerting(
                labels=labels,
                pending=pending * every,
                firing=None if firing is None else firing * every,
                resolved=None if i > evaluations else i * every,
            )
            pending = firing = None
