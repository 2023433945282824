"""`python -m tocsin.engines [build [NAME...] | list | where NAME | images [NAME...]]`: the engines.

Exit codes: 0 all there, 2 usage, 3 something could not be brought (the others still were).
"""

import os
import sys
import time
from collections.abc import Sequence

from tocsin import pins
from tocsin.engines import build, docker, images
from tocsin.engines.answers import EngineError, Missing
from tocsin.engines.find import Found, find

USAGE = __doc__.splitlines()[0].split("`")[1]
ENVIRONMENT = 3


def main(args: Sequence[str]) -> int:
    """Run one of the commands."""
    match list(args):
        case [] | ["list"]:
            return show()
        case ["build", *names]:
            return bring(names)
        case ["where", name]:
            return where(name)
        case ["images", *names]:
            return make_images(names)
        case ["-h" | "--help"]:
            out(USAGE)
            return 0
        case _:
            tell(f"usage: {USAGE}")
            return 2


def bring(names: Sequence[str]) -> int:
    """Build what is not there; one engine's failure does not keep the others from being built."""
    known = {engine.name: engine for engine in pins.ENGINES}
    if unknown := [name for name in names if name not in known]:
        tell(f"unknown engine {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    chosen = [known[name] for name in names] or [
        engine for engine in pins.ENGINES if engine.source is not None and engine.source.by_default
    ]
    began = time.monotonic()
    failed = [engine.name for engine in chosen if not _bring(engine)]
    spent = time.monotonic() - began
    there = len(chosen) - len(failed)
    short = f"; missing: {', '.join(failed)}" if failed else ""
    tell(f"{len(chosen)} engines: {there} there, {len(failed)} not{short} ({spent:.1f} s)")
    return ENVIRONMENT if failed else 0


def _bring(engine: pins.Engine) -> bool:
    """Whether the engine can be used now: found on PATH, built, or in an image."""
    if engine.source is None:
        tell(f"{engine.name} {engine.version}: cannot be built; docker pull {engine.image_for(os.environ)}")
        return False
    if _all_on_path(engine):
        return True
    try:
        built = build.build(engine, build.workshop(), tell)
    except build.CannotBuild as error:
        if all(isinstance(find(row.name), Found) for row in engine.binaries):
            return True
        tell(f"error: {engine.name}: {error.reason}\n  try           {error.cure}")
        return False
    if built.seconds is not None:
        tell(f"{engine.name} {engine.version}: built in {built.seconds:.0f} s, {built.size / 1e6:.0f} MB")
    return True


def _all_on_path(engine: pins.Engine) -> bool:
    found = [find(row.name) for row in engine.binaries]
    return all(isinstance(answer, Found) and answer.way == "path" for answer in found)


def where(name: str) -> int:
    """The path of one program on stdout."""
    try:
        answer = find(name)
    except KeyError:
        names = ", ".join(row.name for engine in pins.ENGINES for row in engine.binaries)
        tell(f"unknown program {name}; there are {names}")
        return 2
    if isinstance(answer, Missing):
        tell(f"error: {answer.reason}\n  try           {answer.cure}")
        return ENVIRONMENT
    out(str(answer.path or answer.image))
    return 0


def make_images(names: Sequence[str]) -> int:
    """Docker images of what is built, as lines for a shell's environment: `LOKI_IMAGE=...`."""
    chosen = names or [shape.engine for shape in images.SHAPES]
    if unknown := set(chosen) - {shape.engine for shape in images.SHAPES}:
        tell(f"no image is made of {', '.join(sorted(unknown))}")
        return 2
    answers = [images.make(name) for name in chosen]
    for answer in answers:
        if isinstance(answer, Missing):
            tell(f"error: {answer.reason}\n  try           {answer.cure}")
        else:
            out("\n".join(f"{variable}={image}" for variable, image in answer.items()))
    return ENVIRONMENT if any(isinstance(answer, Missing) for answer in answers) else 0


def show() -> int:
    """A table of all programs: version, which way, where."""
    answers = {row.name: find(row.name) for engine in pins.ENGINES for row in engine.binaries}
    rows = [("program", "version", "way", "where"), *(_row(name, answer) for name, answer in answers.items())]
    rows += [
        (engine.name, engine.version, "image", engine.image_for(os.environ) or "")
        for engine in pins.ENGINES
        if not engine.binaries
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        out(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
            ).rstrip()
        )
    why = docker.unreachable()
    out(f"Docker engine: {why or 'answers'}")
    missing = [name for name, answer in answers.items() if isinstance(answer, Missing) and _usual(name)]
    return ENVIRONMENT if missing else 0


def _usual(binary: str) -> bool:
    """Whether `make engines` would bring it."""
    engine, _ = pins.binary(binary)
    return engine.source is not None and engine.source.by_default


def _row(name: str, answer: Found | Missing) -> tuple[str, str, str, str]:
    if isinstance(answer, Missing):
        return name, "-", "-", str(answer)
    return name, answer.version, answer.way, str(answer.path or answer.image)


def out(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EngineError as error:
        tell(f"error: {error}")
        sys.exit(ENVIRONMENT)
    except KeyboardInterrupt:
        tell("cancelled; what was built stays, what was half built is gone")
        sys.exit(5)
