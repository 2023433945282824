"""promtool as the judge of PromQL cases: many cases of many rules in few processes.

Whether it agrees with what was predicted is decided here; how it is asked is known by `file`, which
cases share a run by `pack`, how it is run by `run`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from tocsin import engines
from tocsin.engines import Missing, NotRun
from tocsin.engines.tools.promtool import Promtool
from tocsin.proof.compare import difference, failed, instant, is_template, lacks_data
from tocsin.proof.promtool.family import Families, families, marked, marks, named, with_family
from tocsin.proof.promtool.file import Read
from tocsin.proof.promtool.pack import Item, items, unwritable
from tocsin.proof.promtool.run import Bench, workspace
from tocsin.proof.verdict import Among, CaseVerdict, Expanded, Proposal, Verdicts
from tocsin.witness.case import Alerting
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels

T = TypeVar("T")
Maker = Callable[[Path], Promtool | Missing]
"""Of a promtool that works below a folder."""
FREE_DISK = "free some disk, or set TMPDIR"


def judge(
    proposals: Sequence[Proposal],
    promtool: Maker = engines.promtool,
    *,
    company: Sequence[Proposal] = (),
    folder: Path | None = None,
    told: Callable[[int], None] | None = None,
) -> Verdicts | NotRun:
    """What promtool makes of every case. `folder`: where temporary files may lie (default: in RAM).

    `company`: all rules of the rule files; where some share a name, their cases are seen `among` them too.
    `told` is called with the number of cases that are done, from any thread.
    """
    asked = {item: unwritable(item) for item in items(proposals)}
    cases = [item for item, why in asked.items() if not why]
    verdicts = {(item.rule, item.number): _refused(item, why) for item, why in asked.items() if why}
    if cases:
        known = families(company)
        found = _on_bench(promtool, folder, lambda bench: _judged(bench, cases, known), told or _silent)
        if isinstance(found, NotRun):
            return found
        verdicts |= found
    return {
        proposal.rule.id: tuple(verdicts[rule, number] for number in range(len(proposal.cases)))
        for rule, proposal in enumerate(proposals)
    }


def among(
    cases: Sequence[Item], promtool: Maker = engines.promtool, *, folder: Path | None = None
) -> dict[Item, Among] | NotRun:
    """What promtool sees of cases with other rules beside them, where it can evaluate them so."""
    return _on_bench(promtool, folder, lambda bench: _among(bench, cases), _silent) if cases else {}


def _on_bench(
    promtool: Maker,
    folder: Path | None,
    work: Callable[[Bench], T | NotRun],
    told: Callable[[int], None],
) -> T | NotRun:
    """Work with a promtool and a workspace, should there be both."""
    try:
        with workspace(folder) as root:
            tool = promtool(root)
            return tool if isinstance(tool, Missing) else work(Bench(tool, told))
    except OSError as error:
        return NotRun(f"no temporary files can be written: {error.strerror}", FREE_DISK)


def _silent(number: int) -> None:
    """Nobody listens."""


def _judged(
    bench: Bench, cases: Sequence[Item], known: Families
) -> dict[tuple[int, int], CaseVerdict] | NotRun:
    broken = bench.refused(cases)
    if isinstance(broken, NotRun):
        return broken
    sound = [one for one in cases if one.rule not in broken]
    verdicts = _at_once(bench, sound, known)
    if isinstance(verdicts, NotRun):
        return verdicts
    apart = _one_by_one(bench, [one for one in sound if one not in verdicts], known)
    if isinstance(apart, NotRun):
        return apart
    verdicts |= apart | {one: _refused(one, broken[one.rule]) for one in cases if one.rule in broken}
    return {(item.rule, item.number): verdict for item, verdict in verdicts.items()}


def _at_once(bench: Bench, cases: Sequence[Item], known: Families) -> dict[Item, CaseVerdict] | NotRun:
    """Those that are to fire, with the rules of their name beside them: both answers from one evaluation.

    Only where its own alerts are known among the others, and all of it can be evaluated.
    """
    whole = {with_family(item, known): item for item in cases if item.case.expected}
    own = {one: marks(one) for one in whole if one.beside}
    read = bench.read(one for one, by in own.items() if by is not None)
    if isinstance(read, NotRun):
        return read
    return {
        whole[one]: replace(_verdict(whole[one], said, own[one] or ()), among=_seen(one, said))
        for one, said in read.items()
        if not said.error
    }


def _one_by_one(bench: Bench, cases: Sequence[Item], known: Families) -> dict[Item, CaseVerdict] | NotRun:
    """Each rule alone, and then, where that holds, with the rules of its name."""
    read = bench.read(cases)
    if isinstance(read, NotRun):
        return read
    verdicts = {item: _verdict(item, said) for item, said in read.items()}
    shared = {with_family(item, known): item for item, verdict in verdicts.items() if verdict.ok}
    silent = {one for one in shared if not verdicts[shared[one]].seen and one.alike}
    beside = _among(replace(bench, told=_silent), [one for one in shared if one.beside and one not in silent])
    if isinstance(beside, NotRun):
        return beside
    beside |= {one: Among(named(one), (), ()) for one in silent if one.beside}
    return verdicts | {
        shared[one]: replace(verdicts[shared[one]], among=seen) for one, seen in beside.items()
    }


def _among(bench: Bench, cases: Sequence[Item]) -> dict[Item, Among] | NotRun:
    read = bench.read(cases)
    if isinstance(read, NotRun):
        return read
    return {item: _seen(item, said) for item, said in read.items() if not said.error}


def _seen(item: Item, said: Read) -> Among:
    return Among(named(item), said.alerts(item), said.sent(item))


def _verdict(item: Item, said: Read, own: Labels = ()) -> CaseVerdict:
    """`own`: by what its alerts are known among those that the answer tells of."""
    rule, case = item.proposal.rule, item.case
    if said.error:
        return _refused(item, said.error)
    seen = tuple(_as_sent(rule, one) for one in said.alerts(item) if marked(one.labels, own))
    expanded = tuple(one for one in said.sent(item) if marked(one.labels, own))
    words = difference(rule, case.expected, seen) or failed_template(rule, expanded)
    return CaseVerdict(case=case, ok=not words, seen=seen, expanded=expanded, words=words)


def _refused(item: Item, why: str) -> CaseVerdict:
    return CaseVerdict(case=item.case, ok=False, words=f"promtool: {why}")


def _as_sent(rule: Rule, one: Alerting) -> Alerting:
    """Where a label's template comes to nothing, Prometheus 3.15.0 writes its text into `ALERTS`."""
    own = dict(rule.labels)
    sent = tuple(sorted((n, v) for n, v in one.labels if not (is_template(v) and own.get(n) == v)))
    return replace(one, labels=sent)


def failed_template(rule: Rule, expanded: Sequence[Expanded]) -> str:
    """The first label or annotation that promtool could not expand; empty: there is none.

    An annotation that queries other telemetry has none in a case that is about the rule (`fires` says so).
    """
    own = dict(rule.annotations)
    for alert in expanded:
        told = [(name, text) for name, text in alert.annotations if not lacks_data(own.get(name, ""), text)]
        for kind, pairs in (("label", alert.labels), ("annotation", told)):
            for name, text in pairs:
                if failed(text):
                    return f"{kind} `{name}` at {instant(alert.at)}: {text.strip('<>')}"
    return ""
