"""Foreign rule files: what is read, where it stands, what is wrong with it."""

import pytest

from tocsin.diag.diagnostic import Sink
from tocsin.proof.rulebook import Book
from tocsin.proof.rulefile import book

PLAIN = """\
groups:
  - name: shop
    interval: 30s
    labels: {team: shop}
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: |
          job:up:sum
            < 1
        for: 5m
        keep_firing_for: 1m30s
        labels: {severity: page}
        annotations:
          summary: "{{ $labels.job }} is down"
"""
LOGS = """\
groups:
  - name: logs
    rules:
      - alert: Errors
        expr: sum(count_over_time({app="shop"} |= "error" [5m])) > 10
"""
MANIFEST = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: shop}
spec:
"""


def read(text: str, name: str = "rules.yaml") -> tuple[Book, list[str]]:
    sink = Sink()
    found = book([(name, text.encode())], sink)
    return found, [f"{one.at.span.line}:{one.at.span.column} {one.message}" for one in sink.found]


def indented(text: str, by: str = "  ") -> str:
    return "".join(f"{by}{line}\n" for line in text.splitlines())


def test_a_rule_has_all_that_its_file_says() -> None:
    found, wrong = read(PLAIN)
    assert wrong == []
    (subject,) = found.subjects
    rule = subject.rule
    assert (rule.name, rule.hold, rule.keep, rule.every) == ("Down", 300, 90, 30)
    assert rule.labels == (("severity", "page"), ("team", "shop"))
    assert (rule.group, rule.number, rule.file) == ("shop", 2, "rules.yaml")
    assert found.contract.recordings[0].record == "job:up:sum"
    assert found.contract.recordings[0].labels == (("team", "shop"),)


def test_characters_of_an_expression_stand_where_they_were_written() -> None:
    found, _ = read(PLAIN)
    said = found.subjects[0].said
    at = found.subjects[0].rule.expr.index("< 1")
    span, others = said.expr(at, at + 3)
    assert (span.line, span.column, span.end_column) == (11, 13, 16)
    assert others == ()
    assert said.field("severity").line == 14
    assert said.name.line == 8


def test_a_manifest_is_a_rule_file_and_documents_are_files_of_their_own() -> None:
    text = MANIFEST + indented(PLAIN) + "---\n" + MANIFEST + indented(PLAIN.replace("Down", "Gone"))
    found, wrong = read(text)
    assert wrong == []
    assert [one.rule.name for one in found.subjects] == ["Down", "Gone"]
    assert [one.path for one in found.files] == ["rules.yaml#1", "rules.yaml#2"]
    second = found.subjects[1]
    assert second.said.name.source.line(second.said.name.line).strip() == "- alert: Gone"


def test_a_list_of_manifests() -> None:
    item = "- " + indented(MANIFEST + indented(PLAIN))[2:]
    found, wrong = read(f"kind: List\nitems:\n{item}")
    assert wrong == []
    assert [one.title for one in found.subjects] == ["Down"]


def test_json_is_yaml() -> None:
    found, wrong = read('{"groups": [{"name": "a", "rules": [{"alert": "A", "expr": "up == 0"}]}]}')
    assert wrong == []
    assert found.subjects[0].rule.expr == "up == 0"


def test_anchors_aliases_and_merge_keys() -> None:
    text = """\
groups:
  - name: a
    rules:
      - &first
        alert: First
        expr: up == 0
        labels: &labels {severity: page}
      - <<: *first
        alert: Second
        labels:
          <<: *labels
          team: shop
"""
    found, wrong = read(text)
    assert wrong == []
    assert [(one.rule.name, one.rule.expr) for one in found.subjects] == [
        ("First", "up == 0"),
        ("Second", "up == 0"),
    ]
    assert found.subjects[1].rule.labels == (("severity", "page"), ("team", "shop"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PLAIN, "promql"),
        (LOGS, "logql"),
        (LOGS.replace("alert: Errors", "record: errors"), ""),
        ("groups: [{name: a, rules: [{alert: A, expr: vector(1)}]}]", "promql"),
        ("groups: [{name: a, rules: [{alert: A, expr: 'not a query'}]}]", "promql"),
    ],
)
def test_the_language_is_what_the_expressions_parse_as(text: str, language: str) -> None:
    found, _ = read(text)
    assert {one.rule.language for one in found.subjects} == ({language} if language else set())
    if not language:
        assert found.files[0].language == "logql"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n", ["1:1 rules.yaml has no rules"]),
        ("", ["1:1 rules.yaml has no rules"]),
        ("groups: [a]\n", ["1:10 a group is a map"]),
        ("groups: [{name: a, rules: [{expr: up}]}]\n", ["1:28 a rule has either `alert` or `record`"]),
        ("groups: [{name: a, rules: [{alert: A}]}]\n", ["1:28 `A` has no `expr`"]),
        (
            "groups: [{name: a, rules: [{alert: A, expr: up, for: 5 minutes}]}]\n",
            ["1:54 `5 minutes` is no duration (units: y, w, d, h, m, s, ms; whole numbers only)"],
        ),
        ("kind: PrometheusRule\nspec: {}\n", ["2:1 this PrometheusRule has no `spec.groups`"]),
        ("groups: [*a]\n", ["1:10 there is no anchor `&a`"]),
        ("groups: &a [*a]\n", ["1:13 `*a` stands inside itself"]),
        ("groups:\n- name: a\n\trules: []\n", ["3:1 a tab cannot indent YAML"]),
    ],
)
def test_mistakes_of_a_file_are_told_at_their_place(text: str, said: list[str]) -> None:
    assert read(text)[1] == said


def test_a_rule_that_is_broken_takes_no_other_with_it() -> None:
    text = PLAIN + "      - {alert: Broken}\n      - {alert: Other, expr: up == 0}\n"
    found, wrong = read(text)
    assert [one.rule.name for one in found.subjects] == ["Down", "Other"]
    assert len(wrong) == 1


def test_aliases_cannot_make_a_small_file_large() -> None:
    rules = "\n".join(f"      - {{alert: A{i}, expr: up == {i}}}" for i in range(500))
    groups = "\n".join(f"  - {{name: g{i}, rules: *all}}" for i in range(200))
    found, wrong = read(f"groups:\n  - name: first\n    rules: &all\n{rules}\n{groups}\n")
    assert wrong == ["2:5 more than 20,000 rules"]
    assert found.subjects == ()


def test_bytes_that_are_no_text() -> None:
    sink = Sink()
    assert book([("rules.yaml", b"groups:\n  - \xff\n")], sink).subjects == ()
    assert [one.code for one in sink.found] == ["rules/file"]
