"""Each tool on a tiny good and a tiny bad file: what it says, and where."""

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines.answers import DidNotRun
from tocsin.engines.find import Found
from tocsin.engines.problem import Place, Problem, Verdict
from tocsin.engines.tools.promtool import Promtool
from tocsin.engines.tools.testrun import TestRun

pytestmark = pytest.mark.tools

RULES = """\
groups:
  - name: g
    rules:
      - alert: High
        expr: up == 0
        for: 1m
"""
BROKEN_RULES = """\
groups:
  - name: g
    rules:
      - alert: Fine
        expr: up == 0
      - alert: High
        expr: |
          sum(rate(a[5m]))
            / sum(rate(b[5m)) by (job)
      - alert: Words
        expr: up
        annotations: {summary: "{{ $value | foo }}"}
"""


@pytest.fixture
def write(tmp_path):
    def put(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return put


def verdict(answer):
    assert isinstance(answer, Verdict), answer
    return answer


def told(problem: Problem):
    return (problem.group, problem.rule, problem.place, problem.inside, problem.message)


def test_promtool_passes_good_rules(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    answer = verdict(promtool.check_rules([write("a.yaml", RULES), write("b.yaml", RULES)]))
    assert answer.ok and answer.duration > 0


def test_promtool_places_every_mistake_in_file_and_expression(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    file = write("bad.yaml", BROKEN_RULES)
    answer = verdict(promtool.check_rules([write("good.yaml", RULES), file]))
    assert {problem.file for problem in answer.problems} == {str(file)}
    syntax = 'parse error: unexpected ")" in subquery or range, expected ":" or "]"'
    assert [told(problem) for problem in answer.problems] == [
        ("g", "High", Place(7, 15), Place(2, 18), syntax),
        ("g", "Words", None, Place(1), 'template: function "foo" not defined'),
    ]
    assert answer.problems[1].field == 'annotation "summary"'
    assert [problem.rule_number for problem in answer.problems] == [2, 3]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (RULES + "    nonsense: 1\n", "field nonsense not found in type rulefmt.RuleGroup", Place(7)),
        ("groups: [\n", "did not find expected node content", Place(1)),
        (RULES + "  - name: g\n    rules: []\n", 'groupname: "g" is repeated in the same file', None),
        (RULES.replace("1m", "1x"), 'unknown unit "x" in duration "1x"', None),
        (RULES.replace("alert: High", 'alert: ""'), "one of 'record' or 'alert' must be set", Place(4, 16)),
    ],
    ids=["unknown key", "no YAML", "group twice", "duration", "no name"],
)
def test_promtool_other_mistakes(write, tmp_path, text, message, place):
    answer = verdict(need(engines.promtool(tmp_path)).check_rules([write("r.yaml", text)]))
    assert [(problem.message, problem.place) for problem in answer.problems] == [(message, place)]


def test_promtool_lint_names_the_file_it_is_about(write, tmp_path):
    twice = write("twice.yaml", RULES + "      - alert: High\n        expr: up == 1\n")
    promtool = need(engines.promtool(tmp_path))
    answer = verdict(
        promtool.check_rules([write("good.yaml", RULES), twice, write("bad.yaml", BROKEN_RULES)])
    )
    lint = [problem for problem in answer.problems if problem.lint]
    assert [(problem.file, problem.message) for problem in lint] == [
        (str(twice), "rule `High` is there twice")
    ]
    assert verdict(promtool.check_rules([twice], lint=False)).ok


def test_promtool_checks_a_configuration_and_the_rules_it_names(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    write("rules.yaml", RULES)
    good = write("prometheus.yml", "rule_files: [rules.yaml]\nscrape_configs: [{job_name: a}]\n")
    assert verdict(promtool.check_config(good)).ok
    unknown = write("unknown.yml", "rule_files: [rules.yaml]\nscrape_configs:\n  - job_name: a\n    foo: 1\n")
    [problem] = verdict(promtool.check_config(unknown)).problems
    assert (problem.place, problem.message) == (Place(4), "field foo not found in type config.ScrapeConfig")
    [problem] = verdict(promtool.check_config(write("gone.yml", "rule_files: [gone.yaml]\n"))).problems
    assert "gone.yaml" in problem.message and "does not point to an existing file" in problem.message
    bad = write("bad.yaml", BROKEN_RULES)
    [first, second] = verdict(promtool.check_config(write("both.yml", "rule_files: [bad.yaml]\n"))).problems
    assert (first.file, first.inside, second.rule) == (str(bad), Place(2, 18), "Words")


TEST = """\
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - name: fires
    interval: 1m
    input_series: [{series: 'up{job="a"}', values: 0x10}]
    alert_rule_test:
      - {eval_time: 2m, alertname: High, exp_alerts: [{exp_labels: {job: a}}]}
      - {eval_time: 30s, alertname: High}
    promql_expr_test:
      - {expr: up, eval_time: 1m, exp_samples: [{labels: 'up{job="a"}', value: 0}]}
  - name: quiet
    interval: 1m
    input_series: [{series: 'up{job="a"}', values: 1x10}]
    alert_rule_test: [{eval_time: 5m, alertname: High}]
"""


def ran(answer) -> TestRun:
    assert isinstance(answer, TestRun), answer
    return answer


def test_promtool_runs_unit_tests(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    write("rules.yaml", RULES)
    file = write("test.yaml", TEST)
    run = ran(promtool.test_rules([file]))
    assert run.ok and [case.name for case in run.cases] == ["fires", "quiet"]
    only = ran(promtool.test_rules([file], run="^quiet$"))
    assert [case.name for case in only.cases if case.ok] == ["quiet"] and len(only.cases) == 1


def test_promtool_shows_both_sides_of_a_failure(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    write("rules.yaml", RULES)
    wrong = TEST.replace("{job: a}}]", "{job: b}}]").replace("value: 0}", "value: 1}")
    run = ran(promtool.test_rules([write("test.yaml", wrong)]))
    [case] = run.failed()
    alert, expr = case.failures
    assert (case.name, alert.kind, alert.subject, alert.at) == ("fires", "alert", "High", "2m")
    assert 'job="b"' in alert.expected and 'job="a"' in alert.got and 'job="b"' not in alert.got
    assert (expr.kind, expr.subject, expr.at) == ("expr", "up", "1m")
    assert (expr.expected, expr.got) == ('{__name__="up", job="a"} 1E+00', '{__name__="up", job="a"} 0E+00')


def test_promtool_a_test_file_that_cannot_be_read_is_a_failed_case(write, tmp_path):
    promtool = need(engines.promtool(tmp_path))
    run = ran(promtool.test_rules([write("test.yaml", TEST + "    foo: 1\n")]))
    [case] = run.cases
    assert not run.ok and case.failures[0].kind == "error" and "field foo not found" in case.failures[0].text


def test_promtool_says_why_it_wrote_no_report(write, tmp_path):
    answer = need(engines.promtool(tmp_path)).test_rules([write("test.yaml", TEST)], run="(")
    assert isinstance(answer, DidNotRun) and "report" in answer.reason


def test_a_program_that_cannot_run_did_not_run(write, tmp_path):
    """A file of another kind: not a finding about the rules."""
    broken = write("promtool", "\x7fELF no program\n")
    broken.chmod(0o755)
    promtool = Promtool(Found("promtool", "3.15.0", "path", path=broken), tmp_path)
    answer = promtool.check_rules([write("a.yaml", RULES)])
    assert isinstance(answer, DidNotRun) and "cannot be run" in answer.reason


ROUTING = """\
route:
  receiver: fallback
  routes:
    - matchers: [team="a"]
      receiver: pager
      continue: true
      routes: [{matchers: ['severity="info"'], receiver: chat}]
    - matchers: [team="a"]
      receiver: chat
    - matchers: ['odd="a \\"quoted\\" b\\\\c"']
      receiver: odd
receivers: [{name: fallback}, {name: pager}, {name: chat}, {name: odd}]
"""


def test_amtool_follows_labels_to_receivers_in_the_order_of_the_tree(write, tmp_path):
    amtool = need(engines.amtool(tmp_path))
    file = write("am.yml", ROUTING)
    assert verdict(amtool.check_config(file)).ok
    assert amtool.receivers(file, {"team": "a", "severity": "critical"}) == ("pager", "chat")
    assert amtool.receivers(file, {"team": "a", "severity": "info"}) == ("chat", "chat")
    assert amtool.receivers(file, {"team": "b"}) == ("fallback",)
    assert amtool.receivers(file, {}) == ("fallback",)
    assert amtool.receivers(file, {"odd": 'a "quoted" b\\c'}) == ("odd",)
    assert amtool.receivers(file, {"text": "two\nlines, {braces} and ünïcode"}) == ("fallback",)


@pytest.mark.parametrize(
    ("change", "message", "place"),
    [
        (("receiver: chat\n", "receiver: chta\n"), 'undefined receiver "chta" used in route', None),
        (("continue: true", "continu: true"), "field continu not found in type config.plain", Place(6)),
        (
            ('[team="a"]\n      receiver: chat', '[te am="a"]\n      receiver: chat'),
            'bad matcher format: te am="a"',
            None,
        ),
        (("route:\n", "route: [\n"), None, Place(2)),
    ],
    ids=["receiver", "key", "matcher", "no YAML"],
)
def test_amtool_says_what_is_wrong(write, tmp_path, change, message, place):
    file = write("am.yml", ROUTING.replace(*change))
    [problem] = verdict(need(engines.amtool(tmp_path)).check_config(file)).problems
    assert problem.place == place and problem.message
    assert message in (None, problem.message)
    routed = need(engines.amtool(tmp_path)).receivers(file, {"team": "a"})
    assert isinstance(routed, Problem)


def test_amtool_places_a_broken_template(write, tmp_path):
    write("bad.tmpl", '{{ define "x" }}\n{{ .Foo | foo }}{{ end }}')
    file = write("am.yml", ROUTING + "templates: ['*.tmpl']\n")
    [problem] = verdict(need(engines.amtool(tmp_path)).check_config(file)).problems
    assert (problem.file, problem.place, problem.message) == (
        "bad.tmpl",
        Place(2),
        'template: function "foo" not defined',
    )


LOGS = """\
groups:
  - name: g
    rules:
      - alert: Range
        expr: |
          sum(
            rate({a="b"}[5m))
           > 3
      - alert: Fine
        expr: sum(rate({a="b"}[5m])) > 1
      - alert: Bracket
        expr: |
          sum(
            rate({a="b"}[5m]))
           > ) 3
      - record: one
        expr: sum(rate({a="b"}[5m)) > 1
      - alert: Empty
        expr: sum(rate({a=""}[5m])) > 1
"""


def test_lokitool_finds_all_mistakes_with_their_place_in_the_expression(write, tmp_path):
    lokitool = need(engines.lokitool(tmp_path))
    good = write(
        "good.yaml", "groups: [{name: g, rules: [{alert: A, expr: 'sum(rate({a=\"b\"}[5m])) > 1'}]}]\n"
    )
    assert verdict(lokitool.check_rules([good])).ok
    answer = verdict(lokitool.check_rules([good, write("bad.yaml", LOGS)]))
    assert [(problem.rule, problem.inside) for problem in answer.problems] == [
        ("Range", Place(2, 15)),
        ("Bracket", Place(3, 4)),
        ("one", Place(1, 17)),
        ("Empty", None),
    ]
    assert answer.problems[0].message == "parse error: missing closing ']' in duration"
    assert "at least one regexp or equality matcher" in answer.problems[3].message


def test_lokitool_names_the_lines_of_unknown_keys(write, tmp_path):
    text = "groups:\n  - name: g\n    foo: 1\n    rules:\n      - alert: C\n        bar: 1\n"
    answer = verdict(need(engines.lokitool(tmp_path)).check_rules([write("bad.yaml", text)]))
    assert [problem.place for problem in answer.problems] == [Place(3), Place(6)]
    assert "field foo not found" in answer.problems[0].message


INVALID = "CONFIG ERROR: invalid schema config"
LOKI = """\
auth_enabled: false
common: {path_prefix: /tmp/never, replication_factor: 1, ring: {kvstore: {store: inmemory}}}
schema_config:
  configs:
    - {from: 2024-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: i, period: 24h}}
storage_config: {filesystem: {directory: /tmp/never}}
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("auth_enabled", "auth_enable"),
            [(Place(1), "field auth_enable not found in type loki.ConfigWrapper")],
        ),
        (
            ("v13", "v99"),
            [(None, "CONFIG ERROR: invalid schema config: validating period_config: invalid schema version")],
        ),
        # Its YAML library counts the lines of such mistakes from 0.
        (("common: {", "common: ["), [(Place(1), "did not find expected ',' or ']'")]),
    ],
    ids=["key", "value", "no YAML"],
)
def test_loki_verifies_its_configuration(write, change, said):
    loki = need(engines.loki())
    assert verdict(loki.verify_config(write("good.yaml", LOKI))).ok
    answer = verdict(loki.verify_config(write("bad.yaml", LOKI.replace(*change))))
    assert [(problem.place, problem.message) for problem in answer.problems] == said


COLLECTOR = """\
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:4318"}}}}
processors: {transform: {log_statements: ['set(log.body, "x")']}}
exporters: {debug: {}}
service: {pipelines: {logs: {receivers: [otlp], processors: [transform], exporters: [debug]}}}
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("exporters: [debug]", "exporters: [debg]"), ['references exporter "debg" which is not configured']),
        (
            ("debug: {}", "debug: {foo: 1}"),
            ["'exporters' error reading configuration", "has invalid keys: foo"],
        ),
        (("set(log.body", "set(log.body("), ["processors::transform", "invalid syntax"]),
        (("receivers: {otlp", "receivers: [otlp"), ["not valid YAML"]),
    ],
    ids=["reference", "key", "statement", "no YAML"],
)
def test_otelcol_validates(write, change, words):
    otelcol = need(engines.otelcol())
    assert verdict(otelcol.validate(write("good.yaml", COLLECTOR))).ok
    [problem] = verdict(otelcol.validate(write("bad.yaml", COLLECTOR.replace(*change)))).problems
    assert [word for word in words if word not in problem.message] == []
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (
            "services: {a: {image: x, prts: []}}\n",
            "services.a additional properties 'prts' not allowed",
            None,
        ),
        ("services: [\n", "did not find expected node content", Place(1)),
        (
            "services: {a: {image: x, depends_on: [b]}}\n",
            'service "a" depends on undefined service "b": ',
            None,
        ),
    ],
    ids=["key", "no YAML", "reference"],
)
def test_compose_checks_a_file(write, tmp_path, text, message, place):
    compose = need(engines.compose(tmp_path))
    assert verdict(compose.check_config(write("good.yml", "services: {a: {image: x}}\n"))).ok
    [problem] = verdict(compose.check_config(write("bad.yml", text))).problems
    assert problem.message.startswith(message) and problem.place == place
