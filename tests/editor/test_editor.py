"""Spec files in an editor: the real YAML language server completes, explains and underlines by our schema."""

import re
from pathlib import Path

import pytest
from language_server import LanguageServer
from mistakes import MISTAKES

from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from tocsin.spec.alerts import AlertSpec
from tocsin.spec.dashboards import PanelEnvelope
from tocsin.spec.decode import fields
from tocsin.spec.root import Spec
from tocsin.spec.services import ServiceSpec
from workspaces import RICH, SHOP

pytestmark = pytest.mark.npm
REPOSITORY = Path(__file__).parents[2]
SPEC = (REPOSITORY / "spec.yaml").read_text(encoding="utf-8")
MODELINE = re.compile(r"^# yaml-language-server:.*\n")
"""It would name the committed schema; the tests are about the one that the program makes now."""

ALERT = "services:\n  web:\n    alerts:\n      Queue:\n        "
PANEL = "dashboards:\n  all:\n    rows:\n      Traffic:\n        - "
STAGING = (
    "environments:\n  staging:\n    services:\n      web:\n        alerts:\n          Queue:\n            "
)


def keys(cls: type) -> set[str]:
    return {f.key for f in fields(cls) if not f.here}


def offered(editor: LanguageServer, text: str) -> set[str]:
    """What is offered, without whole pieces of spec (their labels are of two words)."""
    return {label for label in editor.completion(text) if " " not in label}


# -- completion ----------------------------------------------------------------------------------


def test_the_keys_of_the_spec_are_offered(editor: LanguageServer) -> None:
    assert offered(editor, "tocsin: 1\n|") == keys(Spec) - {"tocsin"}


def test_the_keys_of_a_service_are_offered(editor: LanguageServer) -> None:
    found = offered(editor, "services:\n  web:\n    title: Web\n    |")
    assert found == keys(ServiceSpec) - {"title"}


@pytest.mark.parametrize("name", [n for n in alert_templates.names() if n not in ("expr", "logql")])
@pytest.mark.parametrize("start", [ALERT, STAGING], ids=["alert", "overlay"])
def test_an_alert_is_offered_its_templates_parameters_only(
    editor: LanguageServer, name: str, start: str
) -> None:
    template = alert_templates.get(name)
    assert template
    indent = " " * (len(start) - start.rindex("\n") - 1)
    found = offered(editor, f"{start}template: {name}\n{indent}|")
    assert found == keys(template) | keys(AlertSpec) - {"template"}


@pytest.mark.parametrize("name", panel_types.names())
def test_a_panel_is_offered_its_kinds_parameters_only(editor: LanguageServer, name: str) -> None:
    kind = panel_types.get(name)
    assert kind
    found = offered(editor, f"{PANEL}show: {name}\n          |")
    assert found == keys(kind) | keys(PanelEnvelope) - {"show"}


def test_before_the_template_is_said_only_what_all_alerts_have_is_offered(editor: LanguageServer) -> None:
    assert offered(editor, ALERT + "|") == keys(AlertSpec) | {"expr", "logql"}


def test_before_the_kind_is_said_only_what_all_panels_have_is_offered(editor: LanguageServer) -> None:
    assert offered(editor, PANEL + "|") <= keys(PanelEnvelope) | {"panel"}


def test_templates_kinds_and_receivers_are_offered_with_what_they_do(editor: LanguageServer) -> None:
    templates = editor.completion(ALERT + "template: |")
    assert set(templates) == set(alert_templates.names())
    assert "too high or too low" in str(templates["threshold"]["documentation"])
    assert set(editor.completion(PANEL + "show: |")) == set(panel_types.names())
    assert set(receiver_kinds.names()) <= offered(editor, "receivers:\n  chat:\n    |")
    assert "channel" in offered(editor, "receivers:\n  chat:\n    slack:\n      |")


def test_values_show_how_their_unit_is_written(editor: LanguageServer) -> None:
    cases = {
        "template: error-ratio\n        above: |": "5%",
        "template: error-ratio\n        for: |": "5m",
        "template: forecast\n        full_within: |": "4h",
        "template: threshold\n        above: |": "100",
    }
    assert {text: set(editor.completion(ALERT + text)) for text in cases} == {
        t: {v} for t, v in cases.items()
    }


def test_closed_lists_are_offered(editor: LanguageServer) -> None:
    metric = "services:\n  web:\n    metrics:\n      web_total:\n        type: |"
    assert offered(editor, metric) == {"counter", "gauge", "histogram", "summary", "info"}
    assert offered(editor, "packs:\n  - |") >= {"node", "probe"}


def test_flow_maps_complete_too(editor: LanguageServer) -> None:
    found = offered(editor, "services:\n  web:\n    alerts:\n      Queue: {template: threshold, a|}\n")
    assert {"above", "aggregate"} <= found and "older_than" not in found


def test_whole_alerts_are_offered_and_say_what_must_be_said(editor: LanguageServer) -> None:
    found = editor.completion("services:\n  web:\n    alerts:\n      |")
    assert {f"{n} alert" for n in alert_templates.names()} <= set(found)
    inserted = found["error-ratio alert"]["insertText"]
    assert (
        "template: error-ratio" in inserted
        and "above: 5%" in inserted
        and "severity: ${2:warning}" in inserted
    )


# -- hover ---------------------------------------------------------------------------------------


def test_hovering_over_a_key_shows_its_sentence_and_an_example(editor: LanguageServer) -> None:
    shown = editor.hover(ALERT + "template: threshold\n        mi|nus: x\n")
    assert "a gauge with the same labels that is taken off first" in shown
    assert "shop_queue_acknowledged_timestamp_seconds" in shown
    shown = editor.hover("services:\n  web:\n    sc|rape: {}\n")
    assert "One scrape job" in shown and "- shop:8000" in shown


def test_hovering_over_a_template_or_a_kind_shows_its_page(editor: LanguageServer) -> None:
    shown = editor.hover(ALERT + "template: thres|hold\n        of: x\n")
    assert "## Semantics" in shown and "`avg_over_time`" in shown
    assert "## References" not in shown, "only its authors look them up"
    assert "follows the zoom" in editor.hover(PANEL + "show: ra|te\n          of: x\n")


def test_hover_works_in_overlays(editor: LanguageServer) -> None:
    assert "a gauge with the same labels" in editor.hover(
        STAGING + "template: threshold\n            mi|nus: x\n"
    )


# -- diagnostics ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [SHOP, RICH, MODELINE.sub("\n", SPEC)], ids=["shop", "rich", "greenstack"])
def test_nothing_is_underlined_in_a_good_spec(editor: LanguageServer, text: str) -> None:
    assert editor.wrong(text) == []


def test_nothing_is_underlined_in_parts(editor: LanguageServer) -> None:
    text = SHOP + (
        "packs: [node]\n"
        "profiles:\n"
        "  http: {alerts: {Slow: {for: 10m}, Fast: ~, Gone: {template: error-ratio, above: ~}}, logs: ~}\n"
        "environments:\n"
        "  staging:\n"
        "    identity: {environment: staging}\n"
        "    watchdog: ~\n"
        "    severities: {critical: {notify: [chat], escalate_after: ~}}\n"
        "    services: {web: {alerts: {HighErrorRate: {above: 10%}, WebDown: ~}, scrape: {every: 1m}}}\n"
    )
    assert editor.wrong(text) == []


@pytest.mark.parametrize(("title", "good", "bad", "underlined"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_underlined_where_it_is(
    editor: LanguageServer, title: str, good: str, bad: str, underlined: str
) -> None:
    assert SHOP.count(good) >= 1, title
    text = SHOP.replace(good, bad, 1)
    line = SHOP[: SHOP.index(good)].count("\n") + 1
    found = editor.wrong(text)
    assert underlined in [one.text for one in found], found
    assert any(abs(one.line - line) <= 6 for one in found), found
    assert len(found) <= 2, found


def test_a_missing_unit_is_explained(editor: LanguageServer) -> None:
    (found,) = editor.wrong(SHOP.replace("above: 5%", "above: 5"))
    assert found.message == "write a percentage with its sign, such as 5% or 99.9%"
