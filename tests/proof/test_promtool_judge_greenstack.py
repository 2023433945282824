"""On the alerts of this repository the verdicts are those of plain promtool, evaluation by evaluation."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.engines.needs import need
from tests.proof.promtool_cases import all_judged, case

from tocsin import engines
from tocsin.artifacts.emit import yaml_text
from tocsin.proof.promtool.rule import duration, rule_file
from tocsin.proof.recordings import needed
from tocsin.proof.testfile.series import series_text, values_text
from tocsin.proof.verdict import Proposal
from tocsin.query.durations import read_duration
from tocsin.query.promql import parse
from tocsin.query.promql.walk import selectors
from tocsin.witness.case import Alerting, Case
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.telemetry import Run, Series, labels

ROOT = Path(__file__).parents[2]
EVERY, UNTIL, SAMPLES = 60.0, 1800.0, 31
MOTIONS = (
    (Run(0.0, SAMPLES),),
    (Run(1.0, 10), Run(0.0, 12), Run(1.0, 9)),
    (Run(0.0, 10, 1.0), Run(10.0, 12, 500.0), Run(6000.0, 9)),
    (Run(0.0, SAMPLES, 7.0),),
)


def _rules() -> Iterator[dict[str, Any]]:
    for file in sorted((ROOT / "alerts").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]:
            for number, tree in enumerate(group["rules"], 1):
                yield {**tree, "group": group["name"], "file": file.name, "number": number}


def _pairs(tree: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(tree.get(key, {}).items()))


def _seconds(tree: dict[str, Any], key: str) -> float:
    found = read_duration(tree.get(key, "0s"))
    assert isinstance(found, float)
    return found


def _recordings() -> list[Recording]:
    return [
        Recording(record=tree["record"], expr=tree["expr"], labels=_pairs(tree, "labels"))
        for tree in _rules()
        if "record" in tree
    ]


def _alerts() -> list[Rule]:
    return [
        Rule(
            name=tree["alert"],
            language="promql",
            expr=tree["expr"],
            hold=min(_seconds(tree, "for"), 600.0),  # so that something fires within half an hour
            keep=_seconds(tree, "keep_firing_for"),
            labels=_pairs(tree, "labels"),
            annotations=_pairs(tree, "annotations"),
            group=tree["group"],
            file=tree["file"],
            number=tree["number"],
        )
        for tree in _rules()
        if "alert" in tree and "ALERTS" not in tree["expr"]
    ]


def _case(rule: Rule, recordings: tuple[Recording, ...], dice: random.Random, number: int) -> Case:
    """Any motion for each series that is read; every other prediction is moved by an evaluation."""
    recorded = {one.record for one in recordings}
    read = [one for expr in (rule.expr, *(r.expr for r in recordings)) for one in selectors(parse(expr))]
    fed = {}
    for selector in read:
        if selector.metric in recorded:
            continue
        pairs = {m.label: m.value.split("|")[0] for m in selector.matchers if m.op in ("=", "=~")}
        named = labels((("__name__", selector.metric or ""), *pairs.items()))
        fed[named] = Series(named, dice.choice(MOTIONS))
    known = Known(recordings=recordings)
    expected = predicted(rule, fed.values(), EVERY, EVERY, UNTIL, known=known)
    moved = tuple(_moved(one, dice) for one in expected) if number % 2 else expected
    return case(*fed.values(), name=str(number), interval=EVERY, every=EVERY, until=UNTIL, expected=moved)


def _moved(one: Alerting, dice: random.Random) -> Alerting:
    by = dice.choice((0.0, 0.0, EVERY))
    firing = None if one.firing is None else one.firing + by
    return Alerting(labels=one.labels, pending=one.pending, firing=firing, resolved=one.resolved)


def _plainly(rule: Rule, of: Case) -> dict[str, Any]:
    """The case as one would write it by hand: what `ALERTS` is at every evaluation."""
    own = dict(rule.labels)
    expected: dict[float, list[dict[str, Any]]] = {}
    for one in of.expected:
        for n in range(SAMPLES):
            at = n * EVERY
            if one.pending <= at and (one.resolved is None or at < one.resolved):
                fires = one.firing is not None and at >= one.firing
                named = {**dict(one.labels), **own, "__name__": "ALERTS", "alertname": rule.name}
                named["alertstate"] = "firing" if fires else "pending"
                expected.setdefault(at, []).append({"labels": series_text(labels(named.items())), "value": 1})
    return {
        "name": of.name,
        "interval": duration(of.interval),
        "input_series": [
            {"series": series_text(one.labels), "values": values_text(one.runs)} for one in of.series
        ],
        "promql_expr_test": [
            {"expr": "ALERTS", "eval_time": duration(n * EVERY), "exp_samples": expected.get(n * EVERY, [])}
            for n in range(SAMPLES)
        ],
    }


@pytest.mark.tools
def test_the_verdicts_are_those_of_plain_promtool(tmp_path: Path) -> None:
    dice, recordings = random.Random(3), _recordings()
    proposals = []
    for rule in _alerts():
        mine = needed(rule.expr, recordings)
        proposals.append(Proposal(rule, tuple(_case(rule, mine, dice, n) for n in range(4)), mine))
    found = all_judged(proposals)
    assert len(proposals) > 30
    held = [verdict.ok for verdicts in found for verdict in verdicts]
    assert held.count(True) > 60
    assert held.count(False) > 10
    assert _plain_verdicts(tmp_path, proposals) == held


def _plain_verdicts(folder: Path, proposals: list[Proposal]) -> list[bool]:
    files = []
    for number, one in enumerate(proposals):
        (folder / f"r{number}.yaml").write_text(yaml_text(rule_file(one.rule, one.recordings)), "utf-8")
        tests = [_plainly(one.rule, each) for each in one.cases]
        tree = {"rule_files": [f"r{number}.yaml"], "evaluation_interval": "1m", "tests": tests}
        files.append(Path(f"t{number}.yaml"))
        (folder / files[-1]).write_text(yaml_text(tree), "utf-8")
    run = need(need(engines.promtool(folder)).test_rules(files))
    return [one.ok for one in run.cases]
