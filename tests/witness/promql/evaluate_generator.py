"""Well-typed PromQL at random over a few metrics that share labels, and random series for them. Seeded."""

import random

from tests.witness.promql.evaluate_judge import Setting, series

from tocsin.witness.telemetry import Gap, Sample, Series

GAUGES = ("g", "other")
COUNTERS = ("c_total", "e_total")
METRICS = (*GAUGES * 3, *COUNTERS * 3, "b_bucket", "missing")
MATCHERS = (
    'job="a"', 'job!="a"', 'job=~"a|b"', 'job=~".+"', 'job!~"b.*"', 'instance="i1"', 'instance=~"i[12]"',
    'le="+Inf"', 'zone=""', 'zone!=""', 'job=~"(?i)A"', 'instance!~"i.?"',
)  # fmt: skip
LABELS = ("job", "instance", "zone", "le", "__name__")
SPANS = ("30s", "1m", "90s", "2m", "5m", "10m", "7m30s")
OFFSETS = ("30s", "1m", "5m", "-1m", "1h")
RANGE_CALLS = (
    "rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets", "sum_over_time",
    "avg_over_time", "min_over_time", "max_over_time", "count_over_time", "present_over_time",
    "first_over_time", "last_over_time", "stddev_over_time", "stdvar_over_time", "absent_over_time",
)  # fmt: skip
VECTOR_CALLS = (
    "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sin", "cos", "tan", "asin", "acos",
    "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "rad", "deg", "absent", "timestamp", "round",
    "sort", "sort_desc", "minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month",
    "month", "year",
)  # fmt: skip
FOLDS = ("sum", "avg", "count", "min", "max", "group", "stddev", "stdvar")
ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
NUMBERS = ("0", "1", "0.05", "2.5", "10", "-3", "100", "1e3", "Inf", "NaN", "time() / 100", "5m")


class Expressions:
    """A source of expressions, all accepted by the parser."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: tuple[str, ...]) -> str:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def vector(self, depth: int) -> str:
        """An instant vector."""
        if depth <= 0:
            return self.selector() + (self.moved() if self.chance(0.15) else "")
        below = depth - 1
        kinds = (
            self.selected, self.over_range, self.over_range, self.call, self.aggregated, self.aggregated,
            self.with_number, self.with_number, self.joined, self.joined, self.set_operator, self.special,
        )  # fmt: skip
        return self.random.choice(kinds)(below)

    def selected(self, depth: int) -> str:
        return self.selector() + (self.moved() if self.chance(0.3) else "")

    def selector(self) -> str:
        names = '{__name__=~"g|other"' if self.chance(0.05) else ""
        name = "" if names else self.pick(METRICS)
        matchers = [self.pick(MATCHERS) for _ in range(self.random.choice((0, 0, 0, 0, 1, 2)))]
        if names:
            return ",".join((names, *matchers)) + "}"
        return name + ("{" + ",".join(matchers) + "}" if matchers else "")

    def moved(self) -> str:
        return self.random.choice((
            f" offset {self.pick(OFFSETS)}", " @ 300", " @ 120.5", " @ start()", " @ end()",
            f" @ 400 offset {self.pick(OFFSETS)}",
        ))  # fmt: skip

    def matrix(self, depth: int) -> str:
        moved = self.moved() if self.chance(0.2) else ""
        if self.chance(0.75):
            return f"{self.selector()}[{self.pick(SPANS)}]{moved}"
        step = self.pick(("", "30s", "1m", "45s", "2m"))
        return f"({self.vector(depth)})[{self.pick(SPANS)}:{step}]{moved}"

    def over_range(self, depth: int) -> str:
        inside = self.matrix(depth)
        return self.random.choice((
            *([f"{self.pick(RANGE_CALLS)}({inside})"] * 6),
            f"quantile_over_time({self.number()}, {inside})",
            f"predict_linear({inside}, {self.number()})",
        ))  # fmt: skip

    def call(self, depth: int) -> str:
        return f"{self.pick(VECTOR_CALLS)}({self.vector(depth)})"

    def grouping(self) -> str:
        if self.chance(0.3):
            return ""
        names = ", ".join(self.random.sample(LABELS, self.random.choice((0, 1, 1, 2))))
        return f" {self.pick(('by', 'by', 'without'))} ({names}) "

    def aggregated(self, depth: int) -> str:
        op, grouping, inside = self.pick(FOLDS), self.grouping(), self.vector(depth)
        if self.chance(0.8):
            return f"{op}{grouping}({inside})"
        return self.random.choice((
            f"quantile{grouping}({self.number()}, {inside})",
            f'count_values{grouping}("value", round({inside}))',
            f"{self.pick(('topk', 'bottomk'))}{grouping}({self.pick(('1', '2', '3', '0', '1.9'))}, g)",
        ))  # fmt: skip

    def number(self) -> str:
        if self.chance(0.1):
            return f"scalar({self.vector(1)})"
        return self.pick(NUMBERS)

    def with_number(self, depth: int) -> str:
        inside, number = f"({self.vector(depth)})", self.number()
        number = f"({number})"
        left, right = (inside, number) if self.chance(0.8) else (number, inside)
        if self.chance(0.5):
            return f"{left} {self.pick(ARITHMETIC)} {right}"
        return f"{left} {self.pick(COMPARISONS)}{' bool' if self.chance(0.2) else ''} {right}"

    def matching(self) -> str:
        names = ", ".join(self.random.sample(LABELS[:3], self.random.choice((0, 1, 1, 2))))
        return f" {self.pick(('on', 'ignoring'))} ({names}) "

    def joined(self, depth: int) -> str:
        op = self.pick((*ARITHMETIC, *COMPARISONS))
        words = " bool" if op in COMPARISONS and self.chance(0.2) else ""
        if self.chance(0.5):
            words += self.matching()
            if self.chance(0.4):
                words += f"{self.pick(('group_left', 'group_right'))}({self.pick(('', 'zone_', 'extra'))})"
        return f"({self.vector(depth)}) {op}{words} ({self.vector(depth)})"

    def set_operator(self, depth: int) -> str:
        words = self.matching() if self.chance(0.4) else " "
        op = self.pick(("and", "or", "unless"))
        return f"({self.vector(depth)}) {op}{words}({self.vector(depth)})"

    def special(self, depth: int) -> str:
        inside = self.vector(depth)
        return self.random.choice((
            f"histogram_quantile({self.pick(('0.9', '0.5', '0', '1', '-1', '2', 'NaN'))}, b_bucket)",
            f"histogram_quantile(0.9, sum by (le) (rate(b_bucket[{self.pick(SPANS)}])))",
            f"histogram_quantile(0.75, {inside})",
            f"histogram_fraction(0, {self.pick(('0.1', '0.25', '1', 'Inf'))}, b_bucket)",
            f"histogram_fraction({self.pick(('-Inf', '-1', '0.1'))}, 0.3, rate(b_bucket[5m]))",
            f'label_replace({inside}, "extra", "$1-x", "job", "(.*)")',
            f'label_replace({inside}, "job", "", "instance", "i(?P<n>.)")',
            f'label_replace({inside}, "zone", "${{n}}$$", "instance", "i(?P<n>.)")',
            f'label_join({inside}, "extra", "-", "job", "instance")',
            f"clamp({inside}, {self.number()}, {self.number()})",
            f"clamp_min({inside}, {self.number()})",
            f"clamp_max({inside}, {self.number()})",
            f"round({inside}, {self.number()})",
            f"vector({self.number()})",
            f"-({inside})",
            "hour()",
            f"vector({self.number()} {self.pick(ARITHMETIC)} {self.number()})",
        ))  # fmt: skip


class Telemetry:
    """A source of series for those expressions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def series(self) -> tuple[Series, ...]:
        """Some of all metrics, some with gaps, resets, ends."""
        size = self.random.randrange(3, 60)
        places = [("a", "i1"), ("a", "i2"), ("b", "i1"), ("b", "i3")]
        found = []
        for name in GAUGES:
            found += [
                series(name, self.gauge(size), job=job, instance=instance, **self.zone())
                for job, instance in self.random.sample(places, self.random.randrange(1, 5))
            ]
        for name in COUNTERS:
            found += [
                series(name, self.counter(size), job=job, instance=instance)
                for job, instance in self.random.sample(places, self.random.randrange(1, 5))
            ]
        return (*found, *self.histogram(size))

    def zone(self) -> dict[str, str]:
        return {"zone": "z"} if self.random.random() < 0.2 else {}

    def gauge(self, size: int) -> list[Sample]:
        level = self.random.choice((0.0, 1.0, 5.0, 100.0, -7.5))
        odd = (0.0, -1.0, float("nan"), float("inf"), float("-inf"))
        samples: list[Sample] = [
            self.random.choice(odd) if self.random.random() < 0.03 else level + self.random.uniform(-1, 1)
            for _ in range(size)
        ]
        return self.holed(samples)

    def counter(self, size: int) -> list[Sample]:
        value, samples = float(self.random.choice((0, 0, 5, 1000))), []
        for _ in range(size):
            samples.append(value)
            value = 0.0 if self.random.random() < 0.05 else value + self.random.randrange(0, 50)
        return self.holed([*samples])

    def holed(self, samples: list[Sample]) -> list[Sample]:
        share = self.random.choice((0, 0, 0, 0.1, 0.5))
        holed = [
            self.random.choice((Gap.MISSING, Gap.MISSING, Gap.STALE)) if self.random.random() < share else s
            for s in samples
        ]
        if self.random.random() < 0.2:
            begin = self.random.randrange(len(holed))
            holed[:begin] = [Gap.MISSING] * begin
        return holed

    def histogram(self, size: int) -> list[Series]:
        bounds = ["0.1", "0.25", "0.5", "1.0", "+Inf"]
        if self.random.random() < 0.1:
            bounds = self.random.sample(["-1", *bounds, "1", "bad"], 4)
        steps, found = sorted(self.random.randrange(0, 30) for _ in bounds), []
        for bound, step in zip(bounds, steps, strict=True):
            samples: list[Sample] = [float(i * step) for i in range(size)]
            found.append(series("b_bucket", samples, job="a", le=bound))
        return found


def setting(seed: int, questions: int = 8, depth: int = 3) -> Setting:
    """A random setting with random questions."""
    choose = random.Random(seed)
    interval = choose.choice((10.0, 15.0, 30.0, 60.0, 7.0))
    given = Telemetry(seed).series()
    last = max((sum(run.count for run in one.runs) for one in given), default=1) * interval
    source = Expressions(seed)
    asked = tuple(
        (source.vector(choose.randrange(1, depth + 1)), last * choose.choice((0, 0.2, 0.5, 0.7, 0.9, 1, 1.1)))
        for _ in range(questions)
    )
    rounded = tuple((expr, float(round(at / 5) * 5 + choose.choice((0, 0, 1)))) for expr, at in asked)
    start = choose.choice((0.0, 0.0, 1_700_000_000.0))
    return Setting(given, interval, rounded, start, choose.choice((60.0, 15.0)))
