"""Routes, hours and inhibitions: what the model says, what amtool makes of the files, and that they agree."""

import itertools
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml
from model_fixture import ALERTS, IDENTITY, alert, model, severity, write
from stack_engines import engine
from stack_model import HERE

from tocsin.app.workspace import open_workspace
from tocsin.artifacts.emit import emit
from tocsin.artifacts.tree import Map
from tocsin.diag.diagnostic import Sink
from tocsin.engines.tools.amtool import Amtool
from tocsin.model.alerting import Inhibition, Team, Watchdog
from tocsin.model.digest import DIGEST, digest_routes, digest_rules, digests
from tocsin.model.routing import NOBODY, Routing, labels_of, muted_by, told
from tocsin.query.matchers import Matcher
from tocsin.render.alertmanager import alertmanager, config, matcher_text
from tocsin.spec.values import Duration

ROOT = Path(__file__).parents[2]
NASTY = 'a"b\\c{{ .X }}\nd\te}, x=~"'


def names(one, which, escalated=False):
    return [delivery.receiver for delivery in told(one, which, escalated)]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (ALERTS[0], ["platform-pager", "platform-chat", "mail"]),
        (ALERTS[1], ["platform-pager", "office-chat"]),
        (ALERTS[3], ["platform-chat"]),
        (ALERTS[5], ["mail", "bot"]),
        (ALERTS[7], []),
        (alert("Unknown", team="nobody-knows"), ["platform-pager"]),
        (alert("Unknown", severity="odd"), ["platform-pager"]),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_who_is_told(which, expected):
    assert names(model(), which) == expected


def test_an_escalated_alert_is_told_to_the_escalation_receiver_only_and_later():
    one = model()
    (first,) = told(one, ALERTS[0], escalated=True)
    assert (first.receiver, str(first.after), first.hours) == ("senior-pager", "15m1s", "")


def test_an_escalated_alert_of_a_team_without_escalation_falls_back_and_never_goes_the_usual_way():
    which = alert("X", "billing", team="money", escalate_after=Duration(60_000), to=("bot",))
    assert names(model(alerts=(which,)), which, escalated=True) == ["platform-pager"]


def test_hours_are_those_of_the_receiver():
    assert [d.hours for d in told(model(), ALERTS[1])] == ["", "office"]


def test_one_receiver_in_two_roles_is_told_once():
    team = Team(name="platform", roles=MappingProxyType({"page": "mail", "chat": "mail"}), origin=HERE)
    assert names(model(teams={"platform": team}), ALERTS[0]) == ["mail"]


def test_a_role_that_leads_nowhere_falls_back_rather_than_to_nobody():
    team = Team(name="platform", roles=MappingProxyType({}), origin=HERE)
    assert names(model(teams={"platform": team}), ALERTS[0]) == ["platform-pager"]


def test_inhibition_names():
    one = model()
    assert [rule.when for rule in muted_by(one, ALERTS[3])] == ["ServiceDown", "Untested"]
    assert muted_by(one, ALERTS[2]) == ()  # not by itself
    assert muted_by(one, replace(ALERTS[3], service="billing"))[0].when == "ServiceDown"


def test_the_watchdog_is_never_muted():
    rule = Inhibition(when="A", mute=("Watchdog",), equal=("cluster",), origin=HERE)
    assert "inhibit_rules" not in config(model(inhibitions=(rule,)))


def test_a_heartbeat_has_no_resolved_message_unless_its_receiver_is_used_for_more():
    by_name = {r["name"]: r for r in config(model())["receivers"]}
    assert by_name["heartbeat"]["webhook_configs"][0]["send_resolved"] is False
    shared = config(model(watchdog=Watchdog(to="bot", every=Duration(60_000), origin=HERE)))
    assert {r["name"]: r for r in shared["receivers"]}["bot"]["webhook_configs"][0]["send_resolved"] is True


def test_a_shadow_alert_is_told_to_nobody_even_when_it_names_receivers():
    which = alert("Tried", shadow=True, to=("mail",))
    one = model(alerts=(which,))
    assert names(one, which) == [] and Routing(one).leaf(labels_of(which)).receivers == (NOBODY,)


def test_no_secret_but_its_file():
    """Every text that a receiver's settings call a secret is a path, and nothing else looks like a key."""
    text = "".join(emit(artifact) for artifact in alertmanager(model()))
    for line in text.splitlines():
        key = line.strip().removeprefix("- ").partition(":")[0]
        assert not any(
            word in key for word in ("token", "password", "api_key", "routing_key")
        ) or key.endswith("_file")


def test_the_same_model_gives_the_same_bytes_and_every_route_knows_where_it_was_said():
    assert [emit(a) for a in alertmanager(model())] == [emit(a) for a in alertmanager(model())]
    routes = config(model())["route"]["routes"]
    assert all(isinstance(route, Map) and route.what for route in routes)


def test_an_environment_writes_to_its_own_folder():
    assert all(
        a.path.startswith("env/staging/alertmanager/") for a in alertmanager(model(root="env/staging/"))
    )


def test_only_kinds_in_use_bring_templates():
    used = {n: r for n, r in model().receivers.items() if n in ("platform-pager", "heartbeat")}
    paths = [Path(a.path).name for a in alertmanager(model(receivers=used))]
    assert paths == ["alertmanager.yml", "words.tmpl", "pagerduty.tmpl"]


@pytest.mark.parametrize("text", ["plain", NASTY, "{{", "a\\", '"', "\n", "ü✓"])
def test_a_matcher_survives_yaml(text):
    matcher = matcher_text(Matcher("team", "=", text))
    assert yaml.safe_load(yaml.safe_dump([matcher])) == [matcher]
    assert "\n" not in matcher


# -- amtool ------------------------------------------------------------------------------------


@pytest.fixture
def amtool(tmp_path):
    return Amtool(engine("amtool"), tmp_path)


def reached(amtool, file, labels):
    found = amtool.receivers(file, labels)
    assert isinstance(found, tuple), found
    return list(found)


@pytest.mark.tools
def test_amtool_accepts_the_files(amtool, tmp_path):
    verdict = amtool.check_config(write(model(), tmp_path))
    assert not verdict.problems


@pytest.mark.tools
def test_amtool_accepts_a_model_with_next_to_nothing(amtool, tmp_path):
    bare = model(
        receivers={"bot": model().receivers["bot"]},
        alerts=(),
        teams={},
        severities={},
        inhibitions=(),
        hours={},
        fallback="bot",
        watchdog=None,
    )
    assert not amtool.check_config(write(bare, tmp_path)).problems


@pytest.mark.tools
def test_amtool_and_the_model_agree_on_every_alert(amtool, tmp_path):
    one = model()
    file = write(one, tmp_path)
    for which, escalated in itertools.product(one.alerts, (False, True)):
        if escalated and which.escalate_after is None:
            continue
        expected = names(one, which, escalated) or [NOBODY]
        assert reached(amtool, file, labels_of(which, escalated)) == expected, which.id


@pytest.mark.tools
def test_amtool_and_what_is_not_in_the_spec(amtool, tmp_path):
    file = write(model(), tmp_path)
    assert reached(amtool, file, {"alertname": "Watchdog", **IDENTITY}) == ["heartbeat"]
    assert reached(amtool, file, {"alertname": "Foreign"}) == ["platform-pager"]
    rule = digest_rules(model())[0]
    assert reached(amtool, file, {"alertname": DIGEST, "team": "money", **rule.labels}) == ["office-chat"]


@pytest.mark.tools
def test_amtool_and_names_that_break_careless_escaping(amtool, tmp_path):
    """Every name of the spec that ends in the file, with quotes, braces, newlines and a tab in it."""
    which = alert("Odd", NASTY, team=NASTY, severity=NASTY)
    own = alert("Own", NASTY, team=NASTY, to=(NASTY,))
    receivers = {NASTY: replace(model().receivers["platform-chat"], name=NASTY), **model().receivers}
    team = Team(name=NASTY, roles=MappingProxyType({"chat": NASTY}), origin=HERE)
    rules = (Inhibition(when="Odd", mute=("a.b", "c|d"), equal=(), service=NASTY, origin=HERE),)
    one = model(
        alerts=(which, own),
        receivers=receivers,
        teams={NASTY: team},
        inhibitions=rules,
        severities={NASTY: severity(NASTY, "chat")},
        hours={},
        identity={"cluster": NASTY},
    )
    file = write(replace(one, receivers={n: replace(r, hours="") for n, r in receivers.items()}), tmp_path)
    assert not amtool.check_config(file).problems
    loaded = yaml.safe_load(file.read_text())
    assert NASTY in [r["name"] for r in loaded["receivers"]]
    result = amtool.receivers(file, labels_of(which))
    assert "".join(result) == "".join(NASTY.split(",")).strip(), (
        result
    )  # amtool's own output is comma separated


def test_digest_routes_come_before_all_others():
    one = model()
    routes = config(one)["route"]["routes"]
    assert [r["matchers"][0] for r in routes[:3]] == [
        f'alertname="{DIGEST}"',
        f'alertname="{DIGEST}"',
        'alertname="Watchdog"',
    ]
    assert all(route.hours for route in digest_routes(digests(one)))


@pytest.mark.tools
def test_amtool_and_the_model_agree_on_the_repository_itself(amtool, tmp_path):
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    for one in opened.workspace.environments:
        file = write(one, tmp_path)
        assert not amtool.check_config(file).problems
        routing = Routing(one)
        asked = {}
        for which, escalated in itertools.product(one.alerts, (False, True)):
            if not escalated or which.escalate_after is not None:
                expected = [d.receiver for d in routing.told(which, escalated)] or [NOBODY]
                kind = (which.team, which.severity, which.to, which.shadow, escalated)
                asked.setdefault(kind, (labels_of(which, escalated), expected))
        for labels, expected in asked.values():
            assert reached(amtool, file, labels) == expected, labels
