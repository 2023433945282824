"""The repository's own alerts are proven: from nothing, and by the tests that are committed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engines.needs import need

from tocsin import engines

ROOT = Path(__file__).parent.parent.parent
NOT_FOUND = {"LogVolumeHigh"}
"""What the search does not find: 200 MB of lines are more than a test pushes."""
JUDGED = ("parses", "fires", "quiet", "resolves", "intended", "routed", "guided")
pytestmark = [pytest.mark.tools, pytest.mark.process]


def tocsin(*args: str) -> subprocess.CompletedProcess[str]:
    need(engines.promtool())
    need(engines.loki())
    command = [sys.executable, "-m", "tocsin", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_all_alerts_are_proven_from_nothing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "spec.yaml", tmp_path)
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    done = tocsin("-C", str(tmp_path), "prove", "--fresh", "--json")
    told = json.loads(done.stdout)
    assert not told["failed"], told["summary"]
    assert len(told["alerts"]) > 20
    for alert in told["alerts"]:
        for rule in alert["rules"]:
            states = {name: rule["columns"][name]["state"] for name in JUDGED}
            assert "refuted" not in states.values(), alert
            if alert["alert"].rpartition("/")[2] not in NOT_FOUND:
                assert states["fires"] == states["parses"] == "proven", alert


def test_the_committed_proofs_are_those_of_the_rules_and_pass() -> None:
    done = tocsin("-C", str(ROOT), "prove", "--check")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
