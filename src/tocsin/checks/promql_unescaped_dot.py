"""A dot in a regular expression that means a dot is escaped.

## Why

`host=~"a.example.org"` matches `axexample.org` too. It rarely matters, until it does.

## Fix

Write `a[.]example[.]org`, or `=` where nothing else is a pattern.

## Exceptions

Dots with a repetition (`.*`, `.+`) and dots that stand for digits (`5..`) mean any character.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.expression import Expression, Promql
from tocsin.checks.promql_example import alert, panel
from tocsin.diag.diagnostic import Diagnostic
from tocsin.query.nodes import LabelMatcher
from tocsin.query.promql.walk import selectors

CODE = "promql/unescaped-dot"
EXAMPLES = (
    Example(
        title="a host, in the second line",
        finds=('"shop.example.org:.+"',),
        spec=alert('min(\n  up{instance=~"shop.example.org:.+"}\n) == 0'),
    ),
    Example(title="in a panel", finds=('"10.0.0.1:9100"',), spec=panel('up{instance=~"10.0.0.1:9100"}')),
    Example(
        title="any character, or escaped",
        spec=alert('up{instance=~"shop[.]example\\\\.org:.*|web-.", job=~"5..|.+", service!~"a.b?"} == 0'),
    ),
)
_MEANT = re.compile(r"(?<=[A-Za-z0-9])(?<!\\)\.(?=[A-Za-z0-9-])(?![A-Za-z0-9][?*+{])")
_CLASS = re.compile(r"\[[^\]]*\]")


@check(CODE, on=Promql, severity="info")
def unescaped_dot(expression: Expression, view: View) -> Iterator[Diagnostic]:
    """Look at the matchers that are regular expressions."""
    for selector in selectors(expression.tree):
        for matcher in selector.matchers:
            if matcher.op not in ("=~", "!~") or expression.has_variable(matcher.start, matcher.end):
                continue
            if _MEANT.search(_CLASS.sub("", matcher.value)):
                yield view.within(
                    CODE,
                    expression,
                    (matcher.value_start, matcher.end),
                    "a dot in a regular expression is any character",
                    help=_cure(matcher),
                )


def _cure(matcher: LabelMatcher) -> str:
    if re.fullmatch(r"[A-Za-z0-9.:/_-]+", matcher.value):
        return f'write `{matcher.label}{"=" if matcher.op == "=~" else "!="}"{matcher.value}"`'
    return f'write `"{_MEANT.sub("[.]", matcher.value)}"`'
