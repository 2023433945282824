"""What people are told, judged on a live Alertmanager: words, links, escalation, inhibition, hours."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from alertmanager_world import keep, quiet, redirected, texts, world
from model_fixture import CHAT_HOURS, model

from tocsin.model.alerting import Hours, Watchdog
from tocsin.spec.values import Duration

pytestmark = [pytest.mark.process]
HOSTILE = '<!channel> & "x" [a](http://evil.example.org) {{ .ExternalURL }} *b* |'
LINK = re.compile(r"<(https://[^|>]+)\|([^>]+)>")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with world(tmp_path_factory.mktemp("alertmanager")) as running:
        yield running


@pytest.fixture
def live(server, request):
    """One server for all; each test has a cluster of its own, by which all is grouped and inhibited."""
    return replace(server, cluster=re.sub(r"\W+", "-", request.node.name.removeprefix("test_")))


@pytest.fixture(scope="module")
def fired(server):
    """One alert, told everywhere: chat, page, mail."""
    one = replace(server, cluster="fired")
    one.post("HighErrorRate", endpoint="/api/upload")
    return one, one.chat()[0], one.wait("/pagerduty")[0], one.mails()[0]


def links_in(text):
    """title -> URL of a chat message."""
    return {title: url for url, title in LINK.findall(text)}


def details_of(page):
    """PagerDuty's custom details without the tab that keeps them text."""
    return {k: v.strip() if isinstance(v, str) else v for k, v in page["payload"]["custom_details"].items()}


def test_a_firing_page_is_told_everywhere_with_the_same_words(fired):
    _, chat, page, mail = fired
    assert chat["title"] == mail["subject"] == "[critical] production/fired shop: HighErrorRate"
    for text in (chat["text"], mail["plain"], mail["html"]):
        assert "38% of requests fail\nfiring since" in text.replace("\r\n", "\n")
        assert "value 38% (threshold 5%)" in text
        assert "endpoint=/api/upload" in text
        assert "Fires when more than 5% of requests fail." in text
    assert page["payload"]["summary"] == f"{chat['title']}: 38% of requests fail"
    assert page["payload"]["severity"] == "critical"
    details = details_of(page)
    assert details["value"] == "38%" and details["threshold"] == "5%" and details["num_firing"] == 1
    assert details["since"].startswith("firing since") and "endpoint=/api/upload" in details["affected"]
    keep("chat-firing.json", chat)
    keep("pagerduty-firing.json", page)
    keep("mail-firing.txt", f"Subject: {mail['subject']}\n\n{mail['plain']}")
    keep("mail-firing.html", mail["html"])


def test_since_is_local_time(fired):
    zone = re.search(r"firing since \w{3} \d+ \w{3} \d\d:\d\d (\w+)", fired[1]["text"])
    assert zone and zone[1] in ("CET", "CEST")  # the zone of the spec's hours


def test_the_five_links(fired):
    _, chat, page, mail = fired
    links = links_in(chat["text"])
    dashboard = next(title for title in links if title.startswith("Dashboard at "))
    assert set(links) == {"Runbook", dashboard, "Logs", "Traces", "Silence"}
    assert links["Runbook"] == "https://runbooks.example.org/HighErrorRate.md"
    query = parse_qs(urlsplit(links[dashboard]).query)
    began = datetime.now(UTC) - timedelta(minutes=3)
    assert query["var-cluster"] == ["eu1"]
    assert abs(int(query["from"][0]) / 1000 - (began - timedelta(minutes=30)).timestamp()) < 120
    assert int(query["to"][0]) - int(query["from"][0]) == 3_600_000
    for title in ("Logs", "Traces"):
        assert f'"from":"{query["from"][0]}","to":"{query["to"][0]}"' in unquote(links[title])
    assert all(url.replace("&", "&amp;") in mail["html"] and url in mail["plain"] for url in links.values())
    assert {link["href"] for link in page["links"]} == set(links.values())


def test_an_alert_that_fires_for_hours_is_shown_until_now(live):
    live.post("HighErrorRate", ago=3 * 3600)
    url = next(u for t, u in links_in(live.chat()[0]["text"]).items() if t.startswith("Dashboard"))
    query = parse_qs(urlsplit(url).query)
    assert abs(int(query["to"][0]) / 1000 - time.time()) < 60
    assert abs(int(query["to"][0]) - int(query["from"][0]) - 3.5 * 3_600_000) < 60_000


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://g/d/a", "https://g/d/a?from="),
        ("https://g/d/a?", "https://g/d/a?from="),
        ("https://g/d/a?b=(c|d) e", "https://g/d/a?b=%28c%7Cd%29%20e&from="),
    ],
)
def test_a_dashboard_address_is_completed(live, url, expected):
    live.post("SlowRequests", severity="warning", said={"dashboard_url": url})
    assert any(u.startswith(expected) for u in links_in(live.chat()[0]["text"]).values())


def test_links_that_there_are_not_are_left_out(live):
    none = dict.fromkeys(("runbook_url", "dashboard_url", "logs_url", "traces_url", "value", "threshold"), "")
    live.post("HighErrorRate", said=none)
    assert set(links_in(live.chat()[0]["text"])) == {"Silence"}
    assert [link["text"] for link in live.wait("/pagerduty")[0]["links"]] == ["Silence"]
    assert [line.partition(":")[0] for line in live.mails()[0]["plain"].splitlines()[3:]] == ["Silence"]


def test_the_silence_link_names_exactly_this_alert_and_silences_it(live):
    live.post("HighErrorRate", endpoint="/api/upload")
    url = links_in(live.chat()[0]["text"])["Silence"]
    base, _, fragment = url.partition("#")
    assert base == "https://alerts.example.org/" and fragment.startswith("/silences/new?filter=")
    shown = unquote(fragment.removeprefix("/silences/new?filter="))
    assert shown == (
        f'{{alertname="HighErrorRate",cluster="{live.cluster}",endpoint="/api/upload",'
        'environment="production",service="shop",severity="critical",team="platform"}'
    )
    matchers = [
        {"name": n, "value": v, "isRegex": False, "isEqual": True}
        for n, v in re.findall(r'(\w+)="([^"]*)"', shown)
    ]
    now = datetime.now(UTC)
    live.server.api.post(
        "/api/v2/silences",
        json={
            "matchers": matchers,
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "test",
            "comment": "test",
        },
    )
    quiet()
    assert live.states("HighErrorRate") == {"shop": "suppressed"}


def test_an_end_is_told_with_its_length(live):
    live.post("HighErrorRate")
    live.chat()
    live.post("HighErrorRate", ended=True)
    chat = live.chat(2)[-1]
    assert (
        chat["title"] == f"[resolved] production/{live.cluster} shop: HighErrorRate"
        and chat["color"] == "good"
    )
    assert re.search(r"^resolved .* after 3m \ds; last value 38% \(threshold 5%\)\n", chat["text"])
    assert "Silence" not in chat["text"] and "it was: 38% of requests fail" in chat["text"]
    first, last = live.wait("/pagerduty", 2)
    assert (first["event_action"], last["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == last["dedup_key"]
    keep("chat-resolved.json", chat)
    keep("pagerduty-resolved.json", last)
    keep("mail-resolved.txt", f"Subject: {live.mails(2)[-1]['subject']}\n\n{live.mails(2)[-1]['plain']}")


def test_what_still_fires_is_told_to_the_escalation_receiver_only(live):
    live.post("HighErrorRate", escalated="true", said={"escalation": "still firing after 15 minutes"})
    page = live.wait("/pagerduty")[0]
    quiet()
    assert [(where, body["routing_key"]) for where, body in live.told()] == [("/pagerduty", "KEY-senior")]
    assert page["payload"]["summary"].startswith(
        f"[critical] production/{live.cluster} shop: HighErrorRate, still firing after 15 minutes"
    )
    assert details_of(page)["since"].startswith("escalated ")
    silence = next(link["href"] for link in page["links"] if link["text"] == "Silence")
    assert "escalated%3D" not in silence  # one silence for the alert and its twin
    keep("pagerduty-escalated.json", page)


def test_a_shadow_alert_reaches_nobody_and_mutes_nobody(live):
    live.post("Untested", stage="shadow")
    quiet()
    assert live.told() == []
    live.post("SlowRequests", severity="warning")
    assert "SlowRequests" in live.chat()[0]["title"]


def test_inhibition_within_the_same_service_only(live):
    live.post("ServiceDown")
    live.chat()
    for service, team in (("shop", "platform"), ("billing", "money")):
        live.post("HighErrorRate", service=service, team=team)
    live.post("HighErrorRate", escalated="true")
    live.post("HighErrorRate", service="")
    quiet(3)
    pages = [(m["payload"]["class"], m["payload"].get("component", "")) for _, m in live.told("/pagerduty")]
    assert sorted(pages) == [("HighErrorRate", ""), ("HighErrorRate", "billing"), ("ServiceDown", "shop")]
    assert live.states("HighErrorRate")["shop"] == "suppressed"


def test_nothing_without_a_service_is_inhibited_by_something_without_a_service(live):
    live.post("ServiceDown", service="")
    live.chat()
    live.post("SlowRequests", service="", severity="warning")
    assert "SlowRequests" in live.chat(2)[-1]["title"]


def test_an_event_without_a_service_has_a_source(live):
    live.post("HighErrorRate", service="")
    assert live.wait("/pagerduty")[0]["payload"]["source"] == live.cluster


def test_many_instances_make_one_message_that_lists_five(live):
    for i in range(7):
        live.post(
            "Everything",
            severity="info",
            instance=f"host-{i}",
            said={"value": f"{i}0%", "summary": f"host {i} is full"},
        )
    chats = live.chat()
    while "7 affected:" not in chats[-1]["text"]:  # the first message may have come before the last alert
        chats = live.chat(len(chats) + 1)
    text = chats[-1]["text"]
    assert text.count("• instance=host-") == 5 and "• and 2 more" in text
    assert "• instance=host-0: 00%" in text and "value" not in text
    keep("chat-many.json", chats[-1])


def test_every_kind_of_receiver_is_told(live):
    live.post("Everything", severity="info")
    title = f"[info] production/{live.cluster} shop: Everything"
    card = live.wait("/teams")[0]["attachments"][0]["content"]["body"]
    assert card[0]["text"] == title.replace("_", "\\_")
    telegram = live.wait("/bot123:SECRET/sendMessage")[0]
    assert telegram["text"].startswith(f"<b>{title}</b>\n")
    bot = live.wait("/webhook/bot")[0]
    assert bot["version"] == "4" and bot["commonLabels"]["service"] == "shop"
    keep("telegram.txt", telegram["text"])
    keep("teams.json", card)
    keep("webhook.json", bot)


def test_hostile_labels_stay_text(live):
    yaml_like = "a: '{{ .Nonsense'"
    live.post(
        "HighErrorRate",
        evil=HOSTILE,
        service=HOSTILE,
        said={"summary": yaml_like, "value": "x: {{ nope", "description": "- {{ .No }}"},
    )
    chat, page, mail = live.chat()[0], live.wait("/pagerduty")[0], live.mails()[0]
    assert "<!channel>" not in chat["text"] + chat["title"] and '&lt;!channel&gt; &amp; "x"' in chat["title"]
    assert "{{ .ExternalURL }}" in chat["text"] and len(LINK.findall(chat["text"])) == 5
    details = details_of(page)
    assert details["firing"] == yaml_like and details["value"] == "x: {{ nope"
    assert details["meaning"] == "- {{ .No }}" and page["payload"]["component"] == HOSTILE
    assert "<!channel>" not in mail["html"] and 'href="http://evil' not in mail["html"]
    assert "<!channel>" in mail["subject"]


def test_text_of_the_spec_is_no_template(fired):
    assert fired[0].wait("/slack/all")[0]["channel"] == "#alerts {{ .X }}"


def test_no_secret_was_told_but_to_its_owner(server):
    for where, body in server.capture.told:
        text = str(body) if where != "mail" else str(texts(body))
        assert "SECRET" not in text
        if where != "/pagerduty":
            assert "KEY-" not in text


def test_no_notification_failed_but_the_tickets(server):
    """Jira is not captured; every other failure would be a template that cannot be executed."""
    failed = [line for line in server.server.server.log().splitlines() if "Notify for alerts failed" in line]
    assert all("tickets/jira" in line for line in failed), failed


def around(now, begin, end):
    """Hours from `begin` to `end` minutes from now, in UTC, within one day."""
    minute = now.hour * 60 + now.minute
    first, last = max(0, minute + begin), min(24 * 60, minute + end)
    times = (
        {
            "start_time": f"{first // 60:02d}:{first % 60:02d}",
            "end_time": f"{last // 60:02d}:{last % 60:02d}",
        },
    )
    return Hours(
        name=CHAT_HOURS.name, intervals=({"times": times, "location": "UTC"},), origin=CHAT_HOURS.origin
    )


@pytest.mark.parametrize("open_now", [True, False], ids=["in hours", "out of hours"])
def test_hours_decide_about_the_chat_and_never_about_the_pager(tmp_path, open_now):
    now = datetime.now(UTC)
    if not open_now and now.hour == 23 and now.minute > 50:
        now -= timedelta(hours=2)  # the hours would end tomorrow: take earlier ones
    hours = (
        around(now, -60, 30)
        if open_now
        else (around(now, 5, 60) if now.hour < 23 else around(now, -120, -60))
    )
    with world(tmp_path, hours={"office": hours}) as running:
        running.post("HighErrorRate", service="billing", team="money")
        running.capture.wait("/pagerduty")
        quiet()
        assert len(running.capture.at("/slack/office")) == int(open_now)


def test_the_watchdog_is_told_every_time(tmp_path):
    """A repeat as long as the interval would leave out every second heartbeat (Alertmanager 0.31.1)."""
    dog = Watchdog(to="heartbeat", every=Duration(2_000), origin=CHAT_HOURS.origin)
    with world(tmp_path, watchdog=dog) as running:
        for _ in range(5):
            running.post("Watchdog", service="", team="", severity="none")
            quiet(2)
        assert len(running.capture.at("/webhook/heartbeat")) in (5, 6)
        assert len(running.capture.told) == len(running.capture.at("/webhook/heartbeat"))


def test_a_reload_keeps_what_was_told(tmp_path):
    with world(tmp_path) as running:
        running.post("SlowRequests", severity="warning")
        running.capture.wait("/slack/all")
        redirected(replace(model(tmp_path / "secrets"), inhibitions=()), tmp_path, running.capture)
        running.server.reload()
        running.post("SlowRequests", severity="warning")
        quiet(3)
        assert len(running.capture.at("/slack/all")) == 1
