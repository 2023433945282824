"""An extension is one new file: each kind is added to a copy of the source, and used at once.

The files are those that `tocsin new` makes; a renderer, which it does not make, is written here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tocsin import engines
from tocsin.engines.answers import NotRun
from workspaces import SHOP, edited

ROOT = Path(__file__).parents[2]
RENDERER = '''"""A list of the services, for people."""

from collections.abc import Iterator

from tocsin.artifacts.tree import Artifact
from tocsin.model.workspace import Model
from tocsin.render.renderer import renderer


@renderer("inventory")
def inventory(model: Model) -> Iterator[Artifact]:
    """`prometheus/inventory.yaml`."""
    tree = {name: {"team": service.team} for name, service in model.services.items()}
    path = f"{model.root}prometheus/inventory.yaml"
    yield Artifact(path=path, format="yaml", tree=tree, origin=model.origin, kind="inventories")
'''
ADDED = {
    "src/tocsin/checks/house_no_todo.py",
    "src/tocsin/library/alerts/very_full.py",
    "src/tocsin/library/panels/plain_line.py",
    "src/tocsin/library/receivers/door_bell.py",
    "src/tocsin/library/packs/lamp.yaml",
    "src/tocsin/render/inventory.py",
}
SPEC = edited(
    SHOP,
    ("services:\n  web:\n", "packs: [lamp]\nservices:\n  lamp: {scrape: {targets: [lamp:80]}}\n  web:\n"),
    ("      web_requests_total:", "      web_queue: {type: gauge, help: waiting}\n      web_requests_total:"),
    (
        "      WebDown:",
        "      QueueFull:\n"
        "        {severity: warning, template: very-full, of: web_queue, above: 100, labels: {todo: x}}\n"
        "      WebDown:",
    ),
    (
        "        - {show: rate,",
        "        - {show: plain-line, of: web_queue}\n"
        "        - {show: alert, alert: QueueFull}\n"
        "        - {show: rate,",
    ),
    ("  chat: {slack:", "  bell: {door-bell: {url_file: /run/secrets/bell}}\n  chat: {slack:"),
    ("page: pager,", "page: pager, ring: bell,"),
    ("notify: [chat]}", "notify: [chat, ring]}"),
)


@dataclass(frozen=True)
class Copy:
    """A copy of the source with one new file of each kind, and a workspace that uses them all."""

    root: Path
    workspace: Path

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """A Python command that uses the copy; it must end well."""
        done = self.ran(*command, cwd=cwd)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
        return done.stdout

    def ran(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("TOCSIN_REQUIRE", None)
        return subprocess.run(
            [sys.executable, *command],
            cwd=cwd or self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def tocsin(self, *args: str) -> str:
        return self.run("-m", "tocsin", "-C", str(self.workspace), *args)


def contents(root: Path) -> Mapping[str, bytes]:
    found = (p for p in (root / "src" / "tocsin").rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("copy").resolve()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for folder in ("src", "tests", "engines"):
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    before = contents(root)
    workspace = root / "workspace"
    workspace.mkdir()
    (workspace / "spec.yaml").write_text(SPEC, encoding="utf-8")
    made = Copy(root, workspace)
    for kind, name in (
        ("check", "house/no-todo"),
        ("template", "very-full"),
        ("panel-kind", "plain-line"),
        ("receiver-kind", "door-bell"),
        ("pack", "lamp"),
    ):
        made.run("-m", "tocsin", "-C", str(root), "new", kind, name)
    (root / "src/tocsin/render/inventory.py").write_text(RENDERER, encoding="utf-8")
    after = contents(root)
    assert set(after) - set(before) == ADDED
    assert all(after[name] == data for name, data in before.items()), "no other file is changed"
    return made


def test_all_of_them_are_used_by_generate(copy: Copy) -> None:
    copy.tocsin("generate")
    files = {p.relative_to(copy.workspace).as_posix(): p for p in copy.workspace.rglob("*") if p.is_file()}
    assert "> 100" in files["alerts/web.yaml"].read_text("utf-8")
    assert "lamp:" in files["prometheus/inventory.yaml"].read_text("utf-8")
    assert "url_file: /run/secrets/bell" in files["alertmanager/alertmanager.yml"].read_text("utf-8")
    panels = json.loads(files["dashboards/overview.json"].read_text("utf-8"))["panels"]
    shown = [one for one in panels if one["type"] == "timeseries"]
    assert len(shown) == 3 and "web_queue" in json.dumps(shown[0])
    assert any("lamp_up" in p.read_text("utf-8") for n, p in files.items() if n.startswith("dashboards/"))
    assert "unchanged" in copy.tocsin("generate", "--check")


def test_the_check_finds_its_thing(copy: Copy) -> None:
    said = copy.ran(
        "-m", "tocsin", "-C", str(copy.workspace), "check", "--no-engines", "--only", "house/no-todo"
    )
    assert "[house/no-todo]: `QueueFull` has something to do" in said.stdout, said.stdout + said.stderr
    assert "QueueFull" in copy.tocsin("explain", "web/QueueFull")
    assert "labels: {todo: later}" in copy.tocsin("explain", "house/no-todo")


def test_the_schema_and_the_reference_know_them(copy: Copy) -> None:
    copy.tocsin("generate")
    schema = json.loads((copy.workspace / "schema/spec.schema.json").read_text("utf-8"))
    assert {"alert.very-full", "panel.plain-line", "receiver.door-bell"} <= set(schema["definitions"])
    assert "lamp" in schema["properties"]["packs"]["items"]["enum"]
    code = "from tocsin.app.reference import reference; print('\\n'.join(reference().values()))"
    pages = copy.run("-c", code)
    for name in ("very-full", "plain-line", "door-bell", "lamp", "house/no-todo"):
        assert re.search(rf"^#+ `?{name}`?", pages, re.MULTILINE), name


TESTS = (
    "tests/checks/test_examples.py",
    "tests/library/test_panels.py",
    "tests/library/test_receivers.py",
    "tests/library/test_alerts.py",
    "tests/house/test_codes.py",
)
WHICH = "no-todo or no_todo or plain-line or zoom or door-bell or very-full or every_example or catch or page"
ONLY_NEW = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "tests" / "library"))

import alert_cases
import alert_cases_packs

every = alert_cases.template_cases
alert_cases.template_cases = lambda: (case for case in every() if case.home == "very-full")
alert_cases_packs.PACK_EXAMPLES = {}
"""
"""promtool judges the new template's examples, not those of all others again."""


@pytest.mark.tools
def test_they_pass_the_tests_of_their_kind_as_they_are(copy: Copy) -> None:
    missing = engines.promtool(copy.root)
    if isinstance(missing, NotRun):
        pytest.skip(str(missing))
    (copy.root / "only_new.py").write_text(ONLY_NEW, encoding="utf-8")
    options = ("-q", "-x", "-p", "no:cacheprovider", "-p", "only_new")
    said = copy.run("-m", "pytest", *options, *TESTS, "-k", WHICH)
    assert " passed" in said and " skipped" not in said, said


def test_they_are_formatted_and_free_of_findings(copy: Copy) -> None:
    python = [name for name in sorted(ADDED) if name.endswith(".py")]
    for command in (("check", "--quiet"), ("format", "--check", "--quiet")):
        done = copy.ran("-m", "ruff", *command, *python)
        if "No module named" in done.stderr:
            pytest.skip("ruff is not installed")
        assert done.returncode == 0, done.stdout
