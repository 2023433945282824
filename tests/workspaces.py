"""Small specs for tests, and the whole of `generate` in memory: text in, findings and artifacts out."""

import contextlib
import gc
import io
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from tocsin.app.workspace import pack_names, read_pack
from tocsin.artifacts.tree import Artifact
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.diag.excerpt import render as excerpt
from tocsin.model.build import build
from tocsin.model.workspace import Workspace
from tocsin.render.renderer import render
from tocsin.spec.load import assemble

SHOP = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: platform
links:
  grafana: https://grafana.example.org
  runbooks: https://runbooks.example.org
receivers:
  pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}
  chat: {slack: {channel: "#alerts", api_url_file: /run/secrets/slack_url}}
teams:
  platform: {page: pager, chat: chat}
severities:
  critical: {notify: [page, chat], runbook: required}
  warning: {notify: [chat]}
fallback: pager
services:
  web:
    scrape: {targets: ["web:8000"]}
    metrics:
      web_requests_total: {type: counter, labels: [method, endpoint, status], help: HTTP requests}
    alerts:
      WebDown: {severity: critical, template: service-down, for: 1m}
      HighErrorRate:
        severity: critical
        template: error-ratio
        of: web_requests_total
        bad: 'status=~"5.."'
        above: 5%
        for: 2m
dashboards:
  overview:
    title: Overview
    rows:
      Traffic:
        - {show: rate, of: web_requests_total, title: Request rate}
"""
"""One service, two alerts, one dashboard: the least that has everything."""

RICH = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: platform
links: {grafana: https://grafana.example.org, runbooks: https://runbooks.example.org}
receivers:
  pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}
  senior: {pagerduty: {routing_key_file: /run/secrets/senior}}
  chat: {slack: {channel: "#alerts", api_url_file: /run/secrets/slack_url}, hours: office}
  mail: {email: {to: oncall@example.org}}
  beat: {webhook: {url_file: /run/secrets/beat}, send_resolved: false}
hours:
  office: {timezone: Europe/Berlin, when: [{days: [monday:friday], times: "08:00-18:00"}]}
teams:
  platform: {page: pager, chat: chat, escalate: senior}
severities:
  critical: {notify: [page, chat], wait: 10s, repeat: 1h, escalate_after: 15m, runbook: required}
  warning: {notify: [chat], group_by: [service, alertname]}
fallback: pager
watchdog: {to: beat, every: 1m}
profiles:
  http:
    traces: {service_name: "{service}"}
    logs: {stream: {service_name: "{service}"}, fields: {level: required, error_type: optional}}
services:
  web:
    use: http
    title: Web shop
    scrape: [{targets: ["web:8000"], every: 15s, sample_limit: 20000, labels: {zone: a}}]
    probes: {urls: {ready: "http://web:8000/health/ready"}}
    metrics:
      web_requests_total: {type: counter, labels: {method: [GET], endpoint: [/a], status: ["200"]}, help: x}
      web_duration_seconds: {type: histogram, labels: [method, endpoint], buckets: [0.1, 1, 2.5]}
      web_queue: {type: gauge, labels: [state]}
    logs: {redact: [email, token], retention: 30d, budget: 2GB}
    alerts:
      WebDown: {severity: critical, template: service-down, for: 1m}
      HighErrorRate: {severity: critical, template: error-ratio, of: web_requests_total, bad: 'status=~"5.."',
                      above: 5%, per: 5m, min_events: 10, for: 2m, links: {Errors: "https://e.example.org"}}
      Slow:
        severity: warning
        template: slow-share
        of: web_duration_seconds
        slower_than: 1s
        above: 5%
        by: [endpoint]
        for: 5m
        overrides: [{match: {endpoint: /upload}, slower_than: 2s500ms}]
      DbErrors: {severity: warning, template: log-events, where: 'error_type="Db"', above: 10, per: 5m,
                 summary: "{{ $value }} errors", keep_firing_for: 5m}
      Queue:
        severity: warning
        expr: |
          sum(web_queue{job="web", state="waiting"}) > 100
        description: >-
          Too many
          wait.
        labels: {tier: front}
        stage: shadow
    dashboards:
      overview:
        title: Web
        rows: {Traffic: [{show: rate, of: web_requests_total, by: [endpoint]}]}
  db: {scrape: {dns: {names: [db.internal], type: A, port: 9100}}, team: platform}
inhibit:
  - {when: WebDown, mute: [HighErrorRate, Slow], equal: [cluster]}
dashboards:
  all:
    title: Everything
    services: [web]
    variables: {zone: {values: [a, b]}}
    links: {Wiki: https://wiki.example.org}
    rows:
      Traffic:
        - {show: rate, of: web_requests_total, title: Request rate}
        - {show: quantiles, of: web_duration_seconds, at: [0.5, 0.99]}
      Folded: {collapsed: true, panels: [{show: logs}]}
redact: {ticket: 'T-[0-9]{8}'}
stack:
  {metrics_retention: 15d, mimir: false, trace_sampling: 0.1,
   mail: {smarthost: "mail.example.org:587", from: a@example.org}}
environments:
  staging:
    identity: {environment: staging}
    severities: {critical: {notify: [chat], escalate_after: ~}}
    services: {web: {alerts: {HighErrorRate: {above: 10%}}}}
"""
"""Something of nearly everything that a spec can say."""


@dataclass(frozen=True)
class Result:
    """What a run in memory found and made."""

    found: tuple[Diagnostic, ...]
    workspace: Workspace | None
    artifacts: tuple[Artifact, ...]

    @property
    def lines(self) -> list[str]:
        """`spec.yaml:3:7 spec/unit` for each finding, in order."""
        return [f"{d.at.span} {d.code}" for d in self.found]

    @property
    def text(self) -> str:
        """All findings as people see them."""
        return "\n\n".join(excerpt(d) for d in self.found)


def run(files: str | Mapping[str, str | bytes]) -> Result:
    """`generate` without a disk: the spec alone, or files by name."""
    named = {"spec.yaml": files} if isinstance(files, str) else dict(files)
    data = {n: t.encode("utf-8") if isinstance(t, str) else t for n, t in named.items()}
    sink = Sink()

    def read(name: str) -> bytes:
        if name not in data:
            raise FileNotFoundError(name)
        return data[name]

    def glob(pattern: str) -> list[str]:
        return sorted(n for n in data if fnmatch(n, pattern))

    loaded = assemble(glob, read, read_pack, pack_names(), sink)
    workspace = build(loaded, sink) if loaded is not None else None
    good = workspace is not None and not sink.errors
    artifacts = tuple(render(workspace)) if good and workspace else ()
    found = tuple(sorted(sink.found, key=lambda d: d.order))
    return Result(found, workspace if good else None, artifacts)


def edited(text: str, *edits: tuple[str, str]) -> str:
    """`text` with each (old, new) put in once; an old text that is not there is a mistake of the test."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


def command(*args: str) -> Said:
    """A command in this process."""
    from tocsin.cli import main

    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(list(args))
    except SystemExit as end:
        return Said(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        gc.enable()
    raise AssertionError("main ends with an exit code")
