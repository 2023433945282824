"""Where an engine is looked for, in which order, and what is said when it is nowhere."""

import os
from pathlib import Path

import pytest

from tocsin import pins
from tocsin.engines import cache
from tocsin.engines.answers import Missing
from tocsin.engines.find import Found, find


def program(folder: Path, name: str, prints: str) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def environ(tmp_path):
    return {"PATH": str(tmp_path / "bin"), "TOCSIN_CACHE": str(tmp_path / "cache"), "HOME": str(tmp_path)}


def in_cache(environ, binary: str, go: str = "go1.26.8") -> Path:
    engine, _ = pins.binary(binary)
    folder = cache.pins_folder()
    assert folder is not None
    return program(cache.entry(engine, folder, cache.root(environ), go) / "bin", binary, "")


def test_a_good_version_on_path_comes_first(environ, tmp_path):
    path = program(tmp_path / "bin", "promtool", "promtool, version 3.12.1 (branch: HEAD)")
    in_cache(environ, "promtool")
    assert find("promtool", environ) == Found("promtool", "3.12.1", "path", path=path)


def test_an_old_version_on_path_is_passed_over(environ, tmp_path):
    program(tmp_path / "bin", "promtool", "promtool, version 2.42.0+ds")
    built = in_cache(environ, "promtool")
    assert find("promtool", environ) == Found("promtool", "3.15.0", "build", path=built)


def test_a_better_one_further_down_path_is_found(environ, tmp_path):
    program(tmp_path / "bin", "loki", "LOKI: a genetics program 2.4.7")
    good = program(tmp_path / "local", "loki", "loki, version 3.6.0 (branch: HEAD)")
    environ["PATH"] += f"{os.pathsep}{tmp_path / 'local'}"
    answer = find("loki", environ)
    assert isinstance(answer, Found) and answer.path == good


def test_other_names_of_the_same_program_count(environ, tmp_path):
    path = program(tmp_path / "bin", "otelcol-contrib", "otelcol-contrib version 0.158.0")
    assert find("otelcol", environ) == Found("otelcol", "0.158.0", "path", path=path)


def test_the_build_of_the_newest_go_is_taken(environ):
    in_cache(environ, "amtool", "go1.26.8")
    newer = in_cache(environ, "amtool", "go1.26.10")
    answer = find("amtool", environ)
    assert isinstance(answer, Found) and answer.path == newer


def test_a_way_can_be_selected(environ, tmp_path):
    program(tmp_path / "bin", "promtool", "promtool, version 3.12.1")
    built = in_cache(environ, "promtool")
    answer = find("promtool", {**environ, "TOCSIN_ENGINES": "build"})
    assert isinstance(answer, Found) and answer.path == built
    answer = find("promtool", {**environ, "TOCSIN_ENGINES": "build, path"})
    assert isinstance(answer, Found) and answer.way == "build"


def test_what_is_nowhere_is_missing_with_every_reason_and_a_cure(environ, tmp_path):
    path = program(tmp_path / "bin", "promtool", "promtool, version 2.42.0+ds")
    answer = find("promtool", environ)
    assert answer == Missing(
        f"no promtool: {path} is 2.42.0, wanted 3.9.0 or later, below 4.0.0; not built; no docker client",
        "make engines",
    )


def test_an_unknown_way_is_said(environ):
    answer = find("promtool", {**environ, "TOCSIN_ENGINES": "magic"})
    assert answer == Missing("TOCSIN_ENGINES: unknown way `magic`", "TOCSIN_ENGINES=path|build|docker")
