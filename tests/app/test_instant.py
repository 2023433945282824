"""Instants as people say them: what is read, and what is offered for what is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.app.instant import NotUnderstood, instant

WORDS = ("sun", "03:00", "25:00", "2026-00-00", "0000-01-01", "9999-12-31", "../etc", "UTC", "Z")
NOW = datetime(2026, 10, 7, 12, 34, 56, tzinfo=UTC)  # a Wednesday, 14:34 in Berlin


def read(text, zone="Europe/Berlin"):
    return instant(text, zone, NOW)


@pytest.mark.parametrize(("text", "shown"), [
    ("now", "wed 2026-10-07 14:34 CEST (Europe/Berlin)"),
    ("sun 03:00", "sun 2026-10-11 03:00 CEST (Europe/Berlin)"),
    ("Sunday 3:00", "sun 2026-10-11 03:00 CEST (Europe/Berlin)"),
    ("wed 12:00", "wed 2026-10-07 12:00 CEST (Europe/Berlin)"),
    ("2026-12-24 22:15", "thu 2026-12-24 22:15 CET (Europe/Berlin)"),
    ("2026-12-24T22:15Z", "thu 2026-12-24 22:15 UTC"),
    ("2026-12-24 22:15 UTC", "thu 2026-12-24 22:15 UTC"),
    ("2026-12-24 22:15 America/New_York", "thu 2026-12-24 22:15 EST (America/New_York)"),
    ("now UTC", "wed 2026-10-07 12:34 UTC"),
])  # fmt: skip
def test_what_is_read(text, shown):
    assert str(read(text)) == shown


@pytest.mark.parametrize(("text", "offers"), [
    ("sun 3", "`sun 03:00` or `sun 15:00`"),
    ("sun 3am", "`sun 03:00`"),
    ("sun 3pm", "`sun 15:00`"),
    ("sun", "`sun 03:00` or `sun 15:00`"),
    ("03:00", "`wed 03:00` or `thu 03:00`"),
    ("03:00 sun", "`sun 03:00`"),
    ("sunady 03:00", "`sun 03:00`"),
    ("24.12.2026 22:15", "`2026-12-24 22:15`"),
    ("12/11/2026 10:00", "`2026-11-12 10:00` or `2026-12-11 10:00`"),
    ("2026-13-01 10:00", "`2026-01-13 10:00`"),
    ("2026-02-30 10:00", "`2026-02-28 10:00`"),
    ("2026-12-24", "`2026-12-24 03:00` or `2026-12-24 15:00`"),
    ("tomorrow 9am", "`2026-10-08 09:00`"),
    ("sun noon", "`sun 12:00`"),
    ("banana", "`now`, `sun 03:00` or `2026-12-24 22:15`"),
    ("", "`now`, `sun 03:00` or `2026-12-24 22:15`"),
])  # fmt: skip
def test_what_is_offered(text, offers):
    with pytest.raises(NotUnderstood) as caught:
        read(text)
    assert str(caught.value) == f"`{text}` is no instant: write {offers}"


def test_an_hour_that_is_left_out():
    with pytest.raises(NotUnderstood, match="write `2026-03-29 01:30` or `2026-03-29 03:30`"):
        read("2026-03-29 02:30")


def test_an_hour_that_comes_twice():
    found = read("2026-10-25 02:30")
    assert found.at.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found.note == "this time comes twice that night; the first is meant, in CEST"


def test_a_zone_that_does_not_exist():
    with pytest.raises(NotUnderstood, match="no time zone `Europe/Berlni`"):
        read("sun 03:00 Europe/Berlni")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.one_of(
    st.text(max_size=30),
    st.text("0123456789:-./ TZamsunprdytho+", max_size=20),
    st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
))  # fmt: skip
def test_nonsense_is_a_sentence_whose_offers_are_read(text):
    try:
        read(text)
    except NotUnderstood as error:
        quoted = str(error).removeprefix(f"`{text}`").split("`")[1::2]
        if "is no instant" in str(error):
            assert quoted and all(read(offer) for offer in quoted)
