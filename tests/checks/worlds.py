"""Workspaces for checks: an example laid over the base, checked in memory."""

from importlib import resources
from pathlib import Path

from tocsin.app.workspace import pack_names, read_pack
from tocsin.checks.check import Example
from tocsin.checks.context import Context
from tocsin.checks.run import Outcome, run_checks
from tocsin.diag.compose import compose
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.model.build import build
from tocsin.render.renderer import render
from tocsin.spec.load import assemble, resolve
from tocsin.spec.merge import overlay

BASE = (resources.files("tocsin.checks") / "example.yaml").read_bytes()
RUNBOOK = "\n".join(
    f"## {s}\n\ntext\n"
    for s in (
        "What it means",
        "First look",
        "Is it real?",
        "Where is it?",
        "Why?",
        "Stop the bleeding",
        "Escalate",
        "Afterwards",
    )
)


def context(example: Example, tmp: Path) -> Context:
    """The example's workspace, resolved; its spec must load."""
    sink = Sink()
    root = compose("example.yaml", example.spec.encode(), sink)
    assert root is not None, sink.found
    if example.kind == "over":
        base = compose("base.yaml", BASE, sink)
        assert base is not None
        root = overlay(base, root, base)
    loaded = resolve(root, ("spec.yaml",), read_pack, pack_names(), sink)
    workspace = build(loaded, sink)
    assert workspace is not None, [f"{d.code} {d.message} {d.help}" for d in sink.found]
    artifacts = {a.path: a for a in render(workspace)}
    runbooks = {f"{a.name}.md": RUNBOOK for m in workspace.environments for a in m.alerts}
    runbooks |= {Path(p).name: t for p, t in example.files if p.startswith("runbooks/") and t}
    for path, text in example.files:
        if not text:
            runbooks.pop(Path(path).name, None)
    return Context(
        root=tmp, loaded=loaded, workspace=workspace, artifacts=artifacts, folder=tmp, runbooks=runbooks
    )


def outcome(example: Example, code: str, tmp: Path) -> Outcome:
    """How one check ends on an example."""
    return next(iter(run_checks(context(example, tmp), [code], engines=False)))


def marked(diagnostic: Diagnostic) -> str:
    """The text under the caret."""
    span = diagnostic.at.span
    line = span.source.line(span.line)
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else len(line)]


assert assemble  # the loader's own way in, used by the application
