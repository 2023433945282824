"""What the tests of this folder need, or a skip that says precisely why (a failure under TOCSIN_REQUIRE)."""

from typing import TypeVar

import pytest

from tocsin.engines import NotRun

T = TypeVar("T")


def need(answer: "T | NotRun") -> T:
    """The engine, or the answer, itself."""
    if isinstance(answer, NotRun):
        pytest.skip(f"not run: {answer}")
    return answer
