"""Says in sentences, each on a line, what happens in a case, with its numbers."""

from collections.abc import Sequence
from math import isclose

from tocsin.query.durations import show_duration
from tocsin.witness.promql.excerpts import number
from tocsin.witness.promql.models import GONE, Channel, Motion
from tocsin.witness.promql.trial import State
from tocsin.witness.telemetry import Labels

_PERIODS = ((1.0, "a second"), (60.0, "a minute"), (3600.0, "an hour"))


def duration(seconds: float) -> str:
    """`5m`."""
    return show_duration(seconds) or f"{number(seconds)}s"


def series_name(channel: Channel, known: Labels = ()) -> str:
    """`up{job="x"}`, or with the number of replicas; `known` labels need not be said."""
    own = channel.labels[0] if channel.labels else ()
    inside = ", ".join(f'{name}="{value}"' for name, value in own if (name, value) not in known)
    shown = f"{channel.metric}{{{inside}}}" if inside else channel.metric
    return f"{len(channel.labels)} series like {shown}" if len(channel.labels) > 1 else shown


def motion_words(motion: Motion, interval: float) -> str:
    """What a motion is."""
    value, other = motion.value, motion.other
    match motion.move:
        case "level":
            return f"is {number(value)}"
        case "drift" if not value:
            return f"is {number(other)}"
        case "rise":
            return f"counts {_often(value / interval)}" if value else "counts nothing"
        case "drift":
            way = "falls" if value < 0 else "rises"
            return f"{way} from {number(other)} by {_often(abs(value) / interval)}"
        case "toggle":
            turn = duration(round(value) * interval)
            return f"changes between {number(other)} and {number(other + 1)} every {turn}"
        case "observe":
            return f"has {_often(other / interval)} observed, {_often(value / interval)} of it slow"
        case _:
            return _presence(motion)


def _presence(motion: Motion) -> str:
    match motion.move:
        case "sparse":
            return f"is {number(motion.other)}, but only one scrape of {round(motion.value)} succeeds"
        case "missed":
            return "is not scraped"
        case "fresh":
            return f"is always {duration(round(motion.value))} ago"
        case "clock":
            when = "ago" if motion.value >= 0 else "from now"
            return f"is {duration(abs(round(motion.value)))} {when}"
        case _:
            return "is not there"


def _often(rate: float) -> str:
    """A rate per second, or per a longer time if that is a rounder number."""
    said = [(float(f"{rate * seconds:.3g}"), rate * seconds, words) for seconds, words in _PERIODS]
    for short, exact, words in said:
        if short >= 0.1 and isclose(short, exact, rel_tol=1e-9):
            return f"{number(short)} {words}"
    short, _, words = next((one for one in said if one[0] >= 1), said[-1])
    return f"about {number(short)} {words}"


def sentence(
    channels: Sequence[Channel], calm: State, fault: State, interval: float, begin: float, end: float
) -> str:
    """What is different from `begin` to `end`, and what is the same all the time.

    Labels that all series have are not said: they stand at the series.
    """
    told = [one for one in zip(channels, calm, fault, strict=True) if one[1:] != (GONE, GONE)]
    known = _shared([labels for channel, _, _ in told for labels in channel.labels])
    steady, changed = [], []
    for channel, before, motion in told:
        words = f"{series_name(channel, known)} {motion_words(motion, interval)}"
        if before == motion:
            steady.append(words)
        else:
            changed.append(f"{words} (else {motion_words(before, interval)})")
    parts = ((f"From {duration(begin)} to {duration(end)}", changed), ("All the time", steady))
    return "\n".join(f"{when}: {'; '.join(what)}." for when, what in parts if what)


def _shared(found: Sequence[Labels]) -> Labels:
    """The name of the metric is never said as a label."""
    common = set(found[0]).intersection(*found) if found else set()
    names = {pair for labels in found for pair in labels if pair[0] == "__name__"}
    return tuple(sorted(common | names))
