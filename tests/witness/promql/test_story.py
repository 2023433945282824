"""What people read about a case: what changes, what stays, what the comparisons come to."""

import pytest

from tocsin.witness.outcome import Witnessed
from tocsin.witness.promql.excerpts import excerpt, number
from tocsin.witness.promql.find import find
from tocsin.witness.promql.models import Motion
from tocsin.witness.promql.story import motion_words
from tocsin.witness.rule import Rule

SHARE = """\
  sum(rate(requests_total{cluster="eu1", job="api", status=~"5.."}[5m]))
/
  sum(rate(requests_total{cluster="eu1", job="api"}[5m]))
> 0.05"""


def told(expr: str) -> dict[str, tuple[str, ...]]:
    found = find(Rule(name="A", language="promql", expr=expr, hold=60.0, every=60.0))
    assert isinstance(found, Witnessed)
    return {case.name: tuple(case.story.splitlines()) for case in found.cases}


def test_a_case_says_what_changes_what_stays_and_why_it_fires() -> None:
    changes, stays, why = told(SHARE)["it fires"]
    assert changes.startswith("From ") and 'requests_total{status="500"} counts ' in changes
    assert changes.endswith("(else counts nothing).")
    assert stays == 'All the time: requests_total{status="200"} counts 10 a second.'
    signal = 'sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m]))'
    assert why.startswith(f"When it fires, `{signal}` is 0.05") and why.endswith(", above 0.05.")


def test_only_the_branch_that_fires_is_the_reason() -> None:
    why = told('up{job="a"} == 0 or queue{job="a"} > 100')["it fires"][-1]
    assert ("up" in why) != ("queue" in why)


def test_a_short_part_is_shown_as_it_is_written() -> None:
    text = 'up{job="a"} == 0 and up{job="a"} offset 1h == 1'
    assert excerpt(text, 0, 16) == 'up{job="a"} == 0'


def test_a_long_part_is_shown_without_what_all_selectors_share() -> None:
    assert excerpt(f"({SHARE})", 0, len(SHARE) + 2) == (
        'sum(rate(requests_total{status=~"5.."}[5m])) / sum(rate(requests_total[5m])) > 0.05'
    )
    assert excerpt(f"sum({'x' * 200})", 0, 205).endswith("...")


@pytest.mark.parametrize(
    ("motion", "words"),
    [
        (Motion("rise", 150.0), "counts 10 a second"),
        (Motion("rise", 8.0), "counts 32 a minute"),
        (Motion("rise", 0.05), "counts 0.2 a minute"),
        (Motion("rise", 10 / 7), "counts about 5.71 a minute"),
        (Motion("rise"), "counts nothing"),
        (Motion("drift", -0.7, 100.0), "falls from 100 by 2.8 a minute"),
        (Motion("drift", 0.0, 100.0), "is 100"),
        (Motion("level", 98e6), "is 98,000,000"),
    ],
)
def test_rates_are_said_in_round_numbers(motion: Motion, words: str) -> None:
    assert motion_words(motion, 15.0) == words


def test_large_numbers_are_grouped() -> None:
    assert [number(one) for one in (1e9, 9999.0, 0.0493663, 1e21)] == [
        "1,000,000,000",
        "9999",
        "0.049366",
        "1e21",
    ]
