"""Pieces of spec for the examples of checks: an alert or a panel around an expression. No check."""

import textwrap


def alert(expr: str, more: str = "for: 5m", metrics: str = "", language: str = "expr") -> str:
    """An alert of the service `shop` with an expression; of several lines, it is a block."""
    declared = (
        f"    metrics:\n{textwrap.indent(textwrap.dedent(metrics).strip(), ' ' * 6)}\n" if metrics else ""
    )
    said = textwrap.indent(textwrap.dedent(more).strip(), " " * 8)
    return f"""\
services:
  shop:
{declared}    alerts:
      Example:
        severity: warning
{said}
        {language}: {_scalar(expr, 10)}
"""


def panel(
    query: str,
    more: str = "title: Example",
    metrics: str = "",
    language: str = "query",
    dashboard: str = "title: Shop",
) -> str:
    """A panel of the service `shop` with an expression."""
    declared = (
        f"    metrics:\n{textwrap.indent(textwrap.dedent(metrics).strip(), ' ' * 6)}\n" if metrics else ""
    )
    said = textwrap.indent(textwrap.dedent(more).strip(), " " * 14)
    return f"""\
services:
  shop:
{declared}    dashboards:
      overview:
        {dashboard}
        rows:
          Example:
            - show: expr
{said}
              {language}: {_scalar(query, 16)}
"""


def _scalar(text: str, column: int) -> str:
    text = textwrap.dedent(text).strip("\n")
    if "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    return "|\n" + textwrap.indent(text, " " * column)
