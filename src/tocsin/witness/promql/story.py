"""Says in a sentence what happens in a case, with its numbers."""

from collections.abc import Sequence

from tocsin.query.durations import show_duration
from tocsin.query.numbers import show_number
from tocsin.witness.promql.clauses import Deciding
from tocsin.witness.promql.models import Channel, Motion
from tocsin.witness.promql.trial import State

_LONGEST = 60
_MISSES = {">": "not above", ">=": "below", "<": "not below", "<=": "above", "==": "not", "!=": "exactly"}


def number(value: float) -> str:
    """Five digits are enough for a person."""
    return show_number(float(f"{value:.5g}"))


def duration(seconds: float) -> str:
    """`5m`."""
    return show_duration(seconds) or f"{number(seconds)}s"


def series_name(channel: Channel) -> str:
    """`up{job="x"}`, or with the number of replicas."""
    pairs = dict(channel.labels[0]) if channel.labels else {}
    inside = ", ".join(f'{name}="{value}"' for name, value in pairs.items() if name != "__name__")
    shown = f"{channel.metric}{{{inside}}}" if inside else channel.metric
    return f"{len(channel.labels)} series like {shown}" if len(channel.labels) > 1 else shown


def motion_words(motion: Motion, interval: float) -> str:
    """What a motion is."""
    value, other = motion.value, motion.other
    match motion.move:
        case "level":
            return f"is {number(value)}"
        case "rise":
            return f"counts {number(value / interval)} a second" if value else "counts nothing"
        case "drift":
            return f"moves from {number(other)} by {number(value * 60 / interval)} a minute"
        case "toggle":
            turn = duration(round(value) * interval)
            return f"changes between {number(other)} and {number(other + 1)} every {turn}"
        case "observe":
            return f"has {number(other / interval)} observations a second, {number(value / interval)} slow"
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


def sentence(
    channels: Sequence[Channel], calm: State, fault: State, interval: float, begin: float, end: float
) -> str:
    """What is the same all the time, and what is different from `begin` to `end`."""
    steady, changed = [], []
    for channel, before, motion in zip(channels, calm, fault, strict=True):
        name = series_name(channel)
        if before != motion:
            words = f"{name} {motion_words(before, interval)}, but {motion_words(motion, interval)}"
            changed.append(f"{words} from {duration(begin)} to {duration(end)}")
        elif motion.move != "gone":
            steady.append(f"{name} {motion_words(motion, interval)}")
    return "; ".join((*steady, *changed))


def excerpt(text: str, start: int, end: int) -> str:
    """A part of the expression on one line, shortened."""
    words = " ".join(text[start:end].split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 3]}..."


def missed(text: str, part: Deciding, left: float | None, right: float | None) -> str:
    """A comparison that does not hold, with both values."""
    node = part.node
    if left is None or right is None:
        return f"`{excerpt(text, part.start, part.end)}` does not hold"
    what = excerpt(text, node.left.start, node.left.end)
    if not part.positive:
        return f"`{excerpt(text, part.start, part.end)}` holds: it is {number(left)}"
    return f"`{what}` is {number(left)}, {_MISSES[node.op]} {number(right)}"
