"""Secrets in the spec: what is one, what only looks odd, and that a finding does not spread it."""

import random
import re
import string

import pytest
from tests.checks.worlds import outcome

from tocsin.checks.check import Example
from tocsin.checks.spec_secret_in_clear import CODE, looks_random
from tocsin.diag.excerpt import render

TOKENS = (
    "ghp_" + "aB3dE6gH9" * 4,
    "glpat-" + "x1Y2z3-_" * 3,
    "AKIA" + "ABCD1234EFGH5678",
    "xoxb-" + "123456789012-abcdefGHIJKL",
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "https://u5er:pa55word@example.org/x",
    "https://example.org/x?api_key=0123456789abcdef",
    "https://hc-ping.com/01234567-" + "89ab-cdef-0123-456789abcdef",
    "Bearer abc123def456",
)
WORDS = (
    "greenstack_database_last_success_timestamp_seconds",
    "GreenstackRequestsTotalByEndpointAndStatus2024",
    "/run/secrets/pagerduty_platform_key_2024",
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "registry.example.org/team/image-name-v1.2.3-alpine3.20",
    "AbsentForTheLast24HoursInEu1AndUs1",
    "eu-central-1/observability/cluster-0001/node-0002",
    "2026-11-22T06:02:45.490934757Z",
)


def example(text: str) -> Example:
    return Example(title="", spec=f"name: acme\n# {text}\n")


@pytest.mark.parametrize("token", TOKENS)
def test_a_known_shape_is_an_error_and_is_not_spread(token: str, tmp_path) -> None:
    found = outcome(example(token), CODE, tmp_path).found
    assert [d.severity for d in found] == ["error"]
    shown = render(found[0]) + found[0].message + found[0].help
    hidden = re.search("pa55word", token) or re.search(r"[\w-]{8}$", token)
    assert hidden and hidden[0] not in shown


@pytest.mark.parametrize("word", WORDS)
def test_names_paths_and_times_are_no_secrets(word: str, tmp_path) -> None:
    assert not outcome(example(word), CODE, tmp_path).found


def test_most_random_words_look_random() -> None:
    dice = random.Random(1)
    letters = string.ascii_letters + string.digits
    words = ["".join(dice.choices(letters, k=32)) for _ in range(500)]
    assert sum(map(looks_random, words)) > 480
