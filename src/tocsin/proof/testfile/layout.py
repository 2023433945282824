"""How proofs are laid out in test files: which files, sections, comments. Not what a test holds. Pure.

A file has one evaluation interval, so that a rule file whose rules are evaluated at different ones gets
several.
"""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.artifacts.emit import yaml_text
from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.histories import outcome
from tocsin.proof.promtool.rule import duration
from tocsin.proof.testfile.mark import header, seal
from tocsin.proof.verdict import Proposal
from tocsin.query.quoting import quote
from tocsin.witness.case import Case
from tocsin.witness.rule import Rule

_WIDTH = 104


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The rule file that the tests are about."""

    name: str
    """What the test files are called: `greenstack-api` for `greenstack-api.yaml`."""
    rule_files: tuple[str, ...]
    """As promtool finds them from the test file: `../greenstack-api.yaml`."""
    group_order: tuple[str, ...] = ()
    """All groups, where some read what others record."""


def _any(case: Case) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Form:
    """What is an engine's own."""

    about: tuple[str, ...]
    """The first lines of a file, as a comment."""
    test: Callable[[str, Rule, Case, Evidence, Case | None], dict[str, Any]]
    """From title, rule, case, what the engine saw, and the witness, to a test."""
    writable: Callable[[Case], bool] = _any


def laid_out(
    source: Source,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
    form: Form,
) -> dict[str, str]:
    """File name -> text. Cases without evidence, or that the form cannot write, are left out."""
    intervals = Counter(case.every for one in proposals for case in one.cases)
    usual = max(intervals, key=lambda every: (intervals[every], -every), default=0.0)
    found: dict[str, str] = {}
    for every in sorted(intervals):
        body = "".join(_sections(every, proposals, evidence, proofs, form))
        if body:
            suffix = "" if every == usual else f"-{duration(every)}"
            found[f"{source.name}{suffix}.yaml"] = header(_preamble(source, every, form) + body)
    return found


def _preamble(source: Source, every: float, form: Form) -> str:
    tree: dict[str, Any] = {"rule_files": list(source.rule_files), "evaluation_interval": duration(every)}
    if source.group_order:
        tree["group_eval_order"] = list(source.group_order)
    return "".join(f"# {line}\n" for line in form.about) + yaml_text(tree) + "tests:\n"


def _sections(
    every: float,
    proposals: Sequence[Proposal],
    evidence: Mapping[Key, Evidence],
    proofs: Mapping[tuple[str, str, str], str],
    form: Form,
) -> Iterator[str]:
    for proposal, title in zip(proposals, titles([one.rule for one in proposals]), strict=True):
        rule = proposal.rule
        held = [
            (case, seen)
            for number, case in enumerate(proposal.cases)
            if case.every == every and (seen := evidence.get((rule.id, number))) and form.writable(case)
        ]
        if held:
            proof = seal(proofs[rule.id]) if rule.id in proofs else ""
            yield "\n" + comment(f"{title} {proof}".strip())
        witness = next((case for case in proposal.cases if case.fires), None)
        for case, seen in held:
            told = (*case.story.splitlines(), pinned(case), outcome(case))
            test = form.test(title, rule, case, seen, witness)
            yield "\n" + "".join(map(comment, told)) + yaml_text({"tests": [test]}).removeprefix("tests:\n")


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
    return f"Pins: {case.pins.words}." if case.pins and case.pins.words not in case.name else ""


def comment(text: str) -> str:
    """Lines of a comment, whatever the text holds."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return "".join(f"  # {line}\n" for line in textwrap.wrap(plain, _WIDTH, break_on_hyphens=False))
