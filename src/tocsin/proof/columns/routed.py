"""The alert reaches exactly the declared receivers, by Alertmanager's own reading of the labels.

Labels only: amtool 0.34.2 knows nothing of hours, inhibition and grouping.
"""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tocsin import engines
from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.engines import Missing, NotRun
from tocsin.engines.problem import Problem
from tocsin.model.alerting import Alert
from tocsin.model.routing import NOBODY, Route, Routing, labels_of
from tocsin.model.workspace import Model
from tocsin.proof.column import Cell, column, not_meant, not_run, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.spec_rules import ESCALATED
from tocsin.proof.trial import Trial

CODE = "proof/routed"
CONFIG = "alertmanager/alertmanager.yml"
LABELS_ONLY = "labels only: hours, inhibition and grouping want a live Alertmanager"
_AT_ONCE = 4
_Kind = tuple[tuple[str, str], ...]
_Answer = tuple[str, ...] | Problem | NotRun


@column("routed", order=70)
def routed(trial: Trial, subject: Subject) -> Cell:
    """amtool, once for all alerts that no route tells apart."""
    model, alert = trial.book.model, subject.alert
    if model is None or alert is None:
        return not_meant("the spec does not say whom it should reach")
    answers = trial.once("routed", lambda: _answers(trial, model))
    if isinstance(answers, NotRun):
        return not_run(answers)
    escalated = ESCALATED in dict(subject.rule.labels)
    got = answers[_kind(_values(trial, model), labels_of(alert, escalated))]
    if isinstance(got, NotRun):
        return not_run(got)
    if isinstance(got, Problem):
        return refuted((_finding(subject, f"amtool: {got.message}"),))
    meant = {one.receiver for one in _routing(trial, model).told(alert, escalated)} or {NOBODY}
    if set(got) == meant:
        return proven((f"{', '.join(got)} ({LABELS_ONLY})",))
    return refuted((_finding(subject, f"reaches {', '.join(got)}, not {', '.join(sorted(meant))}"),))


def _finding(subject: Subject, words: str) -> Diagnostic:
    return Diagnostic(CODE, "error", f"{subject.title}: {words}", Label(subject.said.name))


def _routing(trial: Trial, model: Model) -> Routing:
    return trial.once("routing", lambda: Routing(model))


def _values(trial: Trial, model: Model) -> Mapping[str, frozenset[str]]:
    return trial.once("routed values", lambda: _asked_for(_routing(trial, model).root))


def _asked_for(root: Route) -> Mapping[str, frozenset[str]]:
    """Label -> the values that some route asks for; all of them are plain equalities."""
    found: dict[str, set[str]] = {}
    stack = [root]
    while stack:
        route = stack.pop()
        for matcher in route.matchers:
            found.setdefault(matcher.label, set()).add(matcher.value)
        stack += route.children
    return {label: frozenset(values) for label, values in found.items()}


def _kind(values: Mapping[str, frozenset[str]], labels: Mapping[str, str]) -> _Kind:
    """What the routes can tell of these labels."""
    return tuple((label, labels.get(label, "")) for label in values if labels.get(label) in values[label])


def _answers(trial: Trial, model: Model) -> Mapping[_Kind, _Answer] | NotRun:
    """One question for each kind of alert: two alerts that no route tells apart go the same way."""
    values = _values(trial, model)
    kinds: dict[_Kind, dict[str, str]] = {}
    for alert, escalated in _cases(model.alerts):
        labels = labels_of(alert, escalated)
        kinds.setdefault(_kind(values, labels), labels)
    with tempfile.TemporaryDirectory(prefix="tocsin-routes-") as name:
        tool = engines.amtool(Path(name).resolve())
        if isinstance(tool, Missing):
            return tool
        _write(trial, model, tool.root)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            asked = pool.map(lambda labels: tool.receivers(Path(model.root + CONFIG), labels), kinds.values())
            return dict(zip(kinds, asked, strict=True))


def _cases(alerts: tuple[Alert, ...]) -> list[tuple[Alert, bool]]:
    return [(a, e) for a in alerts for e in (False, True) if not e or a.escalate_after]


def _write(trial: Trial, model: Model, folder: Path) -> None:
    """Alertmanager's configuration with its templates, as it would be generated."""
    for path, artifact in trial.context.artifacts.items() if trial.context else ():
        if path.startswith(model.root + "alertmanager/"):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(whole(artifact, emit(artifact), None), "utf-8")
