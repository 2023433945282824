"""The metrics that a service declares are scraped.

## Why

Alerts and panels read the series of a job that does not exist: they are valid, and silent for ever.

## Fix

Add `scrape: {targets: [...]}`, or say with `select:` by what the series are known.

## Exceptions

A service with a `select:` that names no job: its metrics are pushed, or scraped by somebody else.
"""

from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import Service

CODE = "spec/no-scrape"
_METRICS = "metrics: {pay_total: {type: counter, labels: [status], help: payments}}"
EXAMPLES = (
    Example(title="nobody scrapes it", finds=("pay",), spec=f"services: {{pay: {{{_METRICS}}}}}"),
    Example(
        title="scraped, pushed, or another's job",
        spec=f"""
services:
  pay: {{{_METRICS}, scrape: {{targets: ["pay:8000"]}}}}
  ship: {{{_METRICS}, select: 'app="ship"'}}
  cart: {{{_METRICS}, select: 'job="shop"'}}
""",
    ),
)


@check(CODE, on=Service, severity="warning")
def no_scrape(service: Service, view: View) -> Iterator[Diagnostic]:
    """Compare the jobs that are read with the jobs that there are."""
    read = {
        m.value for one in service.metrics.values() for m in one.matchers if m.label == "job" and m.op == "="
    }
    if read and read.isdisjoint(view.index.jobs):
        job = sorted(read)[0]
        yield view.finding(
            CODE,
            service.origin.key_place(),
            f"the metrics of `{service.name}` are read from the job `{job}`, which nobody scrapes",
            help="add `scrape: {targets: [...]}`, or `select:` if others collect them",
        )
