"""Check a workspace: put its artifacts into a folder of their own and let every check look at them."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from tocsin.app.workspace import Opened
from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.checks.context import Context
from tocsin.checks.run import Outcome, run_checks


def check(opened: Opened, only: Iterable[str] = (), *, engines: bool = True) -> tuple[Outcome, ...]:
    """One outcome for each check. Artifacts on disk do not matter, only what the spec says now."""
    artifacts = {a.path: a for a in opened.artifacts()}
    with tempfile.TemporaryDirectory(prefix="tocsin-check-") as name:
        folder = Path(name).resolve()
        for path, artifact in artifacts.items() if engines else ():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(whole(artifact, emit(artifact), None), "utf-8")
        context = Context(
            root=opened.root,
            loaded=opened.loaded,
            workspace=opened.workspace,
            artifacts=artifacts,
            folder=folder,
            runbooks=_runbooks(opened.root),
        )
        return tuple(run_checks(context, only, engines=engines))


def _runbooks(root: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8", "replace") for path in sorted(root.glob("runbooks/*.md"))}
