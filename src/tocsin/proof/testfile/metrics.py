"""Proofs as test files of promtool: readable as the explanation of each alert. Pure; writes nothing.

How they are laid out in files is `layout`. They load the whole rule file; what they expect is about
one alert name each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any

from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.moments import begins, fires_at, is_active, moments
from tocsin.proof.promtool.file import input_series
from tocsin.proof.promtool.rule import duration
from tocsin.proof.testfile.layout import Form, Source, laid_out
from tocsin.proof.verdict import Proposal
from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote
from tocsin.witness.case import Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels

_LOOKBACK = 300.0
"""Seconds after which Prometheus takes a sample for too old."""
_ABOUT = (
    "Each test is a case of one alert: telemetry under which it fires, or the nearest where it is quiet.",
    "To run them: `promtool test rules` with this file.",
)


def proof_files(
    source: Source,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
) -> dict[str, str]:
    """File name -> text. `proofs`: for each rule the fingerprint that its tests are sealed with.

    Cases without evidence (they do not hold) are left out.
    """
    return laid_out(source, proposals, evidence, proofs, Form(_ABOUT, _test))


def _test(title: str, rule: Rule, case: Case, seen: Evidence, witness: Case | None) -> dict[str, Any]:
    out: dict[str, Any] = {"name": f"{title}: {case.name}", "interval": duration(case.interval)}
    if case.start:
        out["start_timestamp"] = show_number(case.start)
    out["input_series"] = input_series([case])
    out["alert_rule_test"] = [_alerts_at(rule, at, seen) for at in moments(case, witness)]
    out["promql_expr_test"] = [*_onset(rule, case, seen), _whole_run(rule, case, seen)]
    return out


def _alerts_at(rule: Rule, at: float, seen: Evidence) -> dict[str, Any]:
    alerts = [
        {"exp_labels": _named(one.labels), "exp_annotations": dict(one.annotations)}
        for one in seen.expanded
        if one.at == at
    ]
    return {"eval_time": duration(at), "alertname": rule.name, "exp_alerts": alerts}


def _named(labels: Labels) -> dict[str, str]:
    return {name: value for name, value in labels if name != "alertname"}


def _onset(rule: Rule, case: Case, seen: Evidence) -> Iterator[dict[str, Any]]:
    """Since when those that fire have been pending."""
    at = min(begins(case), default=None)
    if at is None or rule.query_offset >= _LOOKBACK:
        return
    active = [one.pending for one in seen.alerts if is_active(one, at)]
    if active and all(since == int(since) for since in active):
        value = case.start + min(active)
        expr = f"min(ALERTS_FOR_STATE{{alertname={quote(rule.name)}}})"
        samples = [{"labels": "{}", "value": value if value % 1 else int(value)}]
        yield {"expr": expr, "eval_time": duration(at), "exp_samples": samples}


def _whole_run(rule: Rule, case: Case, seen: Evidence) -> dict[str, Any]:
    """At how many evaluations alerts were pending, and firing; a state that never was is not there."""
    last = floor(case.until / case.every + 1e-9)
    states: Counter[str] = Counter()
    for number in range(last + 1):
        at = number * case.every
        for one in seen.alerts:
            if is_active(one, at):
                states["firing" if fires_at(one, at) else "pending"] += 1
    window = duration((last + 1) * case.every + rule.query_offset)
    alerts = f"ALERTS{{alertname={quote(rule.name)}}}"
    return {
        "expr": f"sum by (alertstate) (count_over_time({alerts}[{window}]))",
        "eval_time": duration(last * case.every),
        "exp_samples": [
            {"labels": f'{{alertstate="{state}"}}', "value": states[state]} for state in sorted(states)
        ],
    }
