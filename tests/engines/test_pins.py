"""The pin table agrees with the modules' own files, and versions are judged as it says."""

import re
from pathlib import Path

import pytest

from tocsin import pins
from tocsin.engines import cache, versions

FOLDER = Path(__file__).parents[2] / "engines"
BUILT = [engine for engine in pins.ENGINES if engine.source is not None]


@pytest.mark.parametrize("engine", BUILT, ids=lambda engine: engine.name)
def test_the_module_is_pinned_at_the_version_of_the_table(engine):
    assert engine.source is not None
    text = (FOLDER / engine.name / "go.mod").read_text()
    module = "go.opentelemetry.io/collector/otelcol" if engine.name == "otelcol" else engine.source.module
    assert re.search(rf"^\s*{re.escape(module)} {re.escape(engine.source.version)}\b", text, re.MULTILINE)


def test_the_collector_is_built_from_the_versions_that_its_manifest_names():
    pinned = (FOLDER / "otelcol" / "go.mod").read_text()
    named = re.findall(r"gomod: (\S+ \S+)", (FOLDER / "otelcol" / "manifest.yaml").read_text())
    assert len(named) >= 15
    assert [line for line in named if f"\t{line}\n" not in pinned] == []


def test_no_two_engines_have_a_binary_of_the_same_name():
    names = [binary.name for engine in pins.ENGINES for binary in engine.binaries]
    assert sorted(set(names)) == sorted(names)


def test_the_environment_overrides_an_image():
    loki = pins.engine("loki")
    assert loki.image_for({}) == "grafana/loki:3.7.8"
    assert loki.image_for({"LOKI_IMAGE": "mine:1"}) == "mine:1"


PROMTOOL = pins.binary("promtool")[1]
LOKI = pins.binary("loki")[1]
COMPOSE = pins.binary("docker-compose")[1]


@pytest.mark.parametrize(
    ("binary", "printed", "why"),
    [
        (PROMTOOL, "promtool, version 3.15.0 (branch: , revision: unknown)", None),
        (PROMTOOL, "promtool, version 3.9.0 (branch: HEAD)", None),
        (
            PROMTOOL,
            "promtool, version 2.42.0+ds (branch: debian/sid)",
            "is 2.42.0, wanted 3.9.0 or later, below 4.0.0",
        ),
        (PROMTOOL, "promtool, version 4.0.0", "is 4.0.0, wanted 3.9.0 or later, below 4.0.0"),
        (PROMTOOL, "promtool, version  (branch: )", "prints no version"),
        (LOKI, "loki, version 3.7.8 (branch: )", None),
        (LOKI, "This is LOKI 2.4.7-4, a genetics program", "is not loki (it does not say `loki, version`)"),
        (COMPOSE, "Docker Compose version v2.40.3", None),
        (
            COMPOSE,
            "docker-compose version 1.29.2, build unknown",
            "is not docker-compose (it does not say `Docker Compose`)",
        ),
    ],
)
def test_a_program_is_taken_only_in_a_good_version(binary, printed, why):
    assert versions.unfit(binary, printed) == why


def test_the_key_follows_everything_that_decides_what_is_built(tmp_path):
    engine = pins.engine("otelcol")
    folder = tmp_path / "otelcol"
    folder.mkdir()
    for name in ("go.mod", "go.sum", "manifest.yaml"):
        (folder / name).write_bytes((FOLDER / "otelcol" / name).read_bytes())
    keys = {cache.key(engine, tmp_path)}
    assert keys == {cache.key(engine, FOLDER)}
    for name in ("go.mod", "go.sum", "manifest.yaml"):
        with (folder / name).open("a") as file:
            file.write("\n")
        keys.add(cache.key(engine, tmp_path))
    assert len(keys) == 4
