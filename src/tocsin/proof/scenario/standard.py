"""The standard scenarios: what happens in every service sooner or later, and should wake nobody.

They are run without being written. Each happens in all services at once, on top of the healthy world and of
those scenarios of the spec that page nobody and last for days, which is what a normal week is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tocsin.model.scenario import Course, Scenario
from tocsin.model.workspace import Model
from tocsin.proof.scenario.endpoints import one_of_ten_endpoints
from tocsin.proof.scenario.world import DAY, WARM_UP, Event, Track, tracks
from tocsin.spec.values import Duration
from tocsin.witness.telemetry import labels

_TEN = 10
_WHILE = Duration.parse("30m")
_DAYS = Duration.parse("7d")
_BORN = 1_000_000.0
_AWAY = 30.0
"""Seconds that a restart takes."""
_LATE = 30.0
_WEEK = "a-normal-week"
Happening = tuple[float, float, Event]


@dataclass(frozen=True, slots=True)
class Standard:
    """A situation that every service meets."""

    name: str
    words: str
    change: Callable[[list[Track], Model], list[Track]]
    """What it makes of the series of a world that is well."""
    lasts: Duration = _WHILE
    late: float = 0.0
    """Seconds by which log lines arrive late."""

    @property
    def days(self) -> bool:
        """Whether it is about days, not about what happens within the hour."""
        return self.lasts.ms >= _DAYS.ms


def standards(model: Model) -> tuple[Standard, ...]:
    """All of them; the week only where the spec has none of its own."""
    written = any(one.lasts.ms >= _DAYS.ms and is_calm(one) for one in model.scenarios)
    return tuple(one for one in _ALL if one.name != _WEEK or not written)


def scenario(standard: Standard, model: Model) -> tuple[Scenario, list[Track], frozenset[str]]:
    """As a scenario that pages nobody, with its series, and the metrics of those that it is about.

    A week is about what has a daily rhythm: what a deployment does, a restart does as well.
    """
    calm = [one for one in model.scenarios if is_calm(one)]
    usual = tuple(signal for one in calm for signal in (*one.usual, *one.signals))
    made = Scenario(
        name=standard.name,
        usual=usual,
        within=Duration.parse("5m"),
        lasts=standard.lasts,
        origin=model.origin,
    )
    found = tracks(made, model)
    changed = standard.change(found, model)
    touched = set() if standard.days else {one.name for one in {*found} ^ {*changed}}
    if touched or standard.days:
        touched |= {signal.metric for signal in usual}
    return made, changed, frozenset(touched)


def is_calm(one: Scenario) -> bool:
    """Whether it says what is normal: a daily rhythm in which nobody is told anything."""
    daily = any(signal.course.daily for signal in one.signals)
    return daily and not one.pages and not one.tells


def _one_of_ten(found: list[Track], model: Model) -> list[Track]:
    """Nine healthy targets beside each; probes are asked from outside and stay as they are."""
    out: list[Track] = []
    for one in found:
        out.append(one)
        if one.name == "up" and not one.probed:
            out[-1] = replace(one, fault=Course("level", 0.0, 0.0))
            out += [replace(one, labels=_beside(one, number)) for number in range(2, _TEN + 1)]
    return out


def _beside(one: Track, number: int) -> tuple[tuple[str, str], ...]:
    return labels((dict(one.labels) | {"instance": f"beside-{number}:9100"}).items())


def _missed(found: list[Track], model: Model) -> list[Track]:
    return _with(found, (WARM_UP, WARM_UP + 15, "fails"))


def _restarted(found: list[Track], model: Model) -> list[Track]:
    return _with(found, *_restart(WARM_UP + 60.0))


def _restart(at: float) -> Iterator[Happening]:
    """What waits for its `for` meanwhile must not fire afterwards."""
    yield at, at + _AWAY, "away"
    yield at, at + _AWAY, "reset"


def _with(found: Iterable[Track], *happening: Happening) -> list[Track]:
    return [replace(one, extra=happening) for one in found]


def _pair(found: list[Track], model: Model) -> list[Track]:
    return [
        replace(one, labels=labels((dict(one.labels) | {"prometheus_replica": name}).items()))
        for one in found
        for name in ("prometheus-1", "prometheus-2")
    ]


def _born(found: list[Track], model: Model) -> list[Track]:
    return [replace(one, born=_BORN) if one.counter else one for one in found]


def week(found: list[Track], model: Model) -> list[Track]:
    """A deployment each working day at 10 in the morning."""
    days = (_restart(day * DAY + 10 * 3600.0) for day in range(5))
    return _with(found, *(one for day in days for one in day))


def _same(found: list[Track], model: Model) -> list[Track]:
    return found


_ALL = (
    Standard("one-of-ten-instances", "one of ten instances does not answer", _one_of_ten),
    Standard("one-of-ten-endpoints", "one of ten endpoints fails, which few use", one_of_ten_endpoints),
    Standard("a-missed-scrape", "one scrape of everything fails", _missed),
    Standard("a-restart", "everything is restarted, and does not answer meanwhile", _restarted),
    Standard("an-ha-pair", "every series is there twice, from a pair of Prometheus", _pair),
    Standard("born-above-zero", "counters begin with what they had elsewhere", _born),
    Standard("logs-come-late", "log lines arrive half a minute after they were written", _same, late=_LATE),
    Standard(_WEEK, "seven days with a deployment on each working day", week, lasts=_DAYS),
)
