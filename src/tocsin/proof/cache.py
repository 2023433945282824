"""Proofs that hold, kept by the content of everything that they depend on. Only ever a shortcut.

One small file for each proof in the ignored folder `.tocsin/proofs`; a file that is damaged, or that another
version wrote, is as good as none. Nothing of a rule's file or place is part of its key, so that moving a rule
costs nothing.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from tocsin.proof import trial, verdict
from tocsin.proof.trial import Proof
from tocsin.witness import case, outcome, rule, telemetry
from tocsin.witness.rule import Known, Rule

FOLDER = ".tocsin/proofs"
_KEPT_FOR = 30 * 86400
"""Seconds that a proof nobody asked for is kept."""
_KIND = "$"
_CLASSES: Mapping[str, type] = {
    cls.__name__: cls
    for module in (telemetry, case, outcome, rule, verdict, trial)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
}
_GAPS = {gap.name: gap for gap in telemetry.Gap}


_ROOMS = ("query", "witness", "engines", "proof")


def program() -> str:
    """Names the parts of this program that a proof depends on, by their content."""
    home = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(file for room in _ROOMS for file in (home / room).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


class Cache:
    """The proofs in a folder. `fresh`: what is there counts for nothing, but is renewed."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._folder, self._fresh = folder, fresh
        self._program = program()

    def key_of(self, *said: str | bytes) -> str:
        """Names a result that depends on these texts, and on the program."""
        digest = hashlib.sha256(self._program.encode())
        for one in said:
            data = one.encode("utf-8", "surrogateescape") if isinstance(one, str) else one
            digest.update(b"%d:" % len(data) + data)
        return digest.hexdigest()[:32]

    def key(self, asked: Rule, known: Known, engines: Iterable[str]) -> str:
        """Names everything that a proof depends on."""
        plain = replace(asked, file="", group="", number=0)
        said = json.dumps([self._program, list(engines), encoded(plain), encoded(known)], sort_keys=True)
        return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32]

    def get(self, key: str) -> Proof | None:
        """The proof of that name."""
        found = self.data(key)
        return found if isinstance(found, Proof) else None

    def data(self, key: str) -> Any:
        """Whatever is kept under that name; None when nothing is."""
        if self._fresh:
            return None
        try:
            return decoded(json.loads((self._folder / key[:2] / f"{key}.json").read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, key: str, proof: Any) -> None:
        """Keep it. A disk that refuses only costs the shortcut."""
        try:
            file = self._folder / key[:2] / f"{key}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_suffix(".tmp")
            beside.write_text(json.dumps(encoded(proof)), "utf-8")
            beside.replace(file)
        except (OSError, ValueError):
            return

    def touch(self, keys: Iterable[str]) -> None:
        """These were wanted; what nobody wanted for long goes."""
        wanted, now = set(keys), time.time()
        for file in self._folder.glob("*/*.json"):
            try:
                age = now - file.stat().st_mtime
                if file.stem in wanted and age > _KEPT_FOR / 2:
                    file.touch()
                elif file.stem not in wanted and age > _KEPT_FOR:
                    file.unlink()
            except OSError:
                continue


def encoded(value: Any) -> Any:
    """The data of this program as JSON: a dataclass is a map with its name, a tuple a list."""
    if isinstance(value, telemetry.Gap):
        return {_KIND: "Gap", "name": value.name}
    if isinstance(value, tuple):
        return [encoded(one) for one in value]
    if isinstance(value, Mapping):
        return {_KIND: "Mapping", "items": [[encoded(k), encoded(v)] for k, v in sorted(value.items())]}
    if is_dataclass(value):
        return {
            _KIND: type(value).__name__,
            **{f.name: encoded(getattr(value, f.name)) for f in fields(value)},
        }
    return value


def decoded(value: Any) -> Any:
    """The data again. Raises what a wrong text brings about."""
    if isinstance(value, list):
        return tuple(decoded(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = value[_KIND]
    if kind == "Gap":
        return _GAPS[value["name"]]
    if kind == "Mapping":
        return {decoded(k): decoded(v) for k, v in value["items"]}
    return _CLASSES[kind](**{name: decoded(one) for name, one in value.items() if name != _KIND})
