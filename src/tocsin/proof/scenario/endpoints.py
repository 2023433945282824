"""One of ten endpoints of every service fails, one that few use: a request in a hundred.

What an endpoint is, and what failing means, is read from the contract: from the labels of its counters.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from tocsin.model.scenario import Course
from tocsin.model.telemetry import Metric
from tocsin.model.workspace import Model
from tocsin.proof.scenario.world import Track
from tocsin.witness.telemetry import labels

_TEN = 10
_SHARE = 0.01
"""Of all requests: who is woken by one endpoint that fails is woken by few people's trouble."""
_ENDPOINT = re.compile(r"(http_)?(endpoint|route|path|handler|uri|url|resource)|(rpc|grpc)_method")
_OUTCOME = re.compile(r"(http_|grpc_)?(response_|status_)?(status|code)|status_class|result|outcome")
_FAILED = re.compile(r"5..?|error|fail|internal|unavailable", re.IGNORECASE)
_NOT_GOOD = re.compile(r"[45].*|.*(error|fail|reject|invalid|denied|timeout).*", re.IGNORECASE)


def one_of_ten_endpoints(found: list[Track], model: Model) -> list[Track]:
    """Beside each counter of requests that end well those of eight other endpoints, and of one that fails."""
    counters = {
        metric.name: metric
        for service in model.services.values()
        for metric in service.metrics.values()
        if metric.type == "counter"
    }
    out = []
    for one in found:
        out.append(one)
        metric = counters.get(one.name)
        if metric is not None and one.usual is not None and one.usual.kind == "rate":
            out += _others(one, metric, one.usual)
    return out


def _others(one: Track, metric: Metric, usual: Course) -> Iterator[Track]:
    endpoint = next(filter(_ENDPOINT.fullmatch, metric.labels), "")
    outcome = next(filter(_OUTCOME.fullmatch, metric.labels), "")
    if not endpoint or not outcome or not usual.high or _NOT_GOOD.fullmatch(_value(one, outcome)):
        return
    for number in range(2, _TEN):
        yield _of(one, {endpoint: f"/beside-{number}"}, usual, usual)
    few = replace(usual, low=usual.low * _SHARE * _TEN, high=usual.high * _SHARE * _TEN)
    failed = next(filter(_FAILED.match, metric.labels[outcome]), "500")
    rare = {endpoint: f"/beside-{_TEN}"}
    yield _of(one, rare, few, Course("rate"))
    yield _of(one, {**rare, outcome: failed}, Course("rate"), few)


def _value(one: Track, label: str) -> str:
    return dict(one.labels).get(label, "")


def _of(one: Track, own: dict[str, str], usual: Course, fault: Course) -> Track:
    return replace(one, labels=labels((dict(one.labels) | own).items()), usual=usual, fault=fault)
