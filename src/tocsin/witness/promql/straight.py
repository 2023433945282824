"""Samples that were calculated, without the noise of it: straight runs of short numbers, hardly moved.

What counts whole things has no noise, and is left as it is.
"""

import math
from collections.abc import Sequence

from tocsin.witness.telemetry import Gap, Run, Sample, runs

_DIGITS = 12
_NOISE = 1e-9
"""Relative to the numbers themselves: a sample so near to where its run goes is meant to be there."""


def straightened(samples: Sequence[Sample]) -> tuple[Run, ...]:
    """The samples as few runs."""
    if all(isinstance(sample, Gap) or sample.is_integer() for sample in samples):
        return runs(samples)
    found: list[Run] = []
    last: Sample = Gap.MISSING
    for sample in samples:
        step = _step(found[-1], last, sample) if found else None
        if step is None:
            last = sample if isinstance(sample, Gap) else _short(sample, sample, last)
            found.append(Run(last, 1))
        else:
            found[-1] = Run(found[-1].first, found[-1].count + 1, step)
            last = last if isinstance(last, Gap) else last + step
    return tuple(found)


def _step(run: Run, last: Sample, sample: Sample) -> float | None:
    """The step with which the run goes on from its last sample to about this one; None when it does not."""
    if isinstance(last, Gap) or isinstance(sample, Gap):
        return 0.0 if last is sample else None
    step = run.step if run.count > 1 else _short(sample - last, sample, last)
    return step if abs(last + step - sample) <= _NOISE * max(abs(last), abs(sample)) else None


def _short(value: float, *beside: Sample) -> float:
    """With no more digits than the numbers beside it have."""
    scale = max(abs(one) for one in beside if not isinstance(one, Gap))
    if not math.isfinite(value) or not 0 < scale < math.inf:
        return value
    return round(value, _DIGITS - 1 - math.floor(math.log10(scale)))
