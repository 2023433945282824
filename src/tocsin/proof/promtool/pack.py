"""Which cases may share one run of promtool's evaluation: those that cannot see each other. Pure.

Opening a storage costs promtool 3.15.0 some 8 ms, as much as fifty evaluations of a small rule; so the cases
of many rules share one. They must have the same grid, and none may read what another has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import floor

from tocsin.proof.promtool.slice import Slice, Slices, disjoint, fixed_labels, rule_slices, slices
from tocsin.proof.recordings import needed
from tocsin.proof.verdict import Proposal
from tocsin.query.durations import show_duration
from tocsin.query.quoting import is_utf8
from tocsin.witness.case import Case
from tocsin.witness.rule import Recording, Rule

MOST_CASES = 25
MOST_EVALUATIONS = 20_000
MOST_ALERTS = 50
"""promtool refuses queries over more than 10,000 samples; the grid of the alerts is read by one query."""
_OF_ALERTS = frozenset(("ALERTS", "ALERTS_FOR_STATE"))
Grid = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One case on its way to the judge."""

    rule: int
    """Which proposal it belongs to."""
    number: int
    """Which of its cases it is."""
    proposal: Proposal
    case: Case
    slices: Slices | None
    """All that it reads or writes; None: it may read anything, and so stays alone."""
    beside: tuple[Proposal, ...] = ()
    """Other rules that are evaluated with it: those of its file that share its name."""

    @property
    def grid(self) -> Grid:
        """What all cases of a pack have in common."""
        case = self.case
        return case.every, case.interval, case.start, self.proposal.rule.query_offset

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its own and those beside it."""
        return self.proposal.rule, *(one.rule for one in self.beside)

    @property
    def alike(self) -> bool:
        """Whether all its rules ask the same, so that where one has no alerts none has."""
        own = self.proposal
        return all(
            (one.rule.expr, one.rule.query_offset, one.recordings)
            == (own.rule.expr, own.rule.query_offset, own.recordings)
            for one in self.beside
        )

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All that these rules read, each once."""
        return tuple(dict.fromkeys(one for each in (self.proposal, *self.beside) for one in each.recordings))

    @property
    def evaluations(self) -> int:
        """How many there are after the one at 0."""
        return floor(self.case.until / self.case.every + 1e-9)

    @property
    def alerts(self) -> int:
        """How many are expected, and one more."""
        return len(self.case.expected) + 1


Pack = tuple[Item, ...]


@dataclass(slots=True)
class _Open:
    items: list[Item] = field(default_factory=list)
    slices: dict[str, list[Slice]] = field(default_factory=dict)
    alerts: int = 0

    def takes(self, item: Item, by_name: bool) -> bool:
        if len(self.items) >= MOST_CASES or self.alerts + item.alerts > MOST_ALERTS:
            return False
        return all(
            not by_name and disjoint(mine, theirs)
            for name, mine in (item.slices or {}).items()
            for theirs in self.slices.get(name, ())
        )

    def add(self, item: Item) -> None:
        self.items.append(item)
        for name, mine in (item.slices or {}).items():
            self.slices.setdefault(name, []).append(mine)
        self.alerts += item.alerts


def items(proposals: Sequence[Proposal]) -> list[Item]:
    """All cases of all rules."""
    found = []
    for number, proposal in enumerate(map(relevant, proposals)):
        of_rule = touched(proposal)
        for place, case in enumerate(proposal.cases):
            found.append(
                Item(number, place, proposal, case, None if of_rule is None else slices(of_rule, case))
            )
    return found


def relevant(proposal: Proposal) -> Proposal:
    """The proposal with only those recording rules that matter to it."""
    return replace(proposal, recordings=needed(proposal.rule.expr, proposal.recordings))


def packs(cases: Iterable[Item], *, by_name: bool = True) -> list[Pack]:
    """The cases in as few packs as the first fit gives; those of about the same length together.

    Cases of a pack have no metric in common; or, not `by_name`, no series that another could read. That is
    enough where the rules are evaluated as they are, not for changed ones.
    """
    closed: list[Pack] = []
    waiting: dict[Grid, list[_Open]] = {}
    for item in sorted(cases, key=lambda one: (one.grid, -one.evaluations)):
        if item.slices is None:
            closed.append((item,))
            continue
        opened = waiting.setdefault(item.grid, [])
        pack = next((pack for pack in opened if pack.takes(item, by_name)), None)
        if pack is None:
            opened.append(pack := _Open())
        pack.add(item)
        if len(pack.items) == MOST_CASES or pack.alerts >= MOST_ALERTS:
            opened.remove(pack)
            closed.append(tuple(pack.items))
    return closed + [tuple(pack.items) for opened in waiting.values() for pack in opened]


def unwritable(item: Item) -> str:
    """Why a case cannot be put before promtool; empty: it can."""
    rule, case = item.proposal.rule, item.case
    times = (rule.hold, rule.keep, rule.query_offset, case.every, case.interval, case.until)
    if not all(show_duration(time) and time >= 0 for time in times) or not case.every or not case.interval:
        return "a time is no whole number of milliseconds"
    if max(item.evaluations, case.until / case.interval) > MOST_EVALUATIONS:
        return f"more than {MOST_EVALUATIONS:,} evaluations or samples"
    fed = (text for one in case.series for pair in one.labels for text in pair)
    words = (text for pair in (*rule.labels, *rule.annotations) for text in pair)
    recorded = (text for one in item.proposal.recordings for text in (one.record, one.expr))
    return "" if is_utf8("".join((rule.name, rule.expr, *words, *fed, *recorded))) else "not UTF-8"


def cost(pack: Pack) -> int:
    """About how much work it is, in evaluations of rules."""
    return 50 + len(pack) * max(item.evaluations for item in pack)


def touched(proposal: Proposal) -> Slices | None:
    """What the rule and its recording rules touch, whatever the case; None: it may be anything."""
    rule = proposal.rule
    if any("{{" in text and "query" in text for _, text in (*rule.labels, *rule.annotations)):
        return None
    found = rule_slices(proposal)
    if found is None or _OF_ALERTS & found.keys():
        return None
    return {**found, f"alert {rule.name}": fixed_labels([rule])}
