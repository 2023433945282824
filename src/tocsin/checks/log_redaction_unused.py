"""Every class of secrets that the workspace declares is removed somewhere.

## Why

A class does nothing until a service lists it under `logs: {redact: [...]}`. Whoever declared it believes that
the value is gone.

## Fix

Add it to the services' `redact`, or delete it.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.diag.diagnostic import Diagnostic

CODE = "log/redaction-unused"
_CLASS = "redact: {ticket: 'T-[0-9]{8}'}"
EXAMPLES = (
    Example(title="nobody lists it", finds=("ticket",), spec=_CLASS),
    Example(title="listed", spec=f"{_CLASS}\nservices: {{shop: {{logs: {{redact: [ticket]}}}}}}"),
)


@check(CODE, on=Context, severity="warning")
def redaction_unused(context: Context, view: View) -> Iterator[Diagnostic]:
    """What is unused in one environment may be used in another."""
    used = {
        name
        for model in context.models()
        for service in model.services.values()
        if service.logs is not None
        for name in service.logs.redact
    }
    for model in context.models():
        said = model.origin.get("redact")
        for name in said.map if said is not None else ():
            if said is not None and name not in used:
                yield view.finding(
                    CODE,
                    said.key_node(name),
                    f"no service redacts `{name}`",
                    help=f"add `{name}` to `redact` of a service's `logs`",
                )
