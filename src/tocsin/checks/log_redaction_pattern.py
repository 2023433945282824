"""A redaction pattern is a regular expression that the collector understands, and matches something.

## Why

The collector refuses a pattern that is not RE2, and with it its whole configuration: then no log arrives. One
that matches the empty text puts `***` between all letters.

## Fix

RE2 has no lookahead, no lookbehind and no backreference. Say what the value is, not what stands around it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.places import inside
from tocsin.model.workspace import Model
from tocsin.query.regex import RegexError, read

CODE = "log/redaction-pattern"
EXAMPLES = (
    Example(
        title="a lookahead, and nothing",
        finds=("(?=", "'[0-9]*'"),
        spec="redact: {ticket: 'T-(?=[0-9])', number: '[0-9]*', empty: ''}",
    ),
    Example(title="a pattern of the value", spec="redact: {ticket: 'T-[0-9]{8}'}"),
)


@check(CODE, on=Model)
def redaction_pattern(model: Model, view: View) -> Iterator[Diagnostic]:
    """Also those that no service uses yet. A class without a pattern is masked by its key."""
    said = model.origin.get("redact")
    for name, node in said.map.items() if said is not None else ():
        if not node.text:
            continue
        try:
            pattern = read(node.text)
        except RegexError as error:
            fact = f"the pattern of `{name}` is no RE2: {error.message}"
            yield view.finding(
                CODE, inside(node, error.offset, 3), fact, help="correct the pattern, RE2 has no lookaround"
            )
        else:
            if pattern.matches_empty:
                fact = f"the pattern of `{name}` matches the empty text, which is everywhere"
                yield view.finding(CODE, node, fact, help="write `+` for `*`, or a count such as `{8}`")
