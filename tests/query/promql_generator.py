"""PromQL at random, from a grammar: mostly well-formed, and then damaged. Same seed, same queries."""

import random
from collections.abc import Callable

METRICS = [
    "up",
    "http_requests_total",
    "a:b",
    "sum",
    "by",
    "offset",
    "start",
    "and",
    "fill",
    "step",
    "x_bucket",
]
LABELS = ["job", "le", "instance", "sum", "by", "__name__", '"a.b"', "on"]
VALUES = [
    '"a"',
    "'b'",
    "`c\\d`",
    '""',
    '"x\\"y"',
    '"é\\u00e9\\x41\\101"',
    '".*"',
    '"a|b"',
    '"5.."',
    '"(a"',
    '".+"',
]
DURATIONS = ["5m", "1h30m", "1d", "300", "0.5", "0", "100ms", "2y", "1m1h", "1e3", "0x10", "-5m", "1.5m"]
NUMBERS = [
    "0",
    "1",
    "0.05",
    "1e3",
    "0x1F",
    "010",
    "Inf",
    "NaN",
    ".5",
    "5.",
    "1_000",
    "5m",
    "1h",
    "2e-3",
    "-3",
]
VECTOR_CALLS = ["abs", "ceil", "absent", "sort", "timestamp", "hour", "ln", "histogram_count", "sgn"]
RANGE_CALLS = ["rate", "increase", "irate", "delta", "avg_over_time", "absent_over_time", "changes", "resets"]
AGGREGATIONS = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "SUM"]
BINARY = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "atan2",
    "==",
    "!=",
    ">",
    "<",
    ">=",
    "<=",
    "and",
    "or",
    "unless",
    "</",
    ">/",
]
TOKENS = [
    "(", ")", "[", "]", "{", "}", ",", ":", "=", "=~", "!~", "@", "offset", "by", "on", "ignoring", "bool",
    "group_left", "group_right", "without", "and", "-", "+", "^", "5m", "1", '"a"', "foo", "sum", "rate",
    "start",    "end", "#x\n", "step", "fill", "anchored", ".", "~", "!", "é", "$", "'", "inf",
    "\n", "max_of", "</",
]  # fmt: skip


class PromQL:
    """A source of queries."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: list[str]) -> str:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def query(self) -> str:
        """One query, whole or damaged."""
        text = self.random.choice([self.vector, self.vector, self.vector, self.scalar, self.anything])(3)
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 3])):
            text = self.damaged(text)
        return text

    def damaged(self, text: str) -> str:
        """The text with one piece lost, doubled, moved, replaced or put in."""
        at = self.random.randrange(len(text) + 1)
        end = min(len(text), at + self.random.choice([1, 1, 1, 2, 5]))
        token = self.pick(TOKENS)
        return self.random.choice(
            [
                text[:at] + text[end:],
                text[:at] + text[at:end] + text[at:],
                text[:at] + token + text[at:],
                text[:at] + " " + token + " " + text[at:],
                text[:at] + token + text[end:],
                text[:at],
                text[at:],
            ]
        )

    def anything(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self.vector, self.scalar, self.matrix, self.string]
        return self.random.choice(kinds)(depth)

    def string(self, depth: int) -> str:
        return self.pick(VALUES)

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.selector(depth)
        kinds = [
            self.selector, self.selector, self.call, self.call, self.aggregation, self.aggregation,
            self.binary, self.binary, self.binary, self.paren, self.sign, self.special,
        ]  # fmt: skip
        return self.random.choice(kinds)(depth - 1)

    def argument(self, kind: Callable[[int], str], depth: int) -> str:
        """Mostly what is wanted."""
        return self.anything(depth) if self.chance(0.05) else kind(depth)

    def paren(self, depth: int) -> str:
        return f"({self.vector(depth)})"

    def sign(self, depth: int) -> str:
        return self.pick(["-", "+"]) + self.vector(depth)

    def selector(self, depth: int) -> str:
        name = self.pick(METRICS) if self.chance(0.9) else ""
        braces = self.braces() if not name or self.chance(0.5) else ""
        return name + braces + (self.modifier() if self.chance(0.2) else "")

    def braces(self) -> str:
        matchers = [
            self.pick(LABELS) + self.pick(["=", "=", "!=", "=~", "!~"]) + self.pick(VALUES)
            for _ in range(self.random.choice([0, 1, 1, 1, 2]))
        ]
        if self.chance(0.05):
            matchers.append('"quoted.metric"')
        return "{" + ",".join(matchers) + ("," if matchers and self.chance(0.1) else "") + "}"

    def modifier(self) -> str:
        return self.random.choice(
            [
                f" offset {self.duration(1)}",
                f" offset {self.pick(DURATIONS)}",
                f" @ {self.pick(NUMBERS)}",
                " @ start()",
                " @ end()",
                f" @ 5 offset {self.pick(DURATIONS)}",
                f" offset 5m @ {self.pick(NUMBERS)}",
                " anchored",
                " smoothed",
            ]
        )

    def duration(self, depth: int) -> str:
        if depth <= 0 or self.chance(0.5):
            return self.pick(DURATIONS)
        below = depth - 1
        return self.random.choice(
            [
                f"({self.duration(below)})",
                f"{self.duration(below)} {self.pick(BINARY[:6])} {self.duration(below)}",
                "step()",
                "range()",
                f"max_of({self.duration(below)}, {self.duration(below)})",
                f"-({self.duration(below)})",
                f"-{self.duration(below)}",
            ]
        )

    def matrix(self, depth: int) -> str:
        modifier = self.modifier() if self.chance(0.2) else ""
        span = self.duration(2) if self.chance(0.2) else self.pick(DURATIONS[:5])
        if self.chance(0.7):
            return f"{self.selector(0)}[{span}]{modifier}"
        step = self.duration(1) if self.chance(0.5) else ""
        return f"{self.vector(depth - 1)}[{span}:{step}]{modifier}"

    def call(self, depth: int) -> str:
        if self.chance(0.5):
            return f"{self.pick(RANGE_CALLS)}({self.argument(self.matrix, depth)})"
        return f"{self.pick(VECTOR_CALLS)}({self.argument(self.vector, depth)})"

    def special(self, depth: int) -> str:
        vector = self.argument(self.vector, depth)
        number = self.argument(self.scalar, 1)
        return self.random.choice(
            [
                f"histogram_quantile({number}, {vector})",
                f"quantile_over_time({number}, {self.matrix(depth)})",
                f"label_replace({vector}, {self.texts(4)})",
                f"label_join({vector}, {self.texts(self.random.randrange(5))})",
                f"clamp({vector}, {number}, 5)",
                f"clamp_max({vector}, {number})",
                f"round({vector})",
                f"round({vector}, {number})",
                f"vector({number})",
                f"predict_linear({self.matrix(depth)}, {number})",
                f"info({vector}, {self.braces()})",
                f"sort_by_label({vector}, {self.pick(VALUES)})",
                f"max_of({number}, {number})",
                f"mad_over_time({self.matrix(depth)})",
                f"day_of_week({vector if self.chance(0.5) else ''})",
                f"unknown({vector})",
            ]
        )

    def texts(self, count: int) -> str:
        return ", ".join(self.pick(VALUES) for _ in range(count))

    def aggregation(self, depth: int) -> str:
        op = self.pick(AGGREGATIONS)
        inner = self.argument(self.vector, depth)
        if self.chance(0.25):
            op = self.pick(["topk", "bottomk", "quantile", "count_values", "limitk", "limit_ratio"])
            param = self.pick(VALUES) if (op == "count_values") != self.chance(0.1) else self.scalar(1)
            inner = f"{param}, {inner}"
        by = f" {self.pick(['by', 'without', 'BY'])} {self.labels()} " if self.chance(0.6) else ""
        return f"{op}{by}({inner})" if self.chance(0.5) else f"{op}({inner}){by}"

    def labels(self) -> str:
        names = [self.pick([*LABELS, "group_left", "inf"]) for _ in range(self.random.choice([0, 1, 1, 2]))]
        return "(" + ", ".join(names) + ("," if names and self.chance(0.1) else "") + ")"

    def scalar(self, depth: int) -> str:
        if depth <= 0 or self.chance(0.5):
            return self.pick(NUMBERS)
        below = depth - 1
        return self.random.choice(
            [
                f"({self.scalar(below)})",
                f"{self.scalar(below)} {self.pick(BINARY[:7])} {self.scalar(below)}",
                f"{self.scalar(below)} {self.pick(['== bool', '> bool', '<'])} {self.scalar(below)}",
                "time()",
                "pi()",
                f"scalar({self.vector(below)})",
                f"-{self.scalar(below)}",
            ]
        )

    def binary(self, depth: int) -> str:
        op = self.pick(BINARY)
        words = [op]
        if self.chance(0.15 if op[0] in "=!<>" else 0.02):
            words.append("bool")
        if self.chance(0.3):
            words.append(self.pick(["on", "ignoring", "ON"]) + " " + self.labels())
            if self.chance(0.3):
                words.append(
                    self.pick(["group_left", "group_right"]) + (self.labels() if self.chance(0.7) else "")
                )
        if self.chance(0.05):
            words.append(
                self.pick(["fill(0)", "fill_left(1) fill_right(-2)", "fill_right (5m)", "fill(1) fill(2)"])
            )
        left = self.argument(self.vector if self.chance(0.85) else self.scalar, depth)
        right = self.argument(self.vector if self.chance(0.7) else self.scalar, depth)
        return f"{left} {' '.join(words)} {right}"
