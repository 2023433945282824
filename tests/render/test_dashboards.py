"""Dashboards from spec text to Grafana JSON: what is in it, where it comes from, that it stays the same."""

import json
import re
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dashboard_sample import metric, service, setting, source

from tocsin.artifacts.tree import Map
from tocsin.diag.diagnostic import Sink
from tocsin.model.build_dashboards import alert_panels, build_dashboards
from tocsin.model.dashboard_setting import UID_LENGTH, dashboard_uid
from tocsin.model.dashboards import Dashboard
from tocsin.render.dashboards import tree

OVERVIEW = """
title: Overview
description: Is it up?
services: [shop]
refresh: 1m
time: 12h
links: {Wiki: "https://wiki.example.org"}
rows:
  Traffic:
    - {show: rate, of: shop_requests_total, by: [endpoint], title: Request rate}
    - {show: alert, alert: HighErrorRate, title: Error rate}
    - {show: quantiles, of: shop_request_duration_seconds, title: Response time}
  Hosts:
    - {show: percent, of: node_memory_MemTotal_bytes, free: node_memory_MemAvailable_bytes, crit: 90%}
    - {show: gauge, of: node_memory_MemTotal_bytes, free: node_memory_MemAvailable_bytes}
    - {show: alert, alert: LowMemory}
  Logs:
    collapsed: true
    panels:
      - {show: logs, where: 'level="ERROR"'}
      - {show: log-rate, by: level}
      - {show: traces, slower_than: 1s}
  Notes:
    - {show: text, text: Be kind.}
"""


def built(*texts: str, environment: str = "", workspace: str = "shop") -> tuple[Dashboard, ...]:
    """Dashboards of the sample contract; any finding fails the test."""
    sink = Sink()
    sources = [source(text, name=f"board{i or ''}") for i, text in enumerate(texts)]
    found = build_dashboards(sources, setting(sink, environment, workspace))
    assert not sink.found, sink.found
    return found


def rendered(text: str = OVERVIEW) -> Any:
    return tree(built(text)[0], {})


def panels(data: Any) -> list[Any]:
    """All panels, those of folded rows included; no rows."""
    inner = chain.from_iterable(p.get("panels", ()) for p in data["panels"])
    return [p for p in (*data["panels"], *inner) if p["type"] != "row"]


def titled(data: Any, title: str) -> Any:
    return next(p for p in panels(data) if p["title"] == title)


def mistakes(text: str) -> list[tuple[str, str]]:
    """(code, text at the place) of everything that is wrong with one dashboard."""
    sink = Sink()
    build_dashboards([source(text)], setting(sink))
    return [(d.code, _at(d.at.span)) for d in sink.found]


def _at(span: Any) -> str:
    line = span.source.line(span.line)
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return str(line[span.column - 1 : end])


# -- structure -------------------------------------------------------------------------------


def test_every_query_and_panel_names_its_data_source() -> None:
    for panel in panels(rendered()):
        if panel["type"] == "text":
            assert "targets" not in panel and "datasource" not in panel
            continue
        kind = panel["datasource"]["type"]
        assert panel["datasource"]["uid"] == f"${{{kind}}}"
        assert all(t["datasource"] == panel["datasource"] for t in panel["targets"])


def test_every_metric_query_carries_the_variables() -> None:
    for panel in panels(rendered()):
        for target in panel.get("targets", ()):
            if target["datasource"]["type"] == "prometheus" and panel["title"] not in (
                "Error rate",
                "Free memory",
            ):
                for selector in re.findall(r"\w+\{[^}]*\}", target["expr"]):
                    assert 'cluster=~"$cluster"' in selector and 'environment=~"$environment"' in selector
                    assert 'instance=~"$instance"' in selector


def test_only_used_variables_are_declared_and_all_used_ones_are() -> None:
    data = rendered()
    names = [v["name"] for v in data["templating"]["list"]]
    assert names == ["prometheus", "loki", "tempo", "cluster", "environment", "instance", "endpoint"]
    hosts = tree(
        built("title: H\nrows: {R: [{show: percent, of: node_cpu_seconds_total, idle: 'mode=\"idle\"'}]}")[0],
        {},
    )
    assert [v["name"] for v in hosts["templating"]["list"]] == [
        "prometheus",
        "cluster",
        "environment",
        "instance",
    ]
    text = json.dumps(data["panels"]) + json.dumps(data["links"]) + json.dumps(data["annotations"])
    assert all(f"${name}" in text or f"${{{name}}}" in text for name in names)


def test_variables_begin_with_this_environment() -> None:
    staging = tree(built(OVERVIEW, environment="staging")[0], {})
    variables = {v["name"]: v for v in staging["templating"]["list"]}
    assert variables["environment"]["current"]["value"] == ["staging"]
    assert [o["value"] for o in variables["environment"]["options"]] == ["staging", "production"]
    assert variables["instance"]["current"]["value"] == ["$__all"]
    assert 'job=~"shop|host"' in variables["instance"]["query"]["query"]
    assert variables["endpoint"]["query"]["query"].startswith("label_values(shop_requests_total{")


def test_panels_lie_in_rows_without_overlap() -> None:
    data = rendered()
    boxes = [(p["gridPos"], p["title"]) for p in data["panels"]]
    for i, (a, _) in enumerate(boxes):
        for b, _ in boxes[:i]:
            apart = (
                a["x"] >= b["x"] + b["w"]
                or b["x"] >= a["x"] + a["w"]
                or a["y"] >= b["y"] + b["h"]
                or b["y"] >= a["y"] + a["h"]
            )
            assert apart
    folded = next(p for p in data["panels"] if p["title"] == "Logs")
    following = data["panels"][data["panels"].index(folded) + 1]
    assert folded["collapsed"] and len(folded["panels"]) == 3
    assert following["gridPos"]["y"] == folded["gridPos"]["y"] + 1


def test_the_head_says_what_the_spec_says() -> None:
    data = rendered()
    assert (data["uid"], data["title"], data["refresh"], data["schemaVersion"]) == (
        "shop-board",
        "Overview",
        "1m",
        42,
    )
    assert data["time"] == {"from": "now-12h", "to": "now"}
    assert data["tags"] == ["shop", "production"]


# -- thresholds ------------------------------------------------------------------------------


def steps(panel: Any) -> list[tuple[Any, str]]:
    return [(s["value"], s["color"]) for s in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]


def test_an_alert_draws_its_own_line() -> None:
    panel = titled(rendered(), "Error rate")
    assert steps(panel) == [(None, "transparent"), (0.05, "#D55E00")]
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"] == "dashed+area"
    assert panel["fieldConfig"]["defaults"]["custom"]["axisSoftMax"] == 0.06
    assert "fires when more than 5 % of requests fail for 2 minutes" in panel["description"]
    assert panel["links"][0]["url"] == "https://runbooks.example.org/HighErrorRate.md"


def test_a_line_that_values_must_not_fall_below_shades_nothing() -> None:
    panel = titled(rendered(), "Free memory")
    assert steps(panel) == [(None, "transparent"), (0.2, "#E69F00")]
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"] == "dashed"


def test_coloured_values_are_red_on_the_bad_side() -> None:
    text = (
        "title: T\nrows: {R: [{show: stat, title: S, of: shop_requests_total, bad: 'status=~\"5..\"',"
        " rest: true, warn_share: 99.9%, crit_share: 99%}]}"
    )
    assert steps(titled(rendered(text), "S")) == [(None, "#D55E00"), (0.99, "#E69F00"), (0.999, "#009E73")]
    gauge = next(p for p in panels(rendered()) if p["type"] == "gauge")
    assert steps(gauge) == [(None, "#009E73"), (0.8, "#E69F00"), (0.9, "#D55E00")]


def test_an_override_has_a_line_and_a_query_of_its_own() -> None:
    panel = titled(rendered("title: T\nrows: {R: [{show: alert, alert: SlowRequests, title: S}]}"), "S")
    assert [v for v, _ in steps(panel)] == [None, 0.05, 0.1]
    assert [t["legendFormat"] for t in panel["targets"]][1].endswith('(endpoint="/upload")')


def test_slow_scrapes_widen_the_rate_interval() -> None:
    data = rendered()
    assert titled(data, "Request rate")["targets"][0]["interval"] == "15s"
    assert next(p for p in panels(data) if "MemTotal" in p["title"])["targets"][0]["interval"] == "1m"


def test_rare_events_are_averaged_over_a_longer_time() -> None:
    text = "title: T\nrows: {R: [{show: rate, of: shop_orders_total, per: hour, title: O}]}"
    target = titled(rendered(text), "O")["targets"][0]
    assert target["interval"] == "5m" and target["expr"].endswith("[$__rate_interval])) * 3600")


# -- links and marks -------------------------------------------------------------------------


def test_dashboards_lead_to_each_other_with_time_and_variables() -> None:
    other = "title: Other\nrows: {}"
    first, second = (tree(d, {}) for d in built(OVERVIEW, other))
    link = first["links"][0]
    assert (link["title"], link["url"], link["keepTime"], link["includeVars"]) == (
        "Other",
        "/d/shop-board1",
        True,
        True,
    )
    assert second["links"][0]["url"] == "/d/shop-board"


def test_many_dashboards_are_reached_by_a_menu() -> None:
    data = tree(built(*(f"title: D{i}\nrows: {{}}" for i in range(20)))[3], {})
    menus = [link for link in data["links"] if link["type"] == "dashboards"]
    assert len(menus) == 1 and menus[0]["tags"] == ["shop", "production"] and menus[0]["asDropdown"]


def test_explore_opens_the_logs_at_the_time_on_screen() -> None:
    url = next(link["url"] for link in rendered()["links"] if link["title"] == "Logs")
    panes = json.loads(parse_qs(urlsplit(url).query)["panes"][0])
    assert panes["a"]["datasource"] == "${loki}" and "${loki}" in url and "${__from}" in url
    assert panes["a"]["range"] == {"from": "${__from}", "to": "${__to}"}
    assert panes["a"]["queries"][0]["expr"] == '{service_name="shop"}'


def test_alerts_deployments_and_restarts_are_marked() -> None:
    marks = {a["name"]: a for a in rendered()["annotations"]["list"]}
    assert list(marks) == ["Annotations & Alerts", "Firing alerts", "Deployments: shop", "Restarts: shop"]
    firing = marks["Firing alerts"]["target"]["expr"]
    assert 'alertstate="firing"' in firing and 'environment=~"$environment"' in firing and "shop" in firing
    assert "shop_build_info" in marks["Deployments: shop"]["target"]["expr"]


def test_an_alert_knows_its_panel() -> None:
    text = (
        "title: T\nrows: {R: [{show: ratio, of: shop_requests_total, bad: 'status=~\"5..\"',"
        " alert: HighErrorRate}, {show: alert, alert: HighErrorRate, title: Own},"
        " {show: alert-state, alerts: [ShopDown]}]}"
    )
    dashboards = built(text)
    own = next(p for p in dashboards[0].rows[0].panels if p.title == "Own")
    state = next(p for p in dashboards[0].rows[0].panels if p.kind == "alert-state")
    assert alert_panels(dashboards) == {
        "shop/HighErrorRate": ("shop-board", own.id),
        "shop/ShopDown": ("shop-board", state.id),
    }


def test_a_dashboard_of_a_service_is_about_that_service() -> None:
    text = "title: Requests\nrows: {R: [{show: rate, of: http_requests_total, by: path}, {show: firing}]}"
    given = setting(Sink())
    many = {n: service(n, [metric(n, "http_requests_total", "counter", "path")]) for n in ("one", "two")}
    sources = [source(text, name=n, service=n) for n in many] + [source("title: All\nrows: {}", name="all")]
    one, two, all_ = build_dashboards(sources, replace(given, services=many, alerts=(), signals={}))
    assert (one.title, two.title, two.services) == ("One: Requests", "Two: Requests", ("two",))
    assert two.siblings == {"All": all_.uid} and all_.siblings == {}
    data = tree(two, {})
    assert data["tags"] == ["shop", "production", "two"]
    assert all('"one"' not in t["expr"] for p in panels(data) for t in p["targets"])
    queries = [v["query"]["query"] for v in data["templating"]["list"] if v["type"] == "query"]
    assert len(queries) == 2 and all("two" in q and "one" not in q for q in queries)


# -- names that last -------------------------------------------------------------------------


def test_a_panel_keeps_its_number_when_neighbours_come_and_go() -> None:
    before = {p["title"]: p["id"] for p in panels(rendered())}
    changed = OVERVIEW.replace(
        "  Traffic:\n", "  New:\n    - {show: firing}\n  Traffic:\n    - {show: state}\n"
    )
    after = {p["title"]: p["id"] for p in panels(rendered(changed))}
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after)


def test_twins_have_different_numbers() -> None:
    text = "title: T\nrows: {R: [{show: firing}, {show: firing}], Q: [{show: firing}]}"
    ids = [p["id"] for p in panels(rendered(text))]
    assert len(set(ids)) == 3


def test_uids_are_short_and_tell_environments_apart() -> None:
    assert dashboard_uid("shop", "", "overview") == "shop-overview"
    assert built(OVERVIEW, environment="staging")[0].uid == "shop-staging-board"
    long = [dashboard_uid("shop", "", f"{'very-' * 12}long-{i}") for i in range(50)]
    assert len(set(long)) == 50 and all(len(uid) <= UID_LENGTH for uid in long)


def test_the_same_spec_gives_the_same_bytes() -> None:
    assert json.dumps(rendered()) == json.dumps(rendered())


# -- origins ---------------------------------------------------------------------------------


def test_every_part_leads_back_to_the_spec() -> None:
    data = rendered()
    assert isinstance(data, Map) and data.what == 'dashboard "Overview"'
    panel = titled(data, "Request rate")
    assert panel.what == 'panel "Request rate"' and panel.origin.at("title").text == "Request rate"
    assert panel["targets"][0].origin.text == "shop_requests_total"
    line = titled(data, "Error rate")["fieldConfig"]["defaults"]["thresholds"]["steps"][1]
    assert line.what == 'threshold line of "Error rate"'


# -- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("panel", "code", "place"),
    [
        ("{show: rat, of: shop_requests_total}", "spec/unknown-panel", "rat"),
        ("{show: rate, of: shop_request_total}", "spec/unknown-metric", "shop_request_total"),
        ("{show: rate, of: shop_carts}", "panel/metric-type", "shop_carts"),
        ("{show: value, of: [shop_carts, shop_orders_total]}", "panel/metric-type", "shop_orders_total"),
        ("{show: rate, of: shop_orders_total, by: [stats]}", "panel/unknown-label", "stats"),
        ("{show: rate, of: shop_orders_total, colour: red}", "spec/unknown-key", "colour"),
        ("{show: alert, alert: HighErorRate}", "spec/unknown-alert", "HighErorRate"),
        ("{show: alert, alert: ShopDown}", "panel/no-signal", "ShopDown"),
        ("{show: quantiles, of: shop_request_duration_seconds, at: [95]}", "panel/quantile", "95"),
        ("{show: logs, service: host}", "panel/no-logs", "host"),
        ("{show: traces, service: host}", "panel/no-traces", "host"),
        ("{show: logs, service: shopp}", "spec/unknown-service", "shopp"),
        ("{show: top, of: shop_carts, by: type, limit: 0}", "panel/limit", "0"),
        ("{show: firing, width: 25}", "dashboard/size", "25"),
        ("{show: rate, of: shop_orders_total, alert: HighErrorRate}", "panel/alert-unit", "HighErrorRate"),
        (
            "{show: percent, of: node_cpu_seconds_total, idle: 'mode=\"idle\"', alert: LowMemory}",
            "panel/alert-side",
            "LowMemory",
        ),
        ("{show: percent, of: node_memory_MemTotal_bytes, crit: 0.9}", "spec/unit", "0.9"),
        (
            "{show: expr, title: X, query: 'up{pod=~\"$pods\"}'}",
            "dashboard/unknown-variable",
            "$pods",
        ),
    ],
)
def test_a_mistake_is_shown_where_it_is(panel: str, code: str, place: str) -> None:
    found = mistakes(f"title: T\nservices: [shop]\nrows:\n  R:\n    - {panel}\n")
    assert (code, place) in found


def test_all_mistakes_are_reported_at_once() -> None:
    found = mistakes("title: T\nrows: {R: [{show: rate, of: nope}, {show: rat}, {show: alert, alert: Nope}]}")
    assert [code for code, _ in found] == ["spec/unknown-metric", "spec/unknown-panel", "spec/unknown-alert"]


def test_own_variables_may_be_used_in_expressions() -> None:
    text = """
title: T
variables:
  pod: {label_of: shop_requests_total}
  region: {values: [eu, us], default: eu, multi: false}
  trace: {text: true}
rows:
  R:
    - {show: expr, title: X, query: 'up{pod=~"$pod",region="$region"} + shop_orders_total{status="$status"}'}
"""
    data = rendered(text)
    found = {v["name"]: v["type"] for v in data["templating"]["list"]}
    assert found["pod"] == "query" and found["region"] == "custom" and found["trace"] == "textbox"
    assert found["status"] == "query"  # a label of a metric that occurs
