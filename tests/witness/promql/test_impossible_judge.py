"""What is said never to fire never does on promtool, whatever the telemetry; the same for always."""

from pathlib import Path

import pytest
import yaml
from tests.witness.promql.rule_generator import Rules, Telemetry

from tocsin import engines
from tocsin.engines.answers import NotRun
from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.witness.outcome import Always, Impossible
from tocsin.witness.promql.impossible import refute
from tocsin.witness.rule import Rule

AT = ("6m", "13m", "21m", "29m")
SEED, WANTED, WORLDS = 20, 700, 6
Asked = dict[str, object]


def claims() -> tuple[list[str], list[str]]:
    """Expressions at random that are said to never have a result, and to always have one."""
    source, never, always = Rules(SEED), dict[str, None](), dict[str, None]()
    while len(never) + len(always) < WANTED:
        text = source.rule()
        try:
            parse(text)
        except QueryError:
            continue
        found = refute(Rule(name="A", language="promql", expr=text))
        if isinstance(found, Impossible):
            never[text] = None
        elif isinstance(found, Always):
            always[text] = None
    assert len(never) > 300
    assert len(always) > 50
    return list(never), list(always)


def asked(text: str, at: str, value: int) -> Asked:
    samples = [{"labels": "{}", "value": value}]
    return {"expr": f"group({text}) or vector(0)", "eval_time": at, "exp_samples": samples}


def test_what_is_said_holds_on_promtool(tmp_path: Path) -> None:
    promtool = engines.promtool(tmp_path)
    if isinstance(promtool, NotRun):
        pytest.skip(f"not run: {promtool}")
    never, always = claims()
    source, tests = Telemetry(SEED), []
    for world in range(WORLDS):
        dense, single = world % 3 == 0, world % 3 == 1
        wanted = [asked(text, at, 0) for text in never for at in AT]
        if dense:
            wanted += [asked(text, at, 1) for text in always for at in AT[:2]]
        series = source.series(dense=dense, single=single)
        name = f"world {world}"
        tests.append({"name": name, "interval": "1m", "input_series": series, "promql_expr_test": wanted})
    file = tmp_path / "claims.yaml"
    file.write_text(yaml.dump({"tests": tests, "evaluation_interval": "1m"}, Dumper=yaml.CSafeDumper))
    run = promtool.test_rules([file])
    assert not isinstance(run, NotRun)
    assert len(run.cases) == WORLDS
    failures = [failure for case in run.cases for failure in case.failures]
    # where two series become one, Prometheus refuses, and there is no result either
    wrong = [one for one in failures if ", err:" not in one.text or any(text in one.text for text in always)]
    assert not wrong, [one.text for one in wrong[:3]]
