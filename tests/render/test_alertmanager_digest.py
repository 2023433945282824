"""The morning digest: when it comes, what it lists, and that it arrives, on the real engines."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from alertmanager_world import keep, quiet, redirected, world
from model_fixture import ALERTS, CHAT_HOURS, alert, model
from stack_engines import engine

from tocsin.engines.servers.prometheus import Prometheus
from tocsin.engines.tool import run
from tocsin.model.alerting import Hours
from tocsin.model.digest import DIGEST, digest_rules, digests, openings
from tocsin.spec.values import Duration


def hours(*intervals):
    return Hours(name="office", intervals=intervals, origin=CHAT_HOURS.origin)


def span(begin, end, *weekdays, location="Europe/Berlin"):
    days = {"weekdays": weekdays} if weekdays else {}
    return {"times": ({"start_time": begin, "end_time": end},), "location": location, **days}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([span("09:00", "18:00", "monday:friday")], {"15h": 4, "2d15h": 1}),
        ([span("07:00", "22:00")], {"9h": 7}),
        ([span("00:00", "24:00")], {}),
        ([{}], {}),
        ([span("18:00", "24:00"), span("00:00", "09:00")], {"9h": 7}),  # a night is one pause by day
        ([span("09:00", "12:00"), span("13:00", "18:00")], {"1h": 7, "15h": 7}),
        ([span("09:00", "10:00", "wednesday")], {"6d23h": 1}),
        ([{"weekdays": ("saturday:sunday",), "location": "UTC"}], {"5d": 1}),
        ([span("20:00", "23:55", "friday:monday")], {"20h5m": 3, "3d20h5m": 1}),
        ([{"months": ("december",), **span("09:00", "18:00")}], {"15h": 7}),
    ],
)
def test_openings(said, expected):
    found = {str(o.gap): sum(len(i.get("weekdays", ())) for i in o.intervals) for o in openings(hours(*said))}
    assert found == expected


def test_an_opening_keeps_zone_and_months_and_lasts_ten_minutes_within_its_day():
    (one,) = openings(hours({"months": ("december",), **span("23:55", "24:00", "monday")}))
    assert one.intervals == (
        {
            "times": [{"start_time": "23:55", "end_time": "24:00"}],
            "weekdays": ["monday"],
            "months": ("december",),
            "location": "Europe/Berlin",
        },
    )


def test_only_receivers_with_hours_have_a_digest_and_only_of_what_they_are_told():
    one = model()
    assert {d.receiver for d in digests(one)} == {"office-chat"}
    expr = digest_rules(one)[0].expr
    assert 'team="money",severity="warning"' in expr  # all of them
    # of the critical ones only this: BackupLate names its own receivers
    assert 'alertname="HighErrorRate",service="billing",team="money",severity="critical"' in expr
    assert "platform" not in expr and "BackupLate" not in expr
    always = replace(one.receivers["office-chat"], hours="")
    assert digest_rules(model(receivers={**one.receivers, "office-chat": always})) == ()


RULES = "rules.yml"
SERIES = (
    'ALERTS{{alertname="{}",alertstate="{}",cluster="eu1",environment="production",service="billing",{}}}'
)


def unit_test(one, series, at, expected):
    """promtool's own format: what the digest of the longest pause lists at a time."""
    rule = digest_rules(one)[-1]
    alerts = [
        {
            "exp_labels": {
                **rule.labels,
                "cluster": "eu1",
                "environment": "production",
                "service": "billing",
                "team": "money",
                "missed": missed,
                "missed_severity": severity,
            },
            "exp_annotations": {
                "summary": f"{missed} of billing ({severity}) fired for {length} and is over",
                "value": length,
            },
        }
        for missed, severity, length in expected
    ]
    if_gap = {"eval_time": at, "alertname": DIGEST, "exp_alerts": alerts}
    return {
        "interval": "30s",
        "input_series": [{"series": s, "values": v} for s, v in series],
        "alert_rule_test": [if_gap],
    }


def rule_file(one, **more):
    rules = [
        {"alert": r.name, "expr": r.expr, "labels": dict(r.labels), "annotations": dict(r.annotations)}
        for r in digest_rules(one)[-1:]
    ]
    return {"groups": [{"name": "digest", "rules": rules, **more}]}


@pytest.mark.tools
def test_promtool_agrees_with_what_is_listed(tmp_path):
    """A pause of 23 h. 30 s samples: `_` is no sample, after `stale` the series has ended."""
    one = model(hours={"office": hours(span("09:00", "10:00"))})
    team = 'team="money",severity="warning"'
    ever = "1x10000"
    series = [
        (SERIES.format("QueueFull", "firing", team), "_x40 1x19 stale"),  # ten minutes and over
        (SERIES.format("QueueFull", "pending", team), "1x39 stale"),
        (SERIES.format("StillFiring", "firing", team), f"_x40 {ever}"),
        (SERIES.format("OnlyPending", "pending", team), "1x20 stale"),
        (SERIES.format("Tried", "firing", team + ',stage="shadow"'), "1x20 stale"),
        (SERIES.format("QueueFull", "firing", team + ',escalated="true"'), "1x80 stale"),
        (SERIES.format("Short", "firing", team), "_x41 1 stale"),  # one sample, between two minutes
        (SERIES.format("Two", "firing", team + ',instance="a"'), "_x20 1x10 stale"),
        (SERIES.format("Two", "firing", team + ',instance="b"'), f"_x20 {ever}"),  # one of two still fires
        (SERIES.format("Both", "firing", team + ',instance="a"'), "_x20 1x9 stale"),
        (SERIES.format("Both", "firing", team + ',instance="b"'), "_x30 1x9 stale"),
        (SERIES.format("Foreign", "firing", 'team="platform",severity="warning"'), "1x20 stale"),
    ]
    listed = [
        ("QueueFull", "warning", "10m 0s"),
        ("Short", "warning", "less than a minute"),
        ("Both", "warning", "10m 0s"),
    ]
    tests = [
        unit_test(one, series, "2h", listed),
        unit_test(one, series, "23h20m", listed[:1] + listed[2:] + listed[1:2]),
        unit_test(one, series, "25h", []),  # longer ago than the pause
    ]
    (tmp_path / RULES).write_text(yaml.safe_dump(rule_file(one)))
    test = tmp_path / "test.yml"
    test.write_text(yaml.safe_dump({"rule_files": [RULES], "evaluation_interval": "5m", "tests": tests}))
    result = run(engine("promtool"), ("test", "rules", str(test)), cwd=tmp_path)
    assert result.ok, result.stdout + result.stderr


def around(begin):
    """An hour a day, in UTC, that began or begins so many minutes from now, all within today."""
    now = datetime.now(UTC)
    minute = now.hour * 60 + now.minute
    if begin > 0 and minute + begin > 22 * 60:
        begin = -300
    first = max(0, min(minute + begin, 23 * 60))
    return hours(
        span(f"{first // 60:02d}:{first % 60:02d}", f"{first // 60 + 1:02d}:{first % 60:02d}", location="UTC")
    )


@pytest.mark.process
@pytest.mark.tools
def test_what_the_chat_missed_arrives_when_its_hours_begin(tmp_path):
    """An alert fires and ends out of hours: nothing is told. The hours begin: the digest is told, once."""
    which = (replace(ALERTS[4], hold=Duration(0)), alert("HighErrorRate", "billing", team="money"))
    with world(tmp_path, alerts=which, hours={"office": around(60)}) as running:
        ends = time.time() + 12
        one = model(tmp_path / "secrets", alerts=which, hours={"office": around(-1)})
        labels = {**which[0].labels}
        missed = {
            "alert": "QueueFull",
            "expr": f"vector(1) < {ends} and vector(time()) < {ends}",
            "labels": labels,
        }
        tree = rule_file(one, interval="1s")
        tree["groups"].append({"name": "own", "interval": "1s", "rules": [missed]})
        (tmp_path / RULES).write_text(yaml.safe_dump(tree))
        text = yaml.safe_dump(
            {
                "global": {"evaluation_interval": "1s"},
                "rule_files": [str(tmp_path / RULES)],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [running.server.address]}]}]},
            }
        )
        with Prometheus(engine("prometheus")).start(text, reads=(tmp_path,)):
            while not any(a["labels"]["alertname"] == DIGEST for a in running.server.alerts()):
                assert time.time() < ends + 30, running.server.alerts()
                time.sleep(0.2)
            quiet()
            assert running.capture.told == []
            _open(one, tmp_path, running)
            chat = running.capture.wait("/slack/office")[0]["attachments"][0]
            quiet(4)
    assert len(running.capture.told) == 1
    assert chat["title"] == "[digest] production/eu1 money: 1 alert came and went outside your hours"
    assert chat["text"].startswith("• QueueFull of billing (warning) fired for ") and "\n" not in chat["text"]
    assert chat["text"].endswith(" and is over")
    keep("chat-digest.json", chat)


def _open(one, folder, running):
    """The same configuration with hours that have just begun, and seconds for minutes."""
    file = redirected(one, folder, running.capture)
    tree = yaml.safe_load(file.read_text())
    for route in tree["route"]["routes"]:
        if any(DIGEST in matcher for matcher in route["matchers"]):
            route |= {"group_wait": "1s", "group_interval": "1s"}
    file.write_text(yaml.safe_dump(tree))
    running.server.reload()
