"""A scrape has a limit.

## Why

One label with too many values, in one release of one service, can fill the memory of the Prometheus that
watches all of them. With a limit only that service's scrape fails, and says so.

## Fix

Add `sample_limit: 20000` to `scrape`: a few times what the service exposes today.

## Exceptions

Exporters that a pack brings, and probes. Told once, with the number of services.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import Service
from tocsin.model.workspace import Model

CODE = "spec/no-sample-limit"
EXAMPLES = (
    Example(title="none", finds=("scrape",), spec="name: acme"),
    Example(
        title="a limit, and an exporter",
        spec="""
packs: [node]
services: {shop: {scrape: {sample_limit: 20000}}}
""",
    ),
)


@check(CODE, on=Model, severity="info")
def no_sample_limit(model: Model, view: View) -> Iterator[Diagnostic]:
    """One finding for a workspace, at the first."""
    found = [
        scrape
        for service in model.services.values()
        if not _of_a_pack(service)
        for scrape in service.scrapes
        if not scrape.probes and not scrape.sample_limit
    ]
    if model.root or not found:
        return
    more = f" and {len(found) - 1} others" if len(found) > 1 else ""
    yield view.finding(
        CODE,
        found[0].origin.key_place(),
        f"nothing limits what the job `{found[0].job}`{more} may bring in",
        help="add `sample_limit: 20000` to `scrape`, a few times what there is today",
    )


def _of_a_pack(service: Service) -> bool:
    return any(not metric.origin.source.is_file for metric in service.metrics.values())
