"""Hours as a person says them, in the shape that Alertmanager takes."""

from pathlib import Path

import pytest

from tocsin import engines
from tocsin.app.workspace import open_workspace
from tocsin.artifacts.emit import emit
from tocsin.diag.diagnostic import Sink
from tocsin.engines import Missing
from tocsin.model import clock

SPEC = """\
tocsin: 1
name: shop
identity: {{cluster: eu1, environment: production}}
receivers:
  chat: {{slack: {{channel: "#a", api_url_file: /run/secrets/slack}}, hours: some}}
  pager: {{pagerduty: {{routing_key_file: /run/secrets/pagerduty}}}}
teams: {{shop: {{page: pager, chat: chat}}}}
severities: {{critical: {{notify: [page, chat], runbook: optional}}}}
fallback: pager
hours: {{some: {{when: [{{days: ["{days}"], times: "10:00-16:00"}}]}}}}
services:
  shop: {{team: shop, scrape: {{targets: ["shop:80"]}}}}
"""
RANGES = [
    ("monday", ["monday"]),
    ("monday:friday", ["monday:friday"]),
    ("sunday:saturday", ["sunday:saturday"]),
    ("monday:sunday", ["monday:saturday", "sunday"]),
    ("saturday:sunday", ["saturday", "sunday"]),
    ("friday:monday", ["friday:saturday", "sunday:monday"]),
    ("sunday:sunday", ["sunday:sunday"]),
]


def opened(folder: Path, days: str):
    (folder / "spec.yaml").write_text(SPEC.format(days=days))
    sink = Sink()
    found = open_workspace(folder, sink)
    assert found is not None, [d.message for d in sink.found]
    return found


@pytest.mark.parametrize(("days", "expected"), RANGES)
def test_a_week_may_begin_on_any_day(days, expected, tmp_path):
    hours = opened(tmp_path, days).workspace.environments[0].hours["some"]
    assert hours.intervals[0]["weekdays"] == expected


def test_nothing_is_lost_of_a_range(tmp_path):
    hours = opened(tmp_path, "friday:monday").workspace.environments[0].hours["some"]
    assert clock.days(hours.intervals[0]) == (0, 4, 5, 6)


@pytest.mark.tools
@pytest.mark.parametrize("days", [days for days, _ in RANGES])
def test_alertmanager_takes_every_range(days, tmp_path):
    artifact = next(
        a for a in opened(tmp_path, days).artifacts() if a.path == "alertmanager/alertmanager.yml"
    )
    file = tmp_path / "alertmanager.yml"
    file.write_text(emit(artifact))
    tool = engines.amtool(tmp_path)
    assert not isinstance(tool, Missing)
    verdict = tool.check_config(Path(file.name))
    assert not verdict.problems, verdict
