"""Under its witness the rule is inactive before, pending for `for`, and fires when that was predicted.

Where there can be no witness the rule is refuted with the reason; where none was found it is *not run*.
"""

from collections.abc import Iterable, Iterator

from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.proof.column import Cell, column, not_run, proven, refuted
from tocsin.proof.compare import lacks_data
from tocsin.proof.histories import length
from tocsin.proof.rulebook import Subject
from tocsin.proof.told import broken, heartbeat, only_the_end
from tocsin.proof.trial import Remark, Scraping, Trial
from tocsin.proof.verdict import CaseVerdict
from tocsin.query.errors import QueryError
from tocsin.query.promql import parse
from tocsin.query.promql.ast import Number, Range
from tocsin.query.promql.walk import walk
from tocsin.witness.outcome import Always, Impossible, NotFound, Reason

CODE, NEVER, ALWAYS, SCRAPE = "proof/fires", "rule/never-fires", "rule/always-fires", "rule/scrape-interval"
ASKS = "rule/blind-annotation"

_LOOKBACK = 300.0
"""Prometheus 3.15.0: seconds that a sample counts for."""
USUAL = 60.0
"""Prometheus 3.15.0: `scrape_interval` where nothing is said."""


@column("fires", order=20, foreign=True)
def fires(trial: Trial, subject: Subject) -> Cell:
    """Every case that is predicted to fire does, then and with these labels."""
    if not trial.parses(subject):
        return not_run("it does not parse")
    proof = trial.proof(subject)
    match proof.outcome:
        case Impossible(reason=reason):
            return refuted((_hopeless(NEVER, f"`{subject.title}` can never fire", subject, reason),))
        case Always(reason=reason) if not heartbeat(subject, reason):
            return refuted((_hopeless(ALWAYS, f"`{subject.title}` always fires", subject, reason),))
        case Always(cases=()):
            return proven(("it always fires, which is its meaning",))
        case NotFound(why=why):
            return not_run(f"no witness was found: {why}")
        case _:
            return _judged(trial, subject, proof.verdicts)


def _judged(trial: Trial, subject: Subject, verdicts: tuple[CaseVerdict, ...]) -> Cell:
    if not verdicts:
        return not_run(trial.unjudged.get(subject.rule.language) or "no engine judged it")
    mine = [one for one in verdicts if one.case.fires]
    good = [one for one in mine if one.ok or only_the_end(subject.rule, one)]
    words = tuple(one.case.story or one.case.name for one in mine)
    warned = (*_scraping(trial, subject), *_remarks(trial, subject), *_asking(subject, mine))
    if len(good) == len(mine):
        return proven(words, done=len(mine), found=warned)
    bad = tuple(broken(CODE, subject, one, "fires") for one in mine if one not in good)
    return refuted((*bad, *warned), words, done=len(good), total=len(mine))


def _asking(subject: Subject, verdicts: Iterable[CaseVerdict]) -> Iterator[Diagnostic]:
    """Annotations that query telemetry which the witness does not have, and cannot do without it."""
    texts = [pair for one in verdicts for alert in one.expanded for pair in alert.annotations]
    own = dict(subject.rule.annotations)
    for name in sorted({name for name, text in texts if lacks_data(own.get(name, ""), text)}):
        words = f"`{subject.title}`: `{name}` queries other telemetry, and fails where there is none of it"
        help = 'guard it: `{{ with query "..." }}{{ . | first | value }}{{ end }}`'
        yield Diagnostic(ASKS, "warning", words, Label(subject.said.field(name)), help=help)


def _hopeless(code: str, words: str, subject: Subject, reason: Reason) -> Diagnostic:
    at, others = subject.said.expr(reason.start, reason.end)
    return Diagnostic(code, "error", words, Label(at, reason.words), others, help=reason.help)


def _scraping(trial: Trial, subject: Subject) -> tuple[Diagnostic, ...]:
    """A warning when the contract, or else the usual minute, is slower than the rule can stand."""
    scraping, declared = trial.proof(subject).scraping, trial.declared_interval(subject)
    every = declared or (USUAL if trial.book.model is None else 0.0)
    if scraping is None or not every or scraping.ever is None or every <= (scraping.reliable or 0.0):
        return ()
    if not _narrow(subject.rule.expr, every):
        return ()  # it is this witness that is brief, not the rule
    if scraping.reliable is None:
        words = f"whether `{subject.title}` fires is up to the phase of the scrape"
    else:
        fast = length(scraping.reliable)
        words = f"`{subject.title}` fires reliably only when scraped every {fast} or faster"
    at, others = subject.said.expr(0, len(subject.rule.expr))
    said = f"it is scraped every {length(every)}" if declared else f"every {length(every)} is usual"
    return (Diagnostic(SCRAPE, "warning", words, Label(at), others, (*_phases(scraping, every), said)),)


def _narrow(expr: str, every: float) -> bool:
    """Whether some window may hold fewer than two samples, or the lookback none."""
    try:
        ranges = [one.range for one in walk(parse(expr)) if isinstance(one, Range)]
    except QueryError:
        return False
    windows = [one.value for one in ranges if isinstance(one, Number)]
    return any(window < 2 * every for window in windows) or every > _LOOKBACK


def _phases(scraping: Scraping, every: float) -> tuple[str, ...]:
    """What happens at slower scrapes than it can stand."""
    ever = scraping.ever or 0.0
    never = f"at {length(every)} it never fires"
    if ever <= (scraping.reliable or 0.0):
        return (never,)
    luck = f"up to {length(ever)} it is up to the phase of the scrape"
    return (f"{luck}; {never}",) if every > ever else (luck,)


def _remarks(trial: Trial, subject: Subject) -> tuple[Diagnostic, ...]:
    """What looks wrong though it fires; of the spec's own rules `tocsin check` says so."""
    if trial.book.model is not None:
        return ()
    return tuple(_remark(subject, one) for one in trial.proof(subject).remarks)


def _remark(subject: Subject, remark: Remark) -> Diagnostic:
    at, others = subject.said.expr(remark.start, remark.end)
    words = f"{subject.title}: {remark.words}"
    return Diagnostic(remark.code, "warning", words, Label(at), others, help=remark.help)
