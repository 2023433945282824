"""`tocsin check` and `tocsin explain` as people and CI systems meet them: options, exit codes, files."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from workspaces import SHOP, Said, command, edited

RATE = "expr: 'rate(web_queue{job=\"web\"}[5m]) > 1'"
QUEUE = f"Queue: {{severity: warning, {RATE}, for: 5m}}"
SPEC = edited(
    SHOP,
    (
        "    alerts:\n",
        f"      web_queue: {{type: gauge}}\n    alerts:\n      {QUEUE}\n",
    ),
)
GAUGE = "promql/rate-on-gauge"
UNSAID = "alert/no-summary"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path


def check(root: Path, *options: str) -> Said:
    return command("-C", str(root), "check", "--no-engines", *options)


def test_findings_stand_in_the_spec_and_the_last_line_adds_up(root: Path) -> None:
    said = check(root, "--only", GAUGE)
    assert said.code == 1
    assert said.out.splitlines()[0] == "error[promql/rate-on-gauge]: `rate()` over the gauge `web_queue`"
    assert said.out.splitlines()[-1] == (
        "1 finding (1 error) in 1 check on 3 alerts and 1 panel: 0 clean, 1 with findings, 0 not run"
    )
    assert said.err == ""


def test_everything_has_been_asked_or_says_why_not(root: Path) -> None:
    document = json.loads(check(root, "--format", "json").out)
    outcomes = {one["code"]: one["outcome"] for one in document["checks"]}
    assert outcomes[GAUGE] == "findings"
    assert outcomes["spec/loads"] == outcomes["suppression/unused"] == "clean"
    assert outcomes["engine/prometheus-rules"] == "not-run"
    assert sum(one["findings"] for one in document["checks"]) == len(document["findings"])
    assert list(outcomes) == sorted(outcomes)


# -- exit codes -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("only", "fail_on", "code"),
    [
        (GAUGE, "error", 1),
        (GAUGE, "never", 0),
        (UNSAID, "error", 0),
        (UNSAID, "warning", 1),
        (UNSAID, "info", 1),
        ("suppression/", "info", 0),
    ],
)
def test_the_exit_code_follows_the_worst_finding(root: Path, only: str, fail_on: str, code: int) -> None:
    assert check(root, "--only", only, "--fail-on", fail_on).code == code


def test_what_did_not_run_fails_where_it_is_required(root: Path) -> None:
    assert check(root, "--only", "engine/").code == 0
    assert check(root, "--only", "engine/", "--require").code == 1


# -- choice ---------------------------------------------------------------------------------------------
def chosen(root: Path, *options: str) -> set[str]:
    return {one["code"] for one in json.loads(check(root, "--format", "json", *options).out)["checks"]}


def test_checks_are_chosen_by_code_area_and_pattern(root: Path) -> None:
    assert chosen(root, "--only", GAUGE, "--only", UNSAID) == {GAUGE, UNSAID}
    everything = chosen(root)
    promql = {code for code in everything if code.startswith("promql/")}
    assert chosen(root, "--only", "promql/") == promql
    assert chosen(root, "--only", "*/rate-on-*") == {GAUGE}
    assert chosen(root, "--skip", "promql/") == everything - promql
    assert chosen(root, "--only", "promql/", "--skip", GAUGE) == promql - {GAUGE}


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("promql/rate-on-gaug", "; did you mean `promql/rate-on-gauge`?"),
        ("promq/", "; did you mean `promql/`?"),
        ("zzz", ""),
        ("nothing/*", ""),
    ],
)
@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_an_unknown_choice_is_a_mistake_in_the_command(
    root: Path, option: str, pattern: str, near: str
) -> None:
    said = check(root, option, pattern)
    assert (said.code, said.out) == (2, "")
    assert f"there is no check `{pattern}`{near}" in said.err


# -- a spec that does not load --------------------------------------------------------------------------
@pytest.fixture
def broken(root: Path) -> Path:
    (root / "spec.yaml").write_text(
        edited(SPEC, ("above: 5%", "above: 5"), ("team: platform", "team: platfrom"))
    )
    return root


def test_a_spec_that_does_not_load_is_told_whole(broken: Path) -> None:
    said = check(broken)
    assert said.code == 1
    assert "error[spec/unit]" in said.out
    assert "error[spec/unknown-team]" in said.out
    assert "not run  the spec does not load\n         all other checks" in said.out
    last = said.out.splitlines()[-1]
    assert last.startswith("2 findings (2 errors) in ")
    assert "0 clean, 1 with findings" in last


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
@pytest.mark.parametrize("only", [(), ("--only", GAUGE)])
def test_in_every_format(broken: Path, form: str, only: tuple[str, ...]) -> None:
    said = check(broken, "--format", form, *only)
    assert said.code == 1
    assert "spec/unit" in said.out
    if form in ("json", "sarif"):
        json.loads(said.out)
    if form == "junit":
        ElementTree.fromstring(said.out)


def test_no_spec_at_all(tmp_path: Path) -> None:
    said = check(tmp_path)
    assert (said.code, said.out.splitlines()[0]) == (1, "error[spec/missing]: there is no spec.yaml here")
    assert (
        json.loads(check(tmp_path, "--format", "sarif").out)["runs"][0]["results"][0]["ruleId"]
        == "spec/missing"
    )


# -- files and colours ----------------------------------------------------------------------------------
def test_reports_are_written_to_files_and_the_summary_is_printed(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = check(
        root, "--format", "sarif", "-o", f"{out}/a.sarif", "--report", f"junit={out}/b.xml", "--only", GAUGE
    )
    assert said.code == 1
    assert (
        said.out
        == "1 finding (1 error) in 1 check on 3 alerts and 1 panel: 0 clean, 1 with findings, 0 not run\n"
    )
    assert json.loads((out / "a.sarif").read_text())["version"] == "2.1.0"
    ElementTree.parse(out / "b.xml")


@pytest.mark.parametrize("value", ["sarif", "sarif=", "srif=x", "=x"])
def test_a_report_needs_a_format_and_a_file(root: Path, value: str) -> None:
    said = check(root, "--report", value)
    assert said.code == 2
    assert f"`{value}` is not FORMAT=FILE" in said.err


def test_a_file_that_cannot_be_written_is_trouble(root: Path) -> None:
    (root / "full").write_text("")
    assert check(root, "-o", str(root / "full" / "x")).code == 3


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_the_same_spec_gives_the_same_bytes(root: Path, form: str) -> None:
    assert check(root, "--format", form).out == check(root, "--format", form).out


def test_colours_on_request_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in check(root).out
    assert "\x1b[" in check(root, "--color", "always").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in check(root).out
    assert "\x1b[" not in check(root, "--format", "json", "--color", "always").out


@pytest.mark.parametrize(
    ("tty", "env", "colours"),
    [(True, {}, True), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False), (False, {}, False)],
)
def test_colours_on_a_terminal(
    tty: bool, env: dict[str, str], colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tocsin.cli.console import coloured

    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty, raising=False)
    assert coloured("auto") is colours


def test_annotations_name_the_file_as_the_repository_does(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    assert f"file={tmp_path.name}/spec.yaml," in check(root, "--format", "github").out
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=spec.yaml," in check(root, "--format", "github").out


# -- explain --------------------------------------------------------------------------------------------
def test_explain_prints_the_page() -> None:
    said = command("explain", GAUGE)
    assert said.code == 0
    assert said.out.startswith(f"# {GAUGE} (error)\n")
    assert "```yaml" in said.out


def test_explain_is_set_for_a_terminal() -> None:
    said = command("explain", GAUGE, "--color", "always")
    assert "\x1b[" in said.out
    assert "## Why" not in said.out


def test_explain_of_an_unknown_code_names_the_nearest() -> None:
    said = command("explain", "spec/unti")
    assert said.code == 2
    assert "`spec/unit`" in said.err
