"""The rule files of this repository's own workspace: what must be in them, whatever the templates make."""

from pathlib import Path

import pytest
import yaml

from tocsin.app.workspace import open_workspace
from tocsin.diag.diagnostic import Sink
from tocsin.model.workspace import Model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def models() -> tuple[Model, ...]:
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    return opened.workspace.environments


def rules(model: Model) -> list[dict]:
    files = [*ROOT.glob(f"{model.root}alerts/*.yaml"), *ROOT.glob(f"{model.root}loki/rules/fake/*.yaml")]
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def test_every_alert_of_the_model_is_a_rule(models):
    for model in models:
        written = {(r["alert"], r["labels"].get("service", "")) for r in rules(model) if "alert" in r}
        assert {(a.name, a.service) for a in model.alerts} <= written


def test_the_watchdog_always_fires_and_names_where_it_is(models):
    for model in models:
        dogs = [r for r in rules(model) if r.get("alert") == "Watchdog"]
        assert [d["expr"] for d in dogs] == ["vector(1)"]
        assert dogs[0]["labels"]["environment"] == model.environment
        assert "for" not in dogs[0]


def test_every_rule_carries_the_labels_that_routing_and_people_need(models):
    for model in models:
        for rule in rules(model):
            if rule.get("alert") in (None, "Watchdog", "OffHoursDigest"):
                continue
            wanted = {"cluster", "environment", "service", "team", "severity"}
            assert wanted <= set(rule["labels"]), rule["alert"]
            assert rule["annotations"]["summary"] and rule["annotations"]["runbook_url"]


def test_an_escalation_is_the_same_rule_held_longer(models):
    production = models[0]
    by_key: dict[tuple, list[dict]] = {}
    for rule in rules(production):
        if rule.get("labels", {}).get("severity") == "critical":
            key = (rule["alert"], rule["labels"]["service"], rule["labels"].get("part", ""))
            by_key.setdefault(key, []).append(rule)
    assert by_key
    for key, found in by_key.items():
        assert len(found) == 2, key
        first, twin = sorted(found, key=lambda r: "escalated" in r["labels"])
        assert twin["labels"] == {**first["labels"], "escalated": "true"}
        assert twin["expr"] == first["expr"]
        assert twin["for"] != first.get("for")


def test_staging_escalates_and_pages_nobody(models):
    staging = next(m for m in models if m.environment == "staging")
    assert not [r for r in rules(staging) if r.get("labels", {}).get("escalated")]
    assert not any(s.pages for s in staging.severities.values())


def test_an_override_and_the_rest_never_see_the_same_series(models):
    slow = [r for r in rules(models[0]) if r.get("alert") == "SlowRequests"]
    rest, part = sorted(slow, key=lambda r: "part" in r["labels"])
    assert 'endpoint!="/api/iodd/upload"' in rest["expr"]
    assert 'endpoint="/api/iodd/upload"' in part["expr"]
