"""Every check finds what its examples say, at the very text, and nothing in what is good."""

import sys

import pytest
from tests.checks.worlds import marked, outcome

from tocsin.checks.check import Check, Example, checks
from tocsin.checks.context import Context

PURE = [one for _, one in checks if not one.needs]


def examples(one: Check) -> tuple[Example, ...]:
    return getattr(sys.modules[one.run.__module__], "EXAMPLES", ())


CASES = [
    pytest.param(one, example, id=f"{one.code}: {example.title}") for one in PURE for example in examples(one)
]


@pytest.mark.parametrize(("one", "example"), CASES)
def test_an_example(one: Check, example: Example, tmp_path) -> None:
    found = outcome(example, one.code, tmp_path).found
    assert [marked(d) for d in found] == list(example.finds), [(str(d.at.span), d.message) for d in found]
    assert {d.code for d in found} <= {one.code}


@pytest.mark.parametrize("one", PURE, ids=lambda one: one.code)
def test_a_check_has_a_bad_and_a_good_example(one: Check) -> None:
    kinds = {bool(example.finds) for example in examples(one)}
    assert kinds == {True, False}, one.code


@pytest.mark.parametrize("one", [one for _, one in checks], ids=lambda one: one.code)
def test_a_check_is_documented_and_named_after_its_code(one: Check) -> None:
    assert one.run.__module__.rpartition(".")[2] == one.code.replace("/", "_").replace("-", "_")
    assert one.doc.split("\n")[0].endswith(".")
    if one.on is not Context or not one.needs:
        assert "## Why" in one.doc and "## Fix" in one.doc
