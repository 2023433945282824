"""Stream labels have few values.

## Why

Loki keeps an index entry and open chunks for each combination of stream labels. A request id as a label makes
a stream of one line, thousands a minute, until Loki refuses them all.

## Fix

Leave it in the line, or in structured metadata: `| json | request_id="..."` finds it as well.

## References

- Loki 3.7.8: `max_label_names_per_series`, `max_global_streams_per_user` (5,000).
"""

import re
from collections.abc import Iterator

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.model.telemetry import LogStream

CODE = "log/label-cardinality"
EXAMPLES = (
    Example(
        title="one stream for each request",
        finds=("request_id",),
        spec="services: {shop: {logs: {stream: {service_name: shop, request_id: any}}}}",
    ),
    Example(
        title="few values",
        spec="services: {shop: {logs: {stream: {service_name: shop, tier: front, tenant_id: a}}}}",
    ),
)
_WORDS = (
    "trace span request req session correlation transaction tx message event user customer account order "
    "visitor device"
)
MANY = re.compile(
    rf"(?i)id|(?:.*_)?(?:(?:{'|'.join(_WORDS.split())})_?id|uuid|guid|ip|ip_address|remote_addr|email|phone"
    r"|timestamp|ts|url|uri|query|user_agent|session|cookie|token|message|msg|stack_trace)"
)
"""Names of what differs from line to line."""


@check(CODE, on=LogStream)
def label_cardinality(logs: LogStream, view: View) -> Iterator[Diagnostic]:
    """By the label's name."""
    stream = logs.origin.get("stream")
    for label in logs.labels:
        if stream is not None and MANY.fullmatch(label):
            yield view.finding(
                CODE,
                stream.key_node(label),
                f"the stream label `{label}` has too many values",
                help="delete it here; what stands in the line is found with `| json`",
            )
