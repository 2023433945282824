"""The real engines read all that this repository's spec makes; their complaints stand in the spec."""

import shutil
from pathlib import Path

import pytest
from tests.checks.worlds import marked

from tocsin.app.check import check
from tocsin.app.workspace import open_workspace
from tocsin.checks.check import checks
from tocsin.checks.run import Outcome
from tocsin.diag.diagnostic import Sink

ROOT = Path(__file__).parents[2]
ENGINE_CHECKS = tuple(code for code, one in checks if one.needs)
pytestmark = pytest.mark.tools


def outcomes(folder: Path, *only: str) -> dict[str, Outcome]:
    sink = Sink()
    opened = open_workspace(folder, sink)
    assert opened is not None, [d.message for d in sink.found]
    found = {o.code: o for o in check(opened, only)}
    for one in found.values():
        if one.not_run is not None:
            pytest.skip(f"{one.code}: {one.not_run}")
    return found


@pytest.mark.parametrize("code", ENGINE_CHECKS)
def test_an_engine_accepts_all_that_this_repository_generates(code: str) -> None:
    assert not [d.message for d in outcomes(ROOT, code)[code].found]


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = (ROOT / "spec.yaml").read_text()
    assert text.count(old) == 1, old
    (tmp_path / "spec.yaml").write_text(text.replace(old, new))
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    return tmp_path


RAW = 'sum(scrape_samples_post_metric_relabeling{job="greenstack-api", cluster="eu1"}) > 15000'
PLANTED = [
    ("engine/prometheus-rules", RAW, RAW.replace(") > ", ")) > "), ")"),
    (
        "engine/prometheus-rules",
        'summary: "GreenStack exposes {{ $value | humanize }} series',
        'summary: "GreenStack exposes {{ $value | humanise }} series',
        '"GreenStack exposes {{ $value | humanise }} series, more than the 15,000 that were planned"',
    ),
]


@pytest.mark.parametrize(("code", "old", "new", "text"), PLANTED)
def test_an_engines_complaint_stands_at_the_place_in_the_spec(tmp_path, code, old, new, text) -> None:
    found = outcomes(edited(tmp_path, old, new), code)[code].found
    assert found, "the engine says nothing"
    assert marked(found[0]) == text
    assert found[0].at.span.source.name == "spec.yaml"
    assert any("promtool" in note for note in found[0].notes)
