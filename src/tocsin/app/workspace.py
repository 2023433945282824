"""Open a workspace: files to resolved model to artifacts. What every command begins with."""

from dataclasses import dataclass
from pathlib import Path

from tocsin import library
from tocsin.artifacts.tree import Artifact
from tocsin.diag.diagnostic import Sink
from tocsin.model.build import build
from tocsin.model.workspace import Workspace
from tocsin.render.renderer import render
from tocsin.spec.load import Loaded, load

_PACKS = Path(library.__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace without mistakes."""

    root: Path
    loaded: Loaded
    workspace: Workspace

    def artifacts(self) -> tuple[Artifact, ...]:
        """Everything that generation writes."""
        return tuple(render(self.workspace))


def pack_names() -> tuple[str, ...]:
    """The packs that Tocsin ships."""
    return tuple(sorted(path.stem for path in _PACKS.glob("*.yaml")))


def read_pack(name: str) -> str | None:
    """A pack's text."""
    if name not in pack_names():
        return None
    return (_PACKS / f"{name}.yaml").read_text("utf-8")


def open_workspace(root: Path, sink: Sink) -> Opened | None:
    """The workspace in `root`, or None when its spec has errors (all of them are in `sink`)."""
    loaded = load(root, read_pack, pack_names(), sink)
    if loaded is None:
        return None
    workspace = build(loaded, sink)
    return None if workspace is None or sink.errors else Opened(root, loaded, workspace)
