"""Every page's example: what it shows is found, and what is said to be good has nothing of it."""

import pytest

from tocsin.app.explain_code import examples, explain_code, findings
from tocsin.app.pages import pages
from tocsin.app.prove import column_names
from tocsin.checks.check import checks
from tocsin.diag.pages import written

WITHOUT_EXAMPLE = {
    "spec/encoding": "no text can hold a wrong byte",
    "spec/include": "needs files",
    "spec/loads": "stands for all others",
    "spec/missing": "has no text",
    "spec/too-deep": "too long",
    "spec/too-large": "too long",
    "panel/no-service": "a workspace without services",
    **{code: "is about test files, not about the spec" for code in written() if code.startswith("test/")},
    "rules/file": "of foreign rule files",
    "rule/scrape-interval": "found by proving",
    "rule/blind-annotation": "found by proving",
    **{f"proof/{column}": "found by proving" for column in column_names()},
}


def of_files() -> list[str]:
    return sorted(written())


@pytest.mark.parametrize("code", of_files())
def test_the_example_of_a_page(code: str) -> None:
    bad, good = examples(code)
    if bad is None:
        assert code in WITHOUT_EXAMPLE
        return
    assert good is not None
    assert findings(code, bad), code
    assert findings(code, good) == []


@pytest.mark.parametrize("code", list(pages()))
def test_a_page_says_why_and_how(code: str) -> None:
    page = pages()[code]
    assert page.title.endswith(".")
    assert "\n" not in page.title
    assert page.body.index("## Why") < page.body.index("## Fix")
    assert all(len(line) <= 120 for line in page.body.splitlines())


def test_no_code_has_two_pages() -> None:
    assert not set(written()) & {code for code, _ in checks}


def test_a_check_is_explained_with_what_it_finds() -> None:
    explained = explain_code("promql/rate-on-gauge")
    assert explained is not None
    text = explained.markdown
    parts = [
        "# promql/rate-on-gauge (error)",
        "## Why",
        "## Fix",
        "## Example",
        "```text",
        "Without a finding",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "error[promql/rate-on-gauge]: `rate()` over the gauge `queue_length`" in text


def test_an_unknown_code_is_not_explained() -> None:
    assert explain_code("promql/no-such") is None
