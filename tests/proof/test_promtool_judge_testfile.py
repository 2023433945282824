"""Committed test files: promtool by itself agrees with them, people can read them, they notice changes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engines.needs import need
from tests.proof.promtool_cases import alert, case, pairs, plain, rule, series

from tocsin import engines
from tocsin.artifacts.mark import is_marked, state
from tocsin.engines import Missing
from tocsin.proof.evidence import gathered
from tocsin.proof.promtool.judge import judge
from tocsin.proof.promtool.rule import rule_file
from tocsin.proof.testfile.layout import Source
from tocsin.proof.testfile.mark import fingerprint, stale
from tocsin.proof.testfile.metrics import proof_files
from tocsin.proof.verdict import Proposal
from tocsin.query.durations import show_duration
from tocsin.witness.case import Case, Clause
from tocsin.witness.rule import Known, Recording, Rule, Signal

pytestmark = pytest.mark.tools
SOURCE = Source(name="shop", rule_files=("rules.yaml",))
QUEUE = rule(
    hold=120,
    labels=pairs(severity="critical"),
    annotations=pairs(summary="{{ $value }} wait at {{ $labels.host }}", description="Two\nlines."),
    number=1,
)
HIGH = series("queue", (2, 3), (9, 4), (2, 3), host="a")
FIRES = case(
    HIGH, name="it fires", until=540, expected=[alert(180, 300, 420, host="a")], story="9 wait from 3m to 7m"
)
JUST_NOT = case(
    series("queue", (5, 10), host="a"),
    name="5, not above 5",
    until=540,
    pins=Clause(0, 9, "the queue is 5, not above 5"),
)
SHORT = case(
    series("queue", (2, 3), (9, 2), (2, 5), host="a"),
    name="too short",
    expected=[alert(180, None, 300, host="a")],
)
SHOP = Proposal(QUEUE, (FIRES, JUST_NOT, SHORT))


def written(*proposals: Proposal, proofs: Mapping[tuple[str, str, str], str] | None = None) -> dict[str, str]:
    need(engines.promtool())
    verdicts = judge(proposals)
    assert isinstance(verdicts, Mapping)
    evidence = gathered(proposals, verdicts)
    assert isinstance(evidence, Mapping)
    return proof_files(SOURCE, proposals, evidence, proofs or {})


def rules_of(*rules: Rule, recordings: tuple[Recording, ...] = ()) -> dict[str, object]:
    return rule_file(rules[0], recordings, beside=rules[1:])


def test_the_file_is_the_explanation_of_the_alert(tmp_path: Path) -> None:
    text = written(SHOP, proofs={QUEUE.id: "0123456789abcdef"})["shop.yaml"]
    assert text.partition("\n")[2] == (Path(__file__).parent / "promtool_testfile.txt").read_text("utf-8")
    assert plain(tmp_path, rules_of(QUEUE), text).ok


def test_rules_that_share_a_name_stand_in_one_file(tmp_path: Path) -> None:
    escalated = replace(QUEUE, hold=180, labels=pairs(severity="critical", escalated="true"), number=2)
    for_long = replace(FIRES, expected=(alert(180, 360, 420, host="a"),))
    files = written(SHOP, Proposal(escalated, (for_long, replace(JUST_NOT, until=300.0))))
    assert 'name: "Queue: it fires"' in files["shop.yaml"]
    assert "name: 'Queue{escalated=\"true\"}: it fires'" in files["shop.yaml"]
    run = plain(tmp_path, rules_of(QUEUE, escalated), files["shop.yaml"])
    assert run.ok, [failure.text for one in run.failed() for failure in one.failures]
    assert not plain(tmp_path, rules_of(QUEUE), files["shop.yaml"]).ok  # the twin is missed


def test_what_the_judge_saw_in_company_is_not_asked_again() -> None:
    need(engines.promtool())
    twin = Proposal(replace(QUEUE, labels=pairs(escalated="true"), number=2), ())
    verdicts = judge([SHOP], company=[SHOP, twin])
    assert isinstance(verdicts, Mapping)
    first = verdicts[QUEUE.id][0].among
    assert first is not None
    assert [one.firing for one in first.alerts] == [300, 300]
    assert {dict(one.labels).get("escalated") for one in first.expanded} == {"true", None}
    recalled = gathered([SHOP, twin], verdicts, lambda root: Missing("not asked"))
    alone = judge([SHOP])
    assert isinstance(alone, Mapping)
    assert recalled == gathered([SHOP, twin], alone)
    other = replace(twin, rule=replace(twin.rule, hold=60.0))
    assert isinstance(gathered([SHOP, other], verdicts, lambda root: Missing("asked")), Missing)


@pytest.mark.parametrize("expr", ["queue > 5", "queue > 4"])
def test_where_a_twin_may_differ_it_is_asked_for_quiet_cases_too(expr: str) -> None:
    need(engines.promtool())
    twin = Proposal(replace(QUEUE, expr=expr, labels=pairs(escalated="true"), hold=60.0, number=2), ())
    verdicts = judge([Proposal(QUEUE, (JUST_NOT,))], company=[SHOP, twin])
    assert isinstance(verdicts, Mapping)
    seen = verdicts[QUEUE.id][0].among
    assert seen is not None
    assert [one.firing for one in seen.alerts] == ([60] if expr == "queue > 4" else [])


def test_rules_of_one_name_and_no_labels_of_their_own_do_not_disturb_others() -> None:
    bare = Proposal(replace(QUEUE, labels=(), number=2), ())
    elsewhere = Proposal(rule("stack > 5", name="Queue", number=3, labels=pairs(severity="low")), (FIRES,))
    verdicts = judge([SHOP], company=[SHOP, bare, replace(elsewhere, cases=())])
    assert isinstance(verdicts, Mapping)
    assert all(one.ok and one.among for one in verdicts[QUEUE.id])


def test_a_rule_without_cases_is_still_in_its_file(tmp_path: Path) -> None:
    twin = replace(QUEUE, labels=pairs(severity="warning"), hold=60, number=2)
    text = written(Proposal(QUEUE, (FIRES,)), Proposal(twin, ()))["shop.yaml"]
    assert plain(tmp_path, rules_of(QUEUE, twin), text).ok


def test_each_interval_has_a_file_of_its_own(tmp_path: Path) -> None:
    seldom = rule("stack > 5", name="Stack", number=2, every=300.0)
    rare = case(series("stack", (9, 11)), every=300, until=600, expected=[alert(0, 0)])
    files = written(SHOP, Proposal(seldom, (rare,)))
    assert sorted(files) == ["shop-5m.yaml", "shop.yaml"]
    for text in files.values():
        assert plain(tmp_path, rules_of(QUEUE, seldom), text).ok


def test_time_offset_and_recorded_metrics_are_part_of_it(tmp_path: Path) -> None:
    recorded = (Recording(record="all:queue:max", expr="max(queue)"),)
    of = rule("all:queue:max > 5 and on () hour() == 6", name="AtSix", query_offset=60, hold=60, number=1)
    at_six = replace(FIRES, start=1700461200.0, expected=(alert(240, 300, 480),))
    text = written(Proposal(of, (at_six,), recorded))["shop.yaml"]
    assert 'start_timestamp: "1700461200"' in text
    assert plain(tmp_path, rules_of(of, recordings=recorded), text).ok


def test_instants_are_those_of_promtool_however_floats_round(tmp_path: Path) -> None:
    of = replace(QUEUE, hold=0.3)
    tenths = [n * 0.1 for n in range(10)]
    seen = (alert(tenths[3], tenths[6], tenths[7], host="a"),)
    quick = replace(FIRES, interval=0.1, every=0.1, until=tenths[9], expected=seen)
    (text,) = written(Proposal(of, (quick, replace(JUST_NOT, interval=0.1, every=0.1, until=0.9)))).values()
    assert text.count("- name:") == 2
    assert plain(tmp_path, rules_of(of), text).ok


def test_what_does_not_hold_is_not_committed() -> None:
    wrong = replace(FIRES, name="wrong", expected=(alert(180, 240, 420, host="a"),))
    (text,) = written(Proposal(QUEUE, (FIRES, wrong))).values()
    assert text.count("- name:") == 1
    assert written(Proposal(QUEUE, (wrong,))) == {}


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    hostile = '\n- name: "x"\ntests: #"\'\u2028\x85\r{{ } \t%: ' + "y" * 300
    labels_too = {"host": hostile, "severity": hostile}
    of = rule(
        name=f"A {hostile}".replace("\n", " "),
        labels=tuple(sorted(labels_too.items())),
        annotations=pairs(a=hostile.replace("{{", ""), b=" leading\n\ntrailing \n"),
        number=1,
    )
    of = replace(of, labels=tuple((n, v.replace("{{", "")) for n, v in of.labels))
    given = case(
        series("queue", (9, 11), host=hostile),
        name=hostile,
        story=hostile,
        pins=Clause(0, 1, hostile),
        expected=[alert(0, 0, host=hostile)],
    )
    (text,) = written(Proposal(of, (given,)), proofs={of.id: "0" * 16}).values()
    run = plain(tmp_path, rules_of(of), text)
    assert run.ok, [failure.text for one in run.failed() for failure in one.failures]


CHANGES = {
    "threshold": {"expr": "queue > 4"},
    "comparator": {"expr": "queue < 5"},
    "a longer for": {"hold": 180.0},
    "a shorter for": {"hold": 60.0},
    "keep_firing_for": {"keep": 60.0},
    "a label": {"labels": ()},
    "an annotation": {"annotations": pairs(summary="{{ $value }}")},
    "another metric": {"expr": "cue > 5"},
    "a label lost": {"expr": "max(queue) > 5"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_committed_cases_notice_a_change(change: str, tmp_path: Path) -> None:
    (text,) = written(SHOP).values()
    assert not plain(tmp_path, rules_of(replace(QUEUE, **CHANGES[change])), text).ok


def test_a_file_knows_what_it_proves() -> None:
    known = Known(signals={"queue": Signal(name="queue", type="gauge", labels={"host": ("a",)})})
    proof = fingerprint(QUEUE, known)
    (text,) = written(SHOP, proofs={QUEUE.id: proof}).values()
    assert is_marked(text)
    assert (state(text), state(text.replace("9x3", "8x3"))) == ("intact", "edited")
    assert not stale(text, proof)
    assert not stale(text, fingerprint(replace(QUEUE, file="elsewhere", group="x", number=7), known))
    for other in (replace(QUEUE, hold=60.0), replace(QUEUE, expr="queue > 6")):
        assert stale(text, fingerprint(other, known))
    assert stale(text, fingerprint(QUEUE, Known()))


def test_times_in_the_file_are_those_of_the_case() -> None:
    (text,) = written(SHOP).values()
    for one in (FIRES, SHORT):
        for at in _instants(one):
            assert f"eval_time: {show_duration(at)}\n" in text


def _instants(of: Case) -> set[float]:
    found = {at for one in of.expected for at in (one.firing, one.resolved) if at is not None}
    return found | {of.until}
