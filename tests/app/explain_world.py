"""Specs to explain: GreenStack as it is shipped, and made-up ones with every kind of route and hours."""

from pathlib import Path

import pytest
from hypothesis import strategies as st
from tests.workspaces import run

from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink
from tocsin.model.workspace import Workspace

ROOT = Path(__file__).parents[2]
HEAD = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
receivers:
  pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}
  senior: {pagerduty: {routing_key_file: /run/secrets/senior}}
  always: {slack: {channel: "#always", api_url_file: /run/secrets/slack}}
  berlin: {slack: {channel: "#berlin", api_url_file: /run/secrets/slack}, hours: berlin}
  york: {email: {to: york@example.org}, hours: york}
  mixed: {webhook: {url: "http://127.0.0.1:9/"}, hours: mixed}
stack: {mail: {smarthost: "mail.example.org:25", from: a@example.org}}
hours:
  berlin: {timezone: Europe/Berlin, when: {times: "07:00-22:00"}}
  york: {timezone: America/New_York, when: {days: [monday:friday], times: ["09:00-12:00", "13:00-17:30"]}}
  mixed:
    timezone: Asia/Kathmandu
    when: [{days: [saturday, sunday]}, {days: [monday], times: "00:00-06:15"}]
"""
MIXED = (
    HEAD
    + """\
team: day
teams:
  day: {page: pager, chat: berlin, escalate: senior}
  night: {page: always, chat: york, escalate: mixed}
severities:
  critical: {notify: [page, chat], wait: 10s, interval: 5m, repeat: 1h, escalate_after: 15m}
  warning: {notify: [chat], interval: 7m, repeat: 12h}
  silent: {notify: []}
fallback: always
services:
  web:
    scrape: {targets: ["web:80"]}
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      Slow: {severity: warning, expr: 'sum(up{job="web"}) < 1', for: 70s}
      Named: {severity: warning, expr: 'sum(up{job="web"}) < 2', to: [york, mixed, pager]}
      Trial: {severity: critical, expr: 'sum(up{job="web"}) < 3', stage: shadow}
      Told: {severity: silent, expr: 'sum(up{job="web"}) < 4', keep_firing_for: 5m, was: [Untold]}
  api:
    scrape: {targets: ["api:80"]}
    team: night
    alerts:
      Down: {severity: critical, template: service-down, for: 1m, every: 1m}
      Slow: {severity: warning, expr: 'sum(up{job="api"}) < 1'}
inhibit:
  - {when: Down, mute: [Slow, Named], equal: [instance]}
environments:
  staging:
    identity: {environment: staging}
    services: {web: {alerts: {Only: {severity: warning, expr: 'sum(up{job="web"}) < 9'}}}}
"""
)
RECEIVERS = ("pager", "senior", "always", "berlin", "york", "mixed")
ROLES = ("page", "chat", "mail")


def greenstack() -> Workspace:
    """What the repository ships."""
    sink = Sink()
    opened = open_workspace(ROOT, sink)
    assert opened is not None, sink.found[:3]
    return opened.workspace


def made(text: str) -> Workspace:
    """A spec that must be good."""
    result = run(text)
    assert result.workspace is not None, result.text
    return result.workspace


def mixed() -> Workspace:
    """Two teams, three sets of hours in three zones, every kind of route."""
    return made(MIXED)


WORLDS = pytest.mark.parametrize("world", [greenstack, mixed])


@st.composite
def specs(draw: st.DrawFn) -> str:
    """A random organisation: teams, severities, alerts that name receivers, escalate, or are in shadow."""
    one_of = st.sampled_from
    teams = draw(_some("a", "b", "c.d", "e-f"))
    severities = draw(_some("critical", "warning", "info", "p1"))
    lines = [HEAD + f"team: {teams[0]}", f"fallback: {draw(one_of(RECEIVERS))}", "teams:"]
    for team in teams:
        roles = {role: draw(one_of(RECEIVERS)) for role in (*ROLES, "escalate")}
        lines.append(f"  {team}: {{{', '.join(f'{k}: {v}' for k, v in roles.items())}}}")
    lines.append("severities:")
    for severity in severities:
        notify = draw(st.one_of(st.just([]), _some(*ROLES)))
        later = draw(one_of(["", ", escalate_after: 15m"]))
        lines.append(f"  {severity}: {{notify: [{', '.join(notify)}]{later}}}")
    lines.append("services:")
    for service in ("web", "api"):
        lines += [f"  {service}:", f"    team: {draw(one_of(teams))}", "    alerts:"]
        for name in draw(_some("Down", "Slow", "Full", "Odd")):
            to = draw(st.one_of(st.just([]), _some(*RECEIVERS)))
            more = [f"severity: {draw(one_of(severities))}", f"""expr: 'sum(up{{job="{service}"}}) < 1'"""]
            more += [f"to: [{', '.join(to)}]"] if to else []
            more += draw(one_of([[], [], ["stage: shadow"], [f"team: {draw(one_of(teams))}"]]))
            lines.append(f"      {name}: {{{', '.join(more)}}}")
    return "\n".join(lines) + "\n"


def _some(*names: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
