"""`python -m tocsin.engines`: what it prints and how it ends."""

import os
import subprocess
import sys

import pytest

from tocsin import pins


def run(*args, **environ):
    return subprocess.run(
        [sys.executable, "-m", "tocsin.engines", *args],
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        check=False,
    )


def test_the_list_names_every_program_and_every_image(tmp_path):
    done = run("list", TOCSIN_CACHE=str(tmp_path), TOCSIN_ENGINES="build")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    programs = [binary.name for engine in pins.ENGINES for binary in engine.binaries]
    assert names == ["program", *programs, "tempo", "mimir", "grafana", "Docker"]
    assert "no promtool: not built (make engines)" in done.stdout
    assert done.returncode == 3


def test_where_it_is_not_is_exit_3_with_the_cure(tmp_path):
    done = run("where", "promtool", TOCSIN_CACHE=str(tmp_path), TOCSIN_ENGINES="build")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: no promtool: not built\n  try           make engines\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("nonsense", "usage: python -m tocsin.engines [build"),
        ("where nonsense", "unknown program nonsense; there are prometheus, promtool"),
        ("build nonsense", "unknown engine nonsense; there are prometheus, alertmanager"),
        ("images nonsense", "no image is made of nonsense"),
    ],
)
def test_usage_is_exit_2(words, said):
    done = run(*words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


def test_what_cannot_be_built_is_named_and_the_rest_is_still_brought(tmp_path):
    """No Go on PATH: one engine is there (its program on PATH), the other is missing."""
    fake = tmp_path / "amtool"
    fake.write_text("#!/bin/sh\necho amtool, version 0.34.2\n")
    fake.chmod(0o755)
    done = run(
        "build", "node_exporter", "amtool", PATH=f"{tmp_path}:/nonexistent", TOCSIN_CACHE=str(tmp_path)
    )
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert lines[0] == "error: node_exporter: Go is not installed"
    assert lines[1].startswith("  try           install Go")
    assert lines[2].startswith("2 engines: 1 there, 1 not; missing: node_exporter (")


def test_an_image_only_engine_says_what_to_pull():
    done = run("build", "tempo", TEMPO_IMAGE="mine/tempo:1")
    assert done.returncode == 3
    assert "tempo 3.1.0: cannot be built; docker pull mine/tempo:1" in done.stderr


@pytest.mark.tools
def test_where_prints_a_program_that_runs():
    done = run("where", "promtool")
    if done.returncode == 3:
        pytest.skip(f"not run: {done.stderr.strip()}")
    assert done.stdout.strip().rpartition("/")[2] == "promtool"
