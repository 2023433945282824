"""Builds are whole or absent, done once, and failures are explained. A tiny module stands in for one."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tocsin import pins
from tocsin.engines import build, complaints

ENGINE = pins.Engine(
    name="tiny",
    version="1.2.3",
    image=None,
    image_env="TINY_IMAGE",
    binaries=(pins.Binary(name="tiny", at_least=(1, 0, 0), below=(2, 0, 0), in_image="/bin/tiny"),),
    source=pins.Source(
        module="example.invalid/tiny", version="v1.2.3", packages=(".",), version_symbol="main.version"
    ),
)
MAIN = 'package main\n\nvar version string\n\nfunc main() { println("tiny, version", version) }\n'


@pytest.fixture
def shop(tmp_path):
    """Pins and a cache of our own."""
    module = tmp_path / "pins" / "tiny"
    module.mkdir(parents=True)
    (module / "go.mod").write_text("module example.invalid/tiny\n\ngo 1.21\n")
    (module / "go.sum").write_text("")
    (module / "main.go").write_text(MAIN)
    return build.Workshop(tmp_path / "pins", tmp_path / "cache", os.environ)


@pytest.fixture
def go():
    if shutil.which("go") is None:
        pytest.skip("not run: Go is not installed (https://go.dev/dl)")


def leftovers(shop):
    return [path.name for path in shop.cache.iterdir() if not path.name.endswith(".lock")]


@pytest.mark.tools
def test_a_build_is_done_once_and_knows_its_version(shop, go):
    said = []
    first = build.build(ENGINE, shop, said.append)
    printed = subprocess.run(
        [first.folder / "bin" / "tiny"], capture_output=True, text=True, check=True
    ).stderr
    assert printed == "tiny, version 1.2.3\n"
    assert first.seconds is not None and first.size > 100_000
    assert said == ["tiny 1.2.3: building (cold, on 2 cores: 1 min)"]
    again = build.build(ENGINE, shop, said.append)
    assert (again.folder, again.seconds, len(said)) == (first.folder, None, 1)
    assert leftovers(shop) == [first.folder.name]


@pytest.mark.tools
def test_a_build_that_fails_leaves_nothing(shop, go):
    (shop.pins / "tiny" / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")
    with pytest.raises(build.CannotBuild) as caught:
        build.build(ENGINE, shop, lambda _: None)
    assert "undefined: nonsense" in caught.value.reason
    assert leftovers(shop) == []


@pytest.mark.tools
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_an_interrupted_build_leaves_no_engine_and_no_go(shop, go, tmp_path, number):
    """`go` is a script that never ends: the moment of the interruption is ours."""
    pid_file = tmp_path / "pid"
    slow = tmp_path / "bin" / "go"
    slow.parent.mkdir()
    real = shutil.which("go")
    slow.write_text(f'#!/bin/sh\n[ "$1" = env ] && exec {real} "$@"\necho $$ > {pid_file}\nexec sleep 600\n')
    slow.chmod(0o755)
    script = textwrap.dedent(f"""
        import os
        from pathlib import Path
        from tests.engines.test_build import ENGINE
        from tocsin.engines import build
        os.environ["PATH"] = {str(slow.parent)!r} + os.pathsep + os.environ["PATH"]
        shop = build.Workshop(Path({str(shop.pins)!r}), Path({str(shop.cache)!r}), os.environ)
        build.build(ENGINE, shop, print)
    """)
    repository = Path(__file__).parents[2]
    victim = subprocess.Popen(
        [sys.executable, "-c", script], cwd=repository, env={**os.environ, "PYTHONPATH": "."}
    )
    wait_until(lambda: pid_file.exists() and pid_file.read_text().strip() != "")
    victim.send_signal(number)
    victim.wait()
    wait_until(lambda: not Path(f"/proc/{pid_file.read_text().strip()}").exists())
    assert not any(path.is_dir() and path.name.startswith("tiny") for path in shop.cache.iterdir())

    build.build(ENGINE, shop, lambda _: None)
    assert [name for name in leftovers(shop) if name.startswith(".building")] == []


def wait_until(true, within=20.0):
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


@pytest.mark.tools
def test_two_at_once_build_once(shop, go):
    """The second waits for the first and finds its work done."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: build.build(ENGINE, shop, lambda _: None), range(2)))
    assert sorted(one.seconds is None for one in both) == [False, True]


def test_without_go_it_says_so(shop):
    with pytest.raises(build.CannotBuild) as caught:
        build.build(ENGINE, dataclasses.replace(shop, environ={"PATH": "/nonexistent"}), lambda _: None)
    assert caught.value.reason == "Go is not installed"
    assert "https://go.dev/dl" in caught.value.cure


@pytest.mark.tools
def test_a_go_that_is_too_old_is_not_even_asked(shop, go):
    (shop.pins / "tiny" / "go.mod").write_text("module example.invalid/tiny\n\ngo 1.99\n")
    with pytest.raises(build.CannotBuild, match=r"1\.2\.3 needs Go 1\.99, here is 1\."):
        build.build(ENGINE, shop, lambda _: None)


@pytest.mark.tools
def test_a_cache_that_cannot_be_made_is_explained(shop, go, tmp_path):
    (tmp_path / "file").write_text("")
    blocked = dataclasses.replace(shop, cache=tmp_path / "file" / "cache")
    with pytest.raises(build.CannotBuild) as caught:
        build.build(ENGINE, blocked, lambda _: None)
    assert caught.value.cure == "set TOCSIN_CACHE"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("go: a.b/c@v1: Get https://proxy/: dial tcp: lookup proxy: no such host", "proxy cannot be reached"),
        ("go: a.b/c@v1: reading https://proxy/a: 403 Forbidden", "does not serve a module"),
        ("write /home/ada/.cache/go-build/x: no space left on device", "the disk is full"),
        (
            "go: go.mod requires go >= 1.30.0 (running go 1.26.8; GOTOOLCHAIN=local)",
            "1.30.0 or later is needed",
        ),
        ("go: verifying a.b/c@v1: checksum mismatch", "not what go.sum says"),
        ("a.b/c: link: signal: killed", "want of memory"),
        ("main.go:3: something new", "go build failed: main.go:3: something new"),
    ],
)
def test_what_go_says_is_put_in_plain_words(line, words):
    reason, cure = complaints.explain(ENGINE, [line])
    assert words in reason
    assert cure


def test_packages_are_counted_and_downloads_forgotten():
    heard = complaints.Heard()
    heard.listen(
        ["go: downloading a.b/c v1.0.0\n", "internal/abi\n", "github.com/a/b-c/v3\n", "main.go:3:1: wrong\n"]
    )
    assert heard.packages == 2
    assert list(heard.lines) == ["main.go:3:1: wrong"]
