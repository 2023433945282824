"""Proofs of Loki's alerts as test files for `tocsin test`: readable as their explanation. Pure.

The same shape as the proofs of Prometheus' alerts (`testfile`), with log lines for series.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.moments import moments
from tocsin.proof.promtool.rule import duration
from tocsin.proof.testfile.layout import Form, Source, laid_out
from tocsin.proof.testfile.lines import stream_items, usual_gap, writable
from tocsin.proof.testfile.series import series_text
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Rule

_ABOUT = (
    "Each test is a case of one alert: log lines under which it fires, or the nearest where it is quiet.",
    "To run them: `tocsin test` with this file. What an expectation does not name is not compared.",
)
_TOLD = "summary"
"""The annotation that is expected: the others say the same of every case."""


def proof_files(
    source: Source,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
) -> dict[str, str]:
    """File name -> text. `proofs`: for each rule the fingerprint that its tests are sealed with.

    Cases without evidence (they do not hold), or with instants that no duration says, are left out.
    """
    return laid_out(source, proposals, evidence, proofs, Form(_ABOUT, _test, _writable))


def _writable(case: Case) -> bool:
    return all(writable(one) for one in case.streams)


def _test(title: str, rule: Rule, case: Case, seen: Evidence, witness: Case | None) -> dict[str, Any]:
    interval = usual_gap(case.streams, case.interval)
    return {
        "name": f"{title}: {case.name}",
        "interval": duration(interval),
        "input_streams": [stream_items(one, interval) for one in case.streams],
        "alert_rule_test": [_alerts_at(rule, at, seen) for at in moments(case, witness)],
        **({"logql_expr_test": list(_onset(rule, case))} if case is witness else {}),
    }


def _alerts_at(rule: Rule, at: float, seen: Evidence) -> dict[str, Any]:
    alerts = []
    for one in seen.expanded:
        if one.at == at:
            labels = {name: value for name, value in one.labels if name != "alertname"}
            told = {name: text for name, text in one.annotations if name == _TOLD}
            alerts.append({"exp_labels": labels, **({"exp_annotations": told} if told else {})})
    return {"eval_time": duration(at), "alertname": rule.name, "exp_alerts": alerts}


def _onset(rule: Rule, case: Case) -> Iterator[dict[str, Any]]:
    """What the expression gives at the evaluation before the first alert becomes pending, and then."""
    begin = min((one.pending for one in case.expected), default=0.0)
    if begin >= case.every:
        yield {"expr": rule.expr, "eval_time": duration(begin - case.every), "exp_samples": []}
    there = [_sample(one) for one in case.expected if one.pending == begin]
    yield {"expr": rule.expr, "eval_time": duration(begin), "exp_samples": there}


def _sample(one: Alerting) -> dict[str, str]:
    return {"labels": series_text(one.labels)}
