"""Runs checks over a context, one outcome for each. Knows nothing of what they find."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.checks.check import Check, checks
from tocsin.checks.context import Context
from tocsin.diag.diagnostic import Diagnostic, Sink
from tocsin.engines.answers import NotRun


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


def run_checks(context: Context, only: Iterable[str] = (), *, engines: bool = True) -> Iterator[Outcome]:
    """Run every check (or those named); without `engines` those that need one are *not run*."""
    chosen = set(only)
    for code, one in checks:
        if not chosen or code in chosen:
            yield _outcome(one, context, engines)


def _outcome(one: Check, context: Context, engines: bool) -> Outcome:
    if one.needs and not engines:
        return Outcome(
            code=one.code, found=(), not_run=NotRun("engines were not asked", "leave out --no-engines")
        )
    sink = Sink()  # the same finding in two environments is one finding
    not_run: NotRun | None = None
    for model, subject in context.each(one.on):
        for finding in one.run(subject, context.of(model)):
            if isinstance(finding, NotRun):
                not_run = finding
            else:
                sink.add(finding)
    return Outcome(code=one.code, found=tuple(sorted(sink.found, key=lambda d: d.order)), not_run=not_run)
