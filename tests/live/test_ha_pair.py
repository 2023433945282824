"""A pair of everything on the shipped files: a fault is told once to each receiver, whoever of a pair dies.

One story, for the start of five servers is dear. Times are compressed as `ha_world.py` says.
"""

import re
import time

import pytest
from tests.live.ha_world import QUIET, Pair, eventually, killed, pair

pytestmark = pytest.mark.process
REPLICA = re.compile("replica|prometheus-[12]")
PAGER, CHAT, SENIOR = "platform-pager", "platform-chat", "senior-pager"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pair(tmp_path_factory.mktemp("pair")) as running:
        yield running


def both(alert: str, what: str) -> tuple[tuple[str, str, str], ...]:
    return (PAGER, alert, what), (CHAT, alert, what)


def firing(world: Pair, which: int) -> set[str]:
    return {a["labels"]["alertname"] for a in world.prometheus[which].alerts() if a["state"] == "firing"}


def once(world: Pair, *wanted: tuple[str, str, str], within: float = 30) -> None:
    """Each of these and nothing else, and no second time."""
    world.wait(*wanted, within=within)
    time.sleep(QUIET)
    assert world.told() == dict.fromkeys(wanted, 1), world.evidence()


def test_one_story(world):
    heartbeats_of_a_healthy_pair(world)
    told = a_fault_is_told_once(world)
    told = half_of_each_pair_dies_and_the_rest_goes_on(world, told)
    told = what_still_fires_goes_to_the_senior(world, told)
    told = the_end_is_told_once(world, told)
    an_outage_is_told_and_what_follows_from_it_is_not(world, told)


def heartbeats_of_a_healthy_pair(world):
    eventually(lambda: len(world.capture.at("/webhook/heartbeat")) > 1, 20, world.evidence)
    assert firing(world, 0) == firing(world, 1) == {"Watchdog"}
    assert not world.told()


def a_fault_is_told_once(world):
    world.app.fail(0.4)
    told = both("HighErrorRate", "trigger")
    once(world, *told)
    assert "HighErrorRate" in firing(world, 0) & firing(world, 1), "both have seen it"
    for server in world.alertmanagers:
        alerts = [a["labels"] for a in server.alerts()]
        assert len(alerts) == len({(a["alertname"], a.get("escalated")) for a in alerts}), "not one of each"
        assert all("__replica__" not in a for a in alerts)
        [error] = [a for a in alerts if a["alertname"] == "HighErrorRate" and "escalated" not in a]
        assert error == {"alertname": "HighErrorRate", "cluster": "eu1", "environment": "production",
                         "service": "greenstack-api", "team": "platform", "severity": "critical"}  # fmt: skip
    assert not [body for _, body in world.capture.told if REPLICA.search(str(body))]
    return told


def half_of_each_pair_dies_and_the_rest_goes_on(world, told):
    beats = len(world.capture.at("/webhook/heartbeat"))
    killed(world.prometheus[0])
    killed(world.alertmanagers[0])
    world.app.ready = False
    told = (*told, *both("ReadinessFailing", "trigger"))
    world.wait(*told)
    eventually(lambda: len(world.capture.at("/webhook/heartbeat")) > beats + 1, 20, world.evidence)
    return told


def what_still_fires_goes_to_the_senior(world, told):
    alerts = ("HighErrorRate", "ReadinessFailing")
    told = (*told, *((SENIOR, f"{alert} escalated", "trigger") for alert in alerts))
    once(world, *told, within=60)
    return told


def the_end_is_told_once(world, told):
    world.app.fail(0.0)
    world.app.ready = True
    ended = tuple((receiver, alert, "resolve") for receiver, alert, _ in told)
    told = (*told, *ended)
    once(world, *told)
    assert firing(world, 1) == {"Watchdog"}
    return told


def an_outage_is_told_and_what_follows_from_it_is_not(world, told):
    world.app.answers = False
    told = (*told, *both("ServiceDown", "trigger"))
    world.wait(*told)
    world.app.ready = False

    def muted():
        return {a["status"]["state"] for a in world.alertmanagers[1].alerts()
                if a["labels"]["alertname"] == "ReadinessFailing"} == {"suppressed"}  # fmt: skip

    eventually(muted, 20, world.evidence)
    world.app.answers = world.app.ready = True
    told = (*told, *both("ServiceDown", "resolve"))
    world.wait(*told)
    time.sleep(QUIET)
    late = {one for one in world.told() if one[1] == "ServiceDown escalated"}  # where the machine is slow
    assert world.told() == dict.fromkeys((*told, *late), 1), world.evidence()
