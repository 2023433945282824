"""Gaps in hours: across days, time zones and both clock settings."""

import pytest

from tocsin.checks.week import gap
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.text import Source
from tocsin.model.alerting import Hours

NODE = compose_text(Source("spec.yaml", "a: b\n"), Sink())


def hours(*intervals: dict[str, object]) -> Hours:
    assert NODE is not None
    return Hours(name="some", intervals=intervals, origin=NODE)


def span(zone: str, *times: str, days: tuple[str, ...] = ()) -> dict[str, object]:
    said = [{"start_time": t.split("-")[0], "end_time": t.split("-")[1]} for t in times]
    return {
        "location": zone,
        **({"times": said} if said else {}),
        **({"weekdays": list(days)} if days else {}),
    }


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([span("UTC")], ""),
        ([span("UTC", "00:00-12:00", "12:00-24:00")], ""),
        ([span("UTC", "00:00-24:00", days=("sunday:saturday",))], ""),
        ([span("Europe/Berlin", "07:00-22:00")], "monday 22:00 to tuesday 07:00 (Europe/Berlin)"),
        ([span("UTC", days=("monday:friday",))], "saturday 00:00 to monday 00:00 (UTC)"),
        ([span("UTC", days=("monday:friday",)), span("UTC", days=("saturday", "sunday"))], ""),
        ([span("UTC", "08:00-24:00"), span("UTC", "00:00-07:59")], "monday 07:59 to monday 08:00 (UTC)"),
        ([], "monday 00:00 to monday 00:00 (UTC)"),
    ],
)
def test_the_first_gap_of_a_week(intervals: list[dict[str, object]], expected: str) -> None:
    assert gap([hours(*intervals)]) == expected


def test_shifts_on_two_continents_fit_together() -> None:
    berlin = hours(span("Europe/Berlin", "08:00-20:00"))
    night = hours(span("Europe/Berlin", "00:00-08:00", "20:00-24:00"))
    assert gap([berlin, night]) == ""
    tokyo = hours(
        span("Asia/Tokyo", "04:00-16:00")
    )  # 20:00-08:00 in Berlin's winter, 21:00-09:00 in its summer
    assert gap([berlin, tokyo]) == "monday 20:00 to monday 21:00 (Europe/Berlin)"
    longer = hours(span("Asia/Tokyo", "03:00-16:00"))
    assert gap([berlin, longer]) == ""
