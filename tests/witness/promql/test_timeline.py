"""Predicted alerts are promtool's: pending, firing and gone at the same evaluations."""

import json
import random

import pytest
from tests.engines.needs import need
from tests.witness.promql.evaluate_generator import Expressions, Telemetry
from tests.witness.promql.evaluate_judge import Setting, _answer, _test, series

from tocsin import engines
from tocsin.engines.answers import DidNotRun
from tocsin.witness.promql.evaluator.evaluate import EngineRefuses, NotUnderstood
from tocsin.witness.promql.past import Past
from tocsin.witness.promql.timeline import predicted
from tocsin.witness.rule import Known, Recording, Rule
from tocsin.witness.telemetry import Gap, Series, runs

OUTSIDE = ("__name__", "alertname", "alertstate")


class Case:
    """A rule, its telemetry and its grid."""

    def __init__(
        self, rule: Rule, given: tuple[Series, ...], until: float, *, interval=60.0, every=60.0, known=None
    ):
        self.rule, self.given, self.until = rule, given, until
        self.interval, self.every, self.known = interval, every, known or Known()

    def grid(self):
        return [i * self.every for i in range(int(self.until / self.every) + 1)]

    def asked(self):
        """What promtool is asked: the alerts at each evaluation."""
        moved = f" offset {_ms(self.rule.query_offset)}" if self.rule.query_offset else ""
        return tuple((f'ALERTS{{alertname="{self.rule.name}"}}{moved}', at) for at in self.grid())

    def ours(self):
        """At each evaluation the alerts and whether they fire; or that the engine gives an error."""
        try:
            found = predicted(self.rule, self.given, self.interval, self.every, self.until, known=self.known)
        except EngineRefuses as error:
            return error.words
        except NotUnderstood:
            return None
        states = []
        for at in self.grid():
            active = [a for a in found if a.pending <= at and (a.resolved is None or at < a.resolved)]
            firing = "firing", "pending"
            states.append({(a.labels, firing[a.firing is None or at < a.firing]) for a in active})
        return states


def promtools(folder, cases):
    """The same by promtool, all cases in one run."""
    names = []
    for i, case in enumerate(cases):
        (folder / f"rules{i}.yaml").write_text(json.dumps({"groups": [_group(case)]}))
        test = _test(f"t{i}", Setting(case.given, case.interval, case.asked()))
        document = {"evaluation_interval": _ms(case.every), "rule_files": [f"rules{i}.yaml"], "tests": [test]}
        (folder / f"test{i}.yaml").write_text(json.dumps(document))
        names.append(folder / f"test{i}.yaml")
    run = need(engines.promtool(folder)).test_rules(names)
    if isinstance(run, DidNotRun):
        pytest.skip(f"not run: {run}")
    return [_states(case) for case in run.cases]


def _group(case):
    rule = case.rule
    rules = [{"record": r.record, "expr": r.expr, "labels": dict(r.labels)} for r in case.known.recordings]
    alert = {"alert": rule.name, "expr": rule.expr, "for": _ms(rule.hold), "keep_firing_for": _ms(rule.keep)}
    rules.append(alert | {"labels": dict(rule.labels)})
    return {"name": "g", "rules": rules, "query_offset": _ms(rule.query_offset), "limit": rule.limit}


def _ms(seconds):
    return f"{round(seconds * 1000)}ms"


def _states(case):
    answers = [_answer(failure.text) for failure in case.failures]
    if any(isinstance(answer, str) for answer in answers):
        return next(answer for answer in answers if isinstance(answer, str))
    return [
        {(tuple(p for p in labels if p[0] not in OUTSIDE), dict(labels)["alertstate"]) for labels in answer}
        for answer in answers
    ]


def different(folder, cases):
    found = []
    for case, theirs in zip(cases, promtools(folder, cases), strict=True):
        mine = case.ours()
        agree = mine is None or (isinstance(mine, str) if isinstance(theirs, str) else mine == theirs)
        found += [] if agree else [(case.rule, mine, theirs)]
    return found


def rule(expr, **more):
    return Rule(name="A", language="promql", expr=expr, **more)


RAMP = series("x", [*map(float, range(12)), *map(float, range(12, 0, -1))], job="a")
BURSTS = series("y", [0.0, 9.0, 9.0, 0.0, 9.0, 9.0, 9.0, 9.0, 0.0, 0.0, 9.0, 0.0] * 2, job="a")
OTHER = series("y", [9.0] * 5 + [Gap.STALE] + [Gap.MISSING] * 9 + [9.0] * 9, job="b")


@pytest.mark.tools
def test_for_keep_offset_limit_and_recordings(tmp_path):
    recorded = Known(
        recordings=(
            Recording(record="job:y:max", expr="max by (job) (y > 1)", labels=(("rec", "1"),)),
            Recording(record="job:y:rate", expr="rate(job:y:max[5m])"),
        )
    )
    given = (RAMP, BURSTS, OTHER)
    cases = [
        Case(one, given, 1400.0, every=every, known=known)
        for every in (60.0, 30.0)
        for one, known in [
            (rule("x > 5", hold=180.0), None),
            (rule("y > 5", hold=60.0, keep=120.0), None),
            (rule("y > 5", keep=90.0), None),
            (rule("y > 5", query_offset=120.0, hold=60.0), None),
            (rule("y offset -2m > 5"), None),
            (rule("absent(y)", hold=60.0), None),
            (rule("job:y:max > 2", hold=120.0), recorded),
            (rule("job:y:rate >= 0"), recorded),
            (rule("count_over_time(job:y:max[5m]) < 4"), recorded),
            (rule("y", labels=(("job", "c"),)), None),
            (rule('{__name__=~"x|y",job="a"}'), None),
            (rule("vector(1)"), None),
            (rule("time() > bool 300"), None),
        ]
    ]
    assert different(tmp_path, cases) == []


@pytest.mark.tools
@pytest.mark.parametrize("seed", range(2))
def test_random_rules(tmp_path, seed):
    choose = random.Random(seed)
    cases = []
    for number in range(80):
        source, given = Expressions(1000 * seed + number), Telemetry(1000 * seed + number).series()
        hold, keep = choose.choice((0.0, 60.0, 150.0)), choose.choice((0.0, 0.0, 120.0))
        one = rule(source.vector(choose.randrange(1, 4)), hold=hold, keep=keep)
        every = choose.choice((60.0, 30.0))
        cases.append(Case(one, given, 30 * every, interval=choose.choice((30.0, 60.0)), every=every))
    assert different(tmp_path, cases) == []


@pytest.mark.parametrize("seed", range(40))
def test_courses_that_begin_alike_give_what_each_gives_alone(seed):
    choose, past = random.Random(seed), Past()
    one = rule(Expressions(seed).vector(3), hold=60.0)
    given = Telemetry(seed).series()
    for _ in range(4):
        cut = choose.randrange(1, 30)
        course = tuple(_changed(each, cut) if choose.random() < 0.7 else each for each in given)
        every = choose.choice((60.0, 60.0, 30.0))
        try:
            alone = predicted(one, course, 60.0, every, 1500.0)
        except (EngineRefuses, NotUnderstood):
            continue
        assert predicted(one, course, 60.0, every, 1500.0, past=past) == alone


def _changed(one: Series, cut: int) -> Series:
    samples = list(one.samples())
    return Series(one.labels, runs([*samples[:cut], *samples[:cut], Gap.STALE, *samples[cut + 3 :]]))


def test_more_alerts_than_the_limit_are_none():
    found = predicted(rule("y >= 0", limit=1), (BURSTS, OTHER), 60, 60, 900)
    assert [(one.labels, one.pending, one.resolved) for one in found] == [((("job", "a"),), 300.0, 900.0)]
