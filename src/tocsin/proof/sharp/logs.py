"""Sharpness of LogQL rules: mutants as range queries of a real Loki over the cases' own lines.

A query costs Loki 3.7.8 some 15 ms, so a mutant is asked about case after case until one notices it. Every
case has a tenant of its own; what the rulers make of a grid is `witness.states`.
"""

import contextlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tocsin import engines
from tocsin.engines import EngineError, Missing, NotRun
from tocsin.engines.servers.loki import RunningLoki
from tocsin.proof.loki.grid import Refusal, evaluate, push
from tocsin.proof.sharp.grids import Refused, Rows
from tocsin.proof.sharp.metrics import Caught, Equivalent, Id, Sharpness, alerts
from tocsin.proof.verdict import Proposal
from tocsin.witness.case import Case
from tocsin.witness.logql.equivalent import equivalent
from tocsin.witness.logql.mutants import mutants, trees
from tocsin.witness.mutant import Mutant
from tocsin.witness.rule import Rule

__all__ = ["sharp"]
_THREADS = 4


def sharp(
    proposals: Sequence[Proposal],
    loki: RunningLoki | None = None,
    *,
    told: Callable[[int], None] = lambda number: None,
) -> Mapping[Id, Sharpness] | NotRun:
    """How sharp the cases of each LogQL rule are; starts a Loki of its own unless it is given one."""
    with contextlib.ExitStack() as stack:
        try:
            running = loki or _started(stack)
            if isinstance(running, NotRun):
                return running

            def work(proposal: Proposal) -> Sharpness:
                found = _sharpness(proposal, running.beside())
                told(1)
                return found

            with ThreadPoolExecutor(_THREADS) as pool:
                found = list(pool.map(work, proposals))
        except EngineError as error:
            return NotRun("; ".join((error.summary, *(text for _, text in error.facts))), error.cure or None)
    return {one.rule.id: sharpness for one, sharpness in zip(proposals, found, strict=True)}


def _started(stack: contextlib.ExitStack) -> RunningLoki | NotRun:
    found = engines.loki()
    return found if isinstance(found, Missing) else stack.enter_context(found.start())


def _sharpness(proposal: Proposal, loki: RunningLoki) -> Sharpness:
    rule = proposal.rule
    reasons = {mutant.name: equivalent(rule, mutant, changed) for mutant, changed in trees(rule)}
    same = tuple(Equivalent(m, reasons[m.name]) for m, _ in trees(rule) if reasons[m.name])
    counting = [mutant for mutant in mutants(rule) if not reasons.get(mutant.name)]
    caught: dict[str, str] = {}
    for case in proposal.cases:
        left = [mutant for mutant in counting if mutant.name not in caught]
        if left:
            caught |= dict.fromkeys(_noticed(rule, case, left, loki), case.name)
    return Sharpness(
        caught=tuple(Caught(m, caught[m.name]) for m in counting if m.name in caught),
        survivors=tuple(m for m in counting if m.name not in caught),
        equivalents=same,
    )


def _noticed(rule: Rule, case: Case, left: Sequence[Mutant], loki: RunningLoki) -> list[str]:
    """The mutants that have other alerts in this case."""
    tenant = uuid.uuid4().hex
    push(loki, tenant, case.streams)
    grid = _rows(loki, tenant, rule, case)
    original = alerts(rule, case, grid)
    found = []
    for mutant in left:
        changed = mutant.rule_changed
        answer = _rows(loki, tenant, changed, case) if mutant.expression_only else grid
        if alerts(changed, case, answer) != original:
            found.append(mutant.name)
    return found


def _rows(loki: RunningLoki, tenant: str, rule: Rule, case: Case) -> Rows | Refused:
    grid = evaluate(loki, tenant, rule.expr, every=case.every, until=case.until, offset=rule.query_offset)
    if isinstance(grid, Refusal):
        return Refused(grid.words)
    return {
        labels: sum(1 << i for i, there in enumerate(row) if there) for labels, row in grid.present.items()
    }
