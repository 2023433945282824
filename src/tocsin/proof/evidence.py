"""What the engine sees when a case is put before the rule *and* the rules of its file that share its name.

Plain promtool compares all alerts of a name at once, so that a committed test of a rule with an escalated
twin has to name the twin's alerts as well. Rules whose name is their own need no second look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.proof.promtool_file import Read
from tocsin.proof.promtool_judge import Maker
from tocsin.proof.promtool_pack import Item, items
from tocsin.proof.promtool_run import Bench, workspace
from tocsin.proof.promtool_slice import Slices
from tocsin.proof.verdict import CaseVerdict, Expanded, Proposal, Verdicts
from tocsin.witness.case import Alerting, Case

Key = tuple[tuple[str, str, str], int]
"""A rule's id and the number of one of its cases."""


_NOTHING = Case(name="", kind="no-traffic", interval=1, every=1, until=1)


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
    holding = [item for item in items(proposals) if _verdict(verdicts, item).ok]
    found = {_key(one): _of_verdict(_verdict(verdicts, one)) for one in holding}
    families = _families(proposals)
    shared = [one for item in holding if (one := _with_family(item, families)).beside]
    if not shared:
        return found
    with workspace(folder) as root:
        tool = promtool(root)
        if isinstance(tool, Missing):
            return tool
        read = Bench(tool).read(shared)
    if isinstance(read, NotRun):
        return read
    without = {_key(item) for item, said in read.items() if said.error}
    found |= {_key(item): _of_run(item, said) for item, said in read.items()}
    return {key: one for key, one in found.items() if key not in without}


def _verdict(verdicts: Verdicts, item: Item) -> CaseVerdict:
    of_rule = verdicts.get(item.proposal.rule.id, ())
    return of_rule[item.number] if item.number < len(of_rule) else CaseVerdict(case=item.case, ok=False)


def _key(item: Item) -> Key:
    return item.proposal.rule.id, item.number


def _of_verdict(verdict: CaseVerdict) -> Evidence:
    return Evidence(verdict.seen, verdict.expanded)


def _of_run(item: Item, said: Read) -> Evidence:
    return Evidence(said.alerts(item), said.sent(item))


def _families(proposals: Sequence[Proposal]) -> dict[tuple[str, str], list[Item]]:
    """For each name of a rule file one item of each rule that has it, of those without cases as well."""
    found: dict[tuple[str, str], list[Item]] = {}
    for one in items([replace(each, cases=each.cases[:1] or (_NOTHING,)) for each in proposals]):
        found.setdefault((one.proposal.rule.file, one.proposal.rule.name), []).append(one)
    return found


def _with_family(item: Item, families: Mapping[tuple[str, str], list[Item]]) -> Item:
    """The item with the other rules beside it; it touches all that any of them touches."""
    rule = item.proposal.rule
    others = [one for one in families[rule.file, rule.name] if one.proposal.rule.id != rule.id]
    touched = item.slices
    for one in others:
        touched = None if touched is None or one.slices is None else _both(touched, one.slices)
    return replace(item, beside=tuple(one.proposal for one in others), slices=touched)


def _both(one: Slices, other: Slices) -> Slices:
    return {
        name: dict((one.get(name) or other[name]).items() & (other.get(name) or one[name]).items())
        for name in (*one, *(name for name in other if name not in one))
    }
