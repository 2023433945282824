"""Nodes to declarations: every mistake of a file at once, each at its place, each with its cure."""

import pytest

from workspaces import RICH, SHOP, edited, run

ALL_AT_ONCE = """\
tocsin: 1
name: Shop
identity: {cluster: eu1, environment: production, "a b": c}
team: platfrm
links: {grafana: grafana.example.org}
receivers:
  pager: {pagerdty: {routing_key_file: /run/secrets/pagerduty}}
  chat: {slack: {channel: "#alerts", api_url_file: https://hooks.slack.com/services/T0/B0/XXX}}
  mail: {email: {to: nobody}, slack: {channel: x}}
teams:
  platform: {page: pagr, chat: chat}
severities:
  critical: {notify: [page, chat], wait: 10, runbok: required, escalate_after: -5m}
fallback: paper
services:
  web:
    scrape: {target: ["web:8000"], every: 2.5s}
    metrics:
      web_requests_total: {typ: counter, labels: method, help: ~}
      web_queue: {type: guage, only: yes}
    alerts:
      WebDown: {severity: critcal, template: service-dwn, for: 90}
      HighErrorRate:
        severity: critical
        template: error-ratio
        of: web_request_total
        bad: status=~"5.."
        above: 5
        min_events: 1.5
dashboards:
  overview:
    title: Overview
    rows:
      Traffic:
        - {show: rte, of: web_requests_total}
        - {show: rate, of: web_requests, widht: 12}
inhibit:
  - {when: WebDwn, mute: [HighErrorRate]}
watchdog: {to: heartbeat}
"""
EXPECTED = """\
2:7 spec/name: 'Shop' is not a good name
3:51 spec/name: 'a b' cannot be a name here
4:7 spec/unknown-team: there is no team `platfrm`
5:18 spec/url: `grafana` is 'grafana.example.org', which is not an http or https URL
7:11 spec/unknown-receiver: there is no kind of receiver `pagerdty`
8:52 spec/secret: `api_url_file` is not the path of a file that holds the secret
9:3 spec/receiver: the receiver `mail` has 2 kinds, not one
11:20 spec/unknown-receiver: there is no receiver `pagr`
13:42 spec/unit: `wait: 10` is not a duration
13:46 spec/unknown-key: there is no setting `runbok`
13:80 spec/unit: `escalate_after: -5m` is not a duration
14:11 spec/unknown-receiver: there is no receiver `paper`
17:5 spec/scrape: `scrape` says nothing about where the targets are
17:14 spec/unknown-key: there is no setting `target`
17:43 spec/unit: `every: 2.5s` is not a duration
19:28 spec/unknown-key: there is no setting `typ`
19:50 spec/type: `labels` is a list of label names, not `method`
19:64 spec/yaml-trap: YAML readers disagree about what `~` is
20:25 spec/unknown-value: there is no type `guage`
20:38 spec/type: `only` is true or false, not `yes`
22:27 spec/unknown-severity: there is no severity `critcal`
22:46 spec/unknown-template: there is no alert template `service-dwn`
22:64 spec/unit: `for: 90` is not a duration
28:16 spec/unit: `above: 5` is neither a ratio nor a percentage
29:21 spec/type: `min_events` is a whole number, not `1.5`
35:18 spec/unknown-panel: there is no panel `rte`
36:28 spec/unknown-metric: there is no metric `web_requests`
36:42 spec/unknown-key: there is no setting `widht`
38:12 spec/unknown-alert: there is no alert `WebDwn`
39:16 spec/unknown-receiver: there is no receiver `heartbeat`
"""


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    found = run(ALL_AT_ONCE).found
    seen = "".join(f"{d.at.span.line}:{d.at.span.column} {d.code}: {d.message}\n" for d in found)
    assert seen == EXPECTED


UNKNOWN = {
    # where a name can stand: a slip there, and what was meant
    "a setting of the root": ("watchdog: {", "watchdg: {", "watchdog"),
    "a setting of a link": ("{grafana: https", "{grafanna: https", "grafana"),
    "a kind of receiver": ("{email: {to", "{emial: {to", "email"),
    "a setting of a receiver's kind": ("{email: {to", "{email: {too", "to"),
    "a setting of a receiver": ("send_resolved: false", "send_resolve: false", "send_resolved"),
    "a receiver's hours": ("hours: office}", "hours: ofice}", "office"),
    "a team's receiver": ("page: pager", "page: pagr", "pager"),
    "the fallback": ("fallback: pager", "fallback: pagger", "pager"),
    "the watchdog's receiver": ("watchdog: {to: beat", "watchdog: {to: bet", "beat"),
    "a setting of a severity": ("escalate_after: 15m", "escalate_aftr: 15m", "escalate_after"),
    "an answer of a severity": ("runbook: required", "runbook: requird", "required"),
    "a setting of hours": ("{timezone: Europe", "{timezon: Europe", "timezone"),
    "the team": ("team: platform\nlinks", "team: platfrm\nlinks", "platform"),
    "a service's team": ("A, port: 9100}}, team: platform", "A, port: 9100}}, team: plat-form", "platform"),
    "a setting of a service": ("    title: Web shop", "    titel: Web shop", "title"),
    "a setting of a scrape": ("every: 15s, sample", "evry: 15s, sample", "every"),
    "a setting of a metric": ("buckets: [0.1", "bucket: [0.1", "buckets"),
    "the type of a metric": ("{type: gauge", "{type: gage", "gauge"),
    "a setting of logs": ("retention: 30d", "retenton: 30d", "retention"),
    "a log field's answer": ("error_type: optional", "error_type: optinal", "optional"),
    "a redaction class": ("redact: [email, token]", "redact: [emial, token]", "email"),
    "an alert's severity": ("Slow:\n        severity: warning", "Slow:\n        severity: waring", "warning"),
    "an alert's template": ("template: slow-share", "template: slow-shares", "slow-share"),
    "a setting of a template": ("slower_than: 1s", "slower_then: 1s", "slower_than"),
    "a setting of an alert": ("keep_firing_for: 5m", "keep_fireing_for: 5m", "keep_firing_for"),
    "a template's metric": ("of: web_duration_seconds\n", "of: web_duration_s\n", "web_duration_seconds"),
    "a template's label": ("by: [endpoint]\n", "by: [endpont]\n", "endpoint"),
    "an alert's stage": ("stage: shadow", "stage: shadw", "shadow"),
    "an inhibiting alert": ("when: WebDown", "when: WebDwon", "WebDown"),
    "an inhibited alert": ("mute: [HighErrorRate, Slow]", "mute: [HighErrorRates, Slow]", "HighErrorRate"),
    "a setting of a dashboard": ("    title: Everything", "    titl: Everything", "title"),
    "a dashboard's service": ("services: [web]", "services: [wbe]", "web"),
    "a panel": ("show: quantiles", "show: quantile", "quantiles"),
    "a setting of a panel": ("at: [0.5, 0.99]", "att: [0.5, 0.99]", "at"),
    "a panel's metric": ("of: web_duration_seconds, at", "of: web_duration_s, at", "web_duration_seconds"),
    "a setting of a row": ("{collapsed: true", "{colapsed: true", "collapsed"),
    "a setting of the stack": ("mimir: false", "mimri: false", "mimir"),
    "a setting of an environment": ("    identity: {environment: staging}", "    identty: {}", "identity"),
    "an environment's label": ("{HighErrorRate: {above: 10%}}", "{HighErrorRate: {abov: 10%}}", "above"),
    "a profile": ("use: http", "use: htpp", "http"),
    "a setting of a profile": ("    traces: {service_name: \"{", "    trace: {service_name: \"{", "traces"),
}  # fmt: skip


@pytest.mark.parametrize("place", UNKNOWN)
def test_a_slip_in_a_name_gets_the_name_that_was_meant(place: str) -> None:
    old, new, meant = UNKNOWN[place]
    result = run(edited(RICH, (old, new)))
    assert not result.artifacts
    assert f"did you mean `{meant}`?" in [d.at.text for d in result.found], result.text


SHOWN = {
    "a ratio without its unit": (
        ("above: 5%", "above: 5"),
        """\
error[spec/unit]: `above: 5` is neither a ratio nor a percentage
  --> spec.yaml:29:16
   |
29 |         above: 5
   |                ^
   = help: write `5%` for 5 in a hundred, or `500%` if you mean 5 times as many""",
    ),
    "a matcher that does not read": (
        ("'status=~\"5..\"'", "'status=~5..'"),
        """\
error[spec/matchers]: `bad` does not read as label matchers
  --> spec.yaml:28:23
   |
28 |         bad: 'status=~5..'
   |                       ^ expected a quoted value, as in `status=~"5.."`
   = help: write `status=~"5.."` in single quotes""",
    ),
    "a regular expression that does not read": (
        ("5..\"'", "5(..\"'"),
        """\
error[spec/matchers]: `bad` does not read as label matchers
  --> spec.yaml:28:23
   |
28 |         bad: 'status=~"5(.."'
   |                       ^ not a regular expression: missing ), unterminated subpattern
   = help: write `status=~"5.."` in single quotes""",
    ),
    "a secret in the spec": (
        ("api_url_file: /run/secrets/slack_url", "api_url_file: https://hooks.example.org/T0/B0"),
        """\
error[spec/secret]: `api_url_file` is not the path of a file that holds the secret
  --> spec.yaml:10:52
   |
10 |   chat: {slack: {channel: "#alerts", api_url_file: https://hooks.example.org/T0/B0}}
   |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: put the secret in a file and write its absolute path, as in `/run/secrets/slack_url`""",
    ),
    "something required is missing": (
        ("        of: web_requests_total\n", ""),
        """\
error[spec/missing-key]: `HighErrorRate` needs `of`
  --> spec.yaml:24:7
   |
24 |       HighErrorRate:
   |       ^^^^^^^^^^^^^
   = help: add `of: shop_requests_total`: the counters of requests""",
    ),
    "a value is missing": (
        ("        above: 5%", "        above:"),
        """\
error[spec/no-value]: `above` has no value
  --> spec.yaml:29:9
   |
29 |         above:
   |         ^^^^^
   = help: write a percentage""",
    ),
    "a list where one is wanted": (
        (
            "severities:\n  critical: {notify: [page, chat], runbook: required}",
            "severities:\n  critical: [page]",
        ),
        """\
error[spec/type]: `critical` is a map of settings, not a list
  --> spec.yaml:14:13
   |
14 |   critical: [page]
   |             ^^^^^^
   = help: write `{notify: [page, chat]}`""",
    ),
    "a word that YAML readers disagree about": (
        ("labels: [method, endpoint, status]", "labels: {status: [no]}"),
        """\
error[spec/yaml-trap]: YAML readers disagree about what `no` is
  --> spec.yaml:21:61
   |
21 |       web_requests_total: {type: counter, labels: {status: [no]}, help: HTTP requests}
   |                                                             ^^
   = help: write `"no"` if it is text""",
    ),
    "a boolean of another language": (
        ("endpoint, status], help: HTTP requests", "status], only: yes"),
        """\
error[spec/type]: `only` is true or false, not `yes`
  --> spec.yaml:21:75
   |
21 |       web_requests_total: {type: counter, labels: [method, status], only: yes}
   |                                                                           ^^^
   = help: write `true`""",
    ),
    "a mistake inside a block": (
        ("bad: 'status=~\"5..\"'", 'bad: |\n          status=~"5..",\n          method==x'),
        """\
error[spec/matchers]: `bad` does not read as label matchers
  --> spec.yaml:30:18
   |
30 |           method==x
   |                  ^ expected a quoted value, as in `status=~"5.."`
   = help: write `status=~"5.."` in single quotes""",
    ),
    "a key with a newline in it": (
        ("  web:\n", '  "we\\nb":\n'),
        """\
error[spec/name]: 'we\\nb' cannot be a name here
  --> spec.yaml:18:3
   |
18 |   "we\\nb":
   |   ^^^^^^^
   = help: use up to 63 small letters, digits, `-`, `_` and `.`""",
    ),
    "an empty list": (
        ("of: web_requests_total\n", "of: []\n"),
        """\
error[spec/no-value]: `of` is empty
  --> spec.yaml:27:13
   |
27 |         of: []
   |             ^^
   = help: write `of: shop_requests_total`: the counters of requests""",
    ),
}


@pytest.mark.parametrize("what", SHOWN)
def test_a_mistake_is_shown_with_its_cure(what: str) -> None:
    edit, expected = SHOWN[what]
    assert run(edited(SHOP, edit)).text == expected
