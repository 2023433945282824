"""The rules of an environment of the spec as a book: what is rendered, with the lines that caused it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.artifacts.tree import Artifact, Map
from tocsin.checks.expression import Expression
from tocsin.diag.diagnostic import Label
from tocsin.diag.nodes import Node
from tocsin.diag.text import Span
from tocsin.model.alerting import Alert, Variant
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model
from tocsin.proof.contract import contract
from tocsin.proof.rulebook import Book, RuleFile, Subject
from tocsin.query.durations import read_duration
from tocsin.render.rules import PART
from tocsin.witness.rule import Language, Recording, Rule

FOLDERS: Mapping[Language, str] = {"promql": "alerts/", "logql": "loki/rules/"}
ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class InSpec:
    """A rule that the spec says: its expression may have been made by a template."""

    expression: Expression

    @property
    def name(self) -> Span:
        """The key of the alert."""
        return self.expression.origin.key_place().span

    def expr(self, start: int, end: int) -> tuple[Span, tuple[Label, ...]]:
        """The characters in the spec, or in the expanded text as a further place."""
        return self.expression.place(start, end)

    def field(self, name: str) -> Span:
        """The parameter of this name, else the key of the alert."""
        node = self.expression.origin.get(name)
        return node.span if node is not None else self.name


def book(model: Model, artifacts: Iterable[Artifact]) -> Book:
    """The rule set of one environment, as its rule files have it."""
    files = [a for a in artifacts if _language(model, a) is not None]
    recorded = {a.path: tuple(_recordings(a, model)) for a in files}
    return Book(
        name=model.environment,
        subjects=tuple(one for a in files for one in _escalating(list(_subjects(a, model)))),
        contract=contract(model, [one for several in recorded.values() for one in several]),
        files=tuple(_file(a, model) for a in files),
        model=model,
        recorded=recorded,
        groups={a.path: tuple(group["name"] for group, _ in _groups(a, model)) for a in files},
    )


def _language(model: Model, artifact: Artifact) -> Language | None:
    for language, folder in FOLDERS.items():
        if artifact.path.startswith(model.root + folder):
            return language
    return None


def _file(artifact: Artifact, model: Model) -> RuleFile:
    return RuleFile(
        path=artifact.path,
        language=_language(model, artifact) or "promql",
        text=whole(artifact, emit(artifact), None),
        origin=artifact.origin.key_place().span,
    )


def _groups(artifact: Artifact, model: Model) -> Iterator[tuple[dict[str, Any], float]]:
    for group in artifact.tree["groups"]:
        said = group.get("interval")
        yield group, _seconds(said) if said else model.stack.evaluation_interval.seconds


def _recordings(artifact: Artifact, model: Model) -> Iterator[Recording]:
    for group, every in _groups(artifact, model):
        for tree in group["rules"]:
            if "record" in tree:
                labels = tuple(sorted(tree.get("labels", {}).items()))
                yield Recording(record=tree["record"], expr=str(tree["expr"]), labels=labels, every=every)


def _subjects(artifact: Artifact, model: Model) -> Iterator[Subject]:
    language = _language(model, artifact) or "promql"
    by_origin = {id(v.origin): (a, v) for a in model.alerts for v in a.variants}
    for group, every in _groups(artifact, model):
        for number, tree in enumerate(group["rules"], 1):
            if "alert" not in tree:
                continue
            rule = Rule(
                name=tree["alert"],
                language=language,
                expr=str(tree["expr"]),
                hold=_seconds(tree.get("for", "0s")),
                keep=_seconds(tree.get("keep_firing_for", "0s")),
                labels=tuple(sorted(tree.get("labels", {}).items())),
                annotations=tuple(sorted(tree.get("annotations", {}).items())),
                every=every,
                group=group["name"],
                file=artifact.path,
                number=number,
            )
            yield _subject(rule, tree, *by_origin.get(id(tree.origin), (None, None)))


def _escalating(subjects: Sequence[Subject]) -> Iterator[Subject]:
    """The subjects; an escalated form knows which rule it repeats."""
    plain = {(one.rule.name, one.rule.expr): one for one in subjects if ESCALATED not in one.part}
    for one in subjects:
        repeated = plain.get((one.rule.name, one.rule.expr), one)
        yield one if repeated is one else replace(one, rule=replace(one.rule, escalates=repeated.title))


def _subject(rule: Rule, tree: Map, alert: Alert | None, variant: Variant | None) -> Subject:
    origin: Node = tree.origin
    said = Expression(
        text=rule.expr,
        language=rule.language,
        role="alert",
        origin=origin,
        service=alert.service if alert else "",
        alert=alert,
        variant=variant,
    )
    labels = dict(rule.labels)
    parts = (labels.get(PART, ""), ESCALATED if ESCALATED in labels else "")
    return Subject(
        rule=rule,
        said=InSpec(said),
        row=alert.id if alert else rule.name,
        part=", ".join(filter(None, parts)),
        alert=alert,
        constant=alert is None and rule.name == WATCHDOG,
    )


def _seconds(text: str) -> float:
    found = read_duration(text)
    return found if isinstance(found, float) else 0.0
