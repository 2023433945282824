"""Each scenario of the spec leads to exactly the alerts that it names and to no other page, in time.

The standard scenarios, which nobody has to write, page nobody. This is what a rule cannot say of itself.
"""

from collections.abc import Iterable, Sequence

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.text import Span
from tocsin.engines import NotRun
from tocsin.model.routing import Routing
from tocsin.model.workspace import Model
from tocsin.proof.column import Cell, column, not_meant, not_run, proven, refuted
from tocsin.proof.rulebook import Subject
from tocsin.proof.trial import Scene, Trial

CODE = "proof/intended"


@column("intended", order=60)
def intended(trial: Trial, subject: Subject) -> Cell:
    """By all scenarios in which it pages, or should."""
    model, alert = trial.book.model, subject.alert
    if model is None or alert is None:
        return not_meant("no scenario speaks of it")
    if isinstance(trial.scenes, NotRun):
        return not_run(trial.scenes)
    mine = [one for one in trial.scenes if one.concerns(alert.id)]
    bad = [one for one in mine if not one.ok and _to_blame(one, alert.id)]
    words = tuple(f"{one.scenario}: {one.words}" for one in mine)
    if bad:
        found = tuple(_finding(model, subject, alike) for alike in _alike(bad))
        return refuted(found, words, done=len(mine) - len(bad), total=len(mine))
    if any(one.names(alert.id) for one in mine):
        return proven(words)
    if alert.shadow or not _pages(trial, model, subject):
        return not_meant("it pages nobody, and no scenario wants it to")
    return not_run("no scenario names it")


def _to_blame(scene: Scene, alert: str) -> bool:
    """Whether what is wrong with a scenario is this alert's page, or its missing or late one."""
    paged, named = alert in scene.pages, scene.names(alert)
    return paged != named or (named and alert.rpartition("/")[2] in scene.words)


def _alike(scenes: Iterable[Scene]) -> Iterable[Sequence[Scene]]:
    """Those of which the same is to be said, together: a rule that always fires is wrong in all of them."""
    found: dict[str, list[Scene]] = {}
    for one in scenes:
        found.setdefault(one.words, []).append(one)
    return found.values()


def _finding(model: Model, subject: Subject, scenes: Sequence[Scene]) -> Diagnostic:
    first, *others = scenes
    kind = "standard scenario" if first.standard else "scenario"
    more = f" and {len(others)} more" if others else ""
    words = f"{kind} `{first.scenario}`{more}: {first.words}"
    labels = (
        Label(subject.said.name, "this alert"),
        *(Label(_place(model, subject, one), "likewise") for one in others if not one.standard),
    )
    return Diagnostic(CODE, "error", words, Label(_place(model, subject, first)), labels)


def _place(model: Model, subject: Subject, scene: Scene) -> Span:
    said = next((one for one in model.scenarios if one.name == scene.scenario), None)
    return said.origin.key_place().span if said is not None else subject.said.name


def _pages(trial: Trial, model: Model, subject: Subject) -> bool:
    """Whether anybody is woken by it."""
    assert subject.alert is not None, "who calls has looked"
    told = trial.once("routing", lambda: Routing(model)).told(subject.alert)
    return any(model.receivers[one.receiver].pager for one in told if one.receiver in model.receivers)
