"""A broken spec never breaks Tocsin: always a finding with a place, or a good model with safe artifacts.

`TOCSIN_MUTATIONS=100000` runs more of them.
"""

import json
import os
import re

import pytest
import yaml
from mutations import mutated

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import state, whole
from workspaces import RICH, SHOP, Result, run

COUNT = int(os.environ.get("TOCSIN_MUTATIONS", "800"))
SHARDS = 8
SAFE_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_mutated_spec_gives_findings_with_places_or_good_artifacts(shard: int) -> None:
    good = bad = 0
    for seed in range(shard, COUNT, SHARDS):
        data = mutated(RICH if seed % 3 else SHOP, seed)
        try:
            result = run({"spec.yaml": data})
            _judge(result, data)
        except Exception as error:  # the seed is what a reader needs
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        good, bad = good + bool(result.artifacts), bad + (not result.artifacts)
    assert good > 0 < bad, "mutations must lead to both, or they prove nothing"


SEEDS = (27435,)
"""Those that once led to a traceback."""


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_found_once(seed: int) -> None:
    data = mutated(RICH if seed % 3 else SHOP, seed)
    _judge(run({"spec.yaml": data}), data)


def _judge(result: Result, data: bytes) -> None:
    lines = len(re.split(rb"\r\n|[\r\n]", data))
    for one in result.found:
        for label in (one.at, *one.others):
            span = label.span
            assert 1 <= span.line <= span.end_line, one
            assert span.source.name != "spec.yaml" or span.line <= lines, one
            assert span.column >= 1, one
        assert one.message, one
        assert "\n" not in one.message, one
    assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*", result.text), (
        "unprintable characters in a message"
    )
    if any(d.severity == "error" for d in result.found):
        assert not result.artifacts
    else:
        _safe(result)


def _safe(result: Result) -> None:
    assert result.artifacts
    paths = [a.path for a in result.artifacts]
    assert len({p.lower() for p in paths}) == len(paths), "two artifacts in one file"
    for artifact in result.artifacts:
        assert SAFE_PATH.fullmatch(artifact.path), artifact.path
        if artifact.path.startswith("schema/"):
            continue  # always the same
        body = emit(artifact)
        text = whole(artifact, body, None)
        if artifact.format == "json":
            json.loads(text)
        elif artifact.format == "yaml":
            yaml.load(text, _Loader)
        else:
            assert text
        if artifact.format != "markdown":
            assert state(text) == "intact", artifact.path
