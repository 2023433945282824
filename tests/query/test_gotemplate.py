"""Go templates: promtool's verdict on thousands of annotations is ours, and the caret stands right."""

import pytest
from tests.query.judges import promtool_templates
from tests.query.template_generator import Template

from tocsin.query.errors import QueryError
from tocsin.query.gotemplate import LOKI, PROMETHEUS, PROMETHEUS_VARIABLES, check_template


def verdict(text):
    try:
        check_template(text, PROMETHEUS, PROMETHEUS_VARIABLES)
    except QueryError as error:
        return error
    return None


@pytest.mark.tools
@pytest.mark.parametrize("seed", range(3))
def test_generated_templates(tmp_path, seed):
    source = Template(seed)
    asked = [source.template() for _ in range(3000)]
    theirs = promtool_templates(tmp_path, asked)
    assert [
        text for text, said in zip(asked, theirs, strict=True) if (verdict(text) is None) != (said is None)
    ] == []
    assert sum(said is None for said in theirs) > 1000


@pytest.mark.tools
def test_promtool_has_the_functions_that_we_know(tmp_path):
    known = sorted(PROMETHEUS | LOKI)
    theirs = promtool_templates(tmp_path, [f"{{{{{name}}}}}" for name in known])
    assert {name for name, said in zip(known, theirs, strict=True) if said is None} == PROMETHEUS


@pytest.mark.parametrize(
    ("text", "carets", "message"),
    [
        (
            "{{ $value | humanise }}",
            "            ^^^^^^^^",
            "there is no function `humanise`; did you mean `humanize`?",
        ),
        ("{{ $vlaue }}", "   ^^^^^^", "there is no variable `$vlaue`"),
        ("{{ if .a }}x", "   ^^", "`if` has no `{{end}}`"),
        ("x {{ .a", "  ^^", "`{{` is never closed"),
        ("a {{ end }}", "     ^^^", "this `end` closes nothing"),
        (
            "{{ printf 'ab' }}",
            "          ^^^^",
            "single quotes hold one character; a text stands in double ones",
        ),
        ("{{ $labels.job/x }}", "              ^", "`/` cannot stand directly behind `.job`"),
        ("{{ break }}", "   ^^^^^", "`break` stands only inside of `range`"),
        ("{{ . | 5 }}", "       ^", "behind `|` stands a function, not a value"),
        ("{{}}", "  ^^", "expected a value, found `}}`"),
        (
            '{{ "a\\q" }}',
            "     ^^",
            "`\\q` is no escape sequence (a backslash is written `\\\\`, or use backquotes)",
        ),
    ],
)
def test_the_caret_stands_under_the_mistake(text, carets, message):
    error = verdict(text)
    assert (error.offset, error.length, error.message) == (carets.index("^"), carets.count("^"), message)


def test_a_megabyte_is_answered_soon():
    for text in (
        "{{" * 300_000,
        "{{(" + "(" * 500_000,
        "{{if .}}" * 100_000,
        "{{/*" * 200_000,
        "{{.a}}" * 100_000,
    ):
        verdict(text)
