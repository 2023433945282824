"""What the committed test of a case has to expect: the alerts of all rules that have the name.

Rules whose name is their own need no second look; of the others the judge has taken it, where it knew them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin import engines
from tocsin.engines import NotRun
from tocsin.proof.promtool.family import families, named, with_family
from tocsin.proof.promtool.judge import Maker, among
from tocsin.proof.promtool.pack import Item, items
from tocsin.proof.verdict import CaseVerdict, Expanded, Proposal, Verdicts
from tocsin.witness.case import Alerting

Key = tuple[tuple[str, str, str], int]
"""A rule's id and the number of one of its cases."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All alerts of one name during a case, and those that fire at its moments as they are sent."""

    alerts: tuple[Alerting, ...]
    expanded: tuple[Expanded, ...]


def gathered(
    proposals: Sequence[Proposal],
    verdicts: Verdicts,
    promtool: Maker = engines.promtool,
    *,
    folder: Path | None = None,
) -> Mapping[Key, Evidence] | NotRun:
    """The evidence for every case that holds. `proposals`: all rules of the files in question."""
    known = families(proposals)
    held = [(with_family(item, known), _verdict(verdicts, item)) for item in items(proposals)]
    held = [(item, verdict) for item, verdict in held if verdict.ok]
    found = {_key(item): one for item, verdict in held if (one := _seen(item, verdict))}
    read = among([item for item, _ in held if _key(item) not in found], promtool, folder=folder)
    if isinstance(read, NotRun):
        return read
    return found | {_key(item): Evidence(one.alerts, one.expanded) for item, one in read.items()}


def _verdict(verdicts: Verdicts, item: Item) -> CaseVerdict:
    of_rule = verdicts.get(item.proposal.rule.id, ())
    return of_rule[item.number] if item.number < len(of_rule) else CaseVerdict(case=item.case, ok=False)


def _key(item: Item) -> Key:
    return item.proposal.rule.id, item.number


def _seen(item: Item, verdict: CaseVerdict) -> Evidence | None:
    """What the judge saw already; None where the rules beside it were not those of today."""
    if not item.beside:
        return Evidence(verdict.seen, verdict.expanded)
    seen = verdict.among
    return Evidence(seen.alerts, seen.expanded) if seen and seen.company == named(item) else None
