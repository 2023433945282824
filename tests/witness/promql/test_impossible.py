"""Which rules are said never to fire or always to: each kind of reason, and where nothing may be said."""

import pytest
from tests.query.promql_generator import PromQL

from tocsin.query.promql import Features, QueryError, parse
from tocsin.witness.outcome import Always, Impossible
from tocsin.witness.promql.impossible import refute
from tocsin.witness.promql.refute.analysis import Analysis, TooBig
from tocsin.witness.rule import Known, Recording, Rule, Signal

NEVER = [
    # expression, kind, the characters that the reason is about
    ("sum(up == 0) > 0", "never-holds", "sum(up == 0) > 0"),
    ("sum by (job) (reload_ok == 0) > 0", "never-holds", "sum by (job) (reload_ok == 0) > 0"),
    ("count(x) == 0", "never-holds", "count(x) == 0"),
    ("count by (job) (x{a='1'}) < 1", "never-holds", "count by (job) (x{a='1'}) < 1"),
    ("0 >= count(x)", "never-holds", "0 >= count(x)"),
    ("up > 1", "never-holds", "up > 1"),
    ("up == 0.5", "never-holds", "up == 0.5"),
    ("changes(x[5m]) < 0", "never-holds", "changes(x[5m]) < 0"),
    ("rate(x_total[5m]) < 0", "never-holds", "rate(x_total[5m]) < 0"),
    ("avg(rate(x_total[5m])) < 0", "never-holds", "avg(rate(x_total[5m])) < 0"),
    ("vector(time()) < 0", "never-holds", "vector(time()) < 0"),
    ("hour() > 24 and on () up == 0", "never-holds", "hour() > 24"),
    ("absent(x) > 1", "never-holds", "absent(x) > 1"),
    ("100 / x * x > 101", "never-holds", "100 / x * x > 101"),
    ("x - x > 0", "never-holds", "x - x > 0"),
    ("x > 5 < 3", "never-holds", "x > 5 < 3"),
    ("x == NaN", "never-holds", "x == NaN"),
    ("x > x", "never-holds", "x > x"),
    ("x > max_over_time(x[1h])", "never-holds", "x > max_over_time(x[1h])"),
    ("min(x) > max(x)", "never-holds", "min(x) > max(x)"),
    ("quantile(0.9, up) > 1", "never-holds", "quantile(0.9, up) > 1"),
    ("histogram_quantile(-1, rate(x_bucket[5m])) > 0", "never-holds", None),
    ("stddev(up == 0) > 0", "never-holds", "stddev(up == 0) > 0"),
    ('sum(rate(x{c=~"5.."}[5m])) / sum(rate(x[5m])) > 1', "never-holds", None),
    ('100 * sum(rate(x{c="1"}[5m])) / sum(rate(x[5m])) > 100', "never-holds", None),
    ("sum by (a, c) (rate(x[5m])) / on (a) group_left sum by (a) (rate(x[5m])) > 1", "never-holds", None),
    ("sum by (a, c) (x == 1) / ignoring (c) group_left sum by (a) (x == 1) > 1", "never-holds", None),
    ("1 - sum(rate(bad[5m])) / (sum(rate(good[5m])) + sum(rate(bad[5m]))) > 1", "never-holds", None),
    ('count(x{a="1"}) > count(x)', "never-holds", 'count(x{a="1"}) > count(x)'),
    ("sum(up) > count(up)", "never-holds", "sum(up) > count(up)"),
    ("100 / x * x{a='1'} < 20 and x > 0", "never-holds", "100 / x * x{a='1'} < 20"),
    ("sum(rate(a[5m])) / clamp_min(sum(rate(a[5m])) + sum(rate(b[5m])), 1) > 25", "never-holds", None),
    ("sum(rate(a[5m])) / (sum(rate(a[5m])) + sum(rate(b[5m])) > 0) > 1", "never-holds", None),
    ("time() - timestamp(x) > 600", "never-holds", "time() - timestamp(x) > 600"),
    ("timestamp(x > 5) < time() - 36000", "never-holds", "timestamp(x > 5) < time() - 36000"),
    ("timestamp(x offset 1h) > time() - 600", "never-holds", None),
    ("changes((up == 1)[1h:1m]) > 0", "never-holds", None),
    ("x > 5 and x < 3", "contradiction", "x > 5 and x < 3"),
    ('x{a="1"} > 5 and x{b="2"} < 3', "contradiction", None),
    ('rate(x{a="1"}[5m]) > 5 and rate(x[5m]) < 3', "contradiction", None),
    ("x > y and x < y", "contradiction", "x > y and x < y"),
    ("x * 100 > 90 and x < 0.5", "contradiction", "x * 100 > 90 and x < 0.5"),
    ("sum by (a) (x) > 5 and sum by (a) (x) < 3", "contradiction", None),
    ("(x > 5) * (x < 3)", "contradiction", None),
    ("x > 10 unless x > 5", "unless-takes-all", "unless x > 5"),
    ("x > 10 unless x", "unless-takes-all", "unless x"),
    ("up == 0 unless on () vector(1)", "unless-takes-all", "unless on () vector(1)"),
    ('x{l!~".*"} > 1', "empty-matcher", 'l!~".*"'),
    ('x{l="a", l="b"} > 1', "contradicting-matchers", 'l="a", l="b"'),
    ('x{l="", l=~"a.*"} > 1', "contradicting-matchers", 'l="", l=~"a.*"'),
    ('x{l=~"5..", l=~"4.."} > 1', "contradicting-matchers", 'l=~"5..", l=~"4.."'),
    ('x{l=~"a|b", l!="a", l!="b"} > 1', "contradicting-matchers", 'l=~"a|b", l!="a", l!="b"'),
    ('ALERTS{alertstate="Firing"}', "no-such-value", 'alertstate="Firing"'),
    ('a{x="1"} + a{x="2"} > 0', "labels-never-match", "+"),
    ("x > 5 and absent(y)", "labels-of-absent", "and"),
    ("sum by (job) (x) / y > 0.5", "label-aggregated-away", "/"),
    ("sum by (job) (x) / on (instance) y > 0.5", "label-aggregated-away", "/ on (instance)"),
    ('a / ignoring (l) b{l="1"} > 1 and b{l="1"} > 0', "labels-never-match", "and"),
    ("histogram_quantile(0.9, sum(rate(x_bucket[5m]))) > 1", "label-aggregated-away", None),
    ("absent(sum(x) or vector(0))", "never-absent", "absent(sum(x) or vector(0))"),
    ("topk(0, x) > 1", "no-result", "topk(0, x)"),
    ("clamp(x, 5, 3) > 1", "no-result", "clamp(x, 5, 3)"),
    ("(up > 1 or count(x) == 0)", "never-holds", "up > 1"),
    ("max_over_time((up > 1)[5m:1m]) > 0", "never-holds", "up > 1"),
]  # fmt: skip
ALWAYS = [
    ("vector(1)", "constant"),
    ("vector(1) > 0", "constant"),
    ("x > 5 or vector(1)", "or-constant"),
    ("x > bool 5", "bool"),
    ("scalar(x) > bool 1", "bool"),
    ("time() - timestamp(x offset 1h) > 600", "always-true"),
    ("count(x) >= 0", "always-true"),
    ("rate(x_total[5m]) >= 0", "always-true"),
    ("up <= 1", "always-true"),
    ("histogram_quantile(95, sum by (le) (rate(x_bucket[5m]))) > 1", "always-true"),
    ("sum(rate(x_total[5m]))", "no-condition"),
]
NOTHING_SAID = [
    "up == 0", "x > 5", "x < 0", "x != x", "count(x) > 0", "count(up == 0) > 0", "group(x) == 1", "x",
    "sum(x)",
    "absent(x)", "absent(x) == 1", "sum(up == 1) > 0", "sum(x == 0) >= 0", "x - y > 0", "x - x == 0",
    "x > 5 and on (job) x < 3", "x > 5 or x < 3", "x > 5 unless x > 10", "x unless x > 5", "x > y",
    "x > max_over_time(x[1h] offset 5m)", "x > x offset 5m", "x > avg_over_time(x[1h])", "avg(x) > max(x)",
    'sum(rate(x{c="1"}[5m])) / sum(rate(x[5m])) > 0.99', "sum(rate(x[5m])) / sum(rate(y[5m])) > 1",
    'sum(rate(x{c="1"}[5m])) / sum(rate(x{d="1"}[5m])) > 1', 'sum(x{c="1"}) / sum(x) > 1',
    'sum(rate(x{c="1"}[5m])) / sum(rate(x[1m])) > 1', 'sum by (a) (x) / sum(y) > 1',
    'x{l=~"a.*", l=~".*b"} > 1',
    'x{l=~"a|b", l!="a"} > 1', 'ALERTS{alertstate="firing"}', "deriv(x[5m]) < 0", "delta(x[5m]) < 0",
    "x > 5 and on () absent(y)", "a:b:c > 5 and absent(y)", "a:b / sum(x) > 1", "x / ignoring (l) y > 1",
    "histogram_quantile(0.9, sum(rate(x[5m]))) > 1", "absent(sum(x) > 5 or vector(0) > 1)", "topk(1, x) > 1",
    "hour() == 3", "time() - x > 60", "up == 0 or vector(1) > 2", "x == 0 and x == 0", "x > 5 < 6",
    "{__name__=~'a|b'} > 5 and {__name__=~'a|b'} < 3", "x and on (job) sum by (job) (x) > 5",
    "1 / up > 5", "x % 5 > 4", "x / 0 > 1", "-up < 0", "x ^ 2 < 1", "clamp_max(x, 5) < 3",
    "label_replace(x, 'a', '1', '', '') and x{a='1'}", "sum(x) / sum(y)", "timestamp(x) > 5",
    "min_over_time((x == 0)[5m:]) == 0", "x @ 5 > 1 and x < 0", "round(x, 5) == 5",
    "sum(rate(x[5m])) by (a) > 0", "'text'", "time() - timestamp(x) > 200",
    "timestamp(x > 5) <= time() - 0", "time() - timestamp(x @ 5) > 600", 'x{a="1"} unless x{b="2"}',
    'sum(x{a="1"}) > 5 and sum(x{b="2"}) < 3', "max_over_time((time() - timestamp(x))[1h:]) > 200",
    'changes(x_info[1h]) > 0', 'count(x{a="1"}) - count(x{b="2"}) > 0', "x - time() > 600",
]  # fmt: skip


def rule(expr: str, hold: float = 0.0, every: float = 60.0) -> Rule:
    return Rule(name="A", language="promql", expr=expr, hold=hold, every=every)


@pytest.mark.parametrize(("expr", "kind", "place"), NEVER)
def test_it_never_fires(expr: str, kind: str, place: str | None) -> None:
    found = refute(rule(expr))
    assert isinstance(found, Impossible)
    assert found.reason.kind == kind
    assert found.reason.words
    assert place is None or expr[found.reason.start : found.reason.end] == place


@pytest.mark.parametrize(("expr", "kind"), ALWAYS)
def test_it_always_fires(expr: str, kind: str) -> None:
    found = refute(rule(expr))
    assert isinstance(found, Always)
    assert found.reason.kind == kind


@pytest.mark.parametrize("expr", NOTHING_SAID)
def test_nothing_is_said(expr: str) -> None:
    assert refute(rule(expr)) is None


def test_words_that_a_person_can_check() -> None:
    told = {expr: refute(rule(expr)) for expr, _, _ in NEVER}
    words = {expr: one.reason.words for expr, one in told.items() if one is not None}
    assert words["sum(up == 0) > 0"] == "the sum of series that are all 0 is 0"
    assert words["count(x) == 0"] == "without elements `count` gives nothing, never 0"
    assert (
        words["x > 5 and x < 3"]
        == "of the same series, `x` is always above 5 on the left and always below 3 on the right"
    )
    assert words['a{x="1"} + a{x="2"} > 0'] == (
        '`x` is "1" left of `+` and "2" right of it, and only equal labels match'
    )
    first = told["sum(up == 0) > 0"]
    assert first is not None and first.reason.help == "count(up == 0) > 0"


class TestHolding:
    """How long a condition can hold, against `for`."""

    @pytest.mark.parametrize(
        ("expr", "hold", "never"),
        [
            ("hour() == 3 and on () x > 5", 3600, True),
            ("hour() == 3 and on () x > 5", 3540, False),
            ("hour() >= 9 < 17 and on () x > 5", 8 * 3600, True),
            ("hour() >= 9 < 17 and on () x > 5", 7 * 3600, False),
            ("minute() < 10 and on () x > 5", 600, True),
            ("day_of_week() > 5 and on () x > 5", 86400, True),
            ("x > 5 or hour() == 3", 7200, False),
            ("hour() < 24 and on () x > 5", 86400 * 2, False),
            ("x unless x offset 5m", 300, True),
            ("x unless x offset 5m", 240, False),
            ("x unless x offset 90s", 300, False),
            ("x offset 1h unless x", 3600, True),
            ("x unless y offset 5m", 3600, False),
            ("increase(x[5m]) > 0", 3600, False),
            ("up == 0 and on () (x unless x offset 5m)", 3600, False),
            ("(x unless x offset 5m) and x > 5", 3600, True),
            ("x == 0 and x offset 1h > 0", 3600, True),
            ("x == 0 and x offset 1h > 0", 3540, False),
            ("x == 0 and on (job) x offset 1h > 0", 7200, False),
            ("x > 5 and x offset 1h > 0", 7200, False),
        ],
    )
    def test_for(self, expr: str, hold: float, never: bool) -> None:
        found = refute(rule(expr, hold))
        assert isinstance(found, Impossible) == never
        assert found is None or found.reason.kind == "for-too-long"

    def test_seldom_evaluated(self) -> None:
        """Once a day at three o'clock it is always three o'clock."""
        assert refute(rule("hour() == 3 and on () x > 5", 86400, every=86400)) is None


class TestContract:
    """What the contract says of signals."""

    known = Known(
        signals={
            "requests_total": Signal(
                name="requests_total",
                type="counter",
                labels={"code": ("200", "500"), "job": (), "instance": ()},
            ),
            "result": Signal(name="result", type="gauge", labels={"kind": ("good", "bad")}, only=True),
            "temperature": Signal(name="temperature", type="gauge"),
            "online": Signal(name="online", type="gauge", unit="bool"),
            "took_seconds_bucket": Signal(name="took_seconds", type="histogram", buckets=(0.5, 1.0, 2.5)),
        },
        recordings=(
            Recording(record="job:down:sum", expr="sum by (job) (up == 0)"),
            Recording(record="job:never", expr="up > 1"),
            Recording(record="a:b", expr="c:d"),
            Recording(record="c:d", expr="a:b"),
        ),
    )

    @pytest.mark.parametrize(
        ("expr", "kind"),
        [
            ('result{kind="ugly"} > 0', "no-such-value"),
            ('result{kind=~"u.*"} > 0', "no-such-value"),
            ('took_seconds_bucket{le="3"} > 0', "no-such-value"),
            ('took_seconds_bucket{le="1"} > 0', "no-such-value"),
            ("histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[5m]))) > 5", "never-holds"),
            ("online > 1", "never-holds"),
            ("job:down:sum > 0", "never-holds"),
            ("job:never == 1", "never-recorded"),
            ("requests_total < 0", "never-holds"),
        ],
    )
    def test_never(self, expr: str, kind: str) -> None:
        found = refute(rule(expr), self.known)
        assert isinstance(found, Impossible)
        assert found.reason.kind == kind

    @pytest.mark.parametrize(
        "expr",
        ['result{kind="bad"} > 0', 'requests_total{code="404"} > 0', 'took_seconds_bucket{le="1.0"} > 0',
         "rate(temperature[5m]) < 0", "temperature < 0", "online == 1", "job:down:sum == 0", "a:b > 1",
         'took_seconds_bucket{le="+Inf"} > 0'],
    )  # fmt: skip
    def test_nothing_is_said(self, expr: str) -> None:
        assert refute(rule(expr), self.known) is None


class TestBounds:
    """Whatever is asked, the answer comes, and soon."""

    @pytest.mark.parametrize(
        "expr",
        [
            "a" + " + a" * 198 + " > 1",
            "(" * 120 + "a" + ")" * 120,
            'x{a=~"' + "(a|b)*" * 300 + '", a!~"' + ".*b" * 200 + '"} > 1',
            'x{a=~"' + "|".join(f"host-{n}" for n in range(5000)) + '", a!="z"} > 1',
            'x{a=~"((a{30}){30}){1}", a!~"a{900}b?"} > 1',
            " or ".join(["sum(rate(x[5m])) / sum(rate(y[5m])) > 1"] * 150),
            "x > 5 and " * 150 + "x > 5",
            "x > ",
            "nosuchfunction(x)",
            "'text'",
            '{"höhe.über.alles", "ä"="ö"} > 1',
        ],
    )
    def test_hostile(self, expr: str) -> None:
        refute(rule(expr))

    def test_too_big_is_not_looked_at(self) -> None:
        big = " or ".join([f"({' + '.join(['x'] * 100)})"] * 40)
        with pytest.raises(TooBig):
            Analysis(parse(big), Known())
        assert refute(rule(big)) is None

    def test_expressions_at_random(self) -> None:
        source, read = PromQL(11), 0
        everything = Features(True, True, True)
        while read < 1500:
            text = source.query()
            try:
                tree = parse(text, everything)
            except QueryError:
                continue
            read += 1
            Analysis(tree, TestContract.known, text)
            refute(rule(text), TestContract.known)
