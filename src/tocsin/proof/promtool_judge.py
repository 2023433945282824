"""promtool as the judge of PromQL cases: many cases of many rules in few processes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.engines.tools.promtool import Promtool
from tocsin.proof.verdict import Proposal, Verdicts

__all__ = ["judge"]
Maker = Callable[[Path], Promtool | Missing]
"""Of a promtool that works below a folder."""


def judge(
    proposals: Sequence[Proposal],
    promtool: Maker = engines.promtool,
    *,
    folder: Path | None = None,
    told: Callable[[int], None] | None = None,
) -> Verdicts | NotRun:
    """What promtool makes of every case. `folder`: where temporary files may lie (default: in RAM).

    `told` is called with the number of cases that are done, from any thread.
    """
    return NotRun("the judge is not built yet")
