"""A runbook's headings, prose and code blocks, each at its place."""

from tocsin.checks.runbook_dead_link import anchors
from tocsin.checks.runbook_page import Page

TEXT = """\
# Title with `code`

<!-- tocsin:facts sha256 0123 -->

## Not a section

| [generated](nowhere.md) |

<!-- /tocsin:facts -->

## Why?

Prose with `[code](x.md)` and [a link](y.md).

1. A step:

   ```promql
   sum(
     up
   )
   ```

````text
```promql
not a query of its own
```
## not a heading
````

~~~
## nor this
~~~

<!-- ## commented -->
## Why?

#hashtag
"""


def page(text: str) -> Page:
    return Page("X.md", text, None, None)


def test_headings_are_those_that_a_reader_sees() -> None:
    found = page(TEXT).headings
    assert [(h.level, h.text) for h in found] == [(1, "Title with `code`"), (2, "Why?"), (2, "Why?")]
    assert [TEXT.split("\n")[h.line - 1] for h in found] == ["# Title with `code`", "## Why?", "## Why?"]


def test_prose_keeps_every_character_at_its_place() -> None:
    prose = page(TEXT).prose
    assert len(prose) == len(TEXT) and prose.count("\n") == TEXT.count("\n")
    assert "generated" not in prose and "x.md" not in prose and "commented" not in prose
    assert prose.index("[a link]") == TEXT.index("[a link]")


def test_code_blocks_know_their_language_and_line() -> None:
    found = page(TEXT).blocks
    assert [(b.language, b.text) for b in found] == [
        ("promql", "sum(\n  up\n)\n"),
        ("text", "```promql\nnot a query of its own\n```\n## not a heading\n"),
        ("", "## nor this\n"),
    ]
    assert TEXT.split("\n")[found[0].line - 1].strip() == "sum("


def test_a_place_is_a_line_and_a_column() -> None:
    start = TEXT.index("y.md")
    span = page(TEXT).span(start, start + 4)
    line = TEXT.split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == "y.md"


def test_anchors_are_githubs() -> None:
    text = '# Is it *real*?\n## Is it *real*?\n## a_b: c/d & e\n<a id="Here"></a>\n## 5 % of all\n'
    expected = {"is-it-real", "is-it-real-1", "a_b-cd--e", "here", "5--of-all"}
    assert anchors(page(text)) == expected


def test_odd_pages_are_pages() -> None:
    for text in (
        "",
        "\n\n",
        "```",
        "```promql\nup",
        "<!-- tocsin:facts -->\nx",
        "#",
        "\r\n# a\r\n",
        "`" * 50,
    ):
        one = page(text)
        assert len(one.prose) == len(text)
        assert one.top.line >= 1 and one.headings is not None and one.blocks is not None
