"""The real engines' verdicts on many queries at once: promtool for PromQL, Loki's own tools for LogQL.

A verdict is None (accepted) or what the engine says, with its line and column where it gives one.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.engines.needs import need

from tocsin import engines
from tocsin.engines import tool
from tocsin.engines.answers import DidNotRun

_PROBLEM = re.compile(r'rule (\d+), "q\d+": (?:could not parse expression: )?(?:(\d+):(\d+): )?(.*)')
FEATURES = "promql-experimental-functions,promql-extended-range-selectors,promql-binop-fill-modifiers"


@dataclass(frozen=True)
class Refusal:
    """What the engine says against a query."""

    message: str
    line: int = 0
    column: int = 0


def promtool(folder: Path, queries: Sequence[str], *, features: str = "") -> list[Refusal | None]:
    """promtool's verdicts: one rule per query, one run for all."""
    tools = need(engines.promtool(folder))
    rules = [{"record": f"q{number}", "expr": query} for number, query in enumerate(queries)]
    file = folder / "queries.yaml"
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}, ensure_ascii=False), "utf-8")
    flags = (f"--enable-feature={features}",) if features else ()
    result = tool.run(tools.found, ("check", "rules", "--lint=none", *flags, str(file)), cwd=folder)
    if isinstance(result, DidNotRun):
        pytest.skip(f"not run: {result}")
    verdicts: list[Refusal | None] = [None] * len(queries)
    for line in result.stderr.splitlines():
        if found := _PROBLEM.search(line):
            number, row, column = int(found[1]), int(found[2] or 0), int(found[3] or 0)
            verdicts[number - 1] = Refusal(found[4], row, column)
    assert result.ok == (not any(verdicts)), result.stderr[:2000]
    return verdicts
