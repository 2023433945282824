"""What readers of Loki's committed tests see: all alerts of a name during a case, the rule's twins included.

As `evidence` for Prometheus. Rules whose name is their own need no second look.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tocsin import engines
from tocsin.engines import NotRun
from tocsin.engines.servers.loki import RunningLoki
from tocsin.proof.evidence import Evidence, Key
from tocsin.proof.loki.judge import judge
from tocsin.proof.moments import fires_at, moments
from tocsin.proof.promtool.judge import Maker
from tocsin.proof.verdict import CaseVerdict, Expanded, Proposal, Verdicts
from tocsin.witness.case import Alerting, Case
from tocsin.witness.rule import Rule
from tocsin.witness.telemetry import Labels, labels


def gathered(
    proposals: Sequence[Proposal],
    verdicts: Verdicts,
    loki: RunningLoki | None = None,
    promtool: Maker = engines.promtool,
) -> Mapping[Key, Evidence] | NotRun:
    """The evidence for every case that holds. `proposals`: all rules of the files in question."""
    asked = list(_asked(proposals))
    twins = judge([one for _, one in asked], loki, promtool) if asked else {}
    if isinstance(twins, NotRun):
        return twins
    found: dict[Key, Evidence] = {}
    for proposal in proposals:
        rule = proposal.rule
        beside = [twins[one.rule.id] for own, one in asked if own.id == rule.id]
        witness = next((case for case in proposal.cases if case.fires), None)
        for number, verdict in enumerate(verdicts.get(rule.id, ())):
            if verdict.ok:
                others = [one[number] for one in beside]
                found[rule.id, number] = _evidence(rule, verdict, others, witness)
    return found


def _asked(proposals: Sequence[Proposal]) -> Iterator[tuple[Rule, Proposal]]:
    """Each rule with another one of its file and name, which is to judge its cases."""
    for number, one in enumerate(proposals):
        for other, beside in enumerate(proposals):
            same = (one.rule.file, one.rule.name) == (beside.rule.file, beside.rule.name)
            if same and number != other and one.cases:
                # the same twin beside another rule is another question
                named = replace(beside.rule, group=f"{number} {other}")
                yield one.rule, Proposal(named, one.cases, beside.recordings)


def _evidence(
    rule: Rule, verdict: CaseVerdict, others: Sequence[CaseVerdict], witness: Case | None
) -> Evidence:
    alerts = (*verdict.seen, *(alert for one in others for alert in one.seen))
    told = {(one.at, one.labels): one for one in verdict.expanded}
    expanded = []
    for at in moments(verdict.case, witness):
        for alert in alerts:
            if fires_at(alert, at):
                named = _named(rule, alert)
                expanded.append(told.get((at, named)) or Expanded(at=at, labels=named, annotations=()))
    return Evidence(alerts, tuple(expanded))


def _named(rule: Rule, alert: Alerting) -> Labels:
    return labels((*alert.labels, ("alertname", rule.name)))
