"""What receivers would read: as a live Alertmanager tells it, and "not run" without amtool."""

from datetime import UTC, datetime

import pytest
import yaml
from tests.app.explain_world import greenstack, mixed
from tests.app.test_explain_agrees import at_once, plain
from tests.engines.needs import need
from tests.render.capture import capturing

from tocsin import engines
from tocsin.app.explain_notification import message_data, notification_lines, notifications, write_templates
from tocsin.app.find_alert import find_alert
from tocsin.render.alertmanager import config

AT = datetime(2026, 10, 11, 1, tzinfo=UTC)


def found(workspace, name):
    model = workspace.environments[0]
    alert = find_alert(workspace, model, name)
    return model, alert, notifications(model, alert, AT)


@pytest.mark.tools
def test_greenstack():
    need(engines.amtool())
    by_name = {one.receiver: one for one in found(greenstack(), "HighErrorRate")[2]}
    assert list(by_name) == ["platform-pager", "platform-chat", "senior-pager"]
    chat = by_name["platform-chat"].fields
    assert chat["title"] == "[critical] production/eu1 greenstack-api: HighErrorRate"
    assert "firing since Sun 11 Oct 03:00 CEST; value ‹value› (threshold 5 %)" in chat["text"]
    assert "still firing after 15 minutes" in by_name["senior-pager"].fields["description"]
    lines = notification_lines(tuple(by_name.values()))
    assert any("[Runbook] | [Dashboard at 03:00] | [Logs]" in line for line in lines)
    assert all(len(line) < 100 and "http" not in line for line in lines)


@pytest.mark.tools
def test_labels_of_the_series_are_placeholders():
    need(engines.amtool())
    [chat] = found(greenstack(), "SlowRequests")[2]
    assert "endpoint=‹endpoint›" in chat.fields["text"] and "{{" not in chat.fields["text"]


@pytest.mark.tools
def test_a_webhook_has_no_text():
    need(engines.amtool())
    lines = notification_lines(found(mixed(), "web/Named")[2])
    assert [line for line in lines if "data, no text" in line]


def test_without_amtool_it_is_not_run(monkeypatch, tmp_path):
    monkeypatch.setenv("TOCSIN_ENGINES", "path")
    monkeypatch.setenv("PATH", str(tmp_path))
    every = found(greenstack(), "HighErrorRate")[2]
    assert all(one.not_run.startswith("no amtool: not on PATH") and not one.fields for one in every)
    assert sum("not run: no amtool" in line for line in notification_lines(every)) == len(every)


@pytest.mark.process
def test_a_live_alertmanager_says_the_same(tmp_path):
    """Slack's message, posted with the same labels and annotations, is word for word what was foretold."""
    need(engines.amtool())
    model, alert, texts = found(greenstack(), "SlowRequests")
    [message] = [one for one in texts if one.kind == "slack"]
    [posted] = message_data(model, alert, AT, message.receiver, False)["alerts"]
    with capturing() as capture:
        tree = plain(config(model))
        at_once(tree["route"])
        del tree["global"], tree["time_intervals"]
        (tmp_path / "url").write_text(f"{capture.url}/slack/all")
        write_templates(model, tmp_path)
        text = yaml.safe_dump({**_slack_only(tree, tmp_path), "templates": [f"{tmp_path}/*.tmpl"]})
        url = model.links.alertmanager
        with need(engines.alertmanager()).start(text, external_url=url, reads=(tmp_path,)) as server:
            server.post_alerts([{key: posted[key] for key in ("labels", "annotations", "startsAt")}])
            [told] = capture.wait("/slack")
    [attachment] = told["attachments"]
    assert attachment["title"] == message.fields["title"]
    without_links = [body.rpartition("\n")[0] for body in (attachment["text"], message.fields["text"])]
    assert without_links[0] == without_links[1] and "firing since" in without_links[0]


def _slack_only(tree, folder):
    def route(one):
        one.pop("active_time_intervals", None)
        for child in one.get("routes", ()):
            route(child)

    route(tree["route"])
    tree["receivers"] = [
        {"name": one["name"], "slack_configs": [{**one["slack_configs"][0], "api_url_file": f"{folder}/url"}]}
        if "slack_configs" in one else {"name": one["name"]} for one in tree["receivers"]
    ]  # fmt: skip
    return tree
