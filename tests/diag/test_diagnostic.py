"""Findings: kept once, in order, harmless to a terminal, with the nearest name."""

from tocsin.diag.diagnostic import Label, Sink, nearest
from tocsin.diag.excerpt import render, summary
from tocsin.diag.text import Source, Span

SOURCE = Source("spec.yaml", "one: 1\n\ttwo: {three: [4, 5]}\n観測: x\n" + "w" * 300 + "\n")


def at(line: int, column: int, width: int = 1) -> Span:
    return Span(SOURCE, line, column, line, column + width)


def test_a_finding_is_kept_once() -> None:
    sink = Sink()
    for _ in range(2):
        sink.error("spec/x", at(1, 1), "wrong")
    sink.error("spec/x", at(1, 2), "wrong")
    assert len(sink.found) == 2
    assert sink.errors == 2


def test_a_message_is_one_line_and_cannot_steer_a_terminal() -> None:
    sink = Sink()
    sink.error("spec/x", at(1, 1), "no `a\nb\x1b[2J\u202e`", help="write `\r`", label="\x07", notes=["\x00"])
    assert render(sink.found[0]).split("\n") == [
        "error[spec/x]: no `a\\nb\\x1b[2J\\u202e`",
        "  --> spec.yaml:1:1",
        "  |",
        "1 | one: 1",
        "  | ^ \\x07",
        "  = note: \\x00",
        "  = help: write `\\r`",
    ]


def test_a_long_name_is_cut_and_the_rest_of_the_sentence_stays() -> None:
    sink = Sink()
    sink.unknown("spec/x", at(1, 1), "service", "n" * 9000, ["web"])
    assert sink.found[0].message == "there is no service `" + "n" * 150 + "...`"
    assert sink.found[0].help == "known: `web`"


def test_an_unknown_name_offers_the_nearest_or_the_list() -> None:
    sink = Sink()
    sink.unknown("spec/x", at(1, 1), "service", "wbe", ["web", "db"])
    sink.unknown("spec/x", at(1, 2), "service", "zzz", ["web", "db"])
    sink.unknown("spec/x", at(1, 3), "service", "zzz", [])
    sink.unknown("spec/x", at(1, 4), "service", "zzz", [f"s{i}" for i in range(10)])
    assert [(d.help, d.at.text) for d in sink.found] == [
        ("write `web`", "did you mean `web`?"),
        ("known: `db`, `web`", ""),
        ("no service is declared", ""),
        ("known: `s0`, `s1`, `s2`, `s3`, `s4`, `s5`, `s6`, `s7` ...", ""),
    ]


def test_the_nearest_name() -> None:
    assert nearest("HIGHERRORRATE", ["HighErrorRate"]) == "HighErrorRate"
    assert nearest("summry", ["summary", "severity"]) == "summary"
    assert nearest("completely-other", ["summary"]) == ""


def test_carets_stand_under_tabs_and_wide_letters() -> None:
    sink = Sink()
    sink.warning("spec/x", at(2, 7, 5), "tab")
    sink.warning("spec/y", at(3, 1, 2), "wide")
    sink.warning("spec/z", at(3, 5, 1), "after wide")
    assert [render(d).split("\n")[3:5] for d in sink.found] == [
        ["2 |     two: {three: [4, 5]}", "  |          ^^^^^"],
        ["3 | 観測: x", "  | ^^^^"],
        ["3 | 観測: x", "  |       ^"],
    ]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    sink = Sink()
    sink.error("spec/x", at(4, 250, 3), "long")
    line, marks = render(sink.found[0]).split("\n")[3:5]
    assert len(line) < 220
    assert marks.endswith("^^^")
    assert line[marks.index("^")] == "w"


def test_a_second_place_in_another_file_is_named() -> None:
    other = Span(Source("services/web.yaml", "a: 1\n"), 1, 1, 1, 2)
    sink = Sink()
    sink.error(
        "spec/x", at(1, 1, 3), "twice", others=[Label(other, "first said here"), Label(at(2, 2), "and here")]
    )
    assert render(sink.found[0]).split("\n")[4:] == [
        "  | ^^^",
        "  ::: services/web.yaml:1:1",
        "1 | a: 1",
        "  | - first said here",
        "  |",
        "2 |     two: {three: [4, 5]}",
        "  |     - and here",
    ]


def test_a_place_in_nothing_has_no_excerpt() -> None:
    sink = Sink()
    sink.error("spec/x", Span(Source("spec.yaml", ""), 1, 1, 1, 1), "not there", help="make it")
    assert render(sink.found[0]).split("\n") == [
        "error[spec/x]: not there",
        "  --> spec.yaml:1:1",
        "  = help: make it",
    ]


def test_the_summary_adds_up() -> None:
    sink = Sink()
    sink.error("a", at(1, 1), "x")
    assert summary(sink.found) == "1 finding (1 error)"
    sink.error("a", at(1, 2), "x")
    sink.warning("a", at(1, 3), "x")
    assert summary(sink.found) == "3 findings (2 errors, 1 warning)"
