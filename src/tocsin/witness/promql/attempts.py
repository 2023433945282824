"""Ways to a witness, the simplest first: steady faults, then stranger values, then what changes in time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tocsin.query.promql.ast import Call, Expr, Selector
from tocsin.query.promql.walk import bare
from tocsin.witness.promql.candidates import Hints, plain_numbers, products, windows
from tocsin.witness.promql.clauses import Deciding, deciding
from tocsin.witness.promql.evaluator.evaluate import Budget
from tocsin.witness.promql.grid import Grid, grid, looks_back, starts
from tocsin.witness.promql.models import GONE
from tocsin.witness.promql.names import signs
from tocsin.witness.promql.search import climb, healthy, moves, pairs
from tocsin.witness.promql.shapes import shape
from tocsin.witness.promql.structures import structures
from tocsin.witness.promql.tighten import absorbed, dropped, magnified, reverted, tightened
from tocsin.witness.promql.timeline import needed
from tocsin.witness.promql.trial import State, Trial
from tocsin.witness.rule import Known, Rule

DEEP = -0.3
"""A state with this margin is surely quiet."""
ROUNDS = 4
SHALLOW = -0.02
"""Times are at least so far from firing, in the healthy state."""
MOST_QUIET = 16
MOST_TRANSIENT = 3
MOST_SAMPLES = 20_000
"""What takes longer is not followed."""
MOST_INSTANTS = 14
FEW_INSTANTS = 4
_PRESSED = (1.25, 2.0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A healthy state, a faulty one, and what they were found with."""

    trial: Trial
    hints: Hints
    calm: State
    fault: State
    all_calm: State
    all_fault: State
    """The same two with the channels that can be left out of them."""
    transient: bool = False


def attempts(
    expr: Expr, rule: Rule, known: Known, parts: Sequence[Deciding], budget: Budget
) -> Iterator[Attempt]:
    """All ways that lead anywhere, one after the other."""
    hints, first = _hints(expr), grid(expr, rule)
    recorded = needed(rule.expr, known.recordings)
    layouts = list(structures(shape(expr, rule, known), plain_numbers(expr), known, recorded))
    trials = [Trial(expr, parts, channels, first, budget) for channels in layouts]
    simple = trials[:MOST_TRANSIENT]
    early = simple if looks_back(expr) else []
    yield from _each(trials[:2], lambda trial: _steady(trial, hints))
    yield from _each(trials[:2], lambda trial: _steady(trial, hints, beating=True))
    yield from _each(trials[:2], lambda trial: _breaking(trial, hints))
    yield from _each(early, lambda trial: _transient(trial, rule, hints))
    yield from _each(trials[2:], lambda trial: _steady(trial, hints))
    yield from _each(trials, lambda trial: _steady(trial, hints, ending=True))
    later = (Trial(expr, parts, layouts[0], replace(first, start=at), budget) for at in starts(expr)[1:])
    yield from _each(later, lambda trial: _steady(trial, hints))
    yield from _each(trials[:6], lambda trial: _steady(trial, hints, wild=True))
    yield from _each(simple if not early else [], lambda trial: _transient(trial, rule, hints))
    yield from _each(simple, lambda trial: _by_pairs(trial, hints))


def pressed(attempt: Attempt) -> Iterator[Attempt]:
    """The same with more of what happens so rarely that some windows have nothing of it."""
    changed = zip(attempt.fault, attempt.all_calm, strict=True)
    rare = {m for m, calm in changed if m.move == "rise" and 0 < m.value < 1 and m != calm}
    for factor in _PRESSED if rare else ():
        more = [
            tuple(replace(m, value=m.value * factor) if m in rare else m for m in state)
            for state in (attempt.fault, attempt.all_fault)
        ]
        yield replace(attempt, fault=more[0], all_fault=more[1])


def _each(trials: Iterable[Trial], way: Callable[[Trial], Iterator[Attempt]]) -> Iterator[Attempt]:
    for trial in trials:
        yield from way(trial)


def _hints(expr: Expr) -> Hints:
    plain = plain_numbers(expr)
    return Hints(plain, products(plain), windows(expr), negative=signs(expr))


def _steady(
    trial: Trial, hints: Hints, *, wild: bool = False, beating: bool = False, ending: bool = False
) -> Iterator[Attempt]:
    """A fault that lasts.

    As long as all is well, times are renewed if `beating`, and series may be missing if `ending`.
    """
    usual = healthy(trial)
    start = tuple(replace(m, move="fresh") if m.move == "clock" else m for m in usual) if beating else usual
    calm = None if beating and start == usual else settled(trial, start, hints, ending=ending or wild)
    if calm is None or (ending and calm == settled(trial, start, hints, ending=False)):
        return  # the latter has been tried
    fault, score = climb(trial, calm, hints, wild=wild)
    if score[0] > 0:
        yield _finished(trial, trial, hints, calm, fault)


def settled(trial: Trial, state: State, hints: Hints, *, ending: bool) -> State | None:
    """A quiet state near this one; None when there is none."""
    for _ in range(ROUNDS):
        margin = trial.margin(state)
        if margin <= 0 and (margin < SHALLOW or not any(m.move == "clock" for m in state)):
            return state
        calmer = _calmer(trial, state, hints, ending)
        if calmer is None:
            return None
        state = calmer
    return None


def _calmer(trial: Trial, state: State, hints: Hints, ending: bool) -> State | None:
    """A state that is surely quiet, or else the one that is nearest to it."""
    trial.store(state, keep=True)
    best: State | None = None
    least = trial.margin(state), trial.unrest(state)
    for move in sorted(moves(trial, state, hints), key=lambda move: move.motion == GONE):
        gone = move.motion == GONE
        if gone and not ending:
            break
        after = move.applied(state)
        margin = max(trial.margin(after), trial.margin(_later(after, trial)))
        if margin < DEEP or (gone and margin <= 0):
            return after
        if margin <= least[0]:
            score = margin, trial.unrest(after)
            if score < least:
                best, least = after, score
    return best


def _later(state: State, trial: Trial) -> State:
    """When the case has come to its end: times are longer ago, everything else is as it was."""
    spent = 3 * (trial.grid.fill + trial.grid.hold) + 20 * trial.grid.every
    return tuple(replace(m, value=m.value + spent) if m.move == "clock" else m for m in state)


def _finished(trial: Trial, quiet: Trial, hints: Hints, calm: State, fault: State) -> Attempt:
    """The state made minimal and readable."""
    trial.store(fault, keep=True)
    fault = tightened(trial, reverted(trial, fault, calm), calm)
    fault, calm = magnified(trial, quiet, fault, calm)
    calm = absorbed(quiet, calm, fault)
    less_fault, less_calm = dropped(trial, quiet, fault, calm)
    return Attempt(trial, hints, less_calm, less_fault, calm, fault)


def _breaking(trial: Trial, hints: Hints) -> Iterator[Attempt]:
    """What is told to be absent is a condition: at first there is telemetry of which it is true."""
    node = bare(trial.expr)
    if not isinstance(node, Call) or node.name != "absent" or isinstance(bare(node.args[0]), Selector):
        return
    condition, usual = node.args[0], healthy(trial)
    there = Trial(condition, deciding(condition), trial.channels, trial.grid, trial.budget)
    for wild in (False, True):
        calm, score = climb(there, usual, hints, wild=wild)
        if score[0] > 0 >= trial.margin(calm, 0.0):
            fault, score = (usual, (1.0, 0.0)) if trial.margin(usual) > 0 else climb(trial, calm, hints)
            if score[0] > 0:
                yield _finished(trial, trial, hints, calm, fault)
            return


def _transient(steady: Trial, rule: Rule, hints: Hints) -> Iterator[Attempt]:
    """The condition holds for a while after something has changed."""
    if (steady.grid.fill + rule.hold) / steady.grid.interval > MOST_SAMPLES:
        return
    quiet = tuple(_quiet_states(steady, hints))
    plain, others = quiet[: 1 + len(steady.channels)], quiet[1 + len(steady.channels) :]
    yield from _changing(steady, rule, hints, plain)
    yield from _swapped(steady, rule, hints, others, quiet)
    yield from _changing(steady, rule, hints, others)


def _changing(steady: Trial, rule: Rule, hints: Hints, quiet: Iterable[State]) -> Iterator[Attempt]:
    """What follows on a quiet state is searched."""
    for calm in quiet:
        trial = following(steady, calm, rule)
        if trial.margin(calm, 0.0) > 0:
            continue
        fault, score = climb(trial, calm, hints)
        if score[0] > 0:
            yield _followed(trial, hints, calm, fault)


def _swapped(
    steady: Trial, rule: Rule, hints: Hints, before: Sequence[State], after: Sequence[State]
) -> Iterator[Attempt]:
    """One quiet state follows on another: it is the change alone that matters."""
    for calm in before:
        brief = following(steady, calm, rule, most=FEW_INSTANTS)
        changed = [fault for fault in after if fault != calm and brief.margin(fault, 0.0) > 0]
        trial = following(steady, calm, rule)
        if changed and trial.margin(calm, 0.0) <= 0 < trial.margin(changed[0], 0.0):
            yield _followed(trial, hints, calm, changed[0])


def _followed(trial: Trial, hints: Hints, calm: State, fault: State) -> Attempt:
    fault = tightened(trial, reverted(trial, fault, calm), calm)
    return Attempt(trial, hints, calm, fault, calm, fault, True)


def _quiet_states(steady: Trial, hints: Hints) -> Iterator[State]:
    """The healthy state; those in which one channel is not there; those in which it is at another level."""
    usual = healthy(steady)
    yield usual
    for index in range(len(usual)):
        yield tuple(GONE if i == index else m for i, m in enumerate(usual))
    tried = [move for move in moves(steady, usual, hints) if move.motion.move in ("level", "rise")]
    for move in tried[:: max(1, len(tried) // MOST_QUIET)]:
        yield move.applied(usual)


def following(steady: Trial, calm: State, rule: Rule, *, most: int = MOST_INSTANTS) -> Trial:
    """A trial of what comes after a quiet state, at some `most` instants of the time that the rule needs."""
    here: Grid = steady.grid
    step = max(1, here.samples(here.every))
    evaluations = round((here.fill + rule.hold) / here.every) + 3
    stride = max(1, -(-evaluations // most))
    instants = [i * stride * step for i in range(-(-evaluations // stride) + 1)]
    lasting = int(-(-rule.hold // (stride * here.every))) + 1
    return Trial(
        steady.expr,
        steady.parts,
        steady.channels,
        here,
        steady.budget,
        before=calm,
        instants=instants,
        lasting=lasting,
    )


def _by_pairs(trial: Trial, hints: Hints) -> Iterator[Attempt]:
    calm = settled(trial, healthy(trial), hints, ending=True)
    found = None if calm is None else pairs(trial, calm, hints)
    if calm is not None and found is not None:
        yield _finished(trial, trial, hints, calm, found[0])
