"""`tocsin why FILE:LINE`: every generated line leads to the line of the spec that caused it."""

from pathlib import Path

import pytest

from tocsin.app.workspace import open_workspace
from tocsin.artifacts.origins import trace_line
from tocsin.diag.diagnostic import Sink
from workspaces import RICH, command


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated workspace with something of everything; nobody writes to it."""
    root = tmp_path_factory.mktemp("rich")
    (root / "spec.yaml").write_text(RICH)
    said = command("-C", str(root), "generate")
    assert said.code == 0, said
    return root


def line_of(root: Path, file: str, text: str, nth: int = 1) -> int:
    found = [i for i, row in enumerate((root / file).read_text().splitlines(), 1) if text in row]
    return found[nth - 1]


def spec_line(text: str) -> int:
    return next(i for i, row in enumerate(RICH.splitlines(), 1) if text in row)


WEB = "services.web.alerts"
CAUSES = {
    # a generated line -> the path in the spec, and a piece of its line
    "an alert's name": (
        "alerts/web.yaml",
        "alert: HighErrorRate",
        f"{WEB}.HighErrorRate",
        "HighErrorRate: {",
    ),
    "a duration": ("alerts/web.yaml", "for: 2m", f"{WEB}.HighErrorRate", "HighErrorRate: {"),
    "an expression": ("alerts/web.yaml", "increase(web_req", f"{WEB}.HighErrorRate", "HighErrorRate: {"),
    "a Loki rule": ("loki/rules/fake/web.yaml", "alert: DbErrors", f"{WEB}.DbErrors", "DbErrors: {"),
    "a receiver": ("alertmanager/alertmanager.yml", "name: mail", "receivers.mail", "mail: {email"),
    "a scrape job": ("prometheus/prometheus.yml", "job_name: db", "services.db.scrape", "db: {scrape"),
    "a panel": (
        "dashboards/all.json",
        '"Request rate"',
        "dashboards.all.rows.Traffic.0",
        "title: Request rate",
    ),
    "a dashboard's title": ("dashboards/all.json", '"title": "Everything"', "dashboards.all", "  all:"),
    "a fact of a runbook": ("runbooks/Slow.md", "**Slow**", f"{WEB}.Slow", "      Slow:"),
    "another environment's alert": (
        "env/staging/alerts/web.yaml",
        "alert: HighErrorRate",
        f"{WEB}.HighErrorRate",
        "HighErrorRate: {severity",
    ),
}


@pytest.mark.parametrize("what", CAUSES)
def test_a_line_leads_to_the_spec(root: Path, what: str) -> None:
    file, text, path, cause = CAUSES[what]
    line = line_of(root, file, text)
    said = command("-C", str(root), "why", f"{file}:{line}")
    assert (said.code, said.err) == (0, ""), said
    assert said.out.startswith(f"{file}:{line}")
    assert text in said.out.splitlines()[1]
    assert f"--> spec.yaml:{spec_line(cause)}:" in said.out, said.out
    assert said.out.rstrip().endswith(path), said.out


def test_every_line_of_every_artifact_has_an_origin(root: Path) -> None:
    opened = open_workspace(root, Sink())
    assert opened is not None
    for artifact in opened.artifacts():
        if artifact.path.startswith("schema/"):
            continue
        text = (root / artifact.path).read_text()
        lines = text.count("\n") + 1
        for line in {1, 2, lines // 3, lines // 2, lines - 1, lines}:
            found = trace_line(artifact, text, line)
            assert found is not None, (artifact.path, line)
            assert found.origin.source.name == "spec.yaml" or found.origin.source.name.startswith("pack ")
        assert trace_line(artifact, text, lines + 1) is None
        assert trace_line(artifact, text, 0) is None


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("alerts/nothing.yaml:1", "alerts/nothing.yaml is not a generated file"),
        ("../spec.yaml:1", "../spec.yaml is not a generated file"),
        ("/etc/passwd:1", "/etc/passwd is not a generated file"),
        ("alerts/web.yaml:99999", "alerts/web.yaml has no line 99999"),
        ("alerts/web.yaml:0", "alerts/web.yaml has no line 0"),
    ],
)
def test_a_line_that_is_not_there(root: Path, place: str, words: str) -> None:
    said = command("-C", str(root), "why", place)
    assert said.code == 3
    assert said.err.startswith(f"error: {words}\n  try ")


def test_a_stale_file_is_said_to_be_stale(root: Path, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(RICH)
    command("-C", str(tmp_path), "generate")
    (tmp_path / "spec.yaml").write_text(RICH.replace("above: 5%, per", "above: 6%, per"))
    said = command(
        "-C", str(tmp_path), "why", f"./alerts/web.yaml:{line_of(tmp_path, 'alerts/web.yaml', 'alert: Slow')}"
    )
    assert said.code == 0
    assert said.out.endswith("the file is not up to date: run `make generate`\n")


def test_a_broken_spec_is_shown_instead(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(RICH.replace("above: 5%, per", "above: 6, per"))
    said = command("-C", str(tmp_path), "why", "alerts/web.yaml:1")
    assert said.code == 1
    assert "error[spec/unit]" in said.out
