"""What `explain ALERT` says, in facts, lines and JSON, and what it answers to names nobody knows."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from tests.app.explain_world import MIXED, ROOT, WORLDS, mixed

from tocsin.app.explain_alert import explain, explain_in, repeats, zone_for
from tocsin.app.explain_lines import WIDTH, as_json, render_lines
from tocsin.app.instant import NotUnderstood, instant
from tocsin.cli import cli
from tocsin.model.routing import Timing
from tocsin.spec.values import Duration

NOW = datetime(2026, 10, 7, 12, 34, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def world():
    return mixed()


def said(world, name, at="now", **more):
    return explain_in(world, name, at, now=NOW, **more)


def text(*args, **more):
    return "\n".join(render_lines(said(*args, **more)))


def test_in_hours(world):
    found = said(world, "web/Down", "wed 12:00")
    assert [(t.receiver, t.now, t.after, t.repeat) for t in found.told] == [
        ("pager", True, "10s", ("1h", "1h5m")), ("berlin", True, "10s", ("1h", "1h5m"))]  # fmt: skip
    assert found.first == "1m10s" and found.hold == "1m" and found.evaluated == "15s"


def test_out_of_hours(world):
    shown = text(world, "web/Slow", "sun 03:00")
    assert "told          at sun 2026-10-11 03:00 CEST (Europe/Berlin)" in shown
    assert "silent until sun 07:00 CEST: outside berlin (07:00-22:00 Europe/Berlin)" in shown
    assert "then told within 7m if it still fires" in " ".join(shown.split())
    assert "in the digest" in shown
    assert said(world, "web/Slow", "sun 03:00").first == ""


def test_hours_of_another_zone_end_on_their_own_clock(world):
    shown = " ".join(text(world, "api/Slow", "fri 22:00 Europe/Berlin").split())
    assert "in york (monday:friday 09:00-12:00 13:00-17:30 America/New_York) until fri 17:30 EDT" in shown
    assert "silent until mon 09:00 EDT" in " ".join(text(world, "api/Slow", "sat 12:00").split())


def test_the_night_in_which_the_clocks_go_back(world):
    night = said(world, "web/Slow", "2026-10-25 02:30")
    assert "twice" in night.at.note
    assert night.at.note in " ".join(text(world, "web/Slow", "2026-10-25 02:30").split())
    assert f"{night.told[0].until:%a %H:%M %Z}" == "Sun 07:00 CET"


def test_a_rule_holds_for_whole_evaluations(world):
    assert said(world, "web/Slow", "wed 12:00").first == "1m45s"  # 70s at 15s: 75s, and 30s to collect


def test_escalation(world):
    found = said(world, "api/Down", "sat 12:00")
    assert found.escalate_after == "15m" and [t.receiver for t in found.escalated] == ["mixed"]
    assert found.escalated[0].after == "15m10s"
    assert "when it has fired for 15m" in text(world, "api/Down", "sat 12:00")


def test_mutes_of_the_same_service_only(world):
    assert [m.when for m in said(world, "web/Named").muted_while] == ["Down"]
    assert [m.when for m in said(world, "web/Down").mutes] == ["Slow", "Named"]
    assert [m.when for m in said(world, "api/Down").mutes] == ["Slow"]
    assert "Down fires, same cluster, environment, service and instance" in text(world, "api/Slow")


def test_shadow(world):
    assert "nobody: the alert is in shadow" in text(world, "web/Trial")


def test_an_alert_whose_severity_tells_nobody_falls_back(world):
    found = said(world, "web/Told")
    assert [t.receiver for t in found.told] == ["always"] and found.keep_firing == "5m"
    assert "goes on for 5m after the cause has gone" in text(world, "web/Told")


@pytest.mark.parametrize(("interval", "repeat", "least", "most"), [
    ("5m", "1h", "1h", "1h5m"),
    ("5m", "12m", "15m", "15m"),
    ("5m", "1m", "5m", "5m"),
    ("1m", "54s", "1m", "1m"),
])  # fmt: skip
def test_repeats(interval, repeat, least, most):
    timing = Timing(wait=Duration(0), interval=Duration.parse(interval), repeat=Duration.parse(repeat))
    assert repeats(timing) == (least, most)


@pytest.mark.parametrize(("name", "more", "answer"), [
    ("Down", {}, "`Down` is said of 2 services: write `web/Down`, `api/Down`"),
    ("Donw", {}, "there is no alert `Donw`; did you mean `Down`?"),
    ("web/Nmaed", {}, "there is no alert `Nmaed` of web; did you mean `Named`?"),
    ("Untold", {}, "`Untold` is called `web/Told` now"),
    ("Only", {}, "`Only` is not in the environment `production`; add `--env staging`"),
    ("Named", {"environment": "stagin"}, "there is no environment `stagin`; did you mean `staging`?"),
    ("zzz", {}, "there is no alert `zzz`; there are `Down`, `Slow`, `Named`, `Trial`, `Told`"),
])  # fmt: skip
def test_names_that_nobody_knows(world, name, more, answer):
    with pytest.raises(NotUnderstood) as caught:
        said(world, name, **more)
    assert str(caught.value) == answer


def test_another_environment(world):
    found = said(world, "Only", environment="staging")
    assert found.environment == "staging" and found.labels["environment"] == "staging"


@pytest.mark.parametrize("at", ["now", "sun 03:00", "2026-10-25 02:30"])
@WORLDS
def test_lines_are_under_100_columns_and_json_is_json(world, at):
    for model in world().environments:
        for alert in model.alerts:
            one = explain(model, alert, instant(at, zone_for(model, alert), NOW))
            lines = render_lines(one)
            assert not [line for line in lines if len(line) > WIDTH and "://" not in line]
            assert all(line == line.rstrip() for line in lines)
            assert json.loads(json.dumps(as_json(one)))["alert"] == alert.id
            whole = "\n".join(render_lines(one, whole_expr=True))
            assert all(line.strip() in whole for line in alert.variants[0].condition.expr.splitlines())


def test_the_silence_is_one_command(world):
    shown = text(world, "web/Down")
    command = shown[shown.index("amtool silence add") :].partition("\n\n")[0].replace("\\\n", "")
    assert command.split()[3:7] == ["alertname=Down", "cluster=eu1", "environment=production", "service=web"]


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "spec.yaml").write_text(MIXED)
    return tmp_path


def call(folder, *args):
    return CliRunner().invoke(cli, ["-C", str(folder), "explain", *args], standalone_mode=False)


def test_the_command(shop):
    result = call(shop, "web/Down", "--at", "sun 03:00")
    assert result.return_value == 0 and result.output.startswith("web/Down  critical, team day")
    data = json.loads(call(shop, "web/Down", "--at", "sun 03:00 UTC", "--json").output)
    assert [t["now"] for t in data["told"]] == [True, False]
    assert data["at"]["zone"] == "UTC"


def test_a_code_is_a_page_and_a_near_one_is_offered(shop):
    assert call(shop, "promql/rate-on-gauge").output.startswith("# promql/rate-on-gauge")
    assert "did you mean `promql/rate-on-gauge`?" in str(call(shop, "promql/rate-on-guage").exception)


def test_nonsense_is_a_usage_error(shop):
    assert "write `sun 03:00` or `sun 15:00`" in str(call(shop, "web/Down", "--at", "sun 3").exception)


def test_a_spec_with_mistakes_shows_them(shop):
    (shop / "spec.yaml").write_text(MIXED + "nonsense: 1\n")
    result = call(shop, "web/Down")
    assert result.return_value == 1 and "nonsense" in result.output


def test_the_repository_explains_its_own():
    assert call(ROOT, "HighErrorRate").return_value == 0
