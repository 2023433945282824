"""What a check is, what it may look at, and how a run of all of them ends. No check itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.artifacts.tree import Artifact
from tocsin.diag.diagnostic import Diagnostic
from tocsin.engines.answers import NotRun
from tocsin.model.workspace import Model, Workspace
from tocsin.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What checks look at: the resolved workspace, and its artifacts as files in a folder of their own."""

    workspace: Workspace
    artifacts: Mapping[str, Artifact]
    folder: Path
    """Holds every artifact, as it would be committed; relative paths in configurations hold."""

    def paths(self, model: Model, prefix: str, suffix: str = "") -> list[str]:
        """The artifacts of one environment whose path begins and ends so."""
        return [p for p in self.artifacts if p.startswith(model.root + prefix) and p.endswith(suffix)]


Finding = Diagnostic | NotRun
Check = Callable[[Context], Iterator[Finding]]
checks: Registry[Check] = Registry("check", "tocsin.checks")


def check(code: str) -> Callable[[Check], Check]:
    """Register a check under the code that its findings carry."""
    return checks.add(code)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check ended: clean, with findings, or not run (with the reason)."""

    code: str
    found: tuple[Diagnostic, ...]
    not_run: NotRun | None

    @property
    def clean(self) -> bool:
        """It ran, and found nothing."""
        return not self.found and self.not_run is None


def run_checks(context: Context, only: Iterable[str] = ()) -> Iterator[Outcome]:
    """Run every check (or those named), one outcome for each."""
    chosen = set(only)
    for code, one in checks:
        if chosen and code not in chosen:
            continue
        found: list[Diagnostic] = []
        not_run: NotRun | None = None
        for finding in one(context):
            if isinstance(finding, NotRun):
                not_run = finding
            else:
                found.append(finding)
        yield Outcome(code=code, found=tuple(found), not_run=not_run)
