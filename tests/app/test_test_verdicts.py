"""Hand-written tests judged by real engines: what is met passes, what is not is told where it was said."""

from pathlib import Path

import pytest
from tests.app.rule_tests import LOKI_RULES, LOKI_TEST, PROM_RULES, PROM_TEST, need_engines, run, told

from tocsin import engines
from tocsin.engines import NotRun
from workspaces import edited

pytestmark = [pytest.mark.process, pytest.mark.tools]
NAMED = " | in the test `one of two is down`"
BURST = " | in the test `a burst of errors`"
DOWN = 'got {instance="one", job="a", severity="critical"}'
ERRORS = 'got {service_name="api", severity="warning"}'
QUIET = "it is not even pending: the expression gives nothing at that evaluation"
UP = '`up` is 1 for {instance="one", job="a"}, 1 for {instance="two", job="a"}, and has to be == 0'
AUTOMATIC = "Loki adds `service_name` and `detected_level` by itself, as in production"
THEN = "eval_time: 8m\n        exp_alerts"
COUNT = 'sum(count_over_time({job="api"}[5m]))'


@pytest.fixture(autouse=True, scope="module")
def both_engines() -> None:
    need_engines()


PROM = [
    (
        ("severity: critical, job", "severity: page, job"),
        f'page: `Down` fires at 8m, but not like this | got "critical" | {DOWN}',
    ),
    (
        ("severity: critical, job: a, ", ""),
        "{instance: one}: `Down` fires at 8m, but not like this"
        f' | it also has job="a", severity="critical" | {DOWN}',
    ),
    (
        ('            exp_annotations: {summary: one is down, more: "0"}\n', ""),
        "exp_labels: {severity: critical, job: a, instance: one}: `Down` fires at 8m, but not like this"
        f' | it also has more="0", summary="one is down" | {DOWN}',
    ),
    (
        ("summary: one is", "summary: two is"),
        f'two is down: `Down` fires at 8m, but not like this | got "one is down" | {DOWN}',
    ),
    (("eval_time: 7m", "eval_time: 8m"), f"8m: `Down` fires at 8m | no alert is expected | {DOWN}"),
    (
        (THEN, THEN.replace("8m", "7m")),
        "exp_labels: {severity: critical, job: a, instance: one}: `Down` does not fire at 7m"
        " | it is pending since 6m, and its `for` is 2m",
    ),
    (
        (THEN, THEN.replace("8m", "5m")),
        "exp_labels: {severity: critical, job: a, instance: one}: `Down` does not fire at 5m"
        f" | {QUIET} | {UP}",
    ),
    (
        ("value: 1}", "value: 2}"),
        '2: the result at 8m is another | got 1 | got {__name__="job:up:sum", job="a"} 1',
    ),
    (
        ("expr: job:up:sum\n", "expr: sum(\n"),
        "sum(: this expression is not evaluated | 1:5: parse error: unclosed left parenthesis",
    ),
]


@pytest.mark.parametrize(("change", "said"), PROM, ids=[m[1][:40] for m in PROM])
def test_what_prometheus_does_not_meet(tmp_path: Path, change, said) -> None:
    report = run(tmp_path, edited(PROM_TEST, change), PROM_RULES)
    assert [told(one) for one in report.findings] == [said + NAMED]
    assert report.summary == "1 test in 1 file: 0 passed, 1 failed, 0 not run"


@pytest.mark.parametrize(("test", "rules"), [(PROM_TEST, PROM_RULES), (LOKI_TEST, LOKI_RULES)])
def test_what_is_met_passes(tmp_path: Path, test: str, rules: str) -> None:
    report = run(tmp_path, test, rules)
    assert [told(one) for one in report.findings] == []
    assert report.summary == "1 test in 1 file: 1 passed, 0 failed, 0 not run"


def test_telemetry_that_promtool_cannot_read(tmp_path: Path) -> None:
    report = run(tmp_path, edited(PROM_TEST, ('values: "1x20"', 'values: "1y20"')), PROM_RULES)
    assert [told(one) for one in report.findings] == [
        '1: promtool cannot read this series | bad number syntax: "1"' + NAMED
    ]
    report = run(tmp_path, edited(PROM_TEST, ('instance="two"}', "instance=two}")), PROM_RULES)
    [found] = [told(one) for one in report.findings]
    assert found.startswith("t: promtool cannot read this series | unexpected")


LENIENT = "evaluation_interval: 1m\nexact: false"


@pytest.mark.parametrize(
    "changes",
    [
        (("severity: critical, job: a, ", ""),),
        (("            exp_annotations: {summary: one is down, more: \"0\"}\n", ""),),
        ((', more: "0"', ""),),
        (("'job:up:sum{job=\"a\"}'", "'{}'"),),
    ],
)  # fmt: skip
def test_what_is_not_named_is_not_compared_after_exact_false(tmp_path: Path, changes) -> None:
    assert run(tmp_path, edited(PROM_TEST, *changes), PROM_RULES).failed
    lenient = edited(PROM_TEST, ("evaluation_interval: 1m", LENIENT), *changes)
    assert [told(one) for one in run(tmp_path, lenient, PROM_RULES).findings] == []


@pytest.mark.parametrize(
    "place",
    [
        ("    interval: 1m\n    input", "    interval: 1m\n    exact: false\n    input"),
        (THEN, THEN.replace("exp_alerts", "exact: false\n        exp_alerts")),
        ("          - exp_labels", "          - exact: false\n            exp_labels"),
    ],
)  # fmt: skip
def test_exact_may_be_said_anywhere_and_the_innermost_counts(tmp_path: Path, place) -> None:
    lenient = edited(PROM_TEST, ("severity: critical, job: a, ", ""), place)
    assert not run(tmp_path, lenient, PROM_RULES).failed


LOKI = [
    (
        ("severity: warning}\n            exp", "severity: page}\n            exp"),
        f'page: `Errors` fires at 8m, but not like this | got "warning" | {ERRORS}',
    ),
    (
        ("summary: 19", "summary: 20"),
        f'20 errors: `Errors` fires at 8m, but not like this | got "19 errors" | {ERRORS}',
    ),
    (
        ("severity: warning}\n            exp", "severity: warning, pod: x}\n            exp"),
        f"x: `Errors` fires at 8m, but not like this | there is no label `pod` | {ERRORS}",
    ),
    (
        ("exp_alerts:\n", "exact: true\n        exp_alerts:\n"),
        '{severity: warning}: `Errors` fires at 8m, but not like this | it also has service_name="api"'
        f" | {ERRORS}",
    ),
    (("eval_time: 7m", "eval_time: 8m"), f"8m: `Errors` fires at 8m | no alert is expected | {ERRORS}"),
    (
        (THEN, THEN.replace("8m", "7m")),
        "exp_labels: {severity: warning}: `Errors` does not fire at 7m"
        " | it is pending since 6m, and its `for` is 2m",
    ),
    (("{value: 1}", "{value: 2}"), "2: the result at 5m is another | got 1 | got {} 1"),
    (("[{value: 1}]", "[]"), f"{COUNT}: the result at 5m has more than `exp_samples` names | got {{}} 1"),
    (("{value: 1}", "{value: 1}, {value: 7}"), "{value: 7}: this is not in the result at 5m | got {} 1"),
    (
        (
            f"{COUNT}\n        eval_time: 5m\n        exp_samples: [{{value: 1}}]",
            'count_over_time({job="api"}[5m])\n        eval_time: 5m\n'
            """        exp_samples: [{labels: '{job="api"}', value: 1, exact: true}]""",
        ),
        """'{job="api"}': the result at 5m is another | it also has detected_level="error","""
        f""" service_name="api"; {AUTOMATIC}"""
        """ | got {detected_level="error", job="api", service_name="api"} 1""",
    ),
    (
        (
            f"{COUNT}\n        eval_time: 5m\n        exp_samples: [{{value: 1}}]",
            """'{job="api"}'\n        eval_time: 4m\n        exp_logs: [{line: x}]""",
        ),
        r'x: the lines until 4m are others | got "{\"level\":\"info\"}"',
    ),
]


@pytest.mark.parametrize(("change", "said"), LOKI, ids=[m[1][:40] for m in LOKI])
def test_what_loki_does_not_meet(tmp_path: Path, change, said) -> None:
    report = run(tmp_path, edited(LOKI_TEST, change), LOKI_RULES)
    assert [told(one) for one in report.findings] == [said + BURST]


def test_lines_that_loki_does_not_take(tmp_path: Path) -> None:
    long = edited(LOKI_TEST, ("""'{"level":"info"}'""", "x" * 300_000))
    [found] = [told(one) for one in run(tmp_path, long, LOKI_RULES).findings]
    assert found.startswith(
        "a burst of errors: this test could not be evaluated | Loki does not take the lines"
    )


def test_several_alerts_of_a_name_find_their_expectations_in_any_order(tmp_path: Path) -> None:
    test = """\
rule_files: [rules.yaml]
tests:
  - input_streams:
      - {labels: {job: api, pod: a}, lines: [slow]}
      - {labels: {job: api, pod: b}, lines: [slow, {line: slow, at: 8m}]}
    alert_rule_test:
      - {alertname: Slow, eval_time: 1m, exp_alerts: [{}, {exp_labels: {pod: a}}]}
      - {alertname: Slow, eval_time: 10m, exp_alerts: [{exp_labels: {pod: b}}]}
      - {alertname: Slow, eval_time: 7m, exp_alerts: [{exp_labels: {pod: b}}, {exp_labels: {pod: a}}]}
      - {alertname: Slow, eval_time: 8m, exp_alerts: [{exp_labels: {pod: b}}]}
"""
    assert [told(one) for one in run(tmp_path, test, LOKI_RULES).findings] == []


def test_rules_that_no_engine_takes(tmp_path: Path) -> None:
    broken = edited(PROM_RULES, ("expr: up == 0", "expr: up =="))
    [found] = run(tmp_path, PROM_TEST, broken).findings
    assert "could not be evaluated" in found.message
    assert "unexpected end of input" in "".join(found.notes)


def test_without_engines_nothing_is_called_a_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_ENGINES", "path")
    monkeypatch.setenv("PATH", "/nowhere")
    assert isinstance(engines.loki(), NotRun)
    for test, rules in ((LOKI_TEST, LOKI_RULES), (PROM_TEST, PROM_RULES)):
        report = run(tmp_path, test, rules)
        assert report.summary == "1 test in 1 file: 0 passed, 0 failed, 1 not run"
        assert "no loki" in report.not_run[0].why or "no promtool" in report.not_run[0].why


def test_tests_of_the_repository_hold() -> None:
    from tocsin.app.test import test

    root = Path(__file__).parents[2]
    report = test(root, ("tests/rules",))
    assert [told(one) for one in report.findings] == []
    assert len(report.tests) >= 4
    assert not report.not_run
