"""A test file that somebody wrote, ready to be judged; every mistake in it at its place, all at once.

Which expectations are met is the judges' to say. What promtool would pass in silence is a mistake here: an
alert that no rule file has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tocsin.diag.compose_foreign import documents
from tocsin.diag.diagnostic import Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.diag.text import Source, Span
from tocsin.proof.handwritten.declared import ExprTest, File, LogqlFile, LogqlTest, PromqlFile, Test
from tocsin.proof.handwritten.rules import Rules, check_logql, content, rules
from tocsin.proof.handwritten.streams import MOST_CHARACTERS, MOST_LINES, check, check_labels, size
from tocsin.proof.handwritten.tree import language, pruned
from tocsin.query import logql
from tocsin.query.durations import read_duration
from tocsin.query.errors import QueryError
from tocsin.spec.decode import decode
from tocsin.witness.rule import Language

EVERY = 60.0
"""promtool 3.15.0: `evaluation_interval` where nothing is said."""
MOST_EVALUATIONS = 100_000
"""Of a rule in a test for Loki."""


@dataclass(frozen=True, slots=True, eq=False)
class TestFile:
    """A test file without mistakes; one is only ever the same as itself."""

    __test__ = False  # not a test class of pytest

    path: Path
    name: str
    """As people know it."""
    language: Language
    declared: File
    rules: Rules
    every: float
    """Seconds between evaluations."""

    @property
    def tests(self) -> tuple[Test, ...]:
        """In the order of the file."""
        return self.declared.tests

    @property
    def says_exact(self) -> bool:
        """Whether `exact` is said anywhere: the real promtool does not know it."""
        return any("exact" in node.map for node in self.declared.node.walk())

    def title(self, number: int) -> str:
        """The test's name, or its number from 1."""
        name = self.tests[number].name
        return name.text if name and name.text else f"test {number + 1}"


def looks_like_tests(path: Path) -> bool:
    """Whether a YAML file in a folder is a test file: it has `tests` at its root."""
    data = content(path)
    return data.startswith(b"tests:") or b"\ntests:" in data


def read(path: Path, name: str, sink: Sink) -> TestFile | None:
    """The test file at `path`, or None when it has mistakes (all of them are in `sink`)."""
    root = _root(path, name, sink)
    if root is None:
        return None
    own, every = language(root, sink), _every(root.get("evaluation_interval"))
    if sink.errors:
        return None  # half of the keys would be unknown
    found = rules(path, name, root.at("rule_files").items, own, every, sink)
    spoken: Language = own or found.language or "promql"
    declared = decode(LogqlFile, root, sink) if spoken == "logql" else decode(PromqlFile, root, sink)
    if declared is None:
        return None
    for test in declared.tests:
        _check(test, found, sink)
    if isinstance(declared, LogqlFile):
        _check_size(declared, every, sink)
    return None if sink.errors else TestFile(path, name, spoken, declared, found, every)


def _root(path: Path, name: str, sink: Sink) -> Node | None:
    """The only document of the file."""
    roots = documents(name, content(path), sink)
    if not roots:
        if not sink.errors:
            sink.error("test/file", Span(Source(name, ""), 1, 1, 1, 1), f"{name} is empty")
        return None
    if len(roots) > 1:
        help = "make two files of it: promtool reads only the first"
        sink.error("test/file", roots[1], "a second YAML document begins here", help=help)
    return pruned(roots[0], sink)


def _every(node: Node | None) -> float:
    seconds = read_duration(node.text) if node is not None else EVERY
    return seconds if isinstance(seconds, float) and seconds > 0 else EVERY


def _check(test: Test, found: Rules, sink: Sink) -> None:
    for alert in test.alert_rule_test:
        name = alert.alertname
        if name.text not in found.names:
            sink.unknown("test/unknown-alert", name.node, "alert", name.text, found.names)
    if isinstance(test, LogqlTest):
        _check_logql(test, found, sink)
    if not any(_expectations(test)):
        help = "add `alert_rule_test` with an `alertname` and an `eval_time`"
        sink.error("test/file", test.node, "this test expects nothing", help=help)


def _check_logql(test: LogqlTest, found: Rules, sink: Sink) -> None:
    for said in test.input_streams:
        check(said, sink)
    for alert in test.alert_rule_test:
        _needs_time(alert.node, sink)
        for subject in found.named(alert.alertname.text):
            check_logql(subject, sink)
    for expr in test.logql_expr_test:
        _needs_time(expr.node, sink)
        _check_expr(expr, sink)
        for one in (*(s.labels for s in expr.exp_samples), *(log.labels for log in expr.exp_logs)):
            if one is not None:
                check_labels(one, sink)


def _check_size(declared: LogqlFile, every: float, sink: Sink) -> None:
    """Report what would take for ever: far too many lines or evaluations."""
    sizes = [size(said) for test in declared.tests for said in test.input_streams]
    lines, characters = (sum(numbers) for numbers in zip(*sizes, strict=True)) if sizes else (0, 0)
    if lines > MOST_LINES or characters > MOST_CHARACTERS:
        message = f"this file has {lines:,} log lines with {characters:,} characters"
        help = f"{MOST_LINES:,} lines are enough: use longer lines, or make several files"
        sink.error("test/line", declared.node.key_node("tests"), message, help=help)
    for test in declared.tests:
        for alert in test.alert_rule_test:
            if alert.eval_time and alert.eval_time.seconds / every > MOST_EVALUATIONS:
                help = f"write an `eval_time` of at most {MOST_EVALUATIONS:,} evaluations"
                sink.error("test/line", alert.eval_time.node, "this is too far away", help=help)


def _expectations(test: Test) -> Iterator[object]:
    yield from test.alert_rule_test
    yield from test.logql_expr_test if isinstance(test, LogqlTest) else test.promql_expr_test


def _needs_time(node: Node, sink: Sink) -> None:
    """promtool takes a missing `eval_time` for 0; nobody means that. A misspelt one has been reported."""
    if not any(nearest(key, ("eval_time",)) for key in node.map):
        help = "add `eval_time: 10m`: the instant, from the test's begin"
        sink.error("spec/missing-key", node, f"{node.title} needs `eval_time`", help=help)


def _check_expr(expr: ExprTest, sink: Sink) -> None:
    try:
        logql.parse(expr.expr.text)
    except QueryError as error:
        sink.error("test/expr", inside(expr.expr.node, error.offset, error.length), error.message)
