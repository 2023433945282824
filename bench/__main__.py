"""`make bench`: measure generation against a floor, and against Sloth where a binary is given.

Machines are shared and noisy, so what counts are ratios within one run; each figure is the best of several.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.floor import floor
from bench.made_up import make, make_rules_only
from bench.proving import committed, rule_file
from bench.sloth import Peer, peer
from tocsin.engines import Missing
from tocsin.engines.find import find

ROOT = Path(__file__).parent.parent
TOCSIN = [sys.executable, "-m", "tocsin"]


def once(
    command: list[str], before: Callable[[], None] | None = None, allowed: tuple[int, ...] = (0,)
) -> tuple[float, int]:
    """(seconds, peak resident bytes) of one cold process. `allowed` are the exit codes of a good run."""
    if before:
        before()
    began = time.perf_counter()
    # as users have it: compiled modules are kept
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in allowed:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def best(times: int, run: Callable[[], tuple[float, int]]) -> tuple[float, int]:
    """The fastest time and the largest memory."""
    found = [run() for _ in range(times)]
    return min(t for t, _ in found), max(m for _, m in found)


def generated(folder: Path) -> Callable[[], None]:
    """Forget all that was generated, so that the next run is cold and writes everything."""

    def clear() -> None:
        for path in folder.iterdir():
            if path.name not in ("spec.yaml", "services"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return clear


def size(folder: Path) -> tuple[int, int]:
    """(files, bytes) of what was generated."""
    files = [
        p for p in folder.rglob("*") if p.is_file() and ".tocsin" not in p.parts and "services" not in p.parts
    ]
    return len(files), sum(p.stat().st_size for p in files)


def main() -> None:
    """Print a table; `--json` for machines."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--alerts", type=int, default=1000, help="foreign alerts to prove")
    parser.add_argument("--sloth", type=Path, help="a sloth binary to compare with")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        _greenstack(Path(name) / "greenstack", args.times, rows)
        _large(Path(name) / "large", args.services, args.times, rows)
        _proving(Path(name) / "proving", args.alerts, rows)
        _peer(Path(name), args.services, args.times, args.sloth, rows)
    if args.json:
        print(json.dumps(dict(rows), indent=2))
        return
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        print(f"{what:<{width}}  {value}")
    print(f"(peak of this process itself {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB)")


def _greenstack(folder: Path, times: int, rows: list[tuple[str, str]]) -> None:
    folder.mkdir()
    shutil.copy(ROOT / "spec.yaml", folder)
    took, memory = best(times, lambda: once([*TOCSIN, "-C", str(folder), "generate"], generated(folder)))
    bare, _ = best(times, lambda: once([sys.executable, "-c", "pass"]))
    rows.append(
        ("GreenStack, cold, everything written", f"{took:.2f} s ({took / bare:.0f}x a bare interpreter)")
    )
    rows.append(("GreenStack, peak memory", f"{memory >> 20} MiB"))
    took, _ = best(times, lambda: once(_check(folder), allowed=(0, 1)))
    rows.append(("GreenStack, check without engines", f"{took:.2f} s (reach 0.6)"))


def _large(folder: Path, services: int, times: int, rows: list[tuple[str, str]]) -> None:
    folder.mkdir()
    make(folder, services)
    command = [*TOCSIN, "-C", str(folder), "generate"]
    took, memory = best(times, lambda: once(command, generated(folder)))
    files, count = size(folder)
    least = min(floor(folder) for _ in range(times))
    again, _ = best(times, lambda: once(command))
    what = f"{services:,} services"
    rows.append((f"{what}, cold", f"{took:.2f} s, {files:,} files, {count / 1e6:.1f} MB"))
    rows.append((f"{what}, floor (compose, emit, write)", f"{least:.2f} s"))
    rows.append((f"{what}, ratio to the floor", f"{took / least:.2f}x (reach 4x, then 2x)"))
    rows.append((f"{what}, peak memory", f"{memory >> 20} MiB (reach 300)"))
    rows.append((f"{what}, nothing changed", f"{again:.2f} s (reach 0.3)"))
    took, memory = best(times, lambda: once(_check(folder), allowed=(0, 1)))
    rows.append((f"{what}, check without engines", f"{took:.2f} s, {memory >> 20} MiB (reach 3 s)"))


def _proving(folder: Path, alerts: int, rows: list[tuple[str, str]]) -> None:
    """Once each: these take long enough."""
    promtool = find("promtool")
    if isinstance(promtool, Missing) or promtool.path is None:
        rows.append(("prove", "not run: there is no promtool here: make engines"))
        return
    folder.mkdir()
    shutil.copy(ROOT / "spec.yaml", folder)
    once([*TOCSIN, "-C", str(folder), "generate"])
    prove = [*TOCSIN, "-C", str(folder), "prove"]
    took, memory = once(prove, allowed=(0, 1))
    least, _ = once([str(promtool.path), "test", "rules", *map(str, committed(ROOT))])
    rows.append(("GreenStack, prove from nothing", f"{took:.1f} s, {memory >> 20} MiB (reach 10 s)"))
    rows.append(("GreenStack, ratio to its tests in plain promtool", f"{took / least:.1f}x"))
    again, _ = once(prove, allowed=(0, 1))
    rows.append(("GreenStack, prove, nothing changed", f"{again:.1f} s"))
    single, _ = once([*prove, "DiskSpaceLow", "--fresh"], allowed=(0, 1))
    rows.append(("GreenStack, one alert from nothing", f"{single:.1f} s (reach 1.5 s)"))
    file = folder / "foreign.yaml"
    rule_file(file, alerts)
    took, memory = once([*prove, "--rules", str(file), "--sharp"], allowed=(0, 1))
    rows.append((f"{alerts:,} alerts, sharp included", f"{took:.0f} s, {memory >> 20} MiB (reach 60 s)"))


def _check(folder: Path) -> list[str]:
    return [*TOCSIN, "-C", str(folder), "check", "--no-engines"]


def _peer(home: Path, services: int, times: int, sloth: Path | None, rows: list[tuple[str, str]]) -> None:
    folder = home / "rules"
    folder.mkdir()
    make_rules_only(folder, services)
    command = [*TOCSIN, "-C", str(folder), "generate"]
    took, memory = best(times, lambda: once(command, generated(folder)))
    count = sum(p.read_text().count("\n      - ") for p in (folder / "alerts").glob("*.yaml"))
    total = sum(p.stat().st_size for p in (folder / "alerts").glob("*.yaml"))
    rows.append((f"{count:,} rules", f"{took:.2f} s, {total / 1e6:.1f} MB, {memory >> 20} MiB"))
    if sloth is None:
        rows.append(("Sloth", "not run: give --sloth PATH"))
        return
    other: Peer = peer(sloth, home / "sloth", services, times)
    rows.append((f"Sloth, {other.rules:,} rules", f"{other.seconds:.2f} s, {other.bytes / 1e6:.1f} MB"))
    ratio = (took / total) / (other.seconds / other.bytes)
    rows.append(("time for each byte of rules, to Sloth's", f"{ratio:.2f}x"))
    rows.append(("time for each rule, to Sloth's", f"{(took / count) / (other.seconds / other.rules):.2f}x"))


if __name__ == "__main__":
    main()
