"""The heartbeat goes to something outside the stack that expects it, and to nothing else.

## Why

Inside the stack it dies with what it watches. People who are told every minute that all is well stop reading.
A receiver with hours is silent outside them, and the dead man's switch alarms every evening.

## Fix

A receiver of its own, without `hours`, whose address leads to a service that alarms when it hears nothing.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from tocsin.checks.check import Example, check
from tocsin.checks.context import View
from tocsin.checks.told import routes
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.model.alerting import Receiver
from tocsin.model.routing import WATCHDOG
from tocsin.model.workspace import Model
from tocsin.query.matchers import Matcher

CODE = "route/watchdog-receiver"
HEARTBEAT = Matcher("alertname", "=", WATCHDOG)
EXAMPLES = (
    Example(title="people are told", finds=("chat",), spec="watchdog: {to: chat}"),
    Example(
        title="Alertmanager itself",
        finds=("beat",),
        spec="""
receivers: {beat: {webhook: {url: "http://alertmanager:9093/alive"}}}
watchdog: {to: beat}
""",
    ),
    Example(
        title="silent at night",
        finds=("beat",),
        spec="""
hours: {day: {when: {times: "07:00-22:00"}}}
receivers: {beat: {webhook: {url_file: /run/secrets/heartbeat}, hours: day}}
watchdog: {to: beat}
""",
    ),
    Example(
        title="a dead man's switch",
        spec="""
receivers: {beat: {webhook: {url: "https://deadman.example.org/alive"}}}
watchdog: {to: beat}
""",
    ),
)
_STACK = "prometheus alertmanager grafana loki mimir tempo collector blackbox-exporter"
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1", *_STACK.split()))
"""This host, and the names of the stack's own containers."""


@check(CODE, on=Model)
def watchdog_receiver(model: Model, view: View) -> Iterator[Diagnostic]:
    """Everything that is known of the receiver."""
    dog = model.watchdog
    receiver = model.receivers.get(dog.to) if dog is not None else None
    if dog is None or receiver is None:
        return
    broken = _inside(receiver, model) or _timed(receiver)
    fact = broken or _shared(receiver, model)
    if fact:
        yield view.finding(
            CODE,
            dog.origin.at("to"),
            fact,
            severity="error" if broken or receiver.pager else "warning",
            others=(Label(receiver.origin.key_place().span, "this receiver"),),
            help="give the heartbeat a receiver of its own, without `hours`, outside this stack",
        )


def _inside(receiver: Receiver, model: Model) -> str:
    host = urlsplit(str(getattr(receiver.settings, "url", "") or "")).hostname
    if host is None:
        return ""  # in a file, or no address at all
    return f"the heartbeat goes to `{host}`, which dies with the stack" if host in _hosts(model) else ""


def _hosts(model: Model) -> set[str]:
    stack = model.stack
    urls = (stack.prometheus_url, *stack.alertmanager_urls, stack.loki_url, stack.tempo_url, stack.mimir_url)
    return {*_LOCAL, *(host for url in urls if (host := urlsplit(url).hostname))}


def _timed(receiver: Receiver) -> str:
    return f"the heartbeat stops outside `{receiver.hours}`" if receiver.hours else ""


def _shared(receiver: Receiver, model: Model) -> str:
    if receiver.pager:
        return f"the heartbeat goes to the pager `{receiver.name}`, which it keeps ringing"
    ways = [r for r in routes(model) if receiver.name in r.receivers and HEARTBEAT not in r.matchers]
    return f"the heartbeat goes to `{receiver.name}`, which is told of alerts" if ways else ""
