"""Looks for the witnesses of many rules. Judges nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tocsin.proof.trial import Proof, Remark, Scraping
from tocsin.proof.workers import Workers
from tocsin.witness.case import Case
from tocsin.witness.outcome import Always, NotFound, Outcome, Witnessed
from tocsin.witness.rule import Known, Rule

Question = tuple[Rule, Known]


def search(
    questions: Sequence[Question], workers: Workers, told: Callable[[int], None] = lambda done: None
) -> list[Proof]:
    """What is found of each rule, in their order; `told` hears of each one that is done."""
    return workers.each(searched, questions, lambda question: len(question[0].expr), told)


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
        from tocsin.witness.logql.sharpen import sharpened as sharpened_lines

        outcome = find_lines(rule, known)
        if isinstance(outcome, Witnessed):
            return replace(outcome, cases=sharpened_lines(rule, outcome.cases))
        return outcome
    from tocsin.witness.promql.find import find as find_series
    from tocsin.witness.promql.sharp.sharpen import sharpened

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
