"""The log lines of a hand-written test, as telemetry: repetitions are written out, instants are set."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.proof.handwritten.declared import Entry, InputStream, RepeatedLine, Text
from tocsin.query.matchers import MatcherError, parse_matchers
from tocsin.witness.telemetry import Labels, Line, Stream, labels

NUMBER = "{n}"
"""In a repeated line: its number, from 1."""
MOST_LINES = 200_000
MOST_CHARACTERS = 100_000_000
"""Of a file, repetitions written out."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


def stream(said: InputStream, interval: float) -> Stream:
    """The lines with their instants; `said` has no mistakes."""
    shared = {name: text.text for name, text in said.structured_metadata.items()}
    lines: list[Line] = []
    for entry in said.lines:
        begin = nth(lines[-1].at, 1, interval) if lines else 0.0
        lines += _lines(entry, begin, interval, shared)
    return Stream(label_set(said.labels), tuple(lines))


def _lines(entry: Entry, begin: float, interval: float, shared: Mapping[str, str]) -> Iterator[Line]:
    more = entry.more
    if more is None:
        yield Line(begin, str(entry.line), labels(shared.items()))
        return
    metadata = labels(
        {**shared, **{name: text.text for name, text in more.structured_metadata.items()}}.items()
    )
    first = more.at or more.from_
    begin = first.seconds if first else begin
    step = 0.0 if more.at else more.every.seconds if more.every else interval
    for number in range(more.count):
        text = more.line.text.replace(NUMBER, str(number + 1)) if _is_repeated(more) else more.line.text
        yield Line(nth(begin, number, step), text, metadata)


def nth(begin: float, number: int, step: float) -> float:
    """An instant of a sequence; durations are whole milliseconds, their sums as floats are not quite."""
    return round(begin + number * step, 6)


def _is_repeated(more: RepeatedLine) -> bool:
    return "count" in more.node.map


def label_set(node: Node | Text) -> Labels:
    """`{a="b"}`, or a map; raises `MatcherError` for anything else."""
    if isinstance(node, Node) and node.kind == "map":
        return labels((name, value.text) for name, value in node.map.items())
    found = parse_matchers(node.text)
    for matcher in found:
        if matcher.op != "=":
            raise MatcherError(f"a label set has only `=`, not `{matcher.op}`", node.text.find(matcher.op))
    return labels((matcher.label, matcher.value) for matcher in found)


def check(said: InputStream, sink: Sink) -> None:
    """Report labels that are none, and lines whose instants contradict each other."""
    check_labels(said.labels, sink, empty=False)
    for entry in said.lines:
        more = entry.more
        if more and more.at and (more.from_ or more.every):
            clash = "from" if more.from_ else "every"
            help = "`at` is one instant for all; `from` and `every` spread them"
            sink.error("test/line", more.node.key_node(clash), f"`{clash}` does not go with `at`", help=help)


def size(said: InputStream) -> tuple[int, int]:
    """How many lines it stands for, and how many characters."""
    entries = [(one.more.count, one.more.line.text) if one.more else (1, str(one.line)) for one in said.lines]
    return sum(count for count, _ in entries), sum(count * len(text) for count, text in entries)


def check_labels(node: Node | Text, sink: Sink, *, empty: bool = True) -> None:
    """Report what is no label set."""
    scalar = node.node if isinstance(node, Text) else node
    try:
        found = label_set(node)
    except MatcherError as error:
        place = inside(scalar, max(0, error.offset))
        help = 'write `\'{job="api", level="error"}\'`'
        sink.error("test/labels", place, "this is no set of labels", label=str(error), help=help)
        return
    if not found and not empty:
        sink.error("test/labels", scalar, "a stream needs a label", help="write `'{job=\"api\"}'`")
