"""Values with units: read strictly, both readings offered, and written so that they read back as the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.spec.values import MAX_DURATION_MS, MAX_SIZE, Duration, Rate, Ratio, Size, number_text

READ = {
    (Duration, "0s"): 0,
    (Duration, "250ms"): 250,
    (Duration, "90s"): 90_000,
    (Duration, "1h30m"): 5_400_000,
    (Duration, "1y2w3d4h5m6s7ms"): 33_019_506_007,
    (Duration, "100y"): MAX_DURATION_MS,
    (Ratio, "5%"): 0.05,
    (Ratio, "99.9%"): 0.999,
    (Ratio, "99.95 %"): 0.9995,
    (Ratio, "500%"): 5.0,
    (Rate, "0.1/s"): 0.1,
    (Rate, "30/m"): 0.5,
    (Rate, "30 / m"): 0.5,
    (Rate, "36/h"): 0.01,
    (Size, "512B"): 512,
    (Size, "10MB"): 10_000_000,
    (Size, "10 MB"): 10_000_000,
    (Size, "1.5GiB"): 1_610_612_736,
    (Size, "256KiB"): 262_144,
    (Size, "9223372036854775807B"): MAX_SIZE,
}


@pytest.mark.parametrize(("cls", "text"), READ)
def test_a_value_with_its_unit_is_read(cls: Any, text: str) -> None:
    parsed = cls.parse(text)
    assert next(getattr(parsed, name) for name in parsed.__slots__) == READ[cls, text]


REFUSED = {
    # a number without a unit has two readings, and both are offered
    (Duration, "90"): "write `90s` for seconds or `90m` for minutes",
    (Ratio, "5"): "write `5%` for 5 in a hundred, or `500%` if you mean 5 times as many",
    (Ratio, "1"): "write `1%` for 1 in a hundred, or `100%` if you mean 1 times as many",
    (Ratio, "0.05"): "write `5%` for 5 in a hundred, or `0.05%` if you mean 0.05 in a hundred",
    (Ratio, "0.07"): "write `7%` for 7 in a hundred, or `0.07%` if you mean 0.07 in a hundred",
    (Ratio, "0"): "write `0%`",
    (Rate, "10"): "write `10/s` for events a second or `10/m` for events a minute",
    (Size, "10"): "write `10B` for bytes or `10MB` for megabytes",
    # half a unit is said in whole smaller ones
    (Duration, "2.5s"): "write `2s500ms`, in whole units",
    (Duration, "1.5h"): "write `1h30m`, in whole units",
    (Duration, "30m1h"): "write each unit once and the longest first, as in `1h30m`",
    (Duration, "5m5m"): "write each unit once and the longest first, as in `1h30m`",
    (Duration, "101y"): "write a duration of at most 100 years",
    (Duration, "999999999999999999y"): "write a duration of at most 100 years",
    (Ratio, "-5"): "write a percentage such as `5%`: a share is never negative",
    (Ratio, "-5%"): "write a percentage such as `5%`: a share is never negative",
    (Size, "0.5B"): "write whole bytes",
    (Size, "1.0001kB"): "write whole bytes",
    (Size, "8388608TiB"): "write a size of at most 8388607TiB",
}


@pytest.mark.parametrize(("cls", "text"), REFUSED)
def test_what_is_doubtful_is_refused_with_the_edit_that_mends_it(cls: Any, text: str) -> None:
    with pytest.raises(ValueError) as refused:
        cls.parse(text)
    assert str(refused.value) == REFUSED[cls, text]


JUNK = (
    "", " ", "m", "5 m", " 5m", "5m ", "5M", "5min", "-5m", "+5m", "5m\n", "5٣s", "٣s", "²%", "5.m", "5.%",
    ".5%", "1e3%", "1e999", "1e999%", "1e999/s", "1_000s", "0x5s", "inf%", "nan%", "inf", "10/", "/s",
    "10/x", "10//s", "-1/s", "10 per s", "10mb", "10Mb", "10 M B", "1,5GB", "5%%", "%", "9" * 5000,
    "9" * 400 + "B", "9" * 400 + "%", "1.5e3MB", "10\t/s", "10\xa0MB", "5\u2009%",
)  # fmt: skip


@pytest.mark.parametrize("cls", [Duration, Ratio, Rate, Size])
@pytest.mark.parametrize("text", JUNK)
def test_junk_is_refused_with_a_sentence(cls: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"^write "):
        cls.parse(text)


@given(st.integers(0, MAX_DURATION_MS))
def test_a_duration_reads_back(ms: int) -> None:
    assert Duration.parse(str(Duration(ms))) == Duration(ms)


@given(st.from_regex(r"\A[0-9]{1,15}([.][0-9]{1,15})?\Z"), st.sampled_from(["", " "]))
def test_a_percentage_reads_back(number: str, space: str) -> None:
    ratio = Ratio.parse(f"{number}{space}%")
    assert Ratio.parse(str(ratio)) == ratio
    assert float(ratio.number) == ratio.value


@given(st.from_regex(r"\A[0-9]{1,15}([.][0-9]{1,20})?/[smhd]\Z"))
def test_a_rate_reads_back(text: str) -> None:
    rate = Rate.parse(text)
    assert Rate.parse(str(rate)) == rate


@given(st.integers(0, MAX_SIZE))
def test_a_size_reads_back(count: int) -> None:
    assert Size.parse(str(Size(count))) == Size(count)


@given(st.floats(allow_nan=False))
def test_the_text_of_a_number_reads_back(value: float) -> None:
    assert float(number_text(value)) == value


SHORTEST = {
    "60s": "1m", "90m": "1h30m", "24h": "1d", "7d": "7d", "5.0%": "5%", "0.30000%": "0.3%", "0.10/s": "0.1/s",
    "1/m": "1/m", "100/h": "100/h", "1/d": "1/d", "60/m": "1/s", "1000kB": "1MB", "1024KiB": "1MiB",
}  # fmt: skip


@pytest.mark.parametrize(("text", "shortest"), SHORTEST.items())
def test_a_value_is_written_shortly(text: str, shortest: str) -> None:
    cls = next(c for c in (Duration, Ratio, Rate, Size) if _reads(c, text))
    assert str(cls.parse(text)) == shortest  # type: ignore[attr-defined]


def _reads(cls: Any, text: str) -> bool:
    try:
        cls.parse(text)
    except ValueError:
        return False
    return True


def test_a_percentage_is_the_nearest_number() -> None:
    assert Ratio.parse("99.9%").number == "0.999"
    assert Ratio.parse("7%").number == "0.07"
    assert Ratio.parse("0.07%").number == "0.0007"


def test_durations_in_words() -> None:
    assert Duration.parse("1h30m").words == "1 hour 30 minutes"
    assert Duration.parse("250ms").words == "250 milliseconds"
