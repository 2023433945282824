"""Inhibitions hold within one service, whichever side names it."""

import pytest

from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink

SPEC = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: shop
receivers: {pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}}
teams: {shop: {page: pager}}
severities: {critical: {notify: [page], runbook: optional}}
fallback: pager
profiles:
  usual:
    alerts:
      Down: {severity: critical, template: service-down, for: 1m}
      Errors: {severity: critical, expr: 'sum(up{job="x"}) == 0', summary: errors}
      Slow: {severity: critical, expr: 'sum(up{job="x"}) < 0', summary: slow}
services:
  shop: {use: usual, scrape: {targets: ["shop:80"]}}
  pay: {use: usual, scrape: {targets: ["pay:80"]}}
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{when: Down, mute: [Errors, Slow]}", [("Down", ("Errors", "Slow"), "")]),
        ("{when: shop/Down, mute: [Errors, shop/Slow]}", [("Down", ("Errors", "Slow"), "shop")]),
        ("{when: Down, mute: [shop/Errors]}", [("Down", ("Errors",), "shop")]),
        (
            "{when: Down, mute: [shop/Errors, Slow, pay/Slow]}",
            [("Down", ("Errors",), "shop"), ("Down", ("Slow",), ""), ("Down", ("Slow",), "pay")],
        ),
    ],
)
def test_the_service_that_was_said(said, expected, tmp_path):
    (tmp_path / "spec.yaml").write_text(f"{SPEC}inhibit: [{said}]\n")
    sink = Sink()
    opened = open_workspace(tmp_path, sink)
    assert opened is not None, [d.message for d in sink.found]
    found = opened.workspace.environments[0].inhibitions
    assert [(one.when, one.mute, one.service) for one in found] == expected


def test_two_services_are_a_mistake(tmp_path):
    (tmp_path / "spec.yaml").write_text(f"{SPEC}inhibit: [{{when: shop/Down, mute: [Slow, pay/Slow]}}]\n")
    sink = Sink()
    assert open_workspace(tmp_path, sink) is None
    [found] = sink.found
    assert found.code == "spec/inhibit-service"
    line = "inhibit: [{when: shop/Down, mute: [Slow, pay/Slow]}]"
    assert found.at.span.column == line.index("pay") + 1
