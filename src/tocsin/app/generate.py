"""The main job: one spec in, every artifact out; or, with `check`, what is not up to date. Prints nothing."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tocsin.app import memory
from tocsin.artifacts.disk import KEPT, Comparison, OutsideWorkspace, compare, write
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.trouble import Trouble

if TYPE_CHECKING:
    from tocsin.app.news import News
    from tocsin.app.workspace import Opened

REMOVED_SHARE = 0.3
REMOVED_FROM = 10
Ended = Literal["written", "unchanged", "stale", "bad spec", "edited", "too many removals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended, and everything a report needs."""

    ended: Ended
    inventory: str = ""
    """`1 service, 14 alerts, 4 dashboards, 3 receivers`."""
    counts: str = ""
    """`42 artifacts: 3 changed, 39 unchanged`, and how many committed proofs are stale."""
    news: "tuple[News, ...]" = ()
    comparison: Comparison | None = None
    interrupted: bool = False


def generate(
    root: Path, sink: Sink, *, check: bool = False, discard_edits: bool = False, force: bool = False
) -> Outcome:
    """Write what the spec says under `root`, or (`check`) only compare.

    Nothing is written when the spec has an error, when somebody edited a generated file (unless
    `discard_edits`), or when over 30 % of ten or more files would be removed (unless `force`).
    """
    if not check:
        known = memory.unchanged_since(root)
        if known is not None:
            return Outcome(ended="unchanged", counts=known)
    # imported only when something may have changed: it takes twice as long as finding out that nothing has
    from tocsin.app.news import news
    from tocsin.app.workspace import open_workspace

    began = time.time_ns()
    opened = open_workspace(root, sink)
    if opened is None:
        return Outcome(ended="bad spec")
    try:
        comparison = compare(root, opened.artifacts())
    except OutsideWorkspace as outside:
        raise Trouble(
            f"{outside} would be written outside the workspace, through a link",
            cure="replace the link by a folder",
        ) from None
    ended = _verdict(comparison, check, discard_edits, force)
    told = (
        news(
            _before(root, opened, comparison),
            opened.loaded.root,
            comparison.of("new", "changed", "edited", "foreign"),
        )
        if ended != "unchanged"
        else ()
    )
    done = ended in ("written", "unchanged") and not check
    if done:
        write(root, comparison)
    proofs = _proofs(root, opened, comparison, tidy=done)
    if done and not proofs:  # a run that has something to say must say it again
        _remember(root, began, opened, comparison, sink)
    return Outcome(
        ended=ended,
        inventory=_inventory(opened),
        counts=_counts(comparison, "removed" if ended == "written" else "orphaned") + proofs,
        news=told,
        comparison=comparison,
        interrupted=comparison.interrupted,
    )


def _proofs(root: Path, opened: "Opened", comparison: Comparison, *, tidy: bool) -> str:
    """`; 2 proofs stale: tocsin prove`; `tidy`: those of rule files that are no more are removed."""
    environments = opened.workspace.environments
    if not any((root / model.root / home).is_dir() for model in environments for home in KEPT):
        return ""
    from tocsin.app.prove_stale import remove_orphans, stale_alerts

    artifacts = {one.artifact.path: one.artifact for one in comparison.planned}
    gone = remove_orphans(root, opened, artifacts) if tidy else ()
    removed = f"; {_number(len(gone), 'proof file')} removed" if gone else ""
    names = stale_alerts(root, opened, artifacts)
    which = f" {names[0]}" if len(names) == 1 else ""
    return removed + (f"; {_number(len(names), 'proof')} stale: tocsin prove{which}" if names else "")


def _verdict(found: Comparison, check: bool, discard_edits: bool, force: bool) -> Ended:
    dirty = found.of("new", "changed", "edited", "foreign")
    if check:
        return "stale" if dirty or found.orphans or found.interrupted else "unchanged"
    if found.of("edited", "foreign") and not discard_edits:
        return "edited"
    owned = len(found.orphans) + len([p for p in found.planned if p.present is not None])
    if owned >= REMOVED_FROM and len(found.orphans) > REMOVED_SHARE * owned and not force:
        return "too many removals"
    return "written" if dirty or found.orphans or found.interrupted else "unchanged"


def _before(root: Path, opened: "Opened", found: Comparison) -> Node | None:
    """The spec that made what is there: as remembered, else as committed."""
    from tocsin.engines.git import committed
    from tocsin.spec.load import tree_of

    present = {p.artifact.path: p.present for p in found.planned if p.present is not None}
    if not present:
        return None
    known = memory.spec_before(root, present, tree_of)
    return known or tree_of(committed(root, opened.loaded.files), Sink())


def _remember(root: Path, began: int, opened: "Opened", found: Comparison, sink: Sink) -> None:
    if sink.found:
        return  # a run with warnings must show them again
    include = opened.loaded.root.get("include")
    patterns = [i.text for i in (include.items or [include])] if include else []
    summary = _unchanged(len(found.planned))
    memory.remember(root, began, summary, opened.loaded.files, found.planned, patterns)


def _unchanged(total: int) -> str:
    return f"{_number(total, 'artifact')}: {total:,} unchanged"


def _counts(found: Comparison, gone: str) -> str:
    tally: Counter[str] = Counter(p.status for p in found.planned)
    parts = [
        f"{tally[s]:,} {word}"
        for s, word in (
            ("new", "new"),
            ("changed", "changed"),
            ("edited", "edited by hand"),
            ("foreign", "not Tocsin's"),
            ("unchanged", "unchanged"),
        )
        if tally[s]
    ]
    removed = f"; {len(found.orphans)} {gone}" if found.orphans else ""
    return f"{_number(len(found.planned), 'artifact')}: {', '.join(parts)}{removed}"


def _inventory(opened: "Opened") -> str:
    model = opened.workspace.environments[0]
    text = ", ".join(
        _number(n, noun)
        for n, noun in (
            (len(model.services), "service"),
            (len(model.alerts), "alert"),
            (len(model.dashboards), "dashboard"),
            (len(model.receivers), "receiver"),
        )
    )
    others = [m.environment for m in opened.workspace.environments[1:]]
    return text + (f"; environments {', '.join(others)}" if others else "")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
