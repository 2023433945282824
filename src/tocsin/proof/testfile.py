"""Proofs as test files of promtool: readable as the explanation of each alert. Pure; writes nothing.

A file has one evaluation interval, so that a rule file whose rules are evaluated at different ones gets
several. They load the whole rule file; what they expect is about one alert name each.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from tocsin.artifacts.emit import yaml_text
from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.moments import begins, fires_at, is_active, moments
from tocsin.proof.promtool_file import input_series
from tocsin.proof.promtool_rule import duration
from tocsin.proof.testfile_mark import header, seal
from tocsin.proof.verdict import Proposal
from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote
from tocsin.witness.case import Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels

_WIDTH = 104
_LOOKBACK = 300.0
"""Seconds after which Prometheus takes a sample for too old."""
_ABOUT = (
    "Each test is a case of one alert: telemetry under which it fires, or the nearest where it is quiet.",
    "To run them: `promtool test rules` with this file.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The rule file that the tests are about."""

    name: str
    """What the test files are called: `greenstack-api` for `greenstack-api.yaml`."""
    rule_files: tuple[str, ...]
    """As promtool finds them from the test file: `../greenstack-api.yaml`."""
    group_order: tuple[str, ...] = ()
    """All groups, where some read what others record."""


def proof_files(
    source: Source,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
) -> dict[str, str]:
    """File name -> text. `proofs`: for each rule the fingerprint that its tests are sealed with.

    Cases without evidence (they do not hold) are left out.
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
    tree: dict[str, Any] = {"rule_files": list(source.rule_files), "evaluation_interval": duration(every)}
    if source.group_order:
        tree["group_eval_order"] = list(source.group_order)
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
            if case.every == every and (seen := evidence.get((rule.id, number)))
        ]
        if held:
            proof = f"{seal(proofs[rule.id])}" if rule.id in proofs else ""
            yield "\n" + comment(f"{title} {proof}".strip())
        witness = next((case for case in proposal.cases if case.fires), None)
        for case, seen in held:
            story = ". ".join(part.rstrip(".") for part in (case.story, pinned(case)) if part)
            yield "\n" + comment(story) + _item(_test(title, rule, case, seen, witness))


def titles(rules: Sequence[Rule]) -> list[str]:
    """The alert's name; where several have it, with the labels that tell them apart."""
    alike: dict[str, list[Rule]] = {}
    for rule in rules:
        alike.setdefault(rule.name, []).append(rule)
    return [rule.name + _difference(rule, alike[rule.name]) for rule in rules]


def _difference(rule: Rule, alike: Sequence[Rule]) -> str:
    shared = set.intersection(*(set(one.labels) for one in alike))
    own = [f"{name}={quote(value)}" for name, value in rule.labels if (name, value) not in shared]
    return f"{{{', '.join(own)}}}" if own else ""


def pinned(case: Case) -> str:
    """Which clause a case is about, unless its name says so."""
    return f"Pins: {case.pins.words}" if case.pins and case.pins.words not in case.name else ""


def comment(text: str) -> str:
    """Lines of a comment, whatever the text holds."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return "".join(f"  # {line}\n" for line in textwrap.wrap(plain, _WIDTH, break_on_hyphens=False))


def _item(test: dict[str, Any]) -> str:
    return yaml_text({"tests": [test]}).removeprefix("tests:\n")


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
