"""YAML text to nodes with places, from the parser's events; bounded, never recursive, every trap reported.

Scalars stay text: what `no` or `1:30` means is decided where a type is wanted. Anchors, aliases, merge keys,
tags and several documents in a file are refused: a spec says the same with profiles, and hostile input cannot
make a small file large.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

import yaml

from tocsin.diag.diagnostic import Label, Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source, Span

MAX_BYTES = 20_000_000
MAX_DEPTH = 60
MAX_NODES = 2_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]|\r(?!\n)")
"""Also what some readers take for the end of a line and others do not: lines must be countable."""
T = TypeVar("T")
_Parser: Any = getattr(yaml, "CSafeLoader", None)


class Stop(Exception):
    """Reading cannot go on; the reason has been reported."""


def compose(name: str, data: bytes, sink: Sink) -> Node | None:
    """The root node of one YAML file, or None after reporting why there is none."""
    source = _decoded_within(name, data, sink)
    return compose_text(source, sink) if source else None


def readable(name: str, data: bytes, sink: Sink) -> Source | None:
    """The text of a file that is YAML's as far as its characters go; else None, after reporting why not."""
    source = _decoded_within(name, data, sink)
    return source if source and not _unfit(source, sink) else None


def _decoded_within(name: str, data: bytes, sink: Sink) -> Source | None:
    if len(data) > MAX_BYTES:
        sink.error(
            "spec/too-large",
            Span(Source(name, ""), 1, 1, 1, 1),
            f"{name} has more than {MAX_BYTES:,} bytes",
            help="split it with `include:`",
        )
        return None
    return _decoded(name, data, sink)


def compose_text(source: Source, sink: Sink) -> Node | None:
    """As `compose`, for text."""
    return None if _unfit(source, sink) else guarded(source, sink, Composer(source, sink).root)


def _unfit(source: Source, sink: Sink) -> bool:
    bad = _CONTROL.search(source.text)
    if bad:
        sink.error(
            "spec/syntax",
            _point(source, bad.start()),
            f"the character U+{ord(bad[0]):04X} is not allowed here",
            help="delete it, or write it as an escape in double quotes",
        )
    return bad is not None


def guarded(source: Source, sink: Sink, read: Callable[[], T]) -> T | None:
    """What `read` gives, or None after reporting why it could not."""
    try:
        return read()
    except Stop:
        return None
    except yaml.MarkedYAMLError as error:
        _syntax(source, error, sink)
    except yaml.YAMLError as error:
        sink.error("spec/syntax", Span(source, 1, 1, 1, 1), f"not YAML: {str(error).splitlines()[0]}")
    return None


def _decoded(name: str, data: bytes, sink: Sink) -> Source | None:
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        text = data[: error.start].decode("utf-8", "replace")
        line, column = text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1
        source = Source(name, data.decode("utf-8", "replace"))
        sink.error(
            "spec/encoding",
            Span(source, line, column, line, column + 1),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            help="save the file as UTF-8",
        )
        return None


def _point(source: Source, offset: int) -> Span:
    line = source.text.count("\n", 0, offset) + 1
    column = offset - (source.text.rfind("\n", 0, offset) + 1) + 1
    return Span(source, line, column, line, column + 1)


def _place(source: Source, mark: Any) -> tuple[int, int]:
    """A mark's line and column; the end of the text is the end of its last line with anything on it."""
    if mark is None:
        return 1, 1
    rows = len(source.text.rstrip().split("\n"))
    if mark.line < rows:
        return mark.line + 1, mark.column + 1
    return rows, len(source.line(rows)) + 1


def _begun(source: Source, error: yaml.MarkedYAMLError, line: int) -> list[Label]:
    """Where the bracket or quote was opened that the parser was in, when that is on another line."""
    mark, within = error.context_mark, error.context or ""
    kind = "quote" if "quoted" in within else "bracket" if "flow" in within else ""
    if mark is None or not kind or mark.line + 1 >= line:
        return []
    return [Label(_point_at(source, mark), f"this {kind} is open")]


_CURES = (
    (
        "mapping values are not allowed",
        "put the value in quotes if it contains `: `, or check the indentation of this line",
    ),
    ("could not find expected ':'", "a key needs a `:` after it"),
    (
        "expected '-' indicator",
        "this list ends here; items of a list begin with `- `, settings of a map do not",
    ),
    ("expected ',' or", "a comma or a closing bracket is missing before this place"),
    ("cannot start any token", "put the value in quotes"),
    ("unexpected end of stream", "close the quote"),
    ("unknown escape", "write a backslash twice, or use single quotes"),
    (
        "expected key",
        "indent it like its neighbours; a value with text after its quotes needs quotes around it all",
    ),
)


def _syntax(source: Source, error: yaml.MarkedYAMLError, sink: Sink) -> None:
    problem = error.problem or "not YAML"
    # of a key without a colon, the parser finds fault with what follows
    mark = error.context_mark if "expected ':'" in problem else error.problem_mark
    line, column = _place(source, mark or error.problem_mark or error.context_mark)
    help = next((cure for words, cure in _CURES if words in problem), "")
    row = source.line(line)
    if "\t" in row[:column] and ("'\\t'" in problem or "tab" in problem or not row[: column - 1].strip()):
        problem, help = "a tab cannot indent YAML", "indent with spaces"
        column = row.index("\t") + 1
    at = Span(source, line, column, line, column + 1)
    if "expected ',' or" in problem:
        if _comment(source, error, sink):
            return
        if re.match(r"\w[{\[]", row[max(0, column - 2) :]):
            help = "put the text in quotes: a bracket inside `{...}` begins a map or a list"
    sink.error("spec/syntax", at, problem, help=help, others=_begun(source, error, line))


def _comment(source: Source, error: yaml.MarkedYAMLError, sink: Sink) -> bool:
    """Report a `#` that ended the line of an open bracket where a value should begin."""
    mark = error.context_mark
    row = source.line(mark.line + 1) if mark else ""
    found = re.compile(r"[:,]\s+(#[^\s,}\]]+)").search(row, mark.column) if mark else None
    if mark is None or found is None:
        return False
    at = Span(source, mark.line + 1, found.start(1) + 1, mark.line + 1, found.end(1) + 1)
    help = f'put it in quotes: `"{found[1]}"`'
    sink.error("spec/syntax", at, "a `#` begins a comment, so the bracket is never closed", help=help,
               others=[Label(_point_at(source, mark), "this bracket is open")])  # fmt: skip
    return True


def _point_at(source: Source, mark: Any) -> Span:
    return Span(source, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


class Composer:
    """Turns events into nodes with an explicit stack; one document."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.count = 0
        self.stack: list[tuple[Node, Node | None]] = []
        """Open collections, each with the key that waits for its value."""
        self.done: Node | None = None

    def events(self) -> Iterator[Any]:
        if _Parser is None:
            yield from yaml.parse(self.source.text, Loader=yaml.SafeLoader)
            return
        parser = _Parser(self.source.text)
        try:
            while parser.check_event():
                yield parser.get_event()
        finally:
            dispose = getattr(parser, "dispose", None)
            if dispose:
                dispose()

    def root(self) -> Node:
        for event in self.events():
            self.event(event)
        if self.done is None:
            span = Span(self.source, 1, 1, 1, 1)
            self.sink.error("spec/empty", span, f"{self.source.name} is empty")
            raise Stop
        return self.done

    def event(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.refuse(event)
            # libyaml says "" where PyYAML says None: plain
            scalar = Node("scalar", event.value, self.source, _at(event), style=event.style or None)
            self.place(self.made(scalar, event))
        elif isinstance(event, yaml.MappingStartEvent):
            self.refuse(event)
            self.open(self.made(Node("map", {}, self.source, _at(event), keys={}), event))
        elif isinstance(event, yaml.SequenceStartEvent):
            self.refuse(event)
            self.open(self.made(Node("seq", [], self.source, _at(event)), event))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            self.stop(
                event,
                "spec/alias",
                f"the alias `*{event.anchor}` is not supported",
                "say it once in `profiles:`, or write it out",
            )
        elif isinstance(event, yaml.DocumentStartEvent) and self.done is not None:
            self.stop(
                event,
                "spec/documents",
                "a second YAML document begins here",
                "put it in a file of its own and `include:` it",
            )

    def stop(self, event: Any, code: str, message: str, help: str) -> NoReturn:
        self.sink.error(code, Span(self.source, *_at(event)), message, help=help)
        raise Stop

    def refuse(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self.stop(
                event, "spec/too-large", f"more than {MAX_NODES:,} YAML nodes", "split it with `include:`"
            )
        if event.anchor:
            self.stop(
                event,
                "spec/alias",
                f"the anchor `&{event.anchor}` is not supported",
                "say it once in `profiles:`, or write it out",
            )
        if event.tag and event.tag != "!":
            self.stop(event, "spec/tag", f"the tag `{event.tag}` is not supported", "delete the tag")

    def made(self, node: Node, event: Any) -> Node:
        """A node that was just made of an event."""
        return node

    def open(self, node: Node) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.sink.error(
                "spec/too-deep",
                node,
                f"nested more than {MAX_DEPTH} levels deep",
                help="a spec needs about eight",
            )
            raise Stop
        self.place(node)
        self.stack.append((node, None))

    def close(self, event: Any) -> None:
        node, _ = self.stack.pop()
        node._at = (node._at[0], node._at[1], event.end_mark.line + 1, event.end_mark.column + 1)

    def place(self, node: Node) -> None:
        """Put a node where it belongs: the root, the next item, a key, or a key's value."""
        if not self.stack:
            self.done = node
            return
        top, key = self.stack[-1]
        if top.kind == "seq":
            top.items.append(node.under(top, len(top.items)))
        elif key is None:
            self.stack[-1] = (top, self.as_key(node))
        else:
            self.stack[-1] = (top, None)
            if key.text in top.map:
                self.sink.error(
                    "spec/duplicate-key",
                    key,
                    f"`{key.text}` is said twice",
                    others=_first(top, key.text),
                    help="keep one of them",
                )
                return
            top.map[key.text] = node.under(top, key.text)
            if top.keys is not None:
                top.keys[key.text] = key

    def as_key(self, node: Node) -> Node:
        if node.kind != "scalar":
            self.key_trouble(node)
            raise Stop
        if node.text == "<<" and node.style is None:
            self.sink.error(
                "spec/merge-key",
                node,
                "the merge key `<<` is not supported",
                help="use `profiles:` and `use:`",
            )
            raise Stop
        return node

    def key_trouble(self, node: Node) -> None:
        """A bracket where a key should be: most likely a text that begins with a template's braces."""
        span = node.span
        if self.source.line(span.line)[span.column - 2 : span.column] == "{{":
            outer = Span(self.source, span.line, span.column - 1, span.line, span.column + 1)
            message, help = "`{{` begins a map in YAML, not a text", "put the whole value in quotes"
            self.sink.error("spec/key", outer, message, help=help)
        else:
            self.sink.error("spec/key", node, "a key must be a plain word", help="write `name: value`")


def _first(top: Node, key: str) -> tuple[Label, ...]:
    return (Label(top.key_node(key).span, "first said here"),)


def _at(event: Any) -> tuple[int, int, int, int]:
    start, end = event.start_mark, event.end_mark
    return start.line + 1, start.column + 1, end.line + 1, end.column + 1
