"""`explain` against the engines: its receivers are amtool's, its hours and mutes a live Alertmanager's.

amtool 0.34.2 reads the routes that are generated and knows labels only. Alertmanager's clock is the
machine's: so its intervals are moved by as much as lies between the instant in question and now.
"""

import re
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from tests.app.explain_world import WORLDS, specs
from tests.app.explain_world import made as made_of
from tests.engines.needs import need
from tests.render.capture import capturing

from tocsin import engines
from tocsin.app.explain_alert import Explanation, explain
from tocsin.app.instant import instant
from tocsin.model.routing import NOBODY, labels_of
from tocsin.model.workspace import Model
from tocsin.render.alertmanager import config, zone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BEGAN = "2026-01-01T00:00:00Z"
WEEK = 7 * 24 * 60
SUPPRESSED = re.compile(r'alertmanager_notifications_suppressed_total\{reason="active_time_interval"\} (\d+)')
INSTANTS = ("sun 03:00", "mon 06:59", "mon 07:00", "mon 21:59", "mon 22:00", "wed 15:30", "sat 20:00",
            "2026-03-29 07:00", "2026-10-25 06:59")  # fmt: skip


def explained(model: Model, at: str = "now") -> list[Explanation]:
    moment = instant(at, zone(model), datetime.now(UTC))
    return [explain(model, alert, moment) for alert in model.alerts]


def twins(one: Explanation, alert) -> Iterator[tuple[dict[str, str], list]]:
    """Labels and receivers of the alert, and of the same that still fires."""
    yield labels_of(alert), list(one.told)
    if one.escalate_after:
        yield labels_of(alert, escalated=True), list(one.escalated)


def plain(tree):
    return yaml.safe_load(yaml.safe_dump(_bare(tree)))


def _bare(tree):
    if isinstance(tree, dict):
        return {str(k): _bare(v) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [_bare(v) for v in tree]
    return str(tree) if isinstance(tree, str) else tree


# -- receivers -------------------------------------------------------------------------------------


def compare_with_amtool(model: Model, folder: Path) -> int:
    tool = need(engines.amtool(folder))
    tree = plain(config(model)) | {"templates": []}
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(tree))
    asked: dict[tuple, tuple[str, ...]] = {}
    for one, alert in zip(explained(model), model.alerts, strict=True):
        for labels, told in twins(one, alert):
            key = tuple(sorted((k, v) for k, v in labels.items() if k not in ("cluster", "environment")))
            if key not in asked:
                answer = tool.receivers(file, labels)
                assert isinstance(answer, tuple), answer
                asked[key] = answer
            assert tuple(t.receiver for t in told) == tuple(r for r in asked[key] if r != NOBODY), labels
    return len(asked)


@pytest.mark.tools
@WORLDS
def test_the_receivers_are_those_that_amtool_names(world, tmp_path):
    asked = 0
    for model in world().environments:
        (tmp_path / model.environment).mkdir()
        asked += compare_with_amtool(model, tmp_path / model.environment)
    assert asked > 10


@pytest.mark.tools
@settings(max_examples=15, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(specs())
def test_the_receivers_are_those_that_amtool_names_whatever_the_spec(tmp_path, spec):
    assert compare_with_amtool(made_of(spec).environments[0], tmp_path)


# -- hours -----------------------------------------------------------------------------------------


def moved(entry: dict, at: datetime, now: datetime) -> list[dict]:
    """A time interval in UTC, moved so that what it says of `at` holds now."""
    there = at.astimezone(ZoneInfo(entry["location"]))
    by = (now.weekday() * 1440 + now.hour * 60 + now.minute) - (
        there.weekday() * 1440 + there.hour * 60 + there.minute)  # fmt: skip
    spans = [span for first, last in _minutes(entry) for span in _by_day(first + by, last + by)]
    return [
        {
            "weekdays": [DAYS[day]],
            "times": [{"start_time": clock(begin), "end_time": clock(end)}],
            "location": "UTC",
        }
        for day, begin, end in spans
    ]


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minutes(entry: dict) -> Iterator[tuple[int, int]]:
    on = set()
    for said in entry.get("weekdays", ["monday:sunday"]):
        first, _, last = said.partition(":")
        on |= set(range(DAYS.index(first), DAYS.index(last or first) + 1))
    for day in on:
        for span in entry.get("times", [{"start_time": "00:00", "end_time": "24:00"}]):
            first, last = (int(span[k][:2]) * 60 + int(span[k][3:]) for k in ("start_time", "end_time"))
            yield day * 1440 + first, day * 1440 + last


def _by_day(begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    while begin < end:
        stop = min(end, (begin // 1440 + 1) * 1440)
        day = begin % WEEK // 1440
        yield day, begin % 1440, stop - begin // 1440 * 1440
        begin = stop


def at_once(route: dict) -> None:
    """One look at each group, at once."""
    route |= {"group_wait": "0s", "group_interval": "1h", "repeat_interval": "1h"}
    for child in route.get("routes", ()):
        at_once(child)


def captured(model: Model, at: datetime, now: datetime, url: str) -> str:
    """The generated configuration with its hours moved and every receiver a webhook of ours."""
    tree = plain(config(model)) | {"templates": [], "global": {}}
    at_once(tree["route"])
    for one in tree.get("time_intervals", ()):
        one["time_intervals"] = [new for entry in one["time_intervals"] for new in moved(entry, at, now)]
    tree["receivers"] = [
        {"name": one["name"],
         "webhook_configs": [{"url": f"{url}/webhook/{one['name']}", "send_resolved": False}]}
        if one["name"] != NOBODY else one for one in tree["receivers"]
    ]  # fmt: skip
    return yaml.safe_dump(tree)


def early_in_a_minute() -> datetime:
    """Now, when the minute has long enough to go."""
    while (now := datetime.now(UTC)).second > 45:
        time.sleep(0.5)
    return now


def suppressed(url: str) -> int:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        found = SUPPRESSED.search(answer.read().decode())
    return int(found[1]) if found else 0


@pytest.mark.process
@pytest.mark.parametrize("at", INSTANTS)
@WORLDS
def test_who_is_told_at_an_instant(world, at):
    model = world().environments[0]
    wanted: set[tuple[str, str]] = set()
    silent, alerts = 0, []
    now = early_in_a_minute()
    moment = instant(at, zone(model), now)
    for one, alert in zip(explained(model, at), model.alerts, strict=True):
        for labels, told in twins(one, alert):
            # a cluster of its own, so that none inhibits another
            cluster = f"{one.alert} {labels.get('escalated', '')}"
            alerts.append({"labels": {**labels, "cluster": cluster}, "startsAt": BEGAN})
            wanted |= {(f"/webhook/{t.receiver}", cluster) for t in told if t.now}
            silent += sum(not t.now for t in told)
    with capturing() as capture:
        text = captured(model, moment.at, now, capture.url)
        with need(engines.alertmanager()).start(text) as server:
            server.post_alerts(alerts)
            end = time.monotonic() + 20
            while len(capture.told) + suppressed(server.url) < len(wanted) + silent:
                assert time.monotonic() < end, (capture.told, suppressed(server.url), wanted, silent)
                time.sleep(0.05)
            assert suppressed(server.url) == silent
        heard = [(where, body["commonLabels"]["cluster"]) for where, body in capture.told]
    assert sorted(heard) == sorted(wanted)


# -- mutes -----------------------------------------------------------------------------------------


@pytest.mark.process
@WORLDS
def test_what_mutes_an_alert(world):
    """Each pair of alerts of a service in a cluster of its own: is the second muted while the first fires?"""
    model = world().environments[0]
    series = {"instance": "a", "mountpoint": "/"}
    wanted, alerts = {}, []
    for one, alert in zip(explained(model), model.alerts, strict=True):
        for other in model.alerts:
            if other.service == alert.service and other is not alert:
                pair = f"{other.name} then {one.alert}"
                wanted[pair] = any(m.when == other.name for m in one.muted_while)
                both = [{**labels_of(a), **series, "cluster": pair} for a in (alert, other)]
                alerts += [{"labels": labels, "startsAt": BEGAN} for labels in both]
    with capturing() as capture:
        now = datetime.now(UTC)
        with need(engines.alertmanager()).start(captured(model, now, now, capture.url)) as server:
            server.post_alerts(alerts)
            until = time.monotonic() + 30  # the inhibitor reads new alerts in its own time
            while (found := _inhibited(server)) != wanted and time.monotonic() < until:
                time.sleep(0.2)
    assert found == wanted
    assert any(wanted.values())


def _inhibited(server) -> dict[str, bool]:
    return {
        labels["cluster"]: bool(a["status"]["inhibitedBy"])
        for a in server.alerts()
        if (labels := a["labels"])["alertname"] == _second(labels["cluster"])
    }


def _second(pair: str) -> str:
    return pair.partition(" then ")[2].rpartition("/")[2]
