"""Proofs of Loki's alerts as test files for `tocsin test`: readable as their explanation. Pure.

The same shape as the proofs of Prometheus' alerts (`testfile`), with log lines for series.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tocsin.artifacts.emit import yaml_text
from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.loki_testfile_lines import stream_items, usual_gap, writable
from tocsin.proof.moments import moments
from tocsin.proof.promtool_rule import duration
from tocsin.proof.testfile import Source, comment, pinned, titles
from tocsin.proof.testfile_mark import header, seal
from tocsin.proof.testfile_series import series_text
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
    intervals = Counter(case.every for one in proposals for case in one.cases)
    usual = max(intervals, key=lambda every: (intervals[every], -every), default=0.0)
    found: dict[str, str] = {}
    for every in sorted(intervals):
        body = "".join(_sections(every, proposals, evidence, proofs))
        if body:
            suffix = "" if every == usual else f"-{duration(every)}"
            found[f"{source.name}{suffix}.yaml"] = header(_preamble(source, every) + body)
    return found


def _preamble(source: Source, every: float) -> str:
    tree = {"rule_files": list(source.rule_files), "evaluation_interval": duration(every)}
    return "".join(f"# {line}\n" for line in _ABOUT) + yaml_text(tree) + "tests:\n"


def _sections(
    every: float,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
) -> Iterator[str]:
    for proposal, title in zip(proposals, titles([one.rule for one in proposals]), strict=True):
        rule = proposal.rule
        held = [
            (case, seen)
            for number, case in enumerate(proposal.cases)
            if case.every == every and (seen := evidence.get((rule.id, number))) and _writable(case)
        ]
        if held:
            proof = seal(proofs[rule.id]) if rule.id in proofs else ""
            yield "\n" + comment(f"{title} {proof}".strip())
        witness = next((case for case in proposal.cases if case.fires), None)
        for case, seen in held:
            story = ". ".join(part.rstrip(".") for part in (case.story, pinned(case)) if part)
            test = _test(title, rule, case, seen, witness)
            yield "\n" + comment(story) + yaml_text({"tests": [test]}).removeprefix("tests:\n")


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
