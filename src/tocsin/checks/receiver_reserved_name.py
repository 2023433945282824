"""No receiver is called `nobody`.

## Why

Tocsin has a receiver of that name that does nothing, for alerts in `stage: shadow`. Two receivers of one name
are refused by Alertmanager, and whoever is meant by the other one would be told of nothing.

## Fix

Choose another name.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.alerting import Receiver
from tocsin.model.routing import NOBODY

CODE = "receiver/reserved-name"
EXAMPLES = (
    Example(
        title="nobody",
        finds=("nobody",),
        spec="receivers: {nobody: {webhook: {url_file: /run/secrets/nobody}}}",
    ),
    Example(title="somebody", spec="receivers: {somebody: {webhook: {url_file: /run/secrets/somebody}}}"),
)


@check(CODE, on=Receiver)
def reserved_name(receiver: Receiver, view: View) -> Iterator[Diagnostic]:
    """Look at the name alone."""
    if receiver.name == NOBODY:
        yield view.finding(
            CODE,
            receiver.origin.key_place(),
            f"`{NOBODY}` is the receiver that does nothing",
            help="choose another name",
        )
