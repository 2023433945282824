"""The units Tocsin knows: Grafana's unit id, and how a Go template renders a value of that unit.

Only units in use; conformance tests hold the ids against Grafana's own list.
"""

from dataclasses import dataclass

from tocsin.spec.values import number_text


@dataclass(frozen=True, slots=True)
class Unit:
    """`grafana` is Grafana's id; `template` renders `$value` in a Prometheus annotation."""

    grafana: str
    template: str = "{{ $value | humanize }}"


UNITS: dict[str, Unit] = {
    "": Unit("short"),
    "short": Unit("short"),
    "count": Unit("short", '{{ printf "%.0f" $value }}'),
    "percentunit": Unit("percentunit", "{{ $value | humanizePercentage }}"),
    "seconds": Unit("s", "{{ $value | humanizeDuration }}"),
    "bytes": Unit("bytes", "{{ $value | humanize1024 }}B"),
    "bytes_per_second": Unit("Bps", "{{ $value | humanize }}B/s"),
    "per_second": Unit("cps", "{{ $value | humanize }}/s"),
    "requests_per_second": Unit("reqps", "{{ $value | humanize }} req/s"),
    "per_hour": Unit("none", "{{ $value | humanize }}/h"),
    "timestamp": Unit("dateTimeFromNow"),
    "bool": Unit("bool"),
    "none": Unit("none"),
}


def threshold_words(value: float, unit: str) -> str:
    """A threshold as a sentence says it: `5 %`, `1 s`, `100`."""
    if unit == "percentunit":
        return f"{number_text(round(value * 100, 10))} %"
    suffix = {
        "seconds": " s",
        "bytes": " B",
        "per_second": "/s",
        "requests_per_second": " req/s",
        "bytes_per_second": " B/s",
        "per_hour": "/h",
    }.get(unit, "")
    return number_text(value) + suffix
