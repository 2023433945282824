"""Builds an engine from its Go module into the cache: whole or not at all, one builder at a time.

A build happens in a folder beside its place and is renamed into it when all binaries are there. Whoever is
killed half-way leaves a folder that the next build of the same engine removes. Looking for an engine is
`find.py`.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.engines import cache, complaints, versions
from tocsin.engines.process import reaped
from tocsin.pins import Engine

Say = Callable[[str], None]
_OTHER_OUTCOMES = ("GOOS", "GOARCH", "GOEXPERIMENT")
OTHER_PLATFORM = ("GOOS", "GOARCH", "GOEXPERIMENT")
HEARTBEAT = 15.0  # seconds between progress lines
BUILDER = "go.opentelemetry.io/collector/cmd/builder"


class CannotBuild(Exception):
    """Why an engine was not built, and what would help."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Built:
    """An engine in the cache."""

    folder: Path
    seconds: float | None  # None when it was there already

    @property
    def size(self) -> int:
        """Bytes of its binaries."""
        return sum(path.stat().st_size for path in (self.folder / "bin").iterdir())


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where building happens: the pins, the cache and the environment."""

    pins: Path
    cache: Path
    environ: Mapping[str, str]

    def go_version(self) -> str:
        """`go1.26.8`, or CannotBuild."""
        go = shutil.which("go", path=self.environ.get("PATH"))
        if go is None:
            cure = "install Go from https://go.dev/dl, or start Docker and use its images"
            raise CannotBuild("Go is not installed", cure)
        asked = subprocess.run(
            [go, "env", "GOVERSION"], capture_output=True, text=True, env=self.go_environ(), check=False
        )
        words = [word for word in asked.stdout.split() if word.startswith("go")]  # `devel go1.27-...` exists
        return words[0] if words else "go0.0.0"

    def go_environ(self) -> dict[str, str]:
        """Ours without what would change the outcome: no cgo, other Go, workspace, flags or platform."""
        kept = {name: value for name, value in self.environ.items() if name not in OTHER_PLATFORM}
        return {
            **kept,
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "GOFLAGS": "-mod=readonly",
        }


def build(engine: Engine, shop: Workshop, say: Say) -> Built:
    """The engine in the cache, built now if it is not there. CannotBuild says why not."""
    assert engine.source is not None
    go_version = shop.go_version()
    place = cache.entry(engine, shop.pins, shop.cache, go_version)
    if place.is_dir():
        return Built(place, None)
    _check_go(engine, shop, go_version)
    with _disk(shop.cache), _only_builder(engine, shop.cache, say):
        if place.is_dir():  # somebody built it while we waited
            return Built(place, None)
        began = time.monotonic()
        say(f"{engine.name} {engine.version}: building (cold, on 2 cores: {_about(engine.source.minutes)})")
        work = Path(tempfile.mkdtemp(prefix=_work_prefix(engine), dir=shop.cache))
        try:
            _compile(engine, shop, work, say)
            seconds = time.monotonic() - began
            _label(engine, work, go_version, seconds)
            work.chmod(0o755)
            work.rename(place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Built(place, seconds)


def _about(minutes: float) -> str:
    return f"{minutes:g} min" if minutes >= 1 else f"{minutes * 60:.0f} s"


def _check_go(engine: Engine, shop: Workshop, go_version: str) -> None:
    """Go itself would say so too, but only after it has downloaded things."""
    text = (shop.pins / engine.name / "go.mod").read_text(encoding="utf-8")
    wanted = next((line.split()[1] for line in text.splitlines() if line.startswith("go ")), "1.0.0")
    have = versions.parse(go_version.removeprefix("go") + ("" if go_version.count(".") > 1 else ".0"))
    need = versions.parse(wanted + ("" if wanted.count(".") > 1 else ".0"))
    if have and need and have < need:
        reason = f"{engine.version} needs Go {wanted}, here is {go_version.removeprefix('go')}"
        raise CannotBuild(reason, f"install Go {wanted} or later from https://go.dev/dl")


def _work_prefix(engine: Engine) -> str:
    return f".building-{engine.name}-"


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Errors of the cache's disk, in plain words."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CannotBuild(f"no space left in {folder}", complaints.FREE_DISK) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise CannotBuild(f"{folder} cannot be written: {error.strerror}", "set TOCSIN_CACHE") from error
        raise


@contextlib.contextmanager
def _only_builder(engine: Engine, folder: Path, say: Say) -> Iterator[None]:
    """A lock for the length of the build; then whatever lies about was left by somebody who is gone."""
    with (folder / f".{engine.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{engine.name}: somebody else is building it; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_work_prefix(engine)}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _compile(engine: Engine, shop: Workshop, work: Path, say: Say) -> None:
    source = engine.source
    assert source is not None
    (work / "bin").mkdir()
    module = shop.pins / engine.name
    if source.manifest:
        module = _generate(engine, shop, work, say)
    symbol = f" -X {source.version_symbol}={_spelled(engine)}" if source.version_symbol else ""
    tags = [f"-tags={','.join(source.tags)}"] if source.tags else []
    target = work / "bin" / source.output if source.output else work / "bin"
    flags = [
        *cache.FLAGS,
        *tags,
        f"-ldflags={cache.LDFLAGS}{symbol}",
        "-o",
        f"{target}{'' if source.output else '/'}",
    ]
    _go(engine, shop, module, ["build", "-v", *flags, *source.packages], say)
    absent = [row.name for row in engine.binaries if not (work / "bin" / row.name).is_file()]
    if absent:
        raise CannotBuild(
            f"the build of {engine.name} made no {', '.join(absent)}", "a fault of the pins: report it"
        )
    if source.manifest:
        shutil.rmtree(module)


def _spelled(engine: Engine) -> str:
    """Compose calls itself v2.40.3, the others go without the v."""
    assert engine.source is not None
    return engine.source.version if engine.name == "compose" else engine.version


def _generate(engine: Engine, shop: Workshop, work: Path, say: Say) -> Path:
    """The collector's builder writes the main program; versions come from our go.mod, not from its."""
    source = engine.source
    assert source is not None and source.manifest is not None
    module, pins = work / "source", shop.pins / engine.name
    manifest = work / "manifest.yaml"
    text = (pins / source.manifest).read_text(encoding="utf-8")
    output = f"dist:\n  output_path: {json.dumps(str(module))}\n"
    manifest.write_text(text.replace("dist:\n", output, 1), encoding="utf-8")
    steps = ["--skip-compilation", "--skip-get-modules", f"--config={manifest}"]
    _go(engine, shop, pins, ["tool", BUILDER, *steps], say)
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(pins / name, module / name)
    return module


def _go(engine: Engine, shop: Workshop, module: Path, args: list[str], say: Say) -> None:
    """Run Go under a reaper, count the packages it compiles, keep what else it says."""
    began = time.monotonic()
    process = subprocess.Popen(
        reaped(("go", *args), grace=2),
        cwd=module,
        env=shop.go_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    heard = complaints.Heard()
    listener = threading.Thread(target=heard.listen, args=(process.stderr,), daemon=True)
    listener.start()
    try:
        while True:
            try:
                process.wait(timeout=HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                say(f"{engine.name}: {heard.packages} packages compiled, {time.monotonic() - began:.0f} s")
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        listener.join(timeout=5)
    if process.returncode != 0:
        raise CannotBuild(*complaints.explain(engine, heard.lines))


def _label(engine: Engine, work: Path, go_version: str, seconds: float) -> None:
    """For people who look into the cache."""
    told = {"engine": engine.name, "version": engine.version, "go": go_version, "seconds": round(seconds, 1)}
    (work / "build.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


def workshop(environ: Mapping[str, str] | None = None) -> Workshop:
    """The workshop of this repository and this user."""
    environ = os.environ if environ is None else environ
    folder = cache.pins_folder()
    if folder is None:
        raise CannotBuild("no pins to build from (installed without the repository)", "clone the repository")
    return Workshop(folder, cache.root(environ), environ)
