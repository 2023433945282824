"""Scenarios in the spec: what they mean, and every mistake at its place."""

import pytest

from tocsin.model.scenario import Course, Scenario, read_course
from workspaces import SHOP, Result, run


def loaded(scenario: str) -> Result:
    return run(SHOP + "scenarios:\n" + scenario)


def only(scenario: str) -> Scenario:
    found = loaded(scenario)
    assert found.workspace is not None, found.text
    return found.workspace.environments[0].scenarios[-1]


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("5/s", Course("rate", 5, 5)),
        ("30/m", Course("rate", 0.5, 0.5)),
        ("0/s", Course("rate", 0, 0)),
        ("3", Course("level", 3, 3)),
        ("-1.5", Course("level", -1.5, -1.5)),
        ("1e9", Course("level", 1e9, 1e9)),
        ("0.1/s..20/s", Course("rate", 0.1, 20)),
        ("3..80", Course("level", 3, 80)),
        ("stops", Course("stops")),
        ("freezes", Course("freezes")),
        ("now", Course("now")),
        ("0+5x10 100", Course("samples", items=(("0", 5, 11), ("100", 0, 1)))),
        (
            "1 _ stale 8-0.5x..",
            Course("samples", items=(("1", 0, 1), ("_", 0, 1), ("stale", 0, 1), ("8", -0.5, 0))),
        ),
    ],
)
def test_courses(text: str, course: Course) -> None:
    assert read_course(text) == course


@pytest.mark.parametrize("text", ["", "fast", "5/x", "3..", "20/s..1/s", "1/s..3", "1x99999 1x99999", "1++2"])
def test_no_courses(text: str) -> None:
    with pytest.raises(ValueError, match="write "):
        read_course(text)


def test_what_it_means() -> None:
    one = only(
        """\
  usual: {series: {web_requests_total: 1/s..5/s}}
  half-fails:
    like: usual
    series: {'web_requests_total{status="500"}': 5/s, 'up{job="web"}': 0}
    pages: [HighErrorRate, web/WebDown]
    within: 3m
"""
    )
    assert [(s.metric, dict(s.labels), s.service) for s in one.signals] == [
        ("web_requests_total", {"status": "500"}, "web"),
        ("up", {"job": "web"}, ""),
    ]
    assert [s.course for s in one.usual] == [Course("rate", 1, 5)]
    assert (one.pages, str(one.within), str(one.lasts)) == (("HighErrorRate", "web/WebDown"), "3m", "10m")


def test_a_daily_rhythm_lasts_a_week() -> None:
    assert str(only("  usual: {series: {web_requests_total: 1/s..5/s}}\n").lasts) == "7d"


@pytest.mark.parametrize(
    ("scenario", "code", "words"),
    [
        ("series: {web_request_total: 5/s}", "spec/unknown-metric", "did you mean `web_requests_total`?"),
        ("""series: {'web_requests_total{code="500"}': 5/s}""", "spec/unknown-label", "code"),
        ("""series: {'web_requests_total{status=~"5.."}': 5/s}""", "spec/scenario", "which series there are"),
        ("series: {'rate(web_requests_total[5m])': 5/s}", "spec/scenario", "is not one metric"),
        ("""series: {'web_requests_total{status="500"': 5/s}""", "spec/scenario", "does not read"),
        ("series: {web_requests_total: fast}", "spec/scenario", "is no course"),
        ("series: {web_requests_total: 5}", "spec/scenario", "write a rate"),
        ("pages: [HighErorRate]", "spec/unknown-alert", "did you mean `HighErrorRate`?"),
        ("tells: [Nothing]", "spec/unknown-alert", "Nothing"),
        ("service: wep", "spec/unknown-service", "did you mean `web`?"),
        ("like: other", "spec/scenario", "other"),
        ("like: it", "spec/scenario", "like itself"),
        ("""logs: {'{app="x"}': {line: a, rate: 1/s}}""", "spec/unknown-label", "app"),
        ("""logs: {'x': {line: a, rate: 1/s}}""", "spec/scenario", "no stream selector"),
        ("series: {web_requests_total: 5/s}, pagse: [A]", "spec/unknown-key", "did you mean `pages`?"),
    ],
)
def test_mistakes_are_located(scenario: str, code: str, words: str) -> None:
    found = loaded(f"  it: {{{scenario}}}\n")
    assert [d.code for d in found.found if d.severity == "error"] == [code], found.text
    assert words in found.text
    last = len(SHOP.splitlines()) + 2
    assert found.found[0].at.span.line == last and found.found[0].at.span.column > 6
