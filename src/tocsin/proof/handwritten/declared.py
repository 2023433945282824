"""What stands in a test file that somebody wrote by hand, for either engine. Declarations; judges nothing.

A file for Prometheus is promtool's own format (3.15.0), one for Loki the same with log lines: `input_streams`
for `input_series`, `logql_expr_test` for `promql_expr_test`, field names as in grafana/loki#20484. `exact` is
Tocsin's: whether labels that an expectation does not name are allowed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.query.durations import read_duration
from tocsin.spec.declare import HERE, parameters, said

_YAML_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)([eE][-+]?\d+)?")
_YAML_SPECIAL = re.compile(r"([-+]?)\.?(inf|nan)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """Any scalar as the text that stands there: `5`, `true` and `no` are label values too."""

    text: str
    node: Node

    @classmethod
    def from_node(cls, node: Node, sink: Sink) -> "Text | None":
        """Read a scalar."""
        if node.kind != "scalar":
            sink.error("spec/type", node, f"`{node.key}` is text, not a {_KINDS[node.kind]}")
            return None
        return cls(node.text, node)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Time:
    """A duration or an instant, in seconds from the test's begin; `0` and `90s` as promtool reads them."""

    seconds: float
    node: Node

    @classmethod
    def from_node(cls, node: Node, sink: Sink) -> "Time | None":
        """Read a duration as Prometheus has them."""
        found = read_duration(node.text) if node.kind == "scalar" else "a duration is one word"
        if isinstance(found, float):
            return cls(found, node)
        number = _YAML_NUMBER.fullmatch(node.text)
        help = f"write `{node.text}s` or `{node.text}m`" if number else "write it like `90s`, `5m` or `1h30m`"
        sink.error("spec/unit", node, f"`{node.key}`: {found}", help=help)
        return None

    @property
    def text(self) -> str:
        """As it was said."""
        return self.node.text


@dataclass(frozen=True, slots=True)
class Value:
    """A sample's value."""

    number: float
    node: Node

    @classmethod
    def from_node(cls, node: Node, sink: Sink) -> "Value | None":
        """Read a number as YAML has them."""
        text = node.text.replace("_", "")
        special = _YAML_SPECIAL.fullmatch(text)
        if special or _YAML_NUMBER.fullmatch(text):
            return cls(float(special[1] + special[2] if special else text), node)
        sink.error(
            "spec/type", node, f"`{node.key}` is a number, not `{node.text}`", help="as in `5` or `0.25`"
        )
        return None


_KINDS = {"map": "map", "seq": "list"}
_NO_TEXTS: Mapping[str, Text] = MappingProxyType({})
_EXACT = "whether an alert or a sample may have no other labels than those named here"


@parameters
class ExpectedAlert:
    """One alert that fires."""

    exp_labels: Mapping[str, Text] = said("labels", default=_NO_TEXTS, example="{severity: warning}")
    exp_annotations: Mapping[str, Text] = said(
        "annotations; those that are not named may have any text", default=_NO_TEXTS, example="{summary: ...}"
    )
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class AlertTest:
    """Which alerts of a name fire at an instant."""

    alertname: Text = said("the alert's name", example="HighErrorRate")
    eval_time: Time | None = said("when, from the test's begin", default=None, example="10m")
    exp_alerts: tuple[ExpectedAlert, ...] = said("those that fire; none: the alert is quiet", default=())
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class ExpectedSample:
    """One element of a result."""

    labels: Text | None = said("labels", default=None, example="'{job=\"api\"}'")
    value: Value | None = said("its value", default=None, example="5")
    histogram: Text | None = said("a native histogram, as promtool writes them", default=None)
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class ExpectedLog:
    """One line of a log query's result."""

    labels: Text | None = said("labels", default=None, example="'{job=\"api\"}'")
    line: Text = said("the line, after all stages", example="'ERROR: ...'")
    timestamp: Text | None = said("nanoseconds from the test's begin", default=None, example="240000000000")
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class ExprTest:
    """What an expression gives at an instant."""

    expr: Text = said("the expression", example="sum(rate(x[5m]))")
    eval_time: Time | None = said("when, from the test's begin", default=None, example="10m")
    exp_samples: tuple[ExpectedSample, ...] = said("all elements of the result", default=())
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class LogqlExprTest(ExprTest):
    """What a LogQL expression gives: samples, or lines of a log query."""

    exp_logs: tuple[ExpectedLog, ...] = said("all lines of the result", default=())


@parameters
class InputSeries:
    """One series in promtool's notation."""

    series: Text = said("name and labels", example="'up{job=\"api\"}'")
    values: Text = said("values", example="'1x10 0x5'")
    node: Node = HERE


@parameters
class RepeatedLine:
    """A line, once or many times; `{n}` in it is its number."""

    line: Text = said("the line; `{n}` is its number, from 1", example="'request {n} failed'")
    at: Time | None = said("its instant; all of them at once with `count`", default=None, example="5m")
    from_: Time | None = said("the instant of the first", default=None, example="5m")
    every: Time | None = said("from one to the next (default: the test's interval)", default=None)
    count: int = said("how many", default=1, example="30", least="1", most="1000000")
    structured_metadata: Mapping[str, Text] = said("beside the stream's", default=_NO_TEXTS)
    node: Node = HERE


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of `lines`: a mere line, or one that says more."""

    line: Text | None
    more: RepeatedLine | None = None

    @classmethod
    def from_node(cls, node: Node, sink: Sink) -> "Entry | None":
        """Read either form."""
        from tocsin.spec.decode import decode

        if node.kind != "map":
            text = Text.from_node(node, sink)
            return cls(text) if text else None
        more = decode(RepeatedLine, node, sink)
        return cls(None, more) if more else None


@parameters
class InputStream:
    """The lines of one stream."""

    labels: Node = said("labels", example="'{service_name=\"api\"}'")
    structured_metadata: Mapping[str, Text] = said("of every line", default=_NO_TEXTS)
    lines: tuple[Entry, ...] = said("the lines, one `interval` after the other", may_be_empty=True)
    node: Node = HERE


@parameters
class AnyTest:
    """What tests of both engines say."""

    name: Text | None = said("what it is about, in a sentence", default=None, example="a burst of errors")
    interval: Time | None = said("from one sample or line to the next", default=None, example="1m")
    alert_rule_test: tuple[AlertTest, ...] = said("alerts at instants", default=())
    external_labels: Mapping[str, Text] = said("for templates", default=_NO_TEXTS)
    external_url: Text | None = said("for templates", default=None)
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class PromqlTest(AnyTest):
    """A test of Prometheus rules."""

    input_series: tuple[InputSeries, ...] = said("the telemetry", default=())
    promql_expr_test: tuple[ExprTest, ...] = said("expressions at instants", default=())
    start_timestamp: Text | None = said("when the test begins", default=None)


@parameters
class LogqlTest(AnyTest):
    """A test of Loki rules."""

    input_streams: tuple[InputStream, ...] = said("the telemetry", default=())
    logql_expr_test: tuple[LogqlExprTest, ...] = said("expressions at instants", default=())


@parameters
class AnyFile:
    """What test files of both engines say."""

    rule_files: tuple[Text, ...] = said("rule files, from here; `*` is understood", default=())
    evaluation_interval: Time | None = said("from one evaluation to the next", default=None, example="1m")
    group_eval_order: tuple[Text, ...] = said("groups in the order of evaluation", default=())
    exact: bool | None = said(_EXACT, default=None)
    node: Node = HERE


@parameters
class PromqlFile(AnyFile):
    """A test file for Prometheus, in promtool's format."""

    tests: tuple[PromqlTest, ...] = said("the tests", example="[{interval: 1m, ...}]")
    fuzzy_compare: bool = said("values may differ in their last bit", default=False)


@parameters
class LogqlFile(AnyFile):
    """A test file for Loki."""

    tests: tuple[LogqlTest, ...] = said("the tests", example="[{interval: 1m, ...}]")


Test: TypeAlias = PromqlTest | LogqlTest
File: TypeAlias = PromqlFile | LogqlFile
