"""This repository is a workspace of its own: what is committed is what its spec says."""

from pathlib import Path

import pytest

from tocsin.app.generate import generate
from tocsin.app.why import why
from tocsin.app.workspace import open_workspace
from tocsin.artifacts.origins import trace_line
from tocsin.diag.diagnostic import Sink

ROOT = Path(__file__).parents[2]


def test_everything_committed_is_up_to_date() -> None:
    sink = Sink()
    outcome = generate(ROOT, sink, check=True)
    assert not sink.found
    assert outcome.comparison is not None
    stale = [p.artifact.path for p in outcome.comparison.planned if p.status != "unchanged"]
    assert (outcome.ended, stale, outcome.comparison.orphans) == ("unchanged", [], ())


def test_every_alert_that_pages_has_a_runbook_written_by_hand() -> None:
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    paging = [a for a in opened.workspace.environments[0].alerts if a.severity == "critical"]
    assert len(paging) >= 5
    for alert in paging:
        text = (ROOT / "runbooks" / alert.runbook).read_text()
        assert "TODO:" not in text and len(text) > 2000, alert.name
    assert len(list((ROOT / "runbooks").glob("*.md"))) >= 12


PLACES = [
    ("alerts/greenstack-api.yaml", "- alert: HighErrorRate", "services.greenstack-api.alerts.HighErrorRate"),
    (
        "loki/rules/fake/greenstack-api.yaml",
        "- alert: DbErrorsInLogs",
        "services.greenstack-api.alerts.DbErrorsInLogs",
    ),
    ("alertmanager/alertmanager.yml", "- name: platform-chat", "receivers.platform-chat"),
    ("prometheus/prometheus.yml", "job_name: greenstack-api", "services.greenstack-api.scrape"),
    ("dashboards/error-tracking.json", '"title": "Error rate by endpoint"', "dashboards.error-tracking.rows"),
    ("runbooks/HighErrorRate.md", "| Fires when", "services.greenstack-api.alerts.HighErrorRate"),
    (
        "env/staging/alerts/greenstack-api.yaml",
        "- alert: HighErrorRate",
        "services.greenstack-api.alerts.HighErrorRate",
    ),
]


@pytest.mark.parametrize(("file", "text", "node"), PLACES, ids=[p[0] for p in PLACES])
def test_a_generated_line_leads_to_its_node_in_the_spec(file: str, text: str, node: str) -> None:
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    lines = (ROOT / file).read_text().split("\n")
    number = next(i for i, line in enumerate(lines, 1) if text in line)
    found = why(opened, file, number)
    assert found.trace.origin.dotted.startswith(node)
    assert found.trace.origin.source.name == "spec.yaml"


def test_every_generated_line_has_an_origin() -> None:
    opened = open_workspace(ROOT, Sink())
    assert opened is not None
    for artifact in opened.artifacts():
        if artifact.path in ("alerts/node.yaml", "alertmanager/alertmanager.yml", "docker-compose.yml"):
            text = (ROOT / artifact.path).read_text()
            for line in range(1, text.count("\n") + 1, 7):
                found = trace_line(artifact, text, line)
                assert found is not None and found.origin.span.line >= 1
