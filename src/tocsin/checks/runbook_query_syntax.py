"""Queries in runbooks can be pasted and run.

## Why

They are pasted into Explore at night by somebody who did not write them. One that does not parse sends them
looking for their own mistake.

## Fix

Correct the query. A place for the reader to fill in stands in a string: `|= "REQUEST_ID"`.

## Exceptions

Only code blocks marked `promql` or `logql`. Several queries in one block are separated by an empty line.
"""

import re
from collections.abc import Callable, Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.checks.expression import readings
from tocsin.checks.runbook_page import Block, Page, pages
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.text import Span
from tocsin.query.errors import QueryError

CODE = "runbook/query-syntax"
_FILE = "runbooks/HighErrorRate.md"
_FENCE = "```"
EXAMPLES = (
    Example(
        title="a bracket too many",
        finds=(")",),
        spec="name: acme",
        files=(
            (
                _FILE,
                f"# HighErrorRate: errors\n\n1. Ask:\n\n   {_FENCE}promql\n   sum(up{{}}))\n   {_FENCE}\n",
            ),
        ),
    ),
    Example(
        title="LogQL",
        finds=("shop",),
        spec="name: acme",
        files=((_FILE, f"# HighErrorRate: errors\n\n{_FENCE}logql\n{{app=shop}} | json\n{_FENCE}\n"),),
    ),
    Example(
        title="queries, and other code",
        spec="name: acme",
        files=(
            (
                _FILE,
                f"# HighErrorRate: errors\n\n{_FENCE}promql\nsum(up)  # all\n/\ncount(up)\n\n"
                f'rate(http_requests_total{{environment="$environment"}}[$__rate_interval])\n{_FENCE}\n\n'
                f"{_FENCE}sh\nls ((\n{_FENCE}\n",
            ),
        ),
    ),
)
Parse = Callable[[str], object]


@check(CODE, on=Context)
def query_syntax(context: Context, view: View) -> Iterator[Diagnostic]:
    """With our own parsers, which give the engines' verdicts."""
    from tocsin.query import logql, promql

    parsers: dict[str, tuple[str, Parse]] = {
        "promql": ("PromQL", promql.parse),
        "logql": ("LogQL", logql.parse),
    }
    for page in pages(context):
        for block in page.blocks:
            if block.language in parsers:
                language, parse = parsers[block.language]
                yield from _block(page, block, language, parse, view)


def _block(page: Page, block: Block, language: str, parse: Parse, view: View) -> Iterator[Diagnostic]:
    error = _error(block.text, parse)
    if error is None:
        return
    parts = [
        (found.start(), _error(found[0], parse))
        for found in re.finditer(r"(?:[^\n]*\S[^\n]*\n)+", block.text)
    ]
    if len(parts) > 1:
        errors = [(start + e.offset, e) for start, e in parts if e is not None]
        if len(errors) == len(parts):
            errors = [(error.offset, error)]  # one query with an empty line in it
    else:
        errors = [(error.offset, error)]
    for offset, one in errors:
        yield view.finding(
            CODE,
            _place(page, block, offset, one.length),
            f"this {language} does not parse: {one.message}",
            others=page.others,
            help="correct the query; it is pasted as it is",
        )


def _error(text: str, parse: Parse) -> QueryError | None:
    first: QueryError | None = None
    for reading in readings(text.rstrip("\n")):
        try:
            parse(reading)
        except QueryError as error:
            first = first or error
        else:
            return None
    return first


def _place(page: Page, block: Block, offset: int, length: int) -> Span:
    before = block.text[:offset]
    line, column = before.count("\n"), offset - (before.rfind("\n") + 1)
    number = block.line + line
    own = page.source.line(number)
    start = (
        min(block.indent + column, max(0, len(own) - 1))
        if own[: block.indent].strip(" \t>") == ""
        else column
    )
    return Span(page.source, number, start + 1, number, min(start + length, max(len(own), start + 1)) + 1)
