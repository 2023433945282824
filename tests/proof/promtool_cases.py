"""Rules and cases by hand for the tests of promtool as a judge."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.engines.needs import need

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.engines import NotRun
from tocsin.engines.tools.testrun import TestRun
from tocsin.proof.promtool.judge import judge
from tocsin.proof.verdict import CaseVerdict, Proposal
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Labels, Run, Series, labels


def rule(expr: str = "queue > 5", name: str = "Queue", **more: Any) -> Rule:
    return Rule(name=name, language="promql", expr=expr, file="rules.yaml", group="g", **more)


def series(metric: str, *runs: tuple[float, int] | Run, **pairs: str) -> Series:
    """Runs are constant levels with the number of samples."""
    named = labels((("__name__", metric), *pairs.items()))
    return Series(named, tuple(one if isinstance(one, Run) else Run(one[0], one[1]) for one in runs))


def alert(
    pending: float, firing: float | None = None, resolved: float | None = None, **pairs: str
) -> Alerting:
    return Alerting(labels=labels(pairs.items()), pending=pending, firing=firing, resolved=resolved)


def case(*given: Series, expected: Sequence[Alerting] = (), **more: Any) -> Case:
    fires = any(one.firing is not None for one in expected)
    grid = {
        "name": "a case",
        "kind": "fires" if fires else "clause",
        "interval": 60,
        "every": 60,
        "until": 600,
    }
    return Case(**{**grid, "series": given, "expected": tuple(expected), **more})


def judged(
    of: Rule, *cases: Case, recordings: Sequence[Recording] = (), folder: Path | None = None
) -> tuple[CaseVerdict, ...]:
    """The verdicts on the cases of one rule."""
    return all_judged([Proposal(of, cases, tuple(recordings))], folder=folder)[0]


def all_judged(proposals: Sequence[Proposal], *, folder: Path | None = None) -> list[tuple[CaseVerdict, ...]]:
    need(engines.promtool())
    found = judge(proposals, folder=folder)
    assert not isinstance(found, NotRun), found
    return [found[one.rule.id] for one in proposals]


def plain(folder: Path, rules: dict[str, Any], tests: str | dict[str, Any], name: str = "t.yaml") -> TestRun:
    """What promtool says of a test file as people would run it."""
    (folder / "rules.yaml").write_text(yaml_text(rules), "utf-8")
    (folder / name).write_text(tests if isinstance(tests, str) else yaml_text(tests), "utf-8")
    return need(need(engines.promtool(folder)).test_rules([Path(name)]))


def pairs(**given: str) -> Labels:
    return labels(given.items())
