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
from tocsin.engines.answers import DidNotRun, EngineError
from tocsin.engines.servers.loki import RunningLoki

_PROBLEM = re.compile(r'rule (\d+), "q\d+": (?:could not parse expression: )?(?:(\d+):(\d+): )?(.*)')
_AT = re.compile(r"parse error at line (\d+), col (\d+)")
TENANT = {"X-Scope-OrgID": "judge"}
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


def lokitool_accepts(folder: Path, queries: Sequence[str]) -> bool:
    """lokitool's verdict on all of them at once; it parses offline and knows nothing of evaluation."""
    tools = need(engines.lokitool(folder))
    rules = [{"record": f"q:{number}", "expr": query} for number, query in enumerate(queries)]
    file = folder / "queries.yaml"
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}, ensure_ascii=False), "utf-8")
    result = tool.run(tools.found, ("rules", "check", str(file)), cwd=folder)
    if isinstance(result, DidNotRun):
        pytest.skip(f"not run: {result}")
    return result.ok


def loki(server: RunningLoki, query: str, *, build: bool = True) -> Refusal | None:
    """A running Loki's verdict: can it read the query, can it build it? What fails later is no refusal."""
    asked = {"query": query, "start": "1700000000", "end": "1700000001", "step": "1"}
    try:
        server.api.post(
            f"/loki/api/v1/{'query_range' if build else 'format_query'}", data=asked, headers=TENANT
        )
    except EngineError as error:
        said = " ".join(fact for _, fact in error.facts)
        if "parse error" not in said:
            return None
        place = _AT.search(said)
        return Refusal(said, int(place[1]), int(place[2])) if place else Refusal(said)
    return None


def promtool_templates(folder: Path, templates: Sequence[str]) -> list[Refusal | None]:
    """promtool's verdicts on annotations: one alert per template."""
    tools = need(engines.promtool(folder))
    rules = [{"alert": f"q{n}", "expr": "up", "annotations": {"a": text}} for n, text in enumerate(templates)]
    file = folder / "templates.yaml"
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}, ensure_ascii=False), "utf-8")
    result = tool.run(tools.found, ("check", "rules", "--lint=none", str(file)), cwd=folder)
    if isinstance(result, DidNotRun):
        pytest.skip(f"not run: {result}")
    verdicts: list[Refusal | None] = [None] * len(templates)
    for line in result.stderr.splitlines():
        if found := _PROBLEM.search(line):
            verdicts[int(found[1]) - 1] = Refusal(found[4])
    assert result.ok == (not any(verdicts)), result.stderr[:2000]
    return verdicts
