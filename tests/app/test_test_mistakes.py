"""Every mistake of a hand-written test file is told at its place, with its cure, and all at once."""

from pathlib import Path

import pytest
from tests.app.rule_tests import LOKI_RULES, LOKI_TEST, PROM_RULES, PROM_TEST, run, workspace

from tocsin.diag.diagnostic import Sink
from tocsin.proof.handwritten.read import read
from workspaces import edited

LABELS = """{job="api"}'\n"""
LOKI = [
    (("interval: 1m\n    input", "interval: 1\n    input"), "spec/unit 5:15", "write `1s` or `1m`"),
    (("eval_time: 7m", "eval_time: 7 min"), "spec/unit 12:40", "write it like `90s`, `5m` or `1h30m`"),
    (("eval_time: 7m", "eval_tim: 7m"), "spec/unknown-key 12:29", "write `eval_time`"),
    ((", eval_time: 7m", ""), "spec/missing-key 12:9", "add `eval_time: 10m`"),
    (("{alertname: Errors, ", "{"), "spec/missing-key 12:9", "add `alertname: HighErrorRate`"),
    (("{alertname: Slow", "{alertname: Slwo"), "test/unknown-alert 18:21", "write `Slow`"),
    (("{alertname: Slow", "{alertname: X"), "test/unknown-alert 18:21", "known: `Errors`, `Lines`, `Slow`"),
    (("[rules.yaml]", "[rule.yaml, rules.yaml]"), "test/rule-file 1:14", "write `rules.yaml`"),
    (("[rules.yaml]", "[a/x.yaml, rules.yaml]"), "test/rule-file 1:14", "a path is seen from the folder"),
    ((LABELS, """{job=~"api"}'\n"""), "test/labels 7:22", """write `'{job="api", level="error"}'`"""),
    ((LABELS, "{}'\n"), "test/labels 7:17", """write `'{job="api"}'`"""),
    (("from: 5m, every", "at: 5m, every"), "test/line 10:58", "`at` is one instant for all"),
    (("count: 30", "count: 0"), "spec/range 10:79", "write 1 to 1000000"),
    (("count: 30", "count: 300000"), "test/line 3:1", "200,000 lines are enough"),
    (("[5m]))\n        eval", "[5m])\n        eval"), "test/expr 20:18", ""),
    (("{value: 1}", "{value: one}"), "spec/type 22:31", "as in `5` or `0.25`"),
    (("alertname: Slow", "alertname: Lines"), "test/log-query rules.yaml:16:11", "sum(count_over_time("),
    (("    input_streams", "    input_series: []\n    input_streams"), "test/file 7:5", "make two files of"),
    (("- name: a", "- name: nothing\n  - name: a"), "test/file 4:5", "add `alert_rule_test` with an"),
    (("exp_alerts:\n", "exact: maybe\n        exp_alerts:\n"), "spec/type 15:16", "write `true` or `false`"),
    (("tests:\n", "tests:\n  - 5\n"), "spec/type 4:5", "write its settings below it"),
    (("evaluation_interval", "evaluation_intervall"), "spec/unknown-key 2:1", "evaluation_interval"),
]


@pytest.mark.parametrize(("change", "place", "help"), LOKI, ids=[f"{m[0][1][:30]!r}" for m in LOKI])
def test_a_mistake_is_told_at_its_place(tmp_path: Path, change, place, help) -> None:
    report = run(tmp_path, edited(LOKI_TEST, change), LOKI_RULES)
    [found] = report.findings
    code, _, said = place.partition(" ")
    assert found.code == code
    assert str(found.at.span).removeprefix("tests.yaml:") == said
    assert help in found.help
    assert report.failed
    assert report.summary == "0 tests in 1 file: 0 passed, 0 failed, 0 not run; 1 file with mistakes"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    changes = [change for change, *_ in (LOKI[0], LOKI[5], LOKI[7], LOKI[9])]
    assert len(run(tmp_path, edited(LOKI_TEST, *changes), LOKI_RULES).findings) == 4


def test_what_is_wrong_with_a_rule_is_told_in_the_rule_file(tmp_path: Path) -> None:
    report = run(tmp_path, LOKI_TEST, edited(LOKI_RULES, ('level="error"', 'level="error')))
    [found] = report.findings
    assert found.code == "test/rule-file"
    assert str(found.at.span).startswith("rules.yaml:5:")


def test_promtool_takes_what_it_takes(tmp_path: Path) -> None:
    """What promtool reads is no mistake: empty values, anchors, numbers for labels, instants left out."""
    lenient = edited(
        PROM_TEST,
        ("exp_alerts: []}", "exp_alerts: }"),
        ("interval: 1m\n    input", "interval: &every 1m\n    external_labels:\n    input"),
        ("evaluation_interval: 1m", "evaluation_interval: 60s\nfuzzy_compare: true"),
        (", eval_time: 7m", ""),
    )
    workspace(tmp_path, lenient, PROM_RULES)
    sink = Sink()
    assert read(tmp_path / "tests.yaml", "tests.yaml", sink) is not None, sink.found


def test_an_alert_that_is_nowhere_is_a_mistake_that_promtool_does_not_see(tmp_path: Path) -> None:
    [found] = run(tmp_path, edited(PROM_TEST, ("name: AllDown", "name: AlDown")), PROM_RULES).findings
    assert found.code == "test/unknown-alert"


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[]\n", "a: [\n", "tests: &a [*a]\n", "\x00", "- 1\n---\n- 2\n"]
)
def test_no_text_brings_it_down(tmp_path: Path, text: str) -> None:
    report = run(tmp_path, text, LOKI_RULES)
    assert report.findings


def test_aliases_do_not_multiply(tmp_path: Path) -> None:
    levels = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    levels += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
    [found] = run(tmp_path, "\n".join(levels) + "\ntests: []\n", LOKI_RULES).findings
    assert found.code == "spec/too-large"


def test_aliases_do_not_pile_up(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000)]
    [found] = run(tmp_path, "\n".join(levels) + "\ntests: []\n", LOKI_RULES).findings
    assert found.code == "spec/too-large"


def test_an_end_that_is_too_far_away(tmp_path: Path) -> None:
    [found] = run(tmp_path, edited(LOKI_TEST, ("eval_time: 7m", "eval_time: 50y")), LOKI_RULES).findings
    assert str(found.at.span) == "tests.yaml:12:40"


def test_a_second_document_would_never_be_run(tmp_path: Path) -> None:
    [found] = run(tmp_path, f"{LOKI_TEST}---\n{LOKI_TEST}", LOKI_RULES).findings
    assert (found.code, str(found.at.span)) == ("test/file", "tests.yaml:24:1")
