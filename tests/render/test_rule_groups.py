"""Groups of rule files: each name once in a file, and each rule in the file of an engine that can read it."""

import pytest
import yaml

from tocsin.artifacts.emit import emit
from workspaces import RICH, edited, run

LOOSE = """\
alerts:
  Loose: {severity: warning, logql: 'sum(count_over_time({a="b"}[5m])) > 1'}
"""


def files(text: str) -> dict[str, list[dict]]:
    result = run(text)
    assert result.artifacts, result.text
    rules = (a for a in result.artifacts if a.kind in ("rule files", "Loki rule files"))
    return {a.path: yaml.safe_load(emit(a))["groups"] for a in rules}


@pytest.mark.parametrize(
    "text",
    [
        RICH,
        RICH + LOOSE,
        RICH.replace("name: shop", "name: web"),
        edited(RICH, ("for: 1m}\n", "for: 1m, every: 1m}\n")),
    ],
    ids=["rich", "an alert of no service", "a service called like the workspace", "an interval of its own"],
)
def test_a_groups_name_stands_once_in_a_file(text: str) -> None:
    for path, groups in files(text).items():
        names = [group["name"] for group in groups]
        assert len(names) == len(set(names)), (path, names)


def test_rules_of_prometheus_stay_out_of_lokis_files() -> None:
    found = files(RICH + LOOSE)
    loose = [rule["alert"] for group in found["loki/rules/fake/shop.yaml"] for rule in group["rules"]]
    assert loose == ["Loose"]
    own = [rule.get("alert") for group in found["alerts/shop.yaml"] for rule in group["rules"]]
    assert "Watchdog" in own
    assert "OffHoursDigest" in own
