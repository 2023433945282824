"""What proving costs: a workspace, one alert of it, and a thousand foreign alerts with their mutants."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from tests.witness.promql.own_rules import RULES

_METRIC = re.compile(r"\b([a-z]+_[a-z_]+)(?=[{\[])")


def rule_file(file: Path, alerts: int) -> None:
    """Write so many alerts of all constructs, no two of which read the same metrics."""
    rules = [
        {"alert": f"{name}{copy}", "expr": _METRIC.sub(rf"\g<1>_{copy}", expr), "for": "5m"}
        for copy in range(-(-alerts // len(RULES)))
        for name, expr in RULES.items()
    ]
    file.write_text(yaml.safe_dump({"groups": [{"name": "bench", "rules": rules[:alerts]}]}))


def committed(root: Path) -> Iterable[Path]:
    """The tests that plain promtool can run: the least that checking these alerts can cost."""
    return sorted((root / "alerts" / "tests").glob("*.yaml"))
