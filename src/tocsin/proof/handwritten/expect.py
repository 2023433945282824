"""Expectations of a hand-written test against what the engines gave: a finding for each that is not met.

It stands at the very label, annotation or value that differs, with what was got instead.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.proof.compare import instant, shown
from tocsin.proof.handwritten.declared import AlertTest, ExpectedAlert, PromqlFile, PromqlTest, Test
from tocsin.proof.handwritten.expect_expr import expr_failures
from tocsin.proof.handwritten.match import agreeing, match
from tocsin.proof.handwritten.probe import Alert, Got, seconds
from tocsin.proof.handwritten.read import TestFile
from tocsin.proof.handwritten.rules import broken
from tocsin.proof.handwritten.signals import told_signals
from tocsin.proof.handwritten.terms import CODE, Terms, differing, extra_labels, finding

_MOST_SHOWN = 5
_IN_SERIES = re.compile(r"([0-9]{1,9}):([0-9]{1,9}): parse error: (.*)")


def failures(file: TestFile, test: Test, got: Got) -> Iterator[Diagnostic]:
    """Everything that is not as the test expects it."""
    if got.errors:
        yield _not_evaluated(test, got.errors, file)
        return
    terms = Terms(
        exact=file.language == "promql",
        whole=file.language == "promql",
        fuzzy=isinstance(file.declared, PromqlFile) and file.declared.fuzzy_compare,
        close=file.language == "logql",
    ).said(file.declared.exact, test.exact)
    for alert in test.alert_rule_test:
        yield from _AlertCheck(file, test, alert, terms.said(alert.exact), got).failures()
    for expr in test.promql_expr_test if isinstance(test, PromqlTest) else test.logql_expr_test:
        yield from expr_failures(expr, terms.said(expr.exact), got)


def _not_evaluated(test: Test, reasons: Sequence[str], file: TestFile) -> Diagnostic:
    """The engine could not evaluate the test, or not to its end."""
    if isinstance(test, PromqlTest) and len(reasons) == 1 and (found := _in_series(test, reasons[0])):
        return found
    node = test.name.node if test.name else test.node
    message = "this test could not be evaluated"
    return finding(node, message, others=broken(file.rules.subjects), notes=reasons[:_MOST_SHOWN])


def _in_series(test: PromqlTest, reason: str) -> Diagnostic | None:
    """promtool 3.15.0 counts the lines of what it loads: the first is its own, then one for each series."""
    said = _IN_SERIES.fullmatch(reason)
    number = int(said[1]) - 2 if said else -1
    if said is None or not 0 <= number < len(test.input_series):
        return None
    one, offset = test.input_series[number], int(said[2]) - 1
    series = one.series.text.strip()
    text, begin = (one.series, 0) if offset < len(series) else (one.values, len(series) + 1)
    if "\n" in one.series.text + one.values.text:
        return None  # then these are other lines
    place = inside(text.node, max(0, offset - begin))
    return Diagnostic(CODE, "error", "promtool cannot read this series", Label(place, said[3]))


@dataclass(frozen=True, slots=True)
class _AlertCheck:
    """One item of `alert_rule_test` and what fires."""

    file: TestFile
    test: Test
    asked: AlertTest
    terms: Terms
    got: Got

    @property
    def name(self) -> str:
        return self.asked.alertname.text

    @property
    def at(self) -> float:
        return seconds(self.asked.eval_time)

    @property
    def rules(self) -> tuple[Label, ...]:
        """Where the rules of this name stand."""
        return tuple(Label(one.said.name, "the rule") for one in self.file.rules.named(self.name)[:2])

    def failures(self) -> Iterator[Diagnostic]:
        fire = self.got.alerts.get((self.name, self.at), ())
        matched = match(self.asked.exp_alerts, fire, self._fits, _alike)
        for expected, alert in matched.near:
            yield self._different(expected, alert)
        for expected in matched.missing:
            yield self._missing(expected, fire)
        if matched.extra:
            yield self._extra(matched.extra)

    def _fits(self, expected: ExpectedAlert, alert: Alert) -> bool:
        return not any(self._differences(expected, alert))

    def _differences(self, expected: ExpectedAlert, alert: Alert) -> Iterator[tuple[Node, str]]:
        """Each thing that is not as expected: where it was said, and what there is."""
        terms = self.terms.said(expected.exact)
        wanted, found = expected.exp_labels, alert.labels
        yield from differing({name: (text.text, text.node) for name, text in wanted.items()}, found, "label")
        if terms.exact and (more := extra_labels((*wanted, "alertname"), found)):
            yield expected.node.at("exp_labels"), f"it also has {more}"
        notes = expected.exp_annotations
        yield from differing(
            {name: (text.text, text.node) for name, text in notes.items()}, alert.annotations, "annotation"
        )
        if terms.whole and (more := extra_labels(notes, alert.annotations)):
            yield expected.node.at("exp_annotations"), f"it also has {more}"

    def _different(self, expected: ExpectedAlert, alert: Alert) -> Diagnostic:
        (node, first), *more = self._differences(expected, alert)
        return finding(
            node,
            f"`{self.name}` fires at {instant(self.at)}, but not like this",
            label=first,
            others=[Label(other.span, words) for other, words in more],
            notes=_listed([alert]),
        )

    def _missing(self, expected: ExpectedAlert, fire: Sequence[Alert]) -> Diagnostic:
        message = f"`{self.name}` does not fire at {instant(self.at)}"
        if fire:
            message = f"`{self.name}` fires {_times(len(fire))} at {instant(self.at)}, and this is not there"
        return finding(
            expected.node, message, others=self.rules, notes=[*self._why_quiet(fire), *_listed(fire)]
        )

    def _why_quiet(self, fire: Sequence[Alert]) -> Iterator[str]:
        if fire or (isinstance(self.test, PromqlTest) and self.test.start_timestamp):
            return
        since = self.got.pending.get((self.name, self.at))
        holds = {one.rule.hold for one in self.file.rules.named(self.name)}
        if since is not None:
            hold = f", and its `for` is {instant(max(holds))}" if holds else ""
            yield f"it is pending since {instant(since)}{hold}"
        else:
            yield "it is not even pending: the expression gives nothing at that evaluation"
            yield from told_signals(self.file, self.name, self.at, self.got)

    def _extra(self, extra: Sequence[Alert]) -> Diagnostic:
        node = self.asked.eval_time.node if self.asked.eval_time else self.asked.node
        quiet = not self.asked.exp_alerts
        often = "" if quiet else " more often than expected"
        message = f"`{self.name}` fires at {instant(self.at)}{often}"
        label = "no alert is expected" if quiet else f"{len(extra)} more than `exp_alerts` names"
        return finding(node, message, label=label, others=self.rules, notes=_listed(extra))


def _alike(expected: ExpectedAlert, alert: Alert) -> float:
    labels = agreeing({name: text.text for name, text in expected.exp_labels.items()}, dict(alert.labels))
    notes = {name: text.text for name, text in expected.exp_annotations.items()}
    return labels + agreeing(notes, dict(alert.annotations)) / (len(notes) + 1)


def _listed(alerts: Sequence[Alert]) -> list[str]:
    """Their labels without the name, which the test has said."""
    labels = [tuple(pair for pair in one.labels if pair[0] != "alertname") for one in alerts[:_MOST_SHOWN]]
    more = len(alerts) - _MOST_SHOWN
    return [f"got {shown(one)}" for one in labels] + ([f"and {more} more"] if more > 0 else [])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def of_promtool(test: Test, texts: Iterable[str]) -> Diagnostic:
    """A test that promtool itself does not pass, in its own words."""
    node = test.name.node if test.name else test.node
    return finding(node, "promtool does not pass this test", notes=list(texts)[:_MOST_SHOWN])
