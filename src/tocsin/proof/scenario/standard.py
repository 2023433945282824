"""The standard scenarios: what happens in every service sooner or later, and should wake nobody.

They are run without being written. Each happens in all services at once, on top of the healthy world and of
those scenarios of the spec that page nobody and last for days, which is what a normal week is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tocsin.model.scenario import Course, Scenario
from tocsin.model.workspace import Model
from tocsin.proof.scenario.world import DAY, WARM_UP, Track, tracks
from tocsin.spec.values import Duration
from tocsin.witness.telemetry import labels

_TEN = 10
_WHILE = Duration.parse("30m")
_DAYS = Duration.parse("7d")
_BORN = 1_000_000.0
_WEEK = "a-normal-week"


@dataclass(frozen=True, slots=True)
class Standard:
    """A situation that every service meets. `touches` are its metrics; None: all."""

    name: str
    words: str
    lasts: Duration
    change: Callable[[list[Track]], list[Track]]
    touches: frozenset[str] | None = None


def standards(model: Model) -> tuple[Standard, ...]:
    """All of them; the week only where the spec has none of its own."""
    written = any(one.lasts.ms >= _DAYS.ms and is_calm(one) for one in model.scenarios)
    return tuple(one for one in _ALL if one.name != _WEEK or not written)


def scenario(standard: Standard, model: Model) -> tuple[Scenario, list[Track]]:
    """As a scenario that pages nobody, with its series."""
    calm = [one for one in model.scenarios if is_calm(one)]
    usual = tuple(signal for one in calm for signal in (*one.usual, *one.signals))
    made = Scenario(
        name=standard.name,
        usual=usual,
        within=Duration.parse("5m"),
        lasts=standard.lasts,
        origin=model.origin,
    )
    return made, standard.change(tracks(made, model))


def is_calm(one: Scenario) -> bool:
    """Whether it says what is normal: a daily rhythm in which nobody is told anything."""
    daily = any(signal.course.daily for signal in one.signals)
    return daily and not one.pages and not one.tells


def _one_of_ten(found: list[Track]) -> list[Track]:
    """Nine healthy targets beside each; probes are asked from outside and stay as they are."""
    out: list[Track] = []
    for one in found:
        out.append(one)
        if one.name == "up" and "check" not in dict(one.labels):
            out[-1] = replace(one, fault=Course("level", 0.0, 0.0))
            out += [replace(one, labels=_beside(one, number)) for number in range(2, _TEN + 1)]
    return out


def _beside(one: Track, number: int) -> tuple[tuple[str, str], ...]:
    return labels((dict(one.labels) | {"instance": f"beside-{number}:9100"}).items())


def _missed(found: list[Track]) -> list[Track]:
    return [replace(one, extra=((WARM_UP, WARM_UP + 15, "missed"),)) for one in found]


def _restarted(found: list[Track]) -> list[Track]:
    """Counters begin again, after one scrape that failed."""
    return [replace(one, extra=(*_restart(WARM_UP + 60.0),)) for one in found]


def _restart(at: float) -> Iterable[tuple[float, float, str]]:
    return (at, at + 15, "missed"), (at, at + 15, "reset")


def _pair(found: list[Track]) -> list[Track]:
    return [
        replace(one, labels=labels((dict(one.labels) | {"prometheus_replica": name}).items()))
        for one in found
        for name in ("prometheus-1", "prometheus-2")
    ]


def _born(found: list[Track]) -> list[Track]:
    return [replace(one, born=_BORN) if one.counter else one for one in found]


def week(found: list[Track]) -> list[Track]:
    """A deployment each working day at 10 in the morning."""
    days = tuple(one for day in range(5) for one in _deployment(day * DAY + 10 * 3600.0))
    return [replace(one, extra=days) for one in found]


def _deployment(at: float) -> Iterator[tuple[float, float, str]]:
    yield at, at + 60, "missed"
    yield at, at + 60, "reset"


_ALL = (
    Standard(
        "one-of-ten-instances",
        "one of ten instances does not answer",
        _WHILE,
        _one_of_ten,
        frozenset(("up",)),
    ),
    Standard("a-missed-scrape", "one scrape of everything fails", _WHILE, _missed),
    Standard("a-restart", "everything is restarted, one after the other", _WHILE, _restarted),
    Standard("an-ha-pair", "every series is there twice, from a pair of Prometheus", _WHILE, _pair),
    Standard("born-above-zero", "counters begin with what they had elsewhere", _WHILE, _born),
    Standard(_WEEK, "seven days with a deployment on each working day", _DAYS, week),
)
