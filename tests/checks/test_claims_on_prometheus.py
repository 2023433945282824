"""What checks say has no result has none on Prometheus, whatever series there are.

Expressions at random over the example's contract; each part that a check calls empty is evaluated by promtool
over series that keep the contract.
"""

import itertools
import random

import pytest
import yaml

from tocsin import engines
from tocsin.app.example import example_context
from tocsin.checks.check import Example
from tocsin.checks.contract_index import Index, index
from tocsin.checks.promql_known import understood
from tocsin.checks.promql_never_true import never
from tocsin.checks.promql_no_match import clash
from tocsin.engines.answers import NotRun
from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.ast import COMPARISONS, Binary
from tocsin.query.promql.walk import walk

TARGET = 'cluster="eu1",environment="production",job="shop",service="shop",instance="%s"'
SELECTORS = (
    "up",
    'up{job="shop"}',
    'up{instance="a"}',
    "queue_length",
    'queue_length{queue="mail"}',
    "http_requests_total",
    'http_requests_total{status="500"}',
    'http_requests_total{status="200"}',
    "http_request_duration_seconds_count",
    "http_request_duration_seconds_bucket",
)
LABELS = ("job", "instance", "endpoint", "status", "queue", "le", "cluster")
NUMBERS = ("-1", "0", "0.5", "1", "2", "5", "10", "100")


def series() -> list[dict[str, str]]:
    """What the example's contract allows, of two instances."""
    out = {}
    for number, instance in enumerate("ab"):
        target = TARGET % instance
        out[f"up{{{target}}}"] = f"{number}x80"
        for queue, value in (("mail", "-3+1x80"), ("sms", "7x80")):
            out[f'queue_length{{queue="{queue}",{target}}}'] = value
        for (at, endpoint), (slow, status) in itertools.product(
            enumerate(("/cart", "/pay")), enumerate(("200", "500"))
        ):
            labels = f'endpoint="{endpoint}",status="{status}",{target}'
            out[f"http_requests_total{{{labels}}}"] = f"{at}+{1 + number + slow}x80"
        for edge, (step, le) in itertools.product(
            ("/cart",), enumerate(("0.1", "0.5", "1.0", "5.0", "+Inf"))
        ):
            labels = f'endpoint="{edge}",{target}'
            out[f'http_request_duration_seconds_bucket{{le="{le}",{labels}}}'] = f"0+{step + number}x80"
            out[f"http_request_duration_seconds_count{{{labels}}}"] = f"0+{4 + number}x80"
    return [{"series": name, "values": values} for name, values in out.items()]


class Source:
    """Expressions at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def labels(self) -> str:
        return ", ".join(self.random.sample(LABELS, self.pick((0, 1, 1, 2))))

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(SELECTORS)
        inner = self.vector(depth - 1)
        kinds = (
            lambda: self.pick(SELECTORS),
            lambda: (
                f"{self.pick(('rate', 'increase', 'max_over_time', 'count_over_time'))}"
                f"({self.pick(SELECTORS)}[5m])"
            ),
            lambda: (
                f"{self.pick(('sum', 'avg', 'max', 'count', 'group'))} "
                f"{self.pick(('by', 'without'))} ({self.labels()}) ({inner})"
            ),
            lambda: f"({inner}) {self.pick(tuple(sorted(COMPARISONS)))} {self.pick(NUMBERS)}",
            lambda: f"({inner}) {self.pick('+-*/')} {self.pick(NUMBERS)}",
            lambda: f"({inner}) {self.operator()} ({self.vector(depth - 1)})",
            lambda: f"({inner}) {self.operator()} ({self.vector(depth - 1)})",
            lambda: f"histogram_quantile(0.9, {inner})",
            lambda: f'label_replace({inner}, "{self.pick(LABELS)}", "x", "", "")',
            lambda: f"{self.pick(('abs', 'clamp_max', 'sgn', 'floor', '-'))}({inner})".replace(
                "clamp_max(", "clamp_max(1, "
            ),
            lambda: f"absent({self.pick(SELECTORS)})",
            lambda: f"max_over_time(({inner})[2m:30s])",
        )
        return self.pick(kinds)()

    def operator(self) -> str:
        operator = self.pick(("/", "-", "*", ">", "==", "and", "unless", "and", "/"))
        matching = self.pick(("", "", f"on ({self.labels()})", f"ignoring ({self.labels()})"))
        side = self.pick(("", "", "group_left ()")) if matching and operator not in ("and", "unless") else ""
        return f"{operator} {matching} {side}"


def claims(known: Index, wanted: int) -> list[str]:
    """Expressions, or parts of some, that a check calls empty."""
    source, out = Source(7), {}
    while len(out) < wanted:
        text = source.vector(4)
        try:
            tree = parse(text)
        except QueryError:
            continue
        view = understood(tree, known, text)
        assert view is not None
        for node in walk(view.tree):
            if isinstance(node, Binary) and node.op != "unless" and node.end - node.start < 400:
                if clash(node, known):
                    out.setdefault(text[node.start : node.end], "matching")
                elif never(node, view):
                    out.setdefault(text[node.start : node.end], "bounds")
    assert len(set(out.values())) == 2
    return list(out)


@pytest.mark.tools
def test_what_is_called_empty_is_empty(tmp_path) -> None:
    promtool = engines.promtool()
    if isinstance(promtool, NotRun):
        pytest.skip(f"not run: {promtool}")
    context = example_context(Example(title="as it is", spec="name: acme"), tmp_path)
    said = claims(index(context.models()[0]), 400)
    file = tmp_path / "claims.yaml"
    asked = [{"expr": text, "eval_time": at} for text in said for at in ("6m", "18m")]
    test = {"name": "claims", "interval": "15s", "input_series": series(), "promql_expr_test": asked}
    file.write_text(yaml.safe_dump({"tests": [test], "evaluation_interval": "15s"}))
    run = promtool.test_rules([file])
    assert not isinstance(run, NotRun)
    assert len(run.cases) == 1
    # an expression that cannot be evaluated (two series become one) has no result either
    wrong = [failure for failure in run.cases[0].failures if ", err:" not in failure.text]
    assert not wrong, wrong[:3]
