"""An explanation as lines for a terminal, under 100 columns; only an address may be longer. Not the facts."""

import shlex
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tocsin.app.explain_alert import Explanation, Link, Mute, Told
from tocsin.diag.excerpt import Style, plain
from tocsin.engines.tools.amtool import quoted
from tocsin.model.clock import DAYS

WIDTH = 98
TITLE = 14
FOLDED = 8
"""Lines of an expression that are shown without being asked for."""
JUDGED = "amtool agrees on the receivers; hours, mutes, repeats and digests are beyond it"
SOON = timedelta(days=6)
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/")


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain data; moments as `2026-12-24T22:15:00+01:00`."""
    told = {
        "at": {"time": explanation.at.at.isoformat(), "zone": explanation.at.zone},
        **{key: [_plain(one) for one in getattr(explanation, key)] for key in ("told", "escalated")},
    }
    return {**asdict(explanation), **told}


def _plain(told: Told) -> dict[str, Any]:
    return {**asdict(told), "until": told.until.isoformat() if told.until else None}


def render_lines(
    explanation: Explanation, *, whole_expr: bool = False, style: Style = plain
) -> tuple[str, ...]:
    """The explanation for people. `whole_expr` shows expressions as they are, to be copied."""
    one = explanation
    sections = (
        _head(one),
        _expressions(one, whole_expr),
        _told(one),
        _escalation(one),
        (*_rows("muted while", _muted(one.muted_while, "fires") or "nothing, a silence aside"),
         *_rows("mutes", _muted(one.mutes, "")),
         *_rows("labels", ", ".join(f"{k}={v}" for k, v in one.labels.items())),
         *_rows("from series", ", ".join(one.by)),
         *_rows("formerly", ", ".join(one.was))),
        (*_links(one.links), *_silence(one)),
        tuple(_rows("judged", JUDGED)),
    )  # fmt: skip
    return tuple(_styled(line, style) for section in sections if section for line in (*section, ""))[:-1]


def _styled(line: str, style: Style) -> str:
    """Titles in colour: what stands in the first column."""
    if not line or line[0] == " ":
        return line
    title = line[:TITLE].split("  ", maxsplit=1)[0]
    return style(title, "place") + line[len(title) :]


def _rows(title: str, text: str, width: int = WIDTH) -> list[str]:
    """`title         text`, folded; nothing without a text."""
    if not text:
        return []
    lines = textwrap.wrap(text, width - TITLE, break_long_words=False, break_on_hyphens=False)
    return [f"{title if not i else '':<{TITLE}}{line}" for i, line in enumerate(lines)]


def _either(names: Iterable[str], word: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


# -- what it is ----------------------------------------------------------------------------------


def _head(one: Explanation) -> tuple[str, ...]:
    whose = f", team {one.team}" if one.team else ""
    owner = f", owner {one.owner}" if one.owner else ""
    left = f"{one.alert}  {one.severity}{whose}{owner}{', in shadow' if one.shadow else ''}"
    right = one.said if one.said.endswith(one.template) or not one.template else f"{one.template}, {one.said}"
    gap = max(2, WIDTH - len(left) - len(right))
    lines = [f"{left}{' ' * gap}{right}"] if len(left) + len(right) + 2 <= WIDTH else [left, f"  {right}"]
    for part in one.parts:
        where = f"where {part.only}: " if part.only else "Fires when "
        lines += textwrap.wrap(f"{where}{part.meaning}.", WIDTH, initial_indent="  ", subsequent_indent="  ")
    return (*lines, *textwrap.wrap(_timing(one), WIDTH, initial_indent="  ", subsequent_indent="  "))


def _timing(one: Explanation) -> str:
    windows = list(dict.fromkeys(part.window for part in one.parts if part.window))
    parts = [
        f"Evaluated every {one.evaluated}",
        f"looks back {' or '.join(windows)}" if windows else "",
        f"must hold for {one.hold}" if one.hold else "fires at once",
        f"goes on for {one.keep_firing} after the cause has gone" if one.keep_firing else "",
        f"first told after {one.first}" if one.first else "",
    ]
    return "; ".join(filter(None, parts)) + "."


def _expressions(one: Explanation, whole: bool) -> tuple[str, ...]:
    language = "PromQL" if one.language == "promql" else "LogQL"
    lines = [f"{'expression':<{TITLE}}{language}, {one.file}"]
    for part in one.parts:
        lines += [f"  where {part.only}:"] if part.only else []
        lines += _code(part.expr, whole)
    return tuple(lines)


def _code(expr: str, whole: bool) -> Iterator[str]:
    given = expr.strip("\n").splitlines()
    lines = given if whole else [folded for line in given for folded in _fold(line)]
    shown = lines if whole or len(lines) <= FOLDED + 1 else lines[:FOLDED]
    yield from (f"    {line}" for line in shown)
    if len(shown) < len(lines):
        yield f"    ... {len(lines) - len(shown)} more lines: --expr"


def _fold(line: str) -> list[str]:
    """A long line in pieces, cut after a comma or a space."""
    room, rest, out = WIDTH - 4, line, []
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    while len(rest) > room:
        cut = max(rest.rfind(",", 0, room), rest.rfind(" ", 0, room))
        cut = cut + 1 if cut > len(indent) else room
        out.append(rest[:cut].rstrip())
        rest = indent + rest[cut:].lstrip()
    return [*out, rest]


# -- who is told -----------------------------------------------------------------------------------


def _told(one: Explanation) -> tuple[str, ...]:
    if one.shadow:
        return tuple(_rows("told", "nobody: the alert is in shadow, it is only recorded"))
    lines = [f"{'told':<{TITLE}}at {one.at}"]
    lines += _rows("", one.at.note)
    lines += [line for receiver in one.told for line in _receiver(receiver, one)]
    return tuple(lines if one.told else [*lines, "  nobody"])


def _escalation(one: Explanation) -> tuple[str, ...]:
    if not one.escalate_after:
        return ()
    head = f"when it has fired for {one.escalate_after} (whether or not somebody has acknowledged it)"
    told = [line for receiver in one.escalated for line in _receiver(receiver, one)]
    return (*_rows("escalation", head), *(told or ["  nobody"]))


def _receiver(told: Told, one: Explanation) -> list[str]:
    everybody = (*one.told, *one.escalated)
    name, kind = (max(map(len, column)) + 2 for column in zip(*((t.receiver, t.kind) for t in everybody),
                                                              strict=True))  # fmt: skip
    head = f"  {told.receiver:<{name}}{told.kind:<{kind}}"
    text = "; ".join(filter(None, (_when(told, one.at.at), _outside(told, one.at.at))))
    lines = textwrap.wrap(text, max(40, WIDTH - len(head)), break_on_hyphens=False)
    return [f"{head if not i else ' ' * len(head)}{line}" for i, line in enumerate(lines)]


def _when(told: Told, at: datetime) -> str:
    least, most = told.repeat
    again = f"every {least}" if least == most else f"every {least} to {most}"
    if told.now:
        return f"{told.after} after it fires, then {again}"
    return f"silent{_until(told.until, at)}: outside {told.hours} ({told.when})"


def _outside(told: Told, at: datetime) -> str:
    """What the hours do to it."""
    if not told.hours:
        return "at any hour"
    missed = f"what has ended by then is {'in the digest' if told.digest else 'not told'}"
    if not told.now:
        return f"then told within {told.interval} if it still fires, {missed}"
    if not told.until:
        return f"in {told.hours} ({told.when})"
    return f"in {told.hours} ({told.when}){_until(told.until, at)}, then neither it nor its end"


def _until(until: datetime | None, at: datetime) -> str:
    """` until sun 07:00 CET`; with its date when it is a week away."""
    if until is None:
        return ""
    day = f"{DAYS[until.weekday()][:3]}{f' {until:%Y-%m-%d}' if until - at > SOON else ''}"
    return f" until {day} {until:%H:%M} {until.tzname()}"


def _muted(mutes: tuple[Mute, ...], verb: str) -> str:
    """`ServiceDown or DatabaseDown fires, same cluster, environment and service`."""
    by_same: dict[tuple[str, ...], dict[str, None]] = {}
    for mute in mutes:
        by_same.setdefault(mute.same, {})[mute.when] = None
    named = "or" if verb else "and"
    return "; ".join(
        f"{_either(names, named)} {verb}".rstrip() + f", same {_either(same, 'and')}"
        for same, names in by_same.items()
    )


# -- where to go -----------------------------------------------------------------------------------


def _links(links: tuple[Link, ...]) -> Iterator[str]:
    """One address a line, never folded, so that a terminal still knows it as one."""
    for link in links:
        kind, _, title = link.title.partition(" ")
        if link.query and len(link.url) > WIDTH - TITLE:
            yield from _rows(kind, f"{link.query}  in Explore")
        else:
            yield f"{kind:<{TITLE}}{link.url}{f'  ({title})' if title else ''}"


def _silence(one: Explanation) -> list[str]:
    """A command that may be copied over several lines."""
    words = ["amtool", "silence", "add"]
    words += [shlex.quote(f"{name}={_value(value)}") for name, value in one.silence]
    words += ["--duration=1h", "--comment='why, who'"]
    words += [f"--alertmanager.url={one.alertmanager}"] if one.alertmanager else []
    lines = [words[0]]
    for word in words[1:]:
        if TITLE + len(lines[-1]) + len(word) + 3 > WIDTH:
            lines.append(f"  {word}")
        else:
            lines[-1] += f" {word}"
    last = len(lines) - 1
    return [f"{'' if i else 'silence':<{TITLE}}{line}{chr(92).rjust(2) if i < last else ''}"
            for i, line in enumerate(lines)]  # fmt: skip


def _value(value: str) -> str:
    return value if value and _BARE.issuperset(value) else quoted(value)
