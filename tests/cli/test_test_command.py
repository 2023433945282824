"""`tocsin test` as people and CI systems meet it: options, exit codes, reports."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from tests.app.rule_tests import LOKI_RULES, LOKI_TEST, PROM_RULES, PROM_TEST, need_engines

from workspaces import Said, command, edited

pytestmark = [pytest.mark.process, pytest.mark.tools]
TWO = PROM_TEST + "\n".join(
    ("  - name: quiet, and wrong", "    interval: 1m", "    alert_rule_test:",
     "      - {alertname: Down, eval_time: 1m, exp_alerts: [{}]}", "")
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    need_engines()
    for folder, test, rules in (("tests", TWO, PROM_RULES), ("loki/tests", LOKI_TEST, LOKI_RULES)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "rules.yaml").write_text(rules)
        (tmp_path / folder / "test.yaml").write_text(test)
    return tmp_path


def test(root: Path, *args: str) -> Said:
    return command("-C", str(root), "test", *args)


test.__test__ = False  # type: ignore[attr-defined]


def test_without_files_all_tests_of_the_workspace_are_run(root: Path) -> None:
    said = test(root)
    assert said.code == 1
    assert said.out.splitlines()[-1] == "3 tests in 2 files: 2 passed, 1 failed, 0 not run"
    assert "tests/test.yaml:24:" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("args", "code", "last"),
    [
        (("loki/tests",), 0, "1 test in 1 file: 1 passed, 0 failed, 0 not run"),
        (("loki/tests/test.yaml",), 0, "1 test in 1 file: 1 passed, 0 failed, 0 not run"),
        (("*/tests/*est.yaml", "loki"), 0, "1 test in 1 file: 1 passed, 0 failed, 0 not run"),
        (("-k", "ONE OF"), 0, "1 test in 2 files: 1 passed, 0 failed, 0 not run"),
        (("-k", "quiet"), 1, "1 test in 2 files: 0 passed, 1 failed, 0 not run"),
        (("tests/rules.yaml",), 1, "0 tests in 1 file: 0 passed, 0 failed, 0 not run; 1 file with mistakes"),
    ],
)
def test_what_is_chosen_is_run(root: Path, args: tuple[str, ...], code: int, last: str) -> None:
    said = test(root, *args)
    assert (said.code, said.out.splitlines()[-1]) == (code, last)


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("nowhere.yaml",), 2, "there is no file nowhere.yaml"),
        (("-k", "no such name"), 2, "no test has `no such name` in its name"),
        (("alerts",), 2, "there is no file alerts"),
    ],
)
def test_nothing_to_run_is_no_success(root: Path, args: tuple[str, ...], code: int, words: str) -> None:
    (root / "empty").mkdir()
    said = test(root, *args)
    assert said.code == code
    assert words in said.err
    empty = test(root, "empty")
    assert (empty.code, "no test files in empty" in empty.err) == (2, True)


def test_reports_say_the_same(root: Path) -> None:
    junit = root / "out" / "tests.xml"
    document = json.loads(test(root, "--json", "--junit", str(junit)).out)
    assert document["failed"] is True
    outcomes = {(one["file"], one["name"]): one["outcome"] for one in document["tests"]}
    assert outcomes == {
        ("loki/tests/test.yaml", "a burst of errors"): "passed",
        ("tests/test.yaml", "one of two is down"): "passed",
        ("tests/test.yaml", "quiet, and wrong"): "failed",
    }
    assert [one["code"] for one in document["findings"]] == ["test/failed"]
    tree = ElementTree.parse(junit).getroot()
    assert tree.get("name") == "tocsin test"
    cases = {(one.get("classname"), one.get("name")): len(one) for one in tree.iter("testcase")}
    assert cases == {key: int(outcome == "failed") for key, outcome in outcomes.items()}
    github = test(root, "--github").out.splitlines()
    assert github[0].startswith("::error file=tests/test.yaml,line=24,")
    assert github[-1] == document["summary"]


def test_without_engines_the_exit_code_is_3(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_ENGINES", "path")
    monkeypatch.setenv("PATH", "/nowhere")
    said = test(root)
    assert said.code == 3
    assert said.out.splitlines()[-1] == "3 tests in 2 files: 0 passed, 0 failed, 3 not run"
    assert "not run  loki/tests/test.yaml, 1 test: no loki" in said.out
    assert "not run  tests/test.yaml, 2 tests: no promtool" in said.out


def test_a_file_with_mistakes_does_not_keep_others_from_running(root: Path) -> None:
    broken = root / "loki" / "tests" / "test.yaml"
    broken.write_text(edited(LOKI_TEST, ("alertname: Slow", "alertname: Slwo")))
    said = test(root)
    assert said.out.splitlines()[-1] == (
        "2 tests in 2 files: 1 passed, 1 failed, 0 not run; 1 file with mistakes"
    )
