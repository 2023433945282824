"""promtool's verdicts on cases by hand: what it sees, what it expands, and where it disagrees."""

import os
from pathlib import Path

import pytest
from tests.proof.promtool_cases import alert, all_judged, case, judged, pairs, rule, series

from tocsin.engines import Missing, NotRun
from tocsin.engines.find import Found
from tocsin.engines.tools.promtool import Promtool
from tocsin.proof.promtool.judge import judge
from tocsin.proof.promtool.run import PREFIX, workspace
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Recording, Rule
from tocsin.witness.telemetry import Gap, Run

pytestmark = pytest.mark.tools
HIGH_FROM_2_TO_6 = series("queue", (0, 2), (9, 5), (0, 4))
"""Above the threshold at the evaluations 2m to 6m."""

HOLDS: dict[str, tuple[Rule, Case]] = {
    "no for": (rule(), case(HIGH_FROM_2_TO_6, expected=[alert(120, 120, 420)])),
    "for": (rule(hold=180), case(HIGH_FROM_2_TO_6, expected=[alert(120, 300, 420)])),
    "held too short": (rule(hold=300), case(HIGH_FROM_2_TO_6, expected=[alert(120, None, 420)])),
    "keep_firing_for": (rule(keep=120), case(HIGH_FROM_2_TO_6, expected=[alert(120, 120, 540)])),
    "not before the end": (rule(keep=900), case(HIGH_FROM_2_TO_6, expected=[alert(120, 120)])),
    "quiet": (rule("queue > 10"), case(HIGH_FROM_2_TO_6)),
    "no series at all": (rule(), case()),
    "from the first evaluation": (rule(), case(series("queue", (9, 11)), expected=[alert(0, 0)])),
    "twice": (
        rule(),
        case(
            series("queue", (9, 2), (0, 2), (9, 2), (0, 5)),
            expected=[alert(0, 0, 120), alert(240, 240, 360)],
        ),
    ),
    "two alerts": (
        rule(hold=60),
        case(
            series("queue", (0, 2), (9, 9), host="a"),
            series("queue", (0, 5), (9, 3), (0, 3), host="b"),
            expected=[alert(120, 180, host="a"), alert(300, 360, 480, host="b")],
        ),
    ),
    "labels of the rule": (
        rule(labels=pairs(team="core", host="")),
        case(series("queue", (9, 11), host="a", team="x"), expected=[alert(0, 0, host="a", team="x")]),
    ),
    "labels that are templates": (
        rule(labels=pairs(where="on {{ $labels.host }}", none="{{ $labels.nothing }}")),
        case(series("queue", (9, 11), host="a"), expected=[alert(0, 0, host="a")]),
    ),
    "names in UTF-8": (
        rule('{"wait.time", "host.name"="å"} > 5', name='Länge "x", {y}'),
        case(
            series("wait.time", (9, 11), **{"host.name": "å"}), expected=[alert(0, 0, **{"host.name": "å"})]
        ),
    ),
    "a grid that begins at any second": (
        rule("hour() == 6 and day_of_week() == 1 and queue > 5", hold=60),
        case(HIGH_FROM_2_TO_6, start=1700461217.0, expected=[alert(120, 180, 420)]),
    ),
    "rare evaluations that begin at any second": (
        rule(hold=1800),
        case(
            series("queue", (0, 60), (9, 200), (0, 100)),
            every=900,
            until=18000,
            start=1700000123.5,
            expected=[alert(3600, 5400, 16200)],
        ),
    ),
    "evaluations of half a second": (
        rule(hold=1),
        case(
            series("queue", (0, 3), (9, 5), (0, 5)),
            interval=0.5,
            every=0.5,
            until=5,
            start=1700000000.25,
            expected=[alert(1.5, 2.5, 4)],
        ),
    ),
    "more evaluations than a float has bits": (
        rule(),
        case(
            series("queue", (0, 49), (9, 4), (0, 60), (9, 70)),
            until=9000,
            expected=[alert(2940, 2940, 3180), alert(6780, 6780)],
        ),
    ),
    "query_offset": (
        rule(hold=60, query_offset=90),
        case(HIGH_FROM_2_TO_6, expected=[alert(240, 300, 540)]),
    ),
    "the end of a series": (
        rule("absent(queue)"),
        case(series("queue", (1, 3), Run(Gap.STALE, 1)), expected=[alert(180, 180)]),
    ),
    "a rule about alerts": (
        rule('count(ALERTS{alertname="Other", alertstate="firing"}) > 1'),
        case(
            *(series("ALERTS", (1, 11), alertname="Other", alertstate="firing", host=host) for host in "ab"),
            expected=[alert(0, 0)],
        ),
    ),
}


def test_what_is_predicted_rightly_holds() -> None:
    """All at once, so that they are packed together: none disturbs another."""
    proposals = [
        Proposal(Rule(**{**as_dict(of), "group": name}), (one,)) for name, (of, one) in HOLDS.items()
    ]
    wrong = {
        name: verdict.words
        for name, (verdict,) in zip(HOLDS, all_judged(proposals), strict=True)
        if not verdict.ok
    }
    assert wrong == {}


def as_dict(of: Rule) -> dict[str, object]:
    return {name: getattr(of, name) for name in Rule.__dataclass_fields__}


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ([], "not predicted, but promtool has pending at 2m, firing at 5m, resolved at 7m"),
        ([alert(180, 300, 420)], "predicted pending at 3m, promtool: at 2m"),
        ([alert(120, 240, 420)], "predicted firing at 4m, promtool: at 5m"),
        ([alert(120, None, 420)], "predicted firing never, promtool: at 5m"),
        ([alert(120, 300)], "predicted resolved never, promtool: at 7m"),
        (
            [alert(120, 300, 420, host="a")],
            'predicted {host="a"} pending at 2m, firing at 5m, resolved at 7m; '
            "promtool has pending at 2m, firing at 5m, resolved at 7m",
        ),
        (
            [alert(120, 300, 420), alert(480, None, 540)],
            "predicted pending at 8m, resolved at 9m, promtool has no alert",
        ),
    ],
)
def test_one_evaluation_aside_is_refuted(expected: list[Alerting], words: str) -> None:
    (verdict,) = judged(rule(hold=180), case(HIGH_FROM_2_TO_6, expected=expected))
    assert (verdict.ok, verdict.words) == (False, words)
    assert verdict.seen == (alert(120, 300, 420),)


def test_labels_and_annotations_are_those_that_are_sent() -> None:
    of = rule(
        hold=60,
        labels=pairs(team='"core"', where="{{ $labels.host }}\\n"),
        annotations=pairs(summary='{{ $value }} on "{{ $labels.host }}"\n\tsecond line: 5 % — ü\\', empty=""),
    )
    high = series("queue", (0, 1), (7, 1), (8, 1), (9, 2), (0, 6), host="a\nb")
    (verdict,) = judged(of, case(high, expected=[alert(60, 120, 300, host="a\nb")]))
    assert verdict.words == ""
    first, last = verdict.expanded
    assert (first.at, last.at) == (120, 240)
    sent = pairs(alertname="Queue", host="a\nb", team='"core"', where="a\nb\\n")
    assert first.labels == last.labels == sent
    assert dict(first.annotations)["summary"] == '8 on "a\nb"\n\tsecond line: 5 % — ü\\'
    assert dict(last.annotations)["summary"].startswith("9 on")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (
            {"annotations": pairs(summary="{{ query 5 }}")},
            "annotation `summary` at 0s: error expanding template",
        ),
        (
            {"labels": pairs(team="{{ $labels.a | reReplaceAll 1 }}")},
            "label `team` at 0s: error expanding template",
        ),
    ],
)
def test_a_template_that_fails_when_it_fires_is_refuted(where: dict[str, object], words: str) -> None:
    (verdict,) = judged(rule(**where), case(series("queue", (9, 11)), expected=[alert(0, 0)]))
    assert not verdict.ok
    assert verdict.words.startswith(words)


def test_a_label_that_holds_the_value_begins_a_new_alert_with_every_value() -> None:
    rising = series("queue", (0, 2), Run(6.0, 5, 1.0), (0, 4))
    verdict, *_ = judged(
        rule(hold=120, labels=pairs(value="{{ $value }}")), case(rising, expected=[alert(120, 240, 420)])
    )
    assert not verdict.ok
    assert [one.firing for one in verdict.seen] == [None] * 5


def test_what_promtool_cannot_read_does_not_spoil_the_others() -> None:
    held = case(HIGH_FROM_2_TO_6, expected=[alert(120, 120, 420)])
    hostile = [
        rule("queue >", name="A", number=1),
        rule("nothing(queue) > 5", name="B", number=2),
        rule(annotations=pairs(a="{{ $labels.x "), name="C", number=3),
        rule(labels=(("", "x"),), name="D", number=4),
        rule("queue\udcff > 5", name="E", number=5),
        rule("{} > 5", name="F", number=6),
        rule(hold=0.00001, name="G", number=7),
    ]
    deep = rule("(" * 5000 + "queue" + ")" * 5000 + " > 5", name="Deep", number=8)
    good = [rule(name=f"Good{n}", number=10 + n) for n in range(3)]
    found = all_judged([Proposal(of, (held, held)) for of in (*hostile, deep, *good)])
    assert [one.ok for verdicts in found for one in verdicts] == [False] * 14 + [True] * 8
    assert all(one.words.startswith("promtool: ") for verdicts in found[:7] for one in verdicts)
    assert "parse error" in found[0][0].words
    assert "unclosed action" in found[2][0].words


def test_a_case_that_cannot_be_evaluated_does_not_spoil_the_others() -> None:
    twice = case(series("disk", (9, 11), host="a", x="1"), series("disk", (9, 11), host="a", x="2"))
    ambiguous = rule("queue > on (host) disk", name="Ambiguous", number=1)
    queues = tuple(
        Proposal(
            rule(f"queue{n} > 5", name=f"Queue{n}", number=2 + n),
            (case(series(f"queue{n}", (9, 11)), expected=[alert(0, 0)]),),
        )
        for n in range(4)
    )
    given = Case(**{**{f: getattr(twice, f) for f in Case.__dataclass_fields__}, "name": "twice"})
    with_queue = case(*given.series, series("queue", (9, 11), host="a"))
    (refused,), *rest = all_judged([Proposal(ambiguous, (with_queue,)), *queues])
    assert not refused.ok
    assert "found duplicate series for the match group" in refused.words
    assert all(verdict.ok for (verdict,) in rest)


def test_rules_that_record_are_evaluated_first() -> None:
    recorded = (
        Recording(record="unread", expr="vector(1)"),
        Recording(record="job:queue:sum", expr="sum by (job) (queue)"),
        Recording(record="all:queue:max", expr="max(job:queue:sum)", labels=pairs(of="all")),
    )
    given = case(HIGH_FROM_2_TO_6, expected=[alert(120, 120, 420, of="all")])
    (verdict,) = judged(rule("all:queue:max > 5"), given, recordings=recorded)
    assert verdict.words == ""


def test_more_alerts_than_one_query_may_load() -> None:
    hosts = [f"h{n:03}" for n in range(150)]
    given = [series("queue", (0, 5), (9, 60), (0, 36), host=host) for host in hosts]
    expected = [alert(300, 420, 3900, host=host) for host in hosts]
    (verdict,) = judged(rule(hold=120), case(*given, until=6000, expected=expected))
    assert verdict.words == ""


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    assert judged(rule(), case(HIGH_FROM_2_TO_6), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_is_swept_away(tmp_path: Path) -> None:
    left, young, other = (tmp_path / name for name in (f"{PREFIX}left", f"{PREFIX}young", "left"))
    for folder in (left, young, other):
        folder.mkdir()
        (folder / "file").touch()
    for folder in (left, other):
        os.utime(folder, (1, 1))
    with workspace(tmp_path) as mine:
        os.utime(mine, (1, 1))
        with workspace(tmp_path) as inner:
            assert sorted(tmp_path.iterdir()) == sorted([mine, inner, young, other])
    assert sorted(tmp_path.iterdir()) == sorted([young, other])


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("kill -9 $$", "promtool was killed by signal 9"),
        ("echo 'panic: oh' >&2; exit 2", "promtool wrote no report: panic: oh"),
        (None, "no promtool"),
    ],
)
def test_a_promtool_that_is_missing_or_dies_is_not_run(tmp_path: Path, script: str | None, why: str) -> None:
    program = tmp_path / "promtool"
    program.write_text(f'#!/bin/sh\n[ "$1" = check ] && exit 0\n{script}\n', "utf-8")
    program.chmod(0o755)

    def maker(root: Path) -> Promtool | Missing:
        found = Found("promtool", "3.15.0", "path", path=program)
        return Promtool(found, root) if script else Missing("no promtool", "make engines")

    work = tmp_path / "work"
    work.mkdir()
    many = [Proposal(rule(number=n), (case(HIGH_FROM_2_TO_6),)) for n in range(30)]
    answer = judge(many, maker, folder=work)
    assert isinstance(answer, NotRun)
    assert answer.reason == why
    assert list(work.iterdir()) == []


def test_no_room_for_files_is_not_run(tmp_path: Path) -> None:
    answer = judge([Proposal(rule(), (case(HIGH_FROM_2_TO_6),))], folder=tmp_path / "gone")
    assert isinstance(answer, NotRun)
    assert answer.reason == "no temporary files can be written: No such file or directory"


def test_nothing_to_judge_needs_no_engine() -> None:
    def maker(root: Path) -> Missing:
        raise AssertionError(root)

    assert judge([Proposal(rule(), ())], maker) == {rule().id: ()}
