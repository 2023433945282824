"""Each line tells its time, its level and what happened.

## Why

Without a time the line is filed under the minute in which it was read, without a level no panel and no alert
can tell an error from chatter, without a message nobody understands it at night.

## Fix

Let the service write them, and declare them: `fields: {timestamp: required, level: required, message:
required}`.

## Exceptions

Plain text, and logs whose fields are not declared at all. Other usual names count too: `ts`, `severity`,
`msg`.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import LogStream
from tocsin.render.log_parsing import LEVEL_FIELDS, TIME_FIELDS

CODE = "log/required-fields"
_BASE = "timestamp: required, level: required, message: required"
EXAMPLES = (
    Example(
        title="a time that may be missing",
        finds=("fields",),
        spec="services: {shop: {logs: {fields: {timestamp: optional, level: required, message: required}}}}",
    ),
    Example(title="all three", spec=f"services: {{shop: {{logs: {{fields: {{{_BASE}, user: optional}}}}}}}}"),
    Example(
        title="other names",
        spec="""
services:
  pay:
    scrape: {targets: ["pay:8000"]}
    logs: {format: logfmt, fields: {ts: required, lvl: required, msg: required}}
  shop: {logs: {fields: {timestamp: required}}}
""",
    ),
)
MESSAGE_FIELDS = ("message", "msg", "@message", "log.message", "event", "text", "body")
_WANTED = (("time", TIME_FIELDS), ("level", LEVEL_FIELDS), ("message", MESSAGE_FIELDS))


@check(CODE, on=LogStream, severity="warning")
def required_fields(logs: LogStream, view: View) -> Iterator[Diagnostic]:
    """A field that is optional is not always there."""
    if logs.format == "plain" or not logs.fields:
        return
    there = {name for name, need in logs.fields.items() if need == "required"}
    missing = [what for what, names in _WANTED if there.isdisjoint(names)]
    if missing:
        *first, last = missing
        listed = f"{', '.join(first)} and {last}" if first else last
        names = {"time": "timestamp", "level": "level", "message": "message"}
        yield view.finding(
            CODE,
            logs.origin.key_node("fields"),
            f"not every line tells its {listed}",
            help="declare " + ", ".join(f"`{names[what]}: required`" for what in missing),
        )
