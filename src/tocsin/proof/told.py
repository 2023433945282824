"""Words that several columns share: what a case came to, why there was none."""

import re
from collections.abc import Iterable
from dataclasses import replace

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.engines.answers import NotRun
from tocsin.proof.compare import difference
from tocsin.proof.rulebook import Subject
from tocsin.proof.trial import Trial
from tocsin.proof.verdict import CaseVerdict
from tocsin.witness.case import Alerting
from tocsin.witness.outcome import Impossible, NotFound, Reason
from tocsin.witness.rule import Rule

NO_STACK = "no live stack"
_FIELD = re.compile(r"(?P<kind>label|annotation) `(?P<name>[^`]+)` ")
_HEARTBEATS = frozenset(("watchdog", "deadmansswitch", "deadmanswitch", "heartbeat"))


def heartbeat(subject: Subject, reason: Reason) -> bool:
    """Whether it is meant to fire always: a constant, and called or labelled as such."""
    labels = dict(subject.rule.labels)
    named = subject.rule.name.replace("_", "").replace("-", "").lower() in _HEARTBEATS
    return subject.constant or (reason.kind == "constant" and (named or labels.get("severity") == "none"))


def unproven(trial: Trial, subject: Subject) -> NotRun | str | None:
    """Why there is no verdict on the rule's cases; None when there is one."""
    if not trial.parses(subject):
        return "it does not parse"
    proof = trial.proof(subject)
    match proof.outcome:
        case Impossible():
            return "it can never fire"
        case NotFound(why=why):
            return f"no witness was found: {why}"
        case _ if not proof.verdicts:
            return trial.unjudged.get(subject.rule.language) or "no engine judged it"
        case _:
            return None


def only_the_end(rule: Rule, verdict: CaseVerdict) -> bool:
    """Whether nothing is other than predicted but when its alerts end."""
    expected, seen = verdict.case.expected, verdict.seen
    return bool(difference(rule, expected, seen)) and not difference(rule, _endless(expected), _endless(seen))


def _endless(alerts: Iterable[Alerting]) -> list[Alerting]:
    return [replace(one, resolved=None) for one in alerts]


def broken(code: str, subject: Subject, verdict: CaseVerdict, claim: str) -> Diagnostic:
    """A case in which the engine did something else than predicted, at the clause that the case pins.

    Where a label or an annotation is to blame, at that one.
    """
    pins = verdict.case.pins
    at, others = subject.said.expr(pins.start, pins.end) if pins else (subject.said.name, ())
    words = f"`{subject.title}` does not behave as predicted: {verdict.case.name}"
    if field := _FIELD.match(verdict.words):
        pins, at, others = None, subject.said.field(field["name"]), others[:0]
        words = f"`{subject.title}`: its {field['kind']} `{field['name']}` cannot be expanded"
    notes = (
        verdict.words or f"the engine does not agree that it {claim}",
        *filter(None, (" ".join(verdict.case.story.split()),)),
    )
    return Diagnostic(code, "error", words, Label(at, pins.words if pins else ""), others, notes)
