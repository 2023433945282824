"""LogQL at random, from a grammar: mostly well-formed, and then damaged. Same seed, same queries."""

import random
from collections.abc import Callable

LABELS = [
    "a",
    "app",
    "level",
    "count",
    "rate",
    "__error__",
    "_x",
    "bytes",
    "ip",
    "json",
    "'q'",
    "é",
    "duration",
]
VALUES = [
    '"a"',
    '"err"',
    "`a|b`",
    '".*"',
    '".+"',
    '""',
    '"("',
    '"\\n\\x41"',
    '"\\ud800"',
    '"<_> x"',
    '"<a>"',
    '"é"',
]
AMOUNTS = [
    "5", "0.5", "-3", "+2", "1e3", "5m", "1.5h", "100ms", "-5m", "10KB", "1.5MiB", "5B", "0x1F", "010", "089",
    "1_000", "-0", "1d", "2GB", "5PB", "1m1h", "5us", "0b1", "1e", ".5", "5.", "3k",
]  # fmt: skip
RANGES = ["[5m]", "[1h30m]", "[0s]", "[5]", "[1.5h]", "[ 5m]", "[1d]", "[100ms]"]
COUNTS = ["count_over_time", "rate", "bytes_rate", "bytes_over_time", "absent_over_time", "RATE"]
UNWRAPPED = [
    "sum_over_time", "avg_over_time", "max_over_time", "min_over_time", "first_over_time", "last_over_time",
    "rate", "rate_counter", "stddev_over_time", "stdvar_over_time", "absent_over_time", "count_over_time",
]  # fmt: skip
AGGREGATIONS = ["sum", "avg", "count", "min", "max", "stddev", "stdvar", "sort", "sort_desc", "SUM"]
BINARY = ["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless"]
LINE = ["|=", "!=", "|~", "!~", "|>", "!>"]
TOKENS = [
    "(", ")", "[", "]", "{", "}", ",", "=", "=~", "|", "|=", "!=", "or", "and", "by", "on", "5m", "5", '"x"',
    "a", "json", "unwrap", "offset", "-", "--strict", "rate", "sum", "#x\n", "//", "/*", "bool",
    "$", "'", "`", '"',
    ".",    "ip", "count", "drop", "é", "\n", "!", "~", "5KB", "[5m]", "vector", "0", "group_left",
]  # fmt: skip


class LogQL:
    """A source of queries."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: list[str]) -> str:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def query(self) -> str:
        """One query, whole or damaged."""
        kinds: list[Callable[[int], str]] = [self.logs, self.metric, self.metric, self.metric]
        text = self.random.choice(kinds)(3)
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

    def label(self) -> str:
        return self.pick(LABELS[:3]) if self.chance(0.8) else self.pick(LABELS)

    def matcher(self) -> str:
        return self.label() + self.pick(["=", "=", "=", "!=", "=~", "!~"]) + self.value()

    def value(self) -> str:
        return self.pick(VALUES[:3]) if self.chance(0.85) else self.pick(VALUES)

    def selector(self) -> str:
        extra = [self.matcher() for _ in range(self.random.choice([0, 0, 1, 2]))]
        first = 'app="api"' if self.chance(0.9) else self.matcher()
        return "{" + ", ".join([first, *extra]) + "}"

    def logs(self, depth: int) -> str:
        text = self.selector() + self.stages()
        return f"({text})" if self.chance(0.05) else text

    def stages(self) -> str:
        return "".join(" " + self.stage() for _ in range(self.random.choice([0, 0, 1, 1, 2, 3])))

    def stage(self) -> str:
        kind = self.random.randrange(12)
        if kind < 4:
            return self.line_filter()
        if kind < 8:
            return "| " + self.condition(2)
        return "| " + self.random.choice(
            [
                "json",
                "logfmt",
                "logfmt --strict",
                "logfmt --keep-empty --strict a",
                f"json {self.extraction()}",
                f"json {self.extraction()}, {self.extraction()}",
                f"logfmt {self.extraction()}",
                'regexp "(?P<x>a)"',
                f"regexp {self.pick(VALUES)}",
                'pattern "<x> <_> <y>"',
                f"pattern {self.pick(VALUES)}",
                "unpack",
                "decolorize",
                f"drop {self.label()}, {self.matcher()}",
                f"keep {self.label()}",
                'line_format "{{.a}} x"',
                f'label_format {self.label()}={self.label()}, {self.label()}="{{{{.b}}}}"',
            ]
        )

    def extraction(self) -> str:
        paths = [
            '"a.b"',
            '"a[0]"',
            '"a[\\"b\\"].c"',
            '"[0]"',
            '"a..b"',
            '"a["',
            '""',
            '"a b"',
            '"a.0"',
            "`a.b`",
        ]
        return self.label() + (f"={self.pick(paths)}" if self.chance(0.6) else "")

    def line_filter(self) -> str:
        count = self.random.choice([1, 1, 1, 2, 3])
        return f"{self.pick(LINE)} {' or '.join(self.line_match() for _ in range(count))}"

    def line_match(self) -> str:
        if self.chance(0.1):
            addresses = [
                '"10.0.0.1"',
                '"10.0.0.0/8"',
                '"10.0.0.1-10.0.0.9"',
                '"::1"',
                '"x"',
                '"10.0.0.9-10.0.0.1"',
            ]
            return f"ip({self.pick(addresses)})"
        return self.value()

    def condition(self, depth: int) -> str:
        if depth > 0 and self.chance(0.4):
            joint = self.pick([" and ", " or ", ", ", " "])
            text = self.condition(depth - 1) + joint + self.condition(depth - 1)
            return f"({text})" if self.chance(0.3) else text
        kind = self.random.randrange(5)
        if kind < 2:
            return self.matcher()
        if kind == 2 and self.chance(0.4):
            return f"{self.label()}{self.pick(['=', '!=', '=='])}ip({self.pick(['`10.0.0.0/8`', '`10.1`'])})"
        op = self.pick(["=", "==", "!=", ">", ">=", "<", "<=", "=~"])
        amount = self.pick(AMOUNTS[:12]) if self.chance(0.8) else self.pick(AMOUNTS)
        return f"{self.label()} {op}{self.pick(['', ' '])}{amount}"

    def range(self, unwrap: bool) -> str:
        taken = ""
        if unwrap:
            taken = " | unwrap " + self.pick(
                ["a", "duration(a)", "bytes(a)", "duration_seconds (a)", "duration"]
            )
            if self.chance(0.3):
                taken += " | " + self.condition(1)
        span = self.pick(RANGES[:2]) if self.chance(0.9) else self.pick(RANGES)
        offset = f" offset {self.pick(['1h', '-5m', '1d', '5'])}" if self.chance(0.15) else ""
        parts = [self.selector() + self.stages() + taken + " " + span + offset] * 5
        parts += [
            self.selector() + span + offset + self.stages() + taken,
            "(" + self.selector() + self.stages() + taken + ")" + span + offset,
            "(" + self.selector() + self.stages() + taken + span + offset + ")",
            "(" + self.selector() + ")" + span + offset + taken,
            self.selector() + self.stages() + span + offset + taken,
        ]
        return self.random.choice(parts)

    def range_aggregation(self, depth: int) -> str:
        if self.chance(0.6):
            text = f"{self.pick(COUNTS)}({self.range(self.chance(0.05))})"
        elif self.chance(0.2):
            text = f"quantile_over_time({self.pick(['0.9', '1', '-1'])}, {self.range(True)})"
        else:
            text = f"{self.pick(UNWRAPPED)}({self.range(self.chance(0.95))})"
        return text + (f" {self.grouping()}" if self.chance(0.1) else "")

    def grouping(self) -> str:
        return f"{self.pick(['by', 'without', 'BY'])} {self.names()}"

    def names(self) -> str:
        return "(" + ", ".join(self.label() for _ in range(self.random.choice([0, 1, 1, 2]))) + ")"

    def metric(self, depth: int) -> str:
        if depth <= 0:
            return self.range_aggregation(0)
        kinds = [
            self.range_aggregation,
            self.aggregation,
            self.aggregation,
            self.binary,
            self.binary,
            self.other,
        ]
        return self.random.choice(kinds)(depth - 1)

    def aggregation(self, depth: int) -> str:
        op, inner = self.pick(AGGREGATIONS), self.metric(depth)
        if self.chance(0.2):
            op = self.pick(["topk", "bottomk", "approx_topk", "sum"])
            inner = f"{self.pick(['5', '1', '0', '5.0', '-1', '010'])}, {inner}"
        if self.chance(0.5):
            return f"{op}({inner})"
        return f"{op} {self.grouping()} ({inner})" if self.chance(0.5) else f"{op}({inner}) {self.grouping()}"

    def binary(self, depth: int) -> str:
        words = [self.pick(BINARY)]
        if self.chance(0.1):
            words.append("bool")
        if self.chance(0.25):
            words.append(self.pick(["on", "ignoring"]) + " " + self.names())
            if self.chance(0.4):
                words.append(
                    self.pick(["group_left", "group_right"]) + (self.names() if self.chance(0.6) else "")
                )
        left = self.metric(depth) if self.chance(0.85) else self.literal(depth)
        right = self.metric(depth) if self.chance(0.5) else self.literal(depth)
        return f"{left} {' '.join(words)} {right}"

    def literal(self, depth: int) -> str:
        return self.pick(
            ["0", "10", "0.5", "-1", "+2", "(1 + 1)", "1e3", "vector(1)", "5 * 60", "0x1F", "Inf", "5m"]
        )

    def other(self, depth: int) -> str:
        inner = self.metric(depth) if self.chance(0.95) else self.logs(0)
        return self.random.choice(
            [
                f"({inner})",
                f"vector({self.pick(['0', '1.5', '-1', '1e3'])})",
                f"label_replace({inner}, {', '.join(self.pick(VALUES) for _ in range(4))})",
                f"sum({inner})",
                f"-{inner}",
            ]
        )
