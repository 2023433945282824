"""Making a line for a pipeline: each field where the query looks for it, the texts that its filters want."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.query.logql.ast import (
    Json,
    LineFilter,
    LineFormat,
    Logfmt,
    Pattern,
    Regexp,
    Stage,
    Unpack,
)
from tocsin.query.matchers import is_label
from tocsin.query.nodes import LabelMatcher
from tocsin.query.quoting import is_utf8
from tocsin.query.regex_members import group_names, members
from tocsin.query.regex_tree import TooHard, tree
from tocsin.witness.logql import line_text
from tocsin.witness.logql.demands import Demand, addresses, missed_by, source_field, value_for
from tocsin.witness.logql.entry import ERROR, SUFFIX, sorted_labels
from tocsin.witness.logql.filters import line_passes
from tocsin.witness.logql.patterns import pattern_parts
from tocsin.witness.logql.pipeline import Extractor
from tocsin.witness.logql.selectors import stream_labels
from tocsin.witness.logql.template import fields as template_fields
from tocsin.witness.logql.trouble import NotUnderstood
from tocsin.witness.rule import Known, LogSignal
from tocsin.witness.telemetry import Labels

FAILED, DONE = "request failed", "request done"
_PARSERS = (Json, Logfmt, Pattern, Regexp, Unpack)
_MESSAGES = ("order 7 done", "job ended", "ok", "x", "")
_BROKEN, _GARBLED = "upstream closed", "n/a"


@dataclass(frozen=True, slots=True)
class Mould:
    """A line without its instant."""

    stream: Labels
    text: str
    metadata: Labels = ()


@dataclass(frozen=True, slots=True)
class Twist:
    """The one thing that is not met. At most one of them is set."""

    matcher: LabelMatcher | None = None
    demand: Demand | None = None
    filter: LineFilter | None = None
    broken: bool = False
    garbled: bool = False
    """A value that is compared or unwrapped is no number."""
    choice: LineFilter | None = None
    """A line filter that is met by another one of its alternatives; nothing is missed then."""
    which: int = 0
    """Which alternative of that filter, or of the one that is not met."""


STRAIGHT = Twist()


@dataclass(frozen=True, slots=True)
class Wish:
    """What else a line should have: labels of the result, and the value that is unwrapped."""

    labels: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None
    pad: int = 0
    """So many more characters, for the sake of the line's size."""
    message: str = FAILED
    """What happened, where nothing else is to be said."""


@dataclass(slots=True)
class _Parts:
    """A line in the making."""

    stream: dict[str, str]
    metadata: dict[str, str] = field(default_factory=dict)
    parsed: dict[str, dict[str, str]] = field(default_factory=dict)
    """By segment: fields of the text that it sees."""


def attempts(
    extractor: Extractor, known: Known, wish: Wish, alternative: tuple[Demand, ...], twist: Twist
) -> Iterator[Mould]:
    """Lines that meet these demands but for the twist, the plainest first; none of them is tried here."""
    node = extractor.node
    stream = stream_labels(node.range.logs.matchers, known, wish.labels, twist.matcher)
    if stream is None:
        return
    signal = _signal(known, stream)
    for early in (False, True):
        placed = _placed(extractor, _Placing(stream, alternative, wish, twist, early))
        if placed is not None:
            yield from _written(_segments(node.range.logs.stages), placed, signal, wish, twist)


def _written(
    segments: list[tuple[Stage, ...]], placed: _Parts, signal: LogSignal | None, wish: Wish, twist: Twist
) -> Iterator[Mould]:
    """The line with one message or another, and with or without spaces."""
    cuts = (True, False) if twist.broken and twist.filter is None else (False,)
    for cut, message, tight in itertools.product(cuts, (wish.message, *_MESSAGES), (False, True)):
        text = _text(segments, 0, placed, _Style(message, tight, signal, twist, wish.pad, cut))
        if text is not None and _sound(text, placed):
            yield Mould(sorted_labels(placed.stream), text, sorted_labels(placed.metadata))


def _sound(text: str, parts: _Parts) -> bool:
    """Whether Loki takes such a line: plain names of labels, no bytes that are no text."""
    pairs = (*parts.stream.items(), *parts.metadata.items())
    texts = (text, *(value for _, value in pairs))
    return all(is_label(name) for name, _ in pairs) and all(map(is_utf8, texts))


@dataclass(frozen=True, slots=True)
class _Placing:
    stream: dict[str, str]
    alternative: tuple[Demand, ...]
    wish: Wish
    twist: Twist
    early: bool
    """Whether the first parser that can is to give a field, not the last one."""


def _signal(known: Known, stream: Mapping[str, str]) -> LogSignal | None:
    fitting = (each for each in known.streams if dict(each.labels).items() <= stream.items())
    return next(fitting, None)


def _placed(extractor: Extractor, placing: _Placing) -> _Parts | None:
    """Each field with its value, where the query looks for it."""
    node, parts = extractor.node, _Parts(dict(placing.stream))
    stages = node.range.logs.stages
    wanted: dict[str, list[Demand]] = {}
    for demand in placing.alternative:
        if demand.label != ERROR:
            wanted.setdefault(demand.field, []).append(demand)
    for name, mine in wanted.items():
        value = _wanted_value(placing, tuple(mine), placing.wish.labels.get(name) or parts.stream.get(name))
        if value is None:
            return None
        _put(parts, stages, name, value, max(each.stage for each in mine), early=placing.early)
    unwrap = node.range.unwrap
    if unwrap is not None and placing.wish.value is not None:
        value = _GARBLED if placing.twist.garbled else placing.wish.value
        _put(parts, stages, source_field(node, unwrap.label.text), value, len(stages), early=placing.early)
    for name, value in placing.wish.labels.items():
        source = source_field(node, name)
        if source not in wanted and name not in placing.stream:
            _put(parts, stages, source, value, len(stages), early=placing.early, grouped=True)
    return parts


def _wanted_value(placing: _Placing, mine: tuple[Demand, ...], given: str | None) -> str | None:
    """The value of the field that these demands are about."""
    target = placing.twist.demand
    if placing.twist.garbled and any(each.numeric for each in mine):
        return _GARBLED
    if target is not None and target in mine:
        return missed_by(mine, target, given)
    return value_for(mine, given)


def _put(
    parts: _Parts,
    stages: tuple[Stage, ...],
    name: str,
    value: str,
    before: int,
    *,
    early: bool = False,
    grouped: bool = False,
) -> None:
    plain = name.removesuffix(SUFFIX)
    if plain != name and plain in parts.stream:
        name = plain
    elif name in parts.stream or name == "service_name":
        parts.stream[name] = value
        return
    if not name or name == ERROR:
        return
    segment = _giver(stages[:before], "level" if name == "detected_level" else name, early)
    if segment is not None:
        parts.parsed.setdefault(segment, {})["level" if name == "detected_level" else name] = value
    elif grouped and name != "detected_level":
        parts.stream[name] = value
    else:
        parts.metadata[name] = value


def _giver(stages: tuple[Stage, ...], name: str, early: bool) -> str | None:
    """The number, as text, of a segment whose first parser can give the field: the last one, or the first."""
    found, segment = None, 0
    taken: set[int] = set()
    for stage in stages:
        if isinstance(stage, _PARSERS) and segment not in taken:
            taken.add(segment)
            if _gives(stage, name) and not (early and found):
                found = str(segment)
        if isinstance(stage, LineFormat | Unpack):
            segment += 1
    return found


def _gives(stage: Stage, name: str) -> bool:
    match stage:
        case Json(extractions=extractions) | Logfmt(extractions=extractions):
            return not extractions or any(each.label == name for each in extractions)
        case Pattern(pattern=pattern):
            return (True, name) in pattern_parts(pattern.value)
        case Regexp(pattern=pattern):
            try:
                return any(name == group for _, group in group_names(tree(pattern.value)))
            except TooHard:
                return False
        case _:
            return isinstance(stage, Unpack)


def _segments(stages: tuple[Stage, ...]) -> list[tuple[Stage, ...]]:
    """The stages that see the same line; a `line_format` or `unpack` ends a segment and belongs to it."""
    found: list[list[Stage]] = [[]]
    for stage in stages:
        found[-1].append(stage)
        if isinstance(stage, LineFormat | Unpack):
            found.append([])
    return [tuple(each) for each in found]


@dataclass(frozen=True, slots=True)
class _Style:
    message: str
    tight: bool
    signal: LogSignal | None
    twist: Twist
    pad: int = 0
    cut: bool = False
    """A broken line is one whose end is missing."""


def _text(segments: list[tuple[Stage, ...]], at: int, parts: _Parts, style: _Style) -> str | None:
    """The line that the segment sees, made so that all later ones see what they want."""
    segment, fields = segments[at], dict(parts.parsed.get(str(at), {}))
    parser: Stage | str | None = next((each for each in segment if isinstance(each, _PARSERS)), None)
    needed = [
        text for stage in segment if isinstance(stage, LineFilter) for text in _needed(stage, style.twist)
    ]
    if style.twist.broken and isinstance(parser, Json | Unpack):
        return _broken(parser, fields, needed, style) if at == 0 else None
    if at + 1 < len(segments):
        inner = _text(segments, at + 1, parts, style) if any(segments[at + 1 :]) else style.message
        name = _carrier(segment[-1])
        if inner is None:
            return None
        if name:
            fields[name] = inner
    if isinstance(parser, Unpack):
        parser = "json"
    if parser is None:
        parser = style.signal.format if style.signal and at == 0 else _guessed(needed)
    if at == 0:
        fields = _declared(fields, style.signal, style.message)
    return _filled(parser, fields, needed, style)


def _broken(parser: Stage, fields: dict[str, str], needed: list[str], style: _Style) -> str | None:
    """A line that the parser cannot read: its end is missing, or it is something else."""
    if not style.cut:
        return " ".join((*needed, style.message or _BROKEN))
    whole = _filled(parser, fields, needed, style) if parser == Json() else None
    return whole[:-1] if whole is not None and whole.endswith('"}') else None


def _carrier(stage: Stage) -> str:
    """The field that holds the next segment's line."""
    match stage:
        case Unpack():
            return "_entry"
        case LineFormat(template=template):
            read = template_fields(template.value)
            return read[0] if len(read) == 1 else ""
        case _:
            return ""


def _guessed(needed: list[str]) -> str:
    return "json" if any(True for text in needed for _ in line_text.json_pairs(text)) else "plain"


def _declared(fields: dict[str, str], signal: LogSignal | None, message: str) -> dict[str, str]:
    """The contract's level and message come first, as people expect them."""
    if signal is None or signal.format == "plain":
        return fields
    level = "error" if message == FAILED else "info"
    named = {name: level for name in signal.fields if name in ("level", "severity")}
    return named | fields


def _filled(parser: Stage | str, fields: dict[str, str], needed: list[str], style: _Style) -> str | None:
    tight = style.tight
    loose: list[str] = []
    for text in needed:
        if isinstance(parser, Json) or parser == "json":
            pairs = list(line_text.json_pairs(text))
            for name, value, close in pairs:
                fields[name], tight = value, close
        elif isinstance(parser, Logfmt) or parser == "logfmt":
            pairs = [(name, value, True) for name, value in line_text.logfmt_pairs(text)]
            fields |= {name: value for name, value, _ in pairs}
        else:
            pairs = []
        if not pairs:
            loose.append(text)
    first = line_text.write(parser, fields, "", tight=tight)
    absent = [text for text in loose if first is None or text not in first]
    message = "" if isinstance(parser, Pattern | Regexp) else style.message
    if absent:
        more = [] if style.message == FAILED else [message]
        message = " ".join((*dict.fromkeys(absent), *more)).strip()
    if style.pad:
        message = f"{message} {'x' * style.pad}".strip()
    return line_text.write(parser, fields, message, tight=tight)


def _needed(stage: LineFilter, twist: Twist) -> Iterator[str]:
    """Texts that this filter wants to find in the line (or, twisted, that it does not want)."""
    negative = stage.op[0] == "!"
    if negative != (stage is twist.filter):
        return
    index = twist.which if stage is twist.filter or stage is twist.choice else 0
    each = stage.alternatives[index]
    if each.ip and (negative or len(stage.alternatives) == 1):
        yield next(iter(addresses(each.value)))
    elif stage.op[1] == "=":
        yield each.value
    elif stage.op[1] == "~":
        try:
            found = [
                text
                for text in members(each.value, whole=False, limit=2)
                if line_passes(stage, text) != negative
            ]
        except TooHard:
            raise NotUnderstood("a very large regular expression in a line filter") from None
        yield from found[:1]
    else:
        yield "".join("- x" if capture else literal for capture, literal in pattern_parts(each.value))
