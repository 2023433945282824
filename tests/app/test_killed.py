"""SIGKILL at every write of a run: each file is the old one or the new one, and the next run finishes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tocsin.app.generate import generate
from tocsin.artifacts.disk import TEMPORARY
from tocsin.diag.diagnostic import Sink
from workspaces import SHOP, edited

SCRIPT = Path(__file__).with_name("kill_at.py")
NEXT = edited(
    SHOP,
    ("above: 5%", "above: 3%"),
    ("      WebDown: {severity: critical, template: service-down, for: 1m}\n", ""),
    ("  overview:\n    title: Overview", "  traffic:\n    title: Traffic"),
)
"""A changed alert, one alert less, and a dashboard under another name: files change, one is new, one goes."""


def written(root: Path, spec: str) -> dict[str, str]:
    """The files of a workspace after a run."""
    (root / "spec.yaml").write_text(spec)
    sink = Sink()
    assert generate(root, sink).ended in ("written", "unchanged")
    assert not sink.found
    found = (p for p in root.rglob("*") if p.is_file() and ".tocsin/" not in str(p))
    return {str(p.relative_to(root)): p.read_text() for p in found}


def test_a_kill_at_any_write_leaves_old_or_new_files_and_the_next_run_finishes(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    old = written(root, SHOP)
    reference = tmp_path / "reference"
    reference.mkdir()
    written(reference, SHOP)
    new = written(reference, NEXT)
    (root / "spec.yaml").write_text(NEXT)
    done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=True)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) > 10, "a run changes the disk more than ten times"
    assert [run["ended"] for run in runs] == [False] * (len(runs) - 1) + [True]
    for run in runs:
        _judge(run, old, new)
    assert sum("interrupted" in run["again"][1] for run in runs) > 5
    assert any(len(run["after"]) > len(new) for run in runs), "some kill must leave something to sweep"


def _judge(run: dict[str, Any], old: dict[str, str], new: dict[str, str]) -> None:
    for path, text in run["after"].items():
        if path.endswith(TEMPORARY) or path == "spec.yaml":
            continue
        assert text in (old.get(path), new.get(path)), f"{path} is neither old nor new"
    for path in old.keys() & new.keys():
        assert path in run["after"], f"{path} is lost"
    whole = {p: t for p, t in run["after"].items() if not p.endswith(TEMPORARY)} == new
    if run["check"] is not None:
        code, said = run["check"]
        assert code == (0 if whole and "interrupted" not in said else 1), said
        assert ("an earlier run was interrupted; `make generate` will finish it" in said) == (
            "interrupted" in said
        )
        assert ("an earlier run was interrupted; this one finished it" in run["again"][1]) == (
            "interrupted" in said
        )
    assert run["again"][0] == 0
    assert run["end"] == new
