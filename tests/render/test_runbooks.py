"""The hand-written runbooks: complete, in order, and with nothing in them that does not work."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from runbook_pages import FOLDER, GUIDE, Block, blocks, pages, prose
from runbook_world import NOW, World, series
from stack_engines import engine

from tocsin.render.runbook_scaffold import SECTIONS, TODO

PAGING = {
    "ServiceDown",
    "ReadinessFailing",
    "HighErrorRate",
    "DatabaseDown",
    "DiskSpaceCritical",
    "InodesCritical",
    "FilesystemReadOnly",
    "NotificationsFailing",
    "RulesFailing",
    "PrometheusNotIngesting",
    "LokiNotIngesting",
}
WARNINGS = {
    "InstanceDown",
    "SlowRequests",
    "UploadFailureSpike",
    "DbErrorsInLogs",
    "LogsMissing",
    "LogVolumeHigh",
    "SeriesOverBudget",
    "DiskSpaceLow",
    "HighMemoryUsage",
    "MemoryPressure",
    "Watchdog",
    "RulesLate",
    "TargetMissing",
    "RemoteWriteLagging",
}
DASHBOARDS = FOLDER.parent / "dashboards"
NAMED = re.compile(r"Dashboard \*\*([^*]+)\*\*, panel \*\*([^*]+)\*\*")
page_wise = pytest.mark.parametrize("page", pages(), ids=lambda p: p.stem)


def test_every_alert_has_its_page() -> None:
    assert {p.stem for p in pages()} >= PAGING | WARNINGS


@page_wise
def test_the_title_names_the_alert_and_what_is_noticed(page: Path) -> None:
    title = page.read_text("utf-8").splitlines()[0]
    name, _, sentence = title.removeprefix("# ").partition(": ")
    assert title.startswith("# ") and name == page.stem and len(sentence.split()) >= 5, title


@page_wise
def test_the_facts_come_first_and_the_sections_in_order(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = re.findall(r"^## (.*)$", prose(page), re.MULTILINE)
    assert tuple(headings) == SECTIONS
    assert text.count("<!-- tocsin:facts") == text.count("<!-- /tocsin:facts -->") == 1
    assert text.index("<!-- tocsin:facts") < text.index(f"## {SECTIONS[0]}")


@page_wise
def test_each_section_has_what_it_promises(page: Path) -> None:
    sections = re.split(r"^## .*$", prose(page), flags=re.MULTILINE)[1:]
    first, real, where, why = sections[1:5]
    assert re.findall(r"^\d\. ", first, re.MULTILINE) == ["1. ", "2. ", "3. "]
    assert len(re.findall(r"```(?:promql|logql)", real)) >= 2 and "ormal" in real
    assert all(word in where for word in ("By endpoint", "By instance", "By time"))
    assert why.count("\n### 1. ") == 1
    assert TODO not in prose(page)


@pytest.mark.parametrize("page", [*pages(), GUIDE], ids=lambda p: p.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(page))
    local = [t for t in targets if "://" not in t]
    assert [t for t in local if not (page.parent / t).exists()] == []


def test_dashboards_and_panels_exist() -> None:
    files = sorted(DASHBOARDS.glob("*.json"))
    if not files:
        pytest.skip("not run: no dashboards/ yet (make generate)")
    known = {
        (d["title"], p["title"])
        for d in map(json.loads, (f.read_text("utf-8") for f in files))
        for p in _panels(d["panels"])
    }
    named = {(title, panel) for page in pages() for title, panel in NAMED.findall(prose(page))}
    assert named and named - known == set()


def _panels(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [q for p in found for q in (p, *_panels(p.get("panels", [])))]


@pytest.mark.parametrize("block", blocks("promql"), ids=str)
def test_promql_parses(block: Block) -> None:
    promql_parser.parse(block.body)


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_are_shell(block: Block) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("not run: no bash")
    done = subprocess.run([bash, "-n"], input=block.body, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_block_says_what_it_is() -> None:
    known = {"promql", "logql", "traceql", "sh", "text"}
    fences = [
        (p.name, word)
        for p in (*pages(), GUIDE)
        for word in re.findall(r"^ *```(\w*)$", prose(p), re.MULTILINE)
    ]
    assert {f for f in fences if f[1] and f[1] not in known} == set()
    assert sum(1 for f in fences if f[1]) * 2 == len(fences)


@pytest.mark.tools
def test_logql_parses(tmp_path: Path) -> None:
    """One file for each query: lokitool 3.7.8 stops at the first mistake."""
    found, said = blocks("logql"), []
    for number, block in enumerate(found):
        file = tmp_path / f"{number}.yaml"
        rule = {"alert": "A", "expr": block.body}
        file.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}), "utf-8")
        code, answer = _tool("lokitool", "rules", "check", str(file))
        if code or "level=error" in answer:
            said.append(f"{block}: {answer}")
    assert found and said == []


def _tool(name: str, *args: str) -> tuple[int, str]:
    done = subprocess.run([str(engine(name).path), *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _promtool(tmp_path: Path, world: World, found: list[Block], value: int) -> str:
    """What promtool complains about; `value` is 1 when every query must find something, 0 when none may."""
    tests = [
        {
            "expr": f"(count(\n{block.body}\n) or vector(0)) > bool 0",
            "eval_time": f"{NOW}s",
            "exp_samples": [{"labels": "{}", "value": value}],
        }
        for block in found
    ]
    case = {"interval": "1m", "input_series": series(world), "promql_expr_test": tests}
    file = tmp_path / f"{world}.yaml"
    file.write_text(yaml.safe_dump({"evaluation_interval": "1d", "tests": [case]}), "utf-8")
    code, answer = _tool("promtool", "test", "rules", str(file))
    return answer if code else ""


@pytest.mark.tools
def test_queries_find_what_is_broken(tmp_path: Path) -> None:
    """With everything broken each PromQL query answers: its metrics and labels exist, its matching works."""
    assert _promtool(tmp_path, "broken", blocks("promql"), 1) == ""


@pytest.mark.tools
def test_what_should_have_no_row_when_all_is_well_has_none(tmp_path: Path) -> None:
    """`Normal: no row.` before a query is a promise."""
    quiet = [b for b in blocks("promql") if re.search(r"[Nn]ormal: no row", b.before)]
    assert quiet
    assert _promtool(tmp_path, "well", quiet, 0) == ""
