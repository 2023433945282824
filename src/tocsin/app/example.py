"""The small workspace that examples are laid over, and what checks look at in an example. No checking."""

from importlib import resources
from pathlib import Path

from tocsin.app.workspace import pack_names, read_pack
from tocsin.checks.check import Example
from tocsin.checks.context import Context
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.model.build import build
from tocsin.model.workspace import Workspace
from tocsin.render.renderer import render
from tocsin.spec.load import Loaded, resolve
from tocsin.spec.merge import overlay

NAME = "spec.yaml"
_SECTIONS = ("What it means", "First look", "Is it real?", "Where is it?", "Why?", "Stop the bleeding",
             "Escalate", "Afterwards")  # fmt: skip


def base_text() -> str:
    """The spec of the workspace that examples are laid over."""
    return (resources.files("tocsin.checks") / "example.yaml").read_text("utf-8")


def base(sink: Sink) -> Node:
    """The workspace that examples are laid over."""
    root = compose_text(Source("example.yaml", base_text()), sink)
    assert root is not None, "the example workspace is YAML"
    return root


def loaded_example(example: Example, sink: Sink) -> tuple[Loaded, Workspace | None] | None:
    """The example's spec, resolved; None where it is not even YAML. Mistakes are in `sink`."""
    root = compose_text(Source(NAME, example.spec.strip("\n") + "\n"), sink)
    if root is None:
        return None
    if example.kind == "over":
        under = base(sink)
        root = overlay(under, root, under)
    loaded = resolve(root, (NAME,), read_pack, pack_names(), sink)
    return loaded, build(loaded, sink)


def example_context(example: Example, folder: Path) -> Context:
    """What checks look at, for an example whose spec loads. Its runbooks have every section."""
    sink = Sink()
    made = loaded_example(example, sink)
    if made is None or made[1] is None:
        raise ValueError("; ".join(f"{d.at.span} {d.code} {d.message} {d.help}" for d in sink.found))
    loaded, workspace = made[0], made[1]
    page = "\n".join(f"## {section}\n\ntext\n" for section in _SECTIONS)
    runbooks = {f"{a.name}.md": page for m in workspace.environments for a in m.alerts}
    for path, text in example.files:
        if path.startswith("runbooks/"):
            runbooks[Path(path).name] = text
    return Context(
        root=folder,
        loaded=loaded,
        workspace=workspace,
        artifacts={a.path: a for a in render(workspace)},
        folder=folder,
        runbooks={name: text for name, text in runbooks.items() if text},
    )
