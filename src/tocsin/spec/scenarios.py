"""Declarations of scenarios: situations in terms of signals, and who may be woken by them."""

from collections.abc import Mapping
from types import MappingProxyType

from tocsin.diag.nodes import Node
from tocsin.spec.declare import HERE, parameters, said
from tocsin.spec.values import Duration, Rate


@parameters
class LinesSpec:
    """Log lines that keep coming."""

    line: str = said("the line; `#` becomes its number", example='{"level": "ERROR", "message": "failed #"}')
    rate: Rate = said("how often it comes", example="10/m")
    node: Node = HERE


@parameters
class ScenarioSpec:
    """A situation, said without looking at any rule, and exactly the alerts that page in it.

    Where it says nothing of a signal, that is as the contract has it: targets answer, counters rise, those
    of errors stand still, timestamps are fresh.
    """

    service: str = said(
        "the service whose metrics are meant, where several have the name",
        default="",
        example="shop",
        pattern="name",
    )
    like: str = said(
        "another scenario, which holds before this one's fault and goes on beside it",
        default="",
        example="a-normal-week",
        pattern="name",
    )
    series: Mapping[str, str] = said(
        "selector to course: a rate (`5/s`), a level (`3`), a daily rhythm (`1/s..20/s`), samples as "
        "promtool writes them (`0+5x10 100`), or `stops`, `freezes`, `now`",
        default=MappingProxyType({}),
        example="""{'http_requests_total{status="500"}': 5/s}""",
    )
    logs: Mapping[str, LinesSpec] = said(
        "stream selector to lines",
        default=MappingProxyType({}),
        example="""{'{service_name="shop"}': {line: '{"level": "ERROR"}', rate: 10/m}}""",
    )
    pages: tuple[str, ...] = said(
        "the alerts that page, and no others do",
        default=(),
        example="[HighErrorRate]",
        pattern="line",
        one_or_many=True,
    )
    tells: tuple[str, ...] = said(
        "alerts that fire as well, without paging anybody",
        default=(),
        example="[SlowRequests]",
        pattern="line",
        one_or_many=True,
    )
    within: Duration = said(
        "how soon they page after the fault began", default=Duration(300_000), example="5m", least="1s"
    )
    lasts: Duration | None = said(
        "how long the fault lasts; twice `within` where it is not said, a week with a daily rhythm",
        default=None,
        example="1h",
        least="1m",
        most="14d",
    )
    node: Node = HERE
