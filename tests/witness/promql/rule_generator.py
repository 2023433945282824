"""Well-typed alert expressions at random, over so few metrics that they often contradict; and telemetry.

Telemetry keeps what every scrape keeps: series have `job` and `instance`, counters do not fall below zero,
buckets add up, `up` is 0 or 1. Beyond that it is anything. Same seed, same expressions and series.
"""

import itertools
import random

METRICS = ("x", "y", "up", "c_total", "h")
PLAIN = ("x", "y")
MATCHERS = (
    'a="1"',
    'a="2"',
    'a=~"1|2"',
    'a!="1"',
    'a!~"2"',
    'b="1"',
    'b=~".+"',
    'b=""',
    'a=~"[12]"',
    'a!~".+"',
)
COMPARING = (">", "<", ">=", "<=", "==", "!=")
NUMBERS = ("0", "1", "2", "5", "-1", "0.5", "100", "-5", "1.5", "3", "10", "0", "1")
HISTOGRAMS = (
    "{{count:5 sum:3 buckets:[2 3]}}+{{count:1 sum:1 buckets:[1]}}x30",
    "{{count:5 sum:3 buckets:[2 3]}}x30",
    "1 2 {{count:5 sum:3 buckets:[2 3]}}x20 5x8",
)
ELEMENTWISE = (
    "abs",
    "ceil",
    "floor",
    "round",
    "sgn",
    "sqrt",
    "ln",
    "exp",
    "absent",
    "hour",
    "day_of_week",
    "sort",
)
LABELS = ("a", "b", "job", "instance")
SERIES: tuple[dict[str, str], ...] = (
    {"a": "1"},
    {"a": "2"},
    {"a": "1", "b": "1"},
    {"a": "2", "b": "1"},
    {"b": "1"},
    {},
)


class Rules:
    """A source of expressions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def rule(self) -> str:
        """An expression that may alert."""
        one = self.condition(2)
        return self.pick(
            (
                lambda: one,
                lambda: one,
                lambda: (
                    f"{one} {self.pick(('and', 'and', 'unless', 'or'))} {self.matching()}{self.condition(2)}"
                ),
                lambda: (
                    f"{self.pick(('count', 'sum', 'max'))}({one}) {self.pick(COMPARING)} {self.pick(NUMBERS)}"
                ),
                lambda: f"absent({one})",
            )
        )()

    def condition(self, depth: int) -> str:
        """A comparison, mostly."""
        left = self.vector(depth)
        op = self.pick(COMPARING)
        if self.random.random() < 0.3:
            return f"({left} {op} {self.matching()}{self.vector(depth)})"
        chain = f" {self.pick(COMPARING)} {self.pick(NUMBERS)}" if self.random.random() < 0.15 else ""
        boolean = "bool " if self.random.random() < 0.05 else ""
        return f"({left} {op} {boolean}{self.number()}{chain})"

    def number(self) -> str:
        """A number, or what is one."""
        special = ("time()", "scalar(x)", "pi()", "NaN", "Inf", "-Inf", "1 / 0")
        return self.pick(NUMBERS if self.random.random() > 0.1 else special)

    def selector(
        self, names: tuple[str, ...] = ("x", "x", "y", "up", "c_total", "h_bucket", "h_count")
    ) -> str:
        """A selector with a few matchers."""
        some = self.random.sample(MATCHERS, self.pick((0, 0, 0, 1, 1, 2)))
        return self.pick(names) + (f"{{{', '.join(some)}}}" if some else "")

    def matching(self) -> str:
        """Nothing, mostly."""
        if self.random.random() < 0.7:
            return ""
        names = ", ".join(self.random.sample(LABELS, self.pick((0, 1, 2))))
        return f"{self.pick(('on', 'ignoring'))} ({names}) "

    def vector(self, depth: int) -> str:
        """A vector of any kind."""
        if depth <= 0:
            return self.selector()
        if self.random.random() < 0.2:
            op = self.pick(("and", "or", "unless"))
            return f"({self.condition(depth - 1)} {op} {self.vector(depth - 1)})"
        kinds = (self.selector, self.ranged, self.summed, self.calculated, self.called, self.share, self.same)
        if self.random.random() < 0.1:
            return f"({self.condition(depth - 1)})"
        return self.pick(kinds)()

    def ranged(self) -> str:
        """A function of a range."""
        if self.random.random() < 0.4:
            counter = self.selector(("c_total", "h_bucket", "h_count"))
            return f"{self.pick(('rate', 'increase', 'irate'))}({counter}[5m])"
        names = ("changes", "resets", "count_over_time", "max_over_time", "min_over_time", "avg_over_time",
                 "sum_over_time", "stddev_over_time", "last_over_time", "delta", "deriv", "present_over_time",
                 "quantile_over_time")  # fmt: skip
        name = self.pick(names)
        rank = self.pick(("0.5, ", "1, ", "2, ", "-1, ")) if name == "quantile_over_time" else ""
        return f"{name}({rank}{self.selector()}[{self.pick(('5m', '2m'))}])"

    def summed(self) -> str:
        """An aggregation."""
        op = self.pick(("sum", "count", "min", "max", "avg", "group", "stddev", "quantile", "topk", "count"))
        param = {"quantile": self.pick(("0.9, ", "95, ")), "topk": self.pick(("1, ", "0, "))}.get(op, "")
        by = (
            f" {self.pick(('by', 'without'))} ({', '.join(self.random.sample(LABELS, self.pick((0, 1, 2))))})"
        )
        inner = self.pick((self.selector, self.ranged, lambda: self.condition(1)))()
        return f"{op}{by if self.random.random() < 0.5 else ''} ({param}{inner})"

    def calculated(self) -> str:
        """Arithmetic."""
        op = self.pick("+-*/*/-%^")
        one = self.pick((self.selector, self.summed, self.ranged))()
        if self.random.random() < 0.4:
            return f"({one} {op} {self.number()})"
        other = self.pick((one, self.selector(), self.summed()))
        return f"({self.number()} {op} {one} * {other})" if op in "*/" and self.random.random() < 0.3 else \
            f"({one} {op} {self.matching()}{other})"  # fmt: skip

    def called(self) -> str:
        """A function of a vector."""
        inner = self.pick((self.selector, self.summed, lambda: self.condition(1)))()
        number, by = self.pick(NUMBERS), self.pick(("", "sum by (le) ", "sum "))
        rank = self.pick(("0.9", "90", "-1"))
        return self.pick(
            (
                *(f"{name}({inner})" for name in ELEMENTWISE),
                f"round({inner}, 2)",
                f"clamp({inner}, 1, {number})",
                f"clamp_max({inner}, 2)",
                f"clamp_min({inner}, {number})",
                f"-({inner})",
                f"timestamp({self.selector()})",
                "hour()",
                "vector(time())",
                f"vector({self.number()})",
                f'label_replace({inner}, "a", "{self.pick("12")}", "", "")',
                *(f"{name}_over_time(({inner})[3m:1m])" for name in ("max", "sum", "avg")),
                f"histogram_quantile({rank}, {by}(rate(h_bucket[5m])))",
                f"(vector({number}) or {inner})",
                f"({inner} or vector({number}))",
            )
        )

    def share(self) -> str:
        """Some of all."""
        op = self.pick(("sum", "count", "max", "min"))
        by = self.pick(("", " by (a)", " without (b)"))
        metric, window = self.pick((("c_total", "[5m]"), ("x", ""), ("up", ""), ("h_count", "[2m]")))
        some = f"{metric}{{{self.pick(MATCHERS)}}}{window}"
        part, whole = (f"rate({t})" if window else t for t in (some, f"{metric}{window}"))
        if self.random.random() < 0.3:
            part = f"({part} > {self.pick(NUMBERS)})"
        factor = self.pick(("", "", "100 * "))
        return f"({factor}{op}{by} ({part}) {self.pick('/-/')} {self.matching()}{op}{by} ({whole}))"

    def same(self) -> str:
        """An operand against itself, or against a window of it."""
        one = self.pick((self.selector(PLAIN), self.selector(), self.summed()))
        x = self.selector(PLAIN)
        return self.pick(
            (
                f"({one} - {one})", f"({one} / {one})", f"({x} - max_over_time({x}[5m]))", f"({one} % {one})",
                f"(min_over_time({x}[5m]) - {x})", f"({x} unless {x} > {self.pick(NUMBERS)})",
                f"({x} * {self.pick(NUMBERS)} > {self.pick(NUMBERS)} and {x} < {self.pick(NUMBERS)})",
                f"({x} > {self.pick(NUMBERS)} unless {x} > {self.pick(NUMBERS)})",
                f"({x} > y and {x} < y)",
            )
        )  # fmt: skip


class Telemetry:
    """A source of series, as promtool writes them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def series(self, *, dense: bool = False, single: bool = False) -> list[dict[str, str]]:
        """Some series of every metric; `dense`: all of them, with samples that are numbers throughout;
        `single`: one of each, of the same labels, so that all matches succeed."""
        if single:
            target = {**self.pick(SERIES), "job": "one", "instance": "p"}
            return [one for name in METRICS for one in self.of(name, target, dense)]
        out: list[dict[str, str]] = []
        for name, extra in itertools.product(METRICS, SERIES):
            for instance in self.pick((("p",), ("p", "q"))) if not dense else ("p",):
                if dense or self.random.random() < 0.6:
                    target = {**extra, "job": self.pick(("one", "one", "two")), "instance": instance}
                    out += self.of(name, target, dense)
        return out

    def of(self, name: str, labels: dict[str, str], dense: bool) -> list[dict[str, str]]:
        """The series of one metric and label set."""
        if name != "h":
            kind = {"up": self.bits, "c_total": self.counts}.get(name, self.values)
            return [_series(name, labels, kind(dense))]
        counts = [self.counts(dense).split() for _ in range(3)]
        sums = [" ".join(map(_total, zip(*counts[: n + 1], strict=True))) for n in range(3)]
        edges = zip(("0.5", "1.0", "+Inf"), sums, strict=True)
        found = [_series("h_bucket", {**labels, "le": le}, text) for le, text in edges]
        return [*found, _series("h_count", labels, sums[-1])]

    def values(self, dense: bool) -> str:
        """Of a gauge: anything, now and then native histograms."""
        if not dense and self.random.random() < 0.1:
            return self.pick(HISTOGRAMS)
        sorts = (
            lambda: self.pick(("0", "1", "2", "5", "-1", "3", "10", "100", "-5", "0.5")),
            lambda: str(self.random.randrange(-10, 11)),
            lambda: self.pick(("0", "1")),
            lambda: f"{self.random.gauss(0, 50):.4g}",
        )
        kind = self.pick(sorts)
        level = kind()
        steady = self.random.random() < 0.4
        return " ".join(self.sample(level if steady else kind(), dense, odd=True) for _ in range(31))

    def bits(self, dense: bool) -> str:
        """Of `up`."""
        return " ".join(self.sample(self.pick("01"), dense) for _ in range(31))

    def counts(self, dense: bool) -> str:
        """Of a counter that is reset sometimes; without gaps, since all buckets would have the same."""
        value, out = self.random.randrange(3), []
        step = self.pick((0, 1, 5))
        for _ in range(31):
            value = (
                0 if not dense and self.random.random() < 0.03 else value + self.random.randrange(step + 1)
            )
            out.append(str(value))
        return " ".join(out)

    def sample(self, value: str, dense: bool, *, odd: bool = False) -> str:
        """The value, or now and then something else."""
        if dense or self.random.random() > 0.08:
            return value
        return self.pick(("_", "_", "stale", *(("NaN", "Inf", "-Inf") if odd else ())))


def _total(numbers: tuple[str, ...]) -> str:
    return str(sum(map(int, numbers)))


def _series(name: str, labels: dict[str, str], values: str) -> dict[str, str]:
    told = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return {"series": f"{name}{{{told}}}", "values": values}
