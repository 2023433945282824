"""Cases with lines that miss just one stage or matcher, in the place of those that a rule fires on."""

from dataclasses import replace

from tocsin.witness.case import Case, Clause
from tocsin.witness.logql import words
from tocsin.witness.logql.course import Flow, Phase, geometry
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.logql.profile import Setting
from tocsin.witness.logql.trial import Trial, with_flow

_MOST_BESIDE = 5_000.0


def instead(setting: Setting, kind: Kind) -> Case | str:
    """The case that pins what `kind` misses, or why there is none."""
    trial, reader = setting.trial, _reader(setting.trial, kind)
    same = [
        number
        for number, each in enumerate(trial.kinds)
        if setting.fault[number].lines
        and each.takes[reader]
        and (not kind.takes[reader] or each.extractor is kind.extractor)
    ]
    if not same and not kind.takes[reader]:
        return beside(setting, kind)
    if not same:
        return f"lines that meet `{_where(setting, kind)}` change nothing"
    wider = _with_kind(setting, kind)
    state = setting.fault
    for number in same:
        state = with_flow(state, number, replace(state[number], lines=0.0))
    lines = sum(setting.fault[number].lines for number in same)
    state = (*state, replace(setting.fault[same[0]], lines=lines))
    where = _where(setting, kind)
    phases = wider.phases(state, wider.span)
    if kind.takes[reader]:
        return _also(wider, kind, phases, words.story(wider, state))
    pins = Clause(*_place(kind), f"the lines do not meet `{where}`")
    case = wider.case(f"without {where}", "clause", phases, words.story(wider, state), pins)
    return case if not case.fires else f"lines that do not meet `{where}` make it fire all the same"


def _also(setting: Setting, kind: Kind, phases: list[Phase], story: str) -> Case | str:
    """The lines are taken for another reason."""
    where = _where(setting, kind)
    pins = Clause(*_place(kind), f"the lines meet `{where}`")
    case = setting.case(f"also {where}", "firing-clause", phases, story, pins)
    return case if case.fires else f"lines that meet `{where}` do not make it fire"


def beside(setting: Setting, kind: Kind) -> Case | str:
    """Where such lines keep the rule quiet (`unless`, `absent`, a share): these are none of them."""
    trial, where, home = setting.trial, _where(setting, kind), _home(setting.trial, kind)
    wider, now = _with_kind(setting, kind), setting.fault[home].lines
    for lines in (10.0 * now, 40.0 * now) if now else (1.0, 10.0, 100.0):
        if lines > _MOST_BESIDE:
            break
        quiet = with_flow(setting.fault, home, replace(setting.fault[home], lines=lines))
        if not trial.quiet(quiet):
            continue
        state = (*setting.fault, replace(setting.fault[home], lines=lines))
        pins = Clause(*_place(kind), f"lines that do not meet `{where}` change nothing")
        phases = wider.phases(state, wider.span)
        case = wider.case(f"beside {where}", "firing-clause", phases, words.story(wider, state), pins)
        return case if case.fires else f"beside lines that do not meet `{where}` it does not fire"
    return f"lines that meet `{where}` change nothing"


def _place(kind: Kind) -> tuple[int, int]:
    return kind.missed or (0, 0)


def _where(setting: Setting, kind: Kind) -> str:
    return words.excerpt(setting.rule.expr, *_place(kind))


def _reader(trial: Trial, kind: Kind) -> int:
    """Which range of the rule the kind was made for."""
    return next(i for i, each in enumerate(trial.plan.extractors.values()) if each is kind.extractor)


def _home(trial: Trial, kind: Kind) -> int:
    """The kind that it just is not."""
    return next(
        number
        for number, each in enumerate(trial.kinds)
        if each.wish.labels == kind.wish.labels and each.extractor is kind.extractor and each.missed is None
    )


def _with_kind(setting: Setting, kind: Kind) -> Setting:
    """The setting with one kind more, of which nothing flows; it is counted in the window of its like."""
    trial = setting.trial
    more = [*trial.kinds, kind]
    times = geometry(trial.plan.expr, setting.every, more)
    times = replace(times, windows=(*trial.times.windows, trial.times.windows[_home(trial, kind)]))
    wider = Trial(trial.plan, more, times)
    return replace(setting, trial=wider, calm=(*setting.calm, Flow()), fault=(*setting.fault, Flow()))
