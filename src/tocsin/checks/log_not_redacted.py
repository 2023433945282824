"""Fields that hold personal data are redacted.

## Why

What is in the logs is read by everybody who may read logs, copied into tickets, and kept for weeks.

## Fix

Add the class to `redact`: `redact: [email, card]`. For others declare a pattern under the workspace's
`redact`.

## Exceptions

Passwords, tokens, keys and the like are masked whether or not they are listed. Addresses (`client_ip`) are
not asked for: finding the loudest caller needs them.
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.redaction import CLASSES
from tocsin.model.telemetry import LogStream
from tocsin.render.redaction import key_patterns

CODE = "log/not-redacted"
_START = "services: {shop: {logs: {fields: {message: required, userEmail: optional, card_number: optional}"
EXAMPLES = (
    Example(title="in clear", finds=("userEmail", "card_number"), spec=f"{_START}}}}}}}"),
    Example(title="redacted", spec=f"{_START}, redact: [email, card]}}}}}}"),
    Example(
        title="masked in any case",
        spec="services: {shop: {logs: {fields: {password: optional, api_key: optional}}}}",
    ),
    Example(
        title="a class of the workspace's own",
        spec="""
redact: {phone: '[+][0-9]{8,15}'}
services: {shop: {logs: {fields: {phone: optional}, redact: [phone]}}}
""",
    ),
)
PERSONAL = {
    "email": r"e[_-]?mail(?:[_-]?address)?|mail[_-]?address|mailto",
    "card": r"card|card[_-]?(?:number|no)|credit[_-]?card",
    "ssn": r"ssn|social[_-]?security(?:[_-]?(?:number|no))?",
    "phone": r"phone(?:[_-]?(?:number|no))?|mobile[_-]?number|msisdn",
    "iban": r"iban|account[_-]?number",
    "birth": r"birth(?:day|date|[_-]?date)|date[_-]?of[_-]?birth|dob",
    "passport": r"passport(?:[_-]?(?:number|no))?",
}
"""Class -> what fields of it are called, alone or at the end of a longer name."""
_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_PERSONAL = {name: re.compile(rf"(?i)(?:.*[._@-])?(?:{words})") for name, words in PERSONAL.items()}


@check(CODE, on=LogStream, severity="warning")
def not_redacted(logs: LogStream, view: View) -> Iterator[Diagnostic]:
    """A field is safe when its key is masked, or its class is removed by pattern."""
    fields = logs.origin.at("fields")
    if not logs.fields:
        return
    masked = view.context.once(
        ("masked keys", view.model.root),
        lambda: re.compile("|".join(f"(?:{p.removeprefix('(?i)')})" for p in key_patterns(view.model)), re.I),
    )
    for name in logs.fields:
        kind = next((kind for kind, words in _PERSONAL.items() if words.fullmatch(_snake(name))), "")
        if not kind or kind in logs.redact or masked.search(name):
            continue
        built_in = kind in CLASSES
        yield view.finding(
            CODE,
            fields.key_node(name),
            f"`{name}` goes into the logs in clear",
            help=f"add `{kind}` to `redact`"
            if built_in
            else f"declare `redact: {{{kind}: '<pattern>'}}` for the workspace, and `redact: [{kind}]` here",
        )


def _snake(name: str) -> str:
    return _HUMP.sub("_", name)
