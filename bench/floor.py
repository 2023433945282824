"""The least that any program must do: compose the same YAML, emit prebuilt trees, write and rename files."""

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from tocsin.artifacts.emit import json_text, yaml_text


def floor(folder: Path) -> float:
    """Seconds for what `folder` holds: its spec is composed, its artifacts are emitted and written again."""
    trees = [tree for path in sorted(folder.rglob("*")) if (tree := _tree(folder, path)) is not None]
    with tempfile.TemporaryDirectory(prefix="tocsin-floor-") as name:
        out = Path(name)
        began = time.perf_counter()
        for path in (folder / "spec.yaml", *sorted((folder / "services").glob("*.yaml"))):
            yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for path, tree in trees:
            file = out / path
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_name(file.name + ".tmp")
            beside.write_bytes(_text(path, tree).encode())
            beside.replace(file)
        took = time.perf_counter() - began
        shutil.rmtree(out)
        out.mkdir()
    return took


def _tree(folder: Path, path: Path) -> tuple[Path, Any] | None:
    relative = path.relative_to(folder)
    if not path.is_file() or relative.parts[0] in ("services", ".tocsin", "spec.yaml"):
        return None
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return relative, json.loads(text)
    return relative, yaml.load(text, Loader=yaml.CSafeLoader) if path.suffix in (".yaml", ".yml") else text


def _text(path: Path, tree: Any) -> str:
    if path.suffix == ".json":
        return json_text(tree)
    return yaml_text(tree) if path.suffix in (".yaml", ".yml") else str(tree)
