"""Committed proofs: `generate` keeps them, names the stale ones, drops those of rule files that are gone."""

from pathlib import Path

import pytest

from tocsin.proof.testfile.mark import header
from workspaces import SHOP, command, edited

GONE = 'rule_files:\n  - "../gone.yaml"\nevaluation_interval: 1m\ntests: []\n'
WEB = GONE.replace("gone", "web")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(SHOP)
    assert command("-C", str(tmp_path), "generate").code == 0
    return tmp_path


def generate(root: Path) -> str:
    said = command("-C", str(root), "generate")
    assert said.code == 0, said.out
    return said.out.splitlines()[-1]


def test_nobody_is_bothered_who_has_never_proven_anything(root: Path) -> None:
    assert "stale" not in generate(root)


def test_alerts_without_a_fresh_proof_are_counted(root: Path) -> None:
    tests = root / "alerts" / "tests"
    tests.mkdir()
    (tests / "web.yaml").write_text(header(WEB))
    assert generate(root).endswith("; 2 proofs stale: tocsin prove")
    assert generate(root).endswith("; 2 proofs stale: tocsin prove"), "said again until it is mended"
    assert (tests / "web.yaml").read_text() == header(WEB)


def test_tests_of_a_rule_file_that_is_gone_go_with_it(root: Path) -> None:
    tests = root / "alerts" / "tests"
    tests.mkdir()
    (tests / "gone.yaml").write_text(header(GONE))
    (tests / "by-hand.yaml").write_text(GONE)
    (tests / "edited.yaml").write_text(header(GONE) + "# mine\n")
    assert "1 proof file removed" in generate(root)
    assert sorted(file.name for file in tests.glob("*")) == ["by-hand.yaml", "edited.yaml"]


def test_check_writes_and_removes_nothing(root: Path) -> None:
    tests = root / "alerts" / "tests"
    tests.mkdir()
    (tests / "gone.yaml").write_text(header(GONE))
    command("-C", str(root), "generate", "--check")
    assert (tests / "gone.yaml").exists()


def test_an_edit_of_a_proof_is_seen(root: Path) -> None:
    tests = root / "alerts" / "tests"
    tests.mkdir()
    (tests / "web.yaml").write_text(header(WEB) + "# mine\n")
    said = command("-C", str(root), "prove", "--check")
    assert said.code == 1
    assert "  edited by hand  alerts/tests/web.yaml" in said.out
    assert "not up to date: run `tocsin prove` and commit the result" in said.out


def test_a_mistake_in_the_spec_is_told_by_check(root: Path) -> None:
    (root / "spec.yaml").write_text(edited(SHOP, ("above: 5%", "above: 5")))
    said = command("-C", str(root), "prove", "--check")
    assert said.code == 1
    assert "spec/unit" in said.out
