"""Holds dashboards against Grafana's own published types and registries, by Node.js and locked npm packages.

The checker is proven first: one good dashboard passes, each planted mistake is found where it was planted.
"""

import copy
import fcntl
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.npm

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
GOOD = HERE / "good.json"
PLANTED = json.loads((HERE / "planted.json").read_text(encoding="utf-8"))
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
INSTALL_SECONDS = 300


def install() -> None:
    """Bring the locked packages, once per lock file; skips when npm or the network is not there."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        pytest.skip("Node.js with npm is not installed")
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == locked:
            return
        command = [npm, "ci", "--ignore-scripts", "--prefer-offline", "--no-progress", "--fetch-retries=1"]
        try:
            done = subprocess.run(
                command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm ci did not end within {INSTALL_SECONDS} s")
        if done.returncode:
            pytest.skip(f"npm ci failed: {done.stderr.strip()[-400:]}")
        stamp.write_text(locked)


@pytest.fixture(scope="module")
def check():
    install()

    def run(files: list[Path]) -> dict[Path, list[dict]]:
        command = ["node", str(HERE / "check.mjs"), "--json", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode in (0, 1), done.stderr
        return {Path(entry["file"]): entry["findings"] for entry in json.loads(done.stdout)}

    return run


def told(results: dict[Path, list[dict]]) -> str:
    return "\n".join(
        f"{file.name}:{found['line']}: {found['path']}: {found['message']}"
        for file, findings in results.items()
        for found in findings
    )


def planted(dashboard: dict, mistake: dict) -> dict:
    """A copy of the dashboard with the value at `at` replaced by `set`, or deleted."""
    changed = copy.deepcopy(dashboard)
    *way, last = [int(index) if index else key for index, key in STEP.findall(mistake["at"])]
    node = changed
    for step in way:
        node = node[step]
    if "set" in mistake:
        node[last] = mistake["set"]
    else:
        del node[last]
    return changed


def caught(mistake: dict, findings: list[dict]) -> bool:
    path, words = mistake.get("expect", mistake["at"]), mistake.get("says", "")
    return any(found["path"] == path and words in found["message"] for found in findings)


def test_the_good_dashboard_conforms(check):
    results = check([GOOD])
    assert not results[GOOD], told(results)


def test_every_planted_mistake_is_found_where_it_is(check, tmp_path):
    good = json.loads(GOOD.read_text(encoding="utf-8"))
    files = {}
    for index, mistake in enumerate(PLANTED):
        file = tmp_path / f"{index:03}.json"
        file.write_text(json.dumps(planted(good, mistake)), encoding="utf-8")
        files[file] = mistake
    results = check(list(files))
    missed = [
        f"{mistake['name']}: {told({file: results[file]}) or 'nothing found'}"
        for file, mistake in files.items()
        if not caught(mistake, results[file])
    ]
    assert not missed, f"{len(missed)} of {len(PLANTED)} planted mistakes missed:\n" + "\n".join(missed)


def test_several_mistakes_are_told_at_once(check, tmp_path):
    dashboard = json.loads(GOOD.read_text(encoding="utf-8"))
    panel = dashboard["panels"][1]
    panel.update(title=5, span=6, renderer="flot")
    panel["fieldConfig"]["defaults"].update(unit="reqsec", nullValueMode="null")
    file = tmp_path / "several.json"
    file.write_text(json.dumps(dashboard, indent=1), encoding="utf-8")
    findings = check([file])[file]
    defaults = "panels[1].fieldConfig.defaults"
    paths = {
        "panels[1].title",
        "panels[1].span",
        "panels[1].renderer",
        f"{defaults}.unit",
        f"{defaults}.nullValueMode",
    }
    assert {found["path"] for found in findings} == paths
    lines = file.read_text(encoding="utf-8").splitlines()
    assert all(found["path"].split(".")[-1] in lines[found["line"] - 1] for found in findings)


def test_a_key_said_twice_and_what_is_no_dashboard_are_found(check, tmp_path):
    cases = {"twice": '{"uid": "a", "uid": "b"}', "list": "[]", "text": "{", "empty": ""}
    files = [tmp_path / f"{name}.json" for name in cases]
    for file, text in zip(files, cases.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    results = check(files)
    assert 'key "uid" is said twice' in told({files[0]: results[files[0]]})
    assert all(results.values())


def test_generated_dashboards_conform(check):
    files = sorted([*REPOSITORY.glob("dashboards/*.json"), *REPOSITORY.glob("env/*/dashboards/*.json")])
    if not files:
        pytest.skip("no dashboards generated")
    results = check(files)
    assert len(results) == len(files)
    assert not any(results.values()), told(results)


def test_grafana_names_its_units():
    install()
    done = subprocess.run(
        ["node", str(HERE / "units.mjs"), "--json"], capture_output=True, text=True, check=True
    )
    assert {"reqps", "s", "percentunit", "bytes", "short"} <= set(json.loads(done.stdout))
