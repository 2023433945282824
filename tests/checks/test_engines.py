"""The real engines read all that this repository's spec makes; their complaints stand in the spec."""

import datetime
from pathlib import Path

import pytest
from tests.checks.worlds import marked

from tocsin.app.check import Choice, check
from tocsin.checks.check import checks
from tocsin.diag.diagnostic import Diagnostic

ROOT = Path(__file__).parents[2]
ENGINE_CHECKS = tuple(code for code, one in checks if one.needs)
pytestmark = pytest.mark.tools


def found_by(folder: Path, code: str) -> tuple[Diagnostic, ...]:
    report = check(folder, Choice(only=(code,)), datetime.date(2026, 1, 1))
    for one in report.checks:
        if one.not_run:
            pytest.skip(f"{one.code}: {one.not_run}")
    assert any(one.code == code for one in report.checks)
    return tuple(report.findings)


@pytest.mark.parametrize("code", ENGINE_CHECKS)
def test_an_engine_accepts_all_that_this_repository_generates(code: str) -> None:
    assert not [d.message for d in found_by(ROOT, code)]


GOOD = """\
      Raw:
        severity: warning
        for: 5m
        expr: |
          sum(up{job="greenstack-api", cluster="eu1", environment="production"})
            > 100
        summary: "there are {{ $value | humanize }} instances"

"""
PLANTED = [
    ("sum(up", "summ(up", "s"),
    ("> 100", "> > 100", ">"),
    ("| humanize }} instances", "| humanise }} instances", '"there are {{ $value | humanise }} instances"'),
]


@pytest.mark.parametrize(("old", "new", "text"), PLANTED)
def test_an_engines_complaint_stands_at_the_place_in_the_spec(tmp_path, old, new, text) -> None:
    spec = (ROOT / "spec.yaml").read_text()
    place = "  # the stack itself:"
    assert spec.count(place) == 1 and GOOD.count(old) == 1
    (tmp_path / "spec.yaml").write_text(spec.replace(place, GOOD.replace(old, new) + place))
    code = "engine/prometheus-rules"
    found = found_by(tmp_path, code)
    assert found, "the engine says nothing"
    assert marked(found[0]) == text
    assert found[0].at.span.source.name == "spec.yaml"
    assert any("promtool" in note for note in found[0].notes)
