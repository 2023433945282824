"""Hours at an instant, against the C library's clocks and against every minute of a week."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.model.alerting import Hours
from tocsin.model.clock import DAYS, is_open, next_change, words

HERE = Node("map", {}, Source("spec.yaml", ""), (1, 1, 1, 1))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
MINUTE = timedelta(minutes=1)


def hours(*intervals):
    return Hours(name="some", intervals=intervals, origin=HERE)


def interval(times="", on="", zone="Europe/Berlin"):
    begin, _, end = times.partition("-")
    out = {"times": [{"start_time": begin, "end_time": end}]} if times else {}
    return {**out, **({"weekdays": [on]} if on else {}), "location": zone}


WAKING = hours(interval("07:00-22:00"))
OFFICE = hours(interval("09:00-18:00", "monday:friday"))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "opened"), [
    ("2026-01-14 05:59", False), ("2026-01-14 06:00", True),       # winter: UTC+1
    ("2026-07-14 04:59", False), ("2026-07-14 05:00", True),       # summer: UTC+2
    ("2026-01-14 20:59", True), ("2026-01-14 21:00", False),
    ("2026-03-29 04:59", False), ("2026-03-29 05:00", True),       # the day the clocks go forward
    ("2026-10-25 05:59", False), ("2026-10-25 06:00", True),       # and back
])  # fmt: skip
def test_the_start_counts_and_the_end_does_not(text, opened):
    assert is_open(WAKING, utc(text)) is opened


@pytest.mark.parametrize(("text", "change"), [
    ("2026-01-14 12:00", "2026-01-14 21:00"),
    ("2026-01-14 21:00", "2026-01-15 06:00"),
    ("2026-03-28 21:00", "2026-03-29 05:00"),                       # eight hours of night, not nine
    ("2026-10-24 20:00", "2026-10-25 06:00"),                       # ten
])  # fmt: skip
def test_the_next_change(text, change):
    assert next_change(WAKING, utc(text)) == utc(change)


def test_a_week_end_lasts_until_monday():
    assert next_change(OFFICE, utc("2026-01-16 17:00")) == utc("2026-01-19 08:00")


def test_hours_that_never_end_never_change():
    assert next_change(hours(interval()), utc("2026-01-16 17:00")) is None
    assert next_change(hours(interval("00:00-24:00")), utc("2026-01-16 17:00")) is None


def test_hours_that_begin_in_an_hour_that_is_left_out():
    early = hours(interval("02:30-05:00"))
    assert next_change(early, utc("2026-03-29 00:30")) == utc("2026-03-29 01:00")  # 03:00 in Berlin


def test_hours_that_end_in_an_hour_that_comes_twice():
    early = hours(interval("01:00-02:30"))
    ends = [at := utc("2026-10-24 22:30")]
    for _ in range(4):
        ends.append(at := next_change(early, at))
    assert [f"{moment:%H:%M}" for moment in ends[1:]] == ["23:00", "00:30", "01:00", "01:30"]


def test_words():
    assert words(OFFICE.intervals[0]) == "monday:friday 09:00-18:00 Europe/Berlin"


@st.composite
def some_hours(draw):
    def one():
        begin = draw(st.integers(0, 24 * 60 - 1))
        end = draw(st.integers(begin + 1, 24 * 60))
        first = draw(st.integers(0, 6))
        last = draw(st.integers(first, 6))
        on = draw(st.sampled_from(["", DAYS[first], f"{DAYS[first]}:{DAYS[last]}"]))
        return interval(f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}", on,
                        draw(st.sampled_from(ZONES)))  # fmt: skip

    return hours(*(one() for _ in range(draw(st.integers(1, 3)))))


MOMENTS = st.one_of(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),
    # around the changes of Berlin, New York and Lord Howe (half an hour)
    st.sampled_from([datetime(2026, 3, 28, 12), datetime(2026, 10, 24, 12), datetime(2026, 3, 7, 12),
                     datetime(2026, 10, 31, 12), datetime(2026, 4, 4, 3), datetime(2026, 10, 3, 3)]),
).map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC))  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(some_hours(), MOMENTS)
def test_the_next_change_is_the_first_minute_that_differs(found, at):
    now = is_open(found, at)
    minutes = (at + n * MINUTE for n in range(1, 8 * 24 * 60))
    assert next_change(found, at) == next((m for m in minutes if is_open(found, m) != now), None)


def by_the_c_library(found, at):
    """`is_open` with the clocks of `localtime`, which reads the time zones for itself."""
    before = os.environ.get("TZ")
    try:
        return any(_holds(one, at) for one in found.intervals)
    finally:
        os.environ.pop("TZ", None)
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def _holds(one, at):
    os.environ["TZ"] = one["location"]
    time.tzset()
    there = time.localtime(at.timestamp())
    first, _, last = one.get("weekdays", ["monday:sunday"])[0].partition(":")
    span = one["times"][0]
    clock = f"{there.tm_hour:02d}:{there.tm_min:02d}"
    on = DAYS.index(first) <= there.tm_wday <= DAYS.index(last or first)
    return on and span["start_time"] <= clock < span["end_time"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(some_hours(), MOMENTS, st.integers(0, 48 * 60))
def test_hours_agree_with_the_c_library(found, at, later):
    moment = at + later * MINUTE
    assert is_open(found, moment) is by_the_c_library(found, moment)
