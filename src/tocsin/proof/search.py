"""Looks for the witnesses of many rules, in processes side by side when that pays. Judges nothing."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from tocsin.proof.trial import Proof, Remark, Scraping
from tocsin.witness.case import Case
from tocsin.witness.outcome import Always, NotFound, Outcome, Witnessed
from tocsin.witness.rule import Known, Rule

Question = tuple[Rule, Known]
FEW = 8
"""Rules for which a second process costs more than it saves: it takes half a second to come up."""
_AT_ONCE = 4
"""Rules that a process is handed at a time."""


def search(questions: Sequence[Question], told: Callable[[int], None] = lambda done: None) -> list[Proof]:
    """What is found of each rule, in their order; `told` is called with the number that is done."""
    processes = min(os.cpu_count() or 1, len(questions) // FEW)
    if processes < 2:
        return [_counted(one, told) for one in map(searched, questions)]
    # spawned, not forked: the caller may have threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        return [_counted(one, told) for one in pool.map(searched, questions, chunksize=_AT_ONCE)]


def _counted(found: Proof, told: Callable[[int], None]) -> Proof:
    told(1)
    return found


def searched(question: Question) -> Proof:
    """What is found of one rule. A mistake in the program is an honest "not found"."""
    rule, known = question
    try:
        outcome = _found(rule, known)
        return Proof(outcome=outcome, scraping=_scraping(rule, known, outcome), remarks=_remarks(rule, known))
    except Exception as error:  # one rule of a thousand must not take the others with it
        return Proof(outcome=NotFound(f"the search made a mistake of its own ({type(error).__name__})"))


def _found(rule: Rule, known: Known) -> Outcome:
    if rule.language == "logql":
        from tocsin.witness.logql.find import find as find_lines

        return find_lines(rule, known)
    from tocsin.witness.promql.find import find as find_series
    from tocsin.witness.promql.sharpen import sharpened

    outcome = find_series(rule, known)
    if isinstance(outcome, Witnessed):
        return replace(outcome, cases=sharpened(rule, outcome.cases, known))
    return outcome


def cases_of(outcome: Outcome) -> tuple[Case, ...]:
    """The cases that an engine is to judge."""
    match outcome:
        case Witnessed(cases=cases) | Always(cases=cases):
            return cases
        case _:
            return ()


def _scraping(rule: Rule, known: Known, outcome: Outcome) -> Scraping | None:
    cases = cases_of(outcome)
    if rule.language != "promql" or not cases or not cases[0].fires:
        return None
    from tocsin.witness.promql.scrape import intervals

    found = intervals(rule, cases[0], known)
    return None if found.words else Scraping(reliable=found.reliable, ever=found.ever)


def _remarks(rule: Rule, known: Known) -> tuple[Remark, ...]:
    if rule.language == "logql":
        from tocsin.witness.logql.lints import lints
    else:
        from tocsin.witness.promql.lints import lints
    return tuple(
        Remark(code=one.code, start=one.start, end=one.end, words=one.words, help=one.help)
        for one in lints(rule, known)
    )
