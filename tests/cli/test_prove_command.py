"""`tocsin prove` as people and CI systems meet it, on the real engines."""

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tocsin import engines
from tocsin.engines import Missing
from workspaces import SHOP, Said, command, edited

pytestmark = pytest.mark.tools
RULES = """\
groups:
  - name: shop
    rules:
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 5m
        labels: {severity: page}
        annotations: {summary: "{{ $labels.instance }} is down"}
      - alert: TargetsBad
        expr: sum(up == 0) > 0
      - alert: Heard
        expr: vector(1)
        labels: {severity: page}
      - alert: Broken
        expr: rates(up[5m]) > 0
"""


@pytest.fixture(autouse=True)
def promtool() -> None:
    found = engines.promtool()
    if isinstance(found, Missing):
        pytest.skip(f"not run: {found}")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES)
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(SHOP)
    assert command("-C", str(tmp_path), "generate").code == 0
    for page in (tmp_path / "runbooks").glob("*.md"):
        page.write_text(page.read_text().replace("TODO", "Written"))
    return tmp_path


def foreign(file: Path, *options: str) -> Said:
    return command("-C", str(file.parent), "prove", "--rules", str(file), *options)


# -- foreign files -------------------------------------------------------------------------------------
def test_a_foreign_file_without_a_spec(rules: Path) -> None:
    said = foreign(rules)
    assert said.code == 1
    assert "error[rule/never-fires]: `TargetsBad` can never fire" in said.out
    assert f"  --> {rules}:10:15" in said.out
    assert "error[rule/always-fires]: `Heard` always fires" in said.out
    assert "error[proof/parses]: Broken: " in said.out
    assert said.out.splitlines()[-1].startswith(
        "4 alerts: 1 proven (fires, quiet, resolves), 1 never fires, 1 always fires, 1 does not parse"
    )


def test_a_template_that_fails_only_when_it_fires(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(
        "groups:\n- name: a\n  rules:\n"
        "  - alert: A\n    expr: up == 0\n    annotations: {summary: 'down, {{ value }} of 5'}\n"
    )
    said = foreign(file)
    assert said.code == 1
    assert "error[proof/fires]: `A`: its annotation `summary` cannot be expanded" in said.out
    assert f"{file}:6:28" in said.out
    assert "wrong number of args for value" in said.out


def test_an_annotation_that_asks_for_other_telemetry(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    text = """{alert: A, expr: up == 0, annotations: {summary: '{{ query "nodes" | first | value }}'}}"""
    line = f"  - {text}"
    file.write_text(f"groups:\n- name: a\n  rules:\n{line}\n")
    said = foreign(file)
    assert said.code == 0
    assert "warning[rule/blind-annotation]: `A`: `summary` queries other telemetry" in said.out
    column = line.index("'{{") + 1
    assert f"{file}:4:{column}" in said.out


def test_mutants_of_foreign_rules_are_tried_when_that_is_wanted(rules: Path) -> None:
    plain, sharp = (json.loads(foreign(rules, "--json", *more).out)["alerts"] for more in ((), ("--sharp",)))
    assert not any("sharp" in rule["columns"] for one in plain for rule in one["rules"])
    totals = [rule["columns"]["sharp"]["total"] for one in sharp for rule in one["rules"]]
    assert max(totals) > 5
    assert "(fires, quiet, resolves, sharp)" in foreign(rules, "--sharp").out.splitlines()[-1]


def test_a_second_run_proves_only_what_was_edited(rules: Path) -> None:
    first = json.loads(foreign(rules, "--json").out)
    proofs = {file.name for file in rules.parent.glob(".tocsin/proofs/*/*.json")}
    rules.write_text(RULES.replace("for: 5m", "for: 6m"))
    second = json.loads(foreign(rules, "--json").out)
    fresh = {file.name for file in rules.parent.glob(".tocsin/proofs/*/*.json")} - proofs
    assert len(fresh) == 1
    assert [one["verdict"] for one in first["alerts"]] == [one["verdict"] for one in second["alerts"]]


def test_what_is_recalled_is_told_as_at_first(rules: Path) -> None:
    assert foreign(rules, "--json").out == foreign(rules, "--json").out


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = command("prove", "--rules", str(tmp_path / "no.yaml"))
    assert said.code == 2
    assert "there is no file" in said.err


def test_a_folder_of_rules(rules: Path) -> None:
    (rules.parent / "more").mkdir()
    (rules.parent / "more" / "b.yml").write_text("groups: [{name: b, rules: [{alert: B, expr: up == 0}]}]")
    said = command("-C", str(rules.parent), "prove", "--rules", str(rules.parent / "more"))
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("1 alert: 1 proven (fires, quiet, resolves)")


@pytest.mark.parametrize(
    "text",
    [
        "groups: [{name: a, rules: [{alert: A, expr: '" + "(" * 5000 + "up" + ")" * 5000 + "'}]}]",
        "groups: [{name: a, rules: [{alert: A, expr: 'up{job=~\"(" + "a|" * 5000 + "b)*c\"} == 0'}]}]",
        "groups: [{name: a, rules: [{alert: 'Ä\U0001f514', expr: '{\"wärme.grad\", ort=\"Köln\"} > 30'}]}]",
        "groups: [{name: a, rules: [{alert: A, expr: up == 0, annotations: {summary: '{{ bad }}'}}]}]",
        "groups: [{name: a, rules: [{alert: A, expr: up == 0, annotations: {summary: '{{ index . 1 }}'}}]}]",
        "groups: [{name: '', rules: [{alert: '', expr: ' '}]}]",
        "groups: [{name: a, interval: never, rules: [{alert: A, expr: up}]}]",
        "\x00",
        "groups: " + "[" * 500,
    ],
)
def test_hostile_files_end_in_an_answer(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    said = foreign(file)
    assert said.code in (0, 1)
    assert "mistake of its own" not in said.out + said.err
    assert "alert" in said.out.splitlines()[-1]


# -- a workspace -----------------------------------------------------------------------------------------
def test_a_workspace_and_what_it_keeps(root: Path) -> None:
    said = command("-C", str(root), "prove")
    lines = said.out.splitlines()
    assert lines[0].split()[:5] == ["parses", "fires", "quiet", "resolves", "sharp"]
    assert lines[0].split()[5:] == ["intended", "routed", "guided", "seen", "told", "drilled"]
    cells = {line.split()[0]: line.split()[1:] for line in lines[1:3]}
    assert set(cells) == {"WebDown", "HighErrorRate"}
    assert all(row[-3:] == ["-", "-", "-"] for row in cells.values())
    assert "not run  no live stack" in said.out
    assert lines[-1].startswith("2 alerts: ")
    written = sorted(file.name for file in (root / "alerts" / "tests").glob("*"))
    assert "web.yaml" in written
    again = command("-C", str(root), "prove")
    assert "  written  " not in again.out

    checked = command("-C", str(root), "prove", "--check")
    assert checked.code == 0, checked.out
    assert checked.out.startswith("2 alerts: 2 with fresh proofs, 0 stale; ")

    plain = engines.promtool(root)
    assert not isinstance(plain, Missing)
    files = [str(file) for file in (root / "alerts" / "tests").glob("*.yaml")]
    done = subprocess.run([str(plain.found.path), "test", "rules", *files], capture_output=True, check=False)
    assert plain.found.path is None or done.returncode == 0, done.stdout + done.stderr

    spec = edited(SHOP, ("above: 5%", "above: 7%"))
    (root / "spec.yaml").write_text(spec)
    generated = command("-C", str(root), "generate")
    assert generated.out.splitlines()[-1].endswith("; 1 proof stale: tocsin prove web/HighErrorRate")
    assert (root / "alerts" / "tests" / "web.yaml").exists()
    checked = command("-C", str(root), "prove", "--check")
    assert checked.code == 1
    assert "  stale           web/HighErrorRate" in checked.out

    assert "web.yaml" in command("-C", str(root), "prove", "HighErrorRate").out
    assert "stale" not in command("-C", str(root), "generate").out


def test_one_alert_is_shown_closely(root: Path) -> None:
    said = command("-C", str(root), "prove", "HighErrorRate")
    assert said.out.startswith("web/HighErrorRate (critical)  fires when ")
    assert " |p" in said.out
    assert "threshold" not in said.out.splitlines()[0] and "5 %" in said.out
    assert "  notifies  mon 10:00" in said.out
    assert all(len(line) < 300 for line in said.out.splitlines())


def test_reports(root: Path, tmp_path: Path) -> None:
    junit, page = tmp_path / "out" / "prove.xml", tmp_path / "proof.html"
    said = command(
        "-C", str(root), "prove", "WebDown", "--json", "--junit", str(junit), "--html", str(page),
    )  # fmt: skip
    document = json.loads(said.out)
    assert document["alerts"][0]["alert"] == "web/WebDown"
    columns = document["alerts"][0]["rules"][0]["columns"]
    assert columns["parses"]["state"] == "proven"
    assert (columns["seen"]["state"], columns["seen"]["why"]) == ("not run", "no live stack")
    assert ElementTree.parse(junit).getroot().get("name") == "tocsin prove"
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "<svg" in text and "<script" not in text
    assert 'href="https://runbooks.example.org/WebDown.md"' in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--require", "fire"), "there is no column `fire`; did you mean `fires`?"),
        (("--env", "stagin"), "there is no environment `stagin`"),
        (("HighErorRate",), "did you mean `HighErrorRate`?"),
        (("--language", "logql"), "--language is about foreign rules"),
        (("--sharp",), "--sharp is about foreign rules"),
    ],
)
def test_a_command_that_makes_no_sense(root: Path, options: tuple[str, ...], words: str) -> None:
    said = command("-C", str(root), "prove", *options)
    assert said.code == 2
    assert words in said.err


def test_require_makes_not_run_a_failure(root: Path) -> None:
    assert command("-C", str(root), "prove", "WebDown", "--require", "parses,routed").code == 0
    assert command("-C", str(root), "prove", "WebDown", "--require", "all").code == 1


def test_a_spec_with_mistakes_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(edited(SHOP, ("above: 5%", "above: 5")))
    said = command("-C", str(tmp_path), "prove")
    assert said.code == 1
    assert said.out.splitlines()[-1] == "nothing was proven"


def test_without_engines_nothing_is_called_proven(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_ENGINES", "path")
    monkeypatch.setenv("PATH", "/nowhere")
    said = foreign(rules)
    assert "no promtool" in said.out and "make engines" not in said.out.split("\n", maxsplit=1)[0]
    assert "proven" not in said.out.splitlines()[-1]
    assert foreign(rules, "--require", "fires").code == 1
