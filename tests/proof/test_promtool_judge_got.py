"""What promtool prints is read back exactly, whatever stands in labels and annotations."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.proof.promtool_cases import alert, all_judged, case, pairs, plain, rule, series

from tocsin.artifacts.emit import yaml_text
from tocsin.engines.tools.promtool_got import Unreadable, read_alerts, read_samples
from tocsin.proof.testfile.series import series_text, values_text
from tocsin.proof.verdict import Proposal
from tocsin.witness.telemetry import Gap, Run, Sample, Series, labels

TEXTS = (
    "plain",
    'in "quotes", and {braces}: [0], Labels:{a="b"}',
    "line\nbreak\n\n            got:[]",
    "\\ \\n \\\" 'single' `back`",
    "tab\tbell\x07escape\x1bdelete\x7f",
    "Grüße, 日本語, 🚨, \u00a0, \u2028, \ufeff, \ufffd",
    " spaces around ",
    "</failure> & ]]> &#xA;",
    "x" * 5000,
)


def test_alerts_are_read() -> None:
    assert read_alerts("[]") == ()
    got = """[
            0:
              Labels:{alertname="A", "a.b"="1, \\"2\\""}
              Annotations:{},
            1:
              Labels:{alertname="B"}
              Annotations:{x="line\\nbreak]", y=""}
            ]"""
    assert read_alerts(got) == (
        ((("a.b", '1, "2"'), ("alertname", "A")), ()),
        ((("alertname", "B"),), (("x", "line\nbreak]"), ("y", ""))),
    )


def test_samples_are_read() -> None:
    assert read_samples("nil") == ()
    infinite = read_samples('{a="b, {c} 1"} 1.5E+03, {} +Inf, {__name__="m"} -0E+00')
    assert infinite == (((("a", "b, {c} 1"),), 1500), ((), float("inf")), ((("__name__", "m"),), 0))


@pytest.mark.parametrize(
    "got",
    [
        "",
        "nil",
        "[",
        "[0:]",
        "[0: Labels:{a=} Annotations:{}]",
        '[0: Labels:{a="\\q"} Annotations:{}]',
        "[0: Labels:{}]",
        "[0: Labels:{} Annotations:{}",
        "[0: Labels:{} Annotations:{} and more]",
    ],
)
def test_another_form_of_alerts_is_said_to_be_unreadable(got: str) -> None:
    with pytest.raises(Unreadable):
        read_alerts(got)


@pytest.mark.parametrize("got", ["{", "{a}", '{a="b"}', "{} x", "1", '{a="b"} {{schema:1}}'])
def test_another_form_of_samples_is_said_to_be_unreadable(got: str) -> None:
    with pytest.raises(Unreadable):
        read_samples(got)


@given(st.text(alphabet='[]{}0:,"\\ LabelsAnnotations\n', max_size=60))
def test_any_text_is_read_or_refused(got: str) -> None:
    for read in (read_alerts, read_samples):
        try:
            read(got)
        except Unreadable:
            continue


@pytest.mark.tools
def test_labels_and_annotations_come_back_as_they_were() -> None:
    """Through rule file, promtool and its report; all texts at once, and each as label and annotation."""
    proposals = [
        Proposal(
            rule(name=f"T{n}", number=n + 1, labels=pairs(l=text), annotations=pairs(a=text)),
            (case(series("queue", (9, 11), fed=text), expected=[alert(0, 0, fed=text)]),),
        )
        for n, text in enumerate(TEXTS)
    ]
    for text, (verdict,) in zip(TEXTS, all_judged(proposals), strict=True):
        assert verdict.words == ""
        for sent in verdict.expanded:
            assert dict(sent.labels)["l"] == dict(sent.labels)["fed"] == text
            assert dict(sent.annotations)["a"] == text


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([Run(0.0, 41, 6.0)], "0+6x40"),
        ([Run(5.0, 1), Run(5.0, 3), Run(7.5, 3, -0.25)], "5 5x2 7.5-0.25x2"),
        ([Run(-1.0, 2, 1.0), Run(Gap.MISSING, 1), Run(Gap.MISSING, 4)], "-1 0 _ _x4"),
        ([Run(1.0, 2), Run(Gap.STALE, 2)], "1x1 stale stale"),
        ([Run(float("inf"), 2), Run(float("-inf"), 1), Run(float("nan"), 1)], "Inf Inf -Inf NaN"),
        ([Run(1e21, 3, 1e20), Run(1e-7, 2)], "1e21+1e20x2 1e-07x1"),
        ([Run(0.0, 8, 0.1)], "0+0.1x7"),
    ],
)
def test_series_have_the_shortest_text(runs: list[Run], text: str) -> None:
    assert values_text(runs) == text


def test_names_that_need_quotes_have_them() -> None:
    assert series_text(labels([("__name__", "up"), ("job", 'a"b')])) == 'up{job="a\\"b"}'
    assert series_text(labels([("__name__", "up")])) == "up"
    assert series_text(labels([("__name__", "nan"), ("a.b", "c")])) == '{"nan", "a.b"="c"}'
    assert series_text(labels([("job", "x")])) == '{job="x"}'


def _sample(dice: random.Random) -> Sample:
    return dice.choice(
        (Gap.MISSING, Gap.STALE, 0.0, -3.5, 1e21, 0.1, 7.0, float("inf"), dice.uniform(-1e3, 1e3))
    )


def _any_series(dice: random.Random, number: int) -> Series:
    runs = [Run(_sample(dice), dice.randint(1, 6), dice.choice((0.0, 1.0, -0.1, 0.25))) for _ in range(4)]
    finite = [
        r if isinstance(r.first, Gap) or r.first != float("inf") else Run(r.first, r.count) for r in runs
    ]
    return Series(labels([("__name__", "m"), ("n", str(number))]), tuple(finite))


@pytest.mark.tools
def test_promtool_reads_the_very_samples(tmp_path: Path) -> None:
    dice = random.Random(5)
    given_series = [_any_series(dice, number) for number in range(60)]
    samples = [list(one.samples()) for one in given_series]
    length = max(map(len, samples))
    asked = [
        {
            "expr": "last_over_time(m[500ms])",
            "eval_time": f"{second}s",
            "exp_samples": [
                {"labels": f'm{{n="{number}"}}', "value": row[second]}
                for number, row in enumerate(samples)
                if second < len(row) and not isinstance(row[second], Gap)
            ],
        }
        for second in range(length)
    ]
    test = {
        "interval": "1s",
        "input_series": [
            {"series": series_text(one.labels), "values": values_text(one.runs)} for one in given_series
        ],
        "promql_expr_test": asked,
    }
    tree = {"rule_files": [], "evaluation_interval": "1s", "tests": [test]}
    text = yaml_text(tree).replace(": inf\n", ": .inf\n")
    run = plain(tmp_path, {"groups": []}, text)
    assert run.ok, [failure.text[:600] for one in run.failed() for failure in one.failures[:3]]
