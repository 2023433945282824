"""`tocsin prove` and findings that somebody lives with: not told, no failure, and proven by nothing."""

import datetime
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tocsin import engines
from tocsin.app.check import Choice, check
from tocsin.engines import Missing
from workspaces import SHOP, Said, command

pytestmark = pytest.mark.tools
RULES = """\
# one
groups:
  - name: shop
    rules:
      # two
      - alert: TargetsBad
        expr: sum(up == 0) > 0  # three
      - alert: ShopDown
        expr: up{job="shop"} == 0
        for: 5m
"""
IGNORE = "# tocsin: ignore[rule/never-fires] it documents what we once believed"
SCENARIO = """\
scenarios:
  # one
  nobody-answers:
    series: {'up{job="web"}': 0}
    pages: [WebDown]
    within: 1s
"""


@pytest.fixture(autouse=True)
def promtool() -> None:
    found = engines.promtool()
    if isinstance(found, Missing):
        pytest.skip(f"not run: {found}")


def foreign(file: Path, *options: str) -> Said:
    return command("-C", str(file.parent), "prove", "--rules", str(file), *options)


def rules(root: Path, text: str) -> Path:
    file = root / "rules.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("place", ["one", "two", "three"])
def test_a_comment_in_a_foreign_file(tmp_path: Path, place: str) -> None:
    file = rules(tmp_path, RULES.replace(f"# {place}", IGNORE))
    said = foreign(file, "--require", "fires")
    assert said.code == 0
    assert "rule/never-fires]: `TargetsBad`" not in said.out
    assert "suppressed  rule/never-fires: it documents what we once believed" in said.out
    assert said.out.splitlines()[-1].startswith(
        "2 alerts: 1 proven (fires, quiet, resolves), 1 never fires; 1 finding suppressed"
    )


def test_what_is_suppressed_is_refuted_all_the_same(tmp_path: Path) -> None:
    file = rules(tmp_path, RULES.replace("# two", IGNORE))
    junit, page = tmp_path / "prove.xml", tmp_path / "prove.html"
    document = json.loads(foreign(file, "--json", "--junit", str(junit), "--html", str(page)).out)
    bad = document["alerts"][0]
    assert (bad["verdict"], bad["rules"][0]["columns"]["fires"]["state"]) == ("never fires", "refuted")
    assert (document["failed"], document["findings"]) == (False, [])
    (one,) = document["suppressed"]
    assert (one["code"], one["by"]["line"]) == ("rule/never-fires", 5)
    case = ElementTree.parse(junit).getroot().find(".//testcase[@classname='TargetsBad'][@name='fires']/*")
    assert case is not None
    assert (case.tag, case.get("message")) == ("skipped", "refuted: it documents what we once believed")
    assert "(suppressed: it documents what we once believed)" in page.read_text()


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("# tocsin: ignore[rule/never-fires] until=2020-01-01 soon", "suppression/expired"),
        ("# tocsin: ignore[rule/never-fires]", "suppression/malformed"),
        ("# tocsin: ignore[rule/never-fire] so", "suppression/unknown-code"),
        ("# tocsin: ignore[rule/always-fires] so", "suppression/unused"),
    ],
)
def test_a_comment_that_suppresses_nothing(tmp_path: Path, comment: str, code: str) -> None:
    document = json.loads(foreign(rules(tmp_path, RULES.replace("# two", comment)), "--json").out)
    assert {one["code"] for one in document["findings"]} == {"rule/never-fires", code}
    assert document["failed"]


def test_several_documents_and_aliases(tmp_path: Path) -> None:
    nested = "&a [1]"
    for name in "bcdefghijklmnopqrstuvwxyz":
        nested = f"&{name} [{nested}, *{chr(ord(name) - 1)}, *{chr(ord(name) - 1)}]"
    text = f"labels: &all {{severity: page}}\nmore: {nested}\n{RULES}---\n{RULES.replace('# three', IGNORE)}"
    document = json.loads(foreign(rules(tmp_path, text), "--json").out)
    first, second = ((one["line"] for one in document[key]) for key in ("findings", "suppressed"))
    assert next(second) - next(first) == RULES.count("\n") + 1


def test_a_comment_in_the_spec(tmp_path: Path) -> None:
    spec = SHOP + SCENARIO.replace(
        "# one", "# tocsin: ignore[proof/intended, proof/routed] the pager is slow"
    )
    (tmp_path / "spec.yaml").write_text(spec)
    assert command("-C", str(tmp_path), "generate").code == 0
    document = json.loads(command("-C", str(tmp_path), "prove", "--json").out)
    down = next(one for one in document["alerts"] if one["alert"] == "web/WebDown")
    assert down["rules"][0]["columns"]["intended"]["state"] == "refuted"
    assert [(one["code"], one["reason"]) for one in document["suppressed"]] == [
        ("proof/intended", "the pager is slow")
    ]
    found = [(one["code"], one["message"]) for one in document["findings"]]
    assert ("suppression/unused", "nothing here is a `proof/routed`") in found
    assert "proof/intended" not in dict(found)
    checked = check(tmp_path, Choice(only=("suppression/",), engines=False), datetime.date(2026, 6, 15))
    assert checked.findings == (), "what only a proof can find is not for `check` to miss"
