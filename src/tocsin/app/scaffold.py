"""What `new` makes: edits of the spec's files, proven before anything is written. Not their content."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tocsin.app.scaffold_layout import block_lines
from tocsin.app.scaffold_place import Path as SpecPath
from tocsin.app.scaffold_place import Unplaced, place
from tocsin.app.workspace import Opened, pack_names, read_pack
from tocsin.diag.diagnostic import Diagnostic, Label, Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source
from tocsin.model.build import build
from tocsin.spec.decode import fields
from tocsin.spec.load import SPEC, Loaded, assemble, resolve
from tocsin.spec.merge import overlay, with_entry, without
from tocsin.spec.patterns import PATTERNS, name_is_good
from tocsin.spec.root import Spec

_BOM = b"\xef\xbb\xbf"
_LISTED = 12
_ORDER = tuple(f.key for f in fields(Spec) if not f.here)
_WITHOUT = ("include", "environments", "inhibit", "alerts", "dashboards", "scenarios", "suppress")
"""What a trial leaves out: it only asks whether the new piece is good."""


class Refused(Exception):
    """What was asked for cannot be made. `findings` say where; without them it is a matter of usage."""

    def __init__(self, message: str, *, findings: Iterable[Diagnostic] = (), paste: str = "") -> None:
        super().__init__(message)
        self.message, self.findings, self.paste = message, tuple(findings), paste


@dataclass(frozen=True, slots=True)
class Edit:
    """One file: its text before (None: there was none) and after, and the lines that are new."""

    path: str
    before: str | None
    after: str
    lines: tuple[tuple[int, int], ...] = ()
    """First and last, of each place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Everything that `new` would write, and what to do then."""

    what: str
    edits: tuple[Edit, ...]
    hints: tuple[str, ...] = ()
    command: str = "tocsin generate"


@dataclass(slots=True)
class Draft:
    """Edits of a workspace's files in memory."""

    opened: Opened
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def put(self, path: SpecPath, value: Node) -> None:
        """The entry `path` with `value`, in the file where it belongs."""
        name = self._file(path)
        file = self.opened.root / name
        if name not in self.after and not file.exists():
            lines = [f"{path[0]}:", *block_lines(value, 2, path[1])]
            self.before[name], self.after[name] = None, "\n".join(lines) + "\n"
            self.lines[name] = [(1, len(lines))]
            return
        if name not in self.after:
            self.before[name] = self.after[name] = file.read_bytes().decode("utf-8-sig")
        try:
            placed = place(name, self.after[name], path, value, _ORDER)
        except Unplaced as why:
            paste = "\n".join(block_lines(value, 2, path[-1]))
            raise Refused(f"{name}: {why}; paste this below `{'.'.join(path[:-1])}:`", paste=paste) from None
        self.after[name] = placed.text
        count = placed.last - placed.first + 1
        known = self.lines.setdefault(name, [])
        # places below the new one move down
        known[:] = [(a + count, b + count) if a >= placed.first else (a, b) for a, b in known]
        known.append((placed.first, placed.last))

    def edits(self) -> tuple[Edit, ...]:
        """What has been put, file by file."""
        return tuple(
            Edit(name, self.before[name], text, _joined(self.lines[name]))
            for name, text in self.after.items()
        )

    def prove(self) -> None:
        """The whole workspace with the edits must load; raises `Refused` with what is wrong."""
        sink = Sink()
        loaded = assemble(self._glob, self._bytes, read_pack, pack_names(), sink)
        if loaded is not None:
            build(loaded, sink)
        errors = [one for one in sink.found if one.severity == "error"]
        if errors:
            raise Refused("it does not fit what is there", findings=errors)

    def _glob(self, pattern: str) -> list[str]:
        return [*self.opened.loaded.files[1:], *(n for n in self.after if n not in self.opened.loaded.files)]

    def _bytes(self, name: str) -> bytes:
        text = self.after.get(name)
        return (self.opened.root / name).read_bytes() if text is None else text.encode()

    def _file(self, path: SpecPath) -> str:
        """The file that holds the deepest part of the path that is there already."""
        node = self.opened.loaded.root
        deep = 0
        for step in path:
            below = node.get(step)
            if below is None:
                break
            node, deep = below, deep + 1
        # a map that several files share is said to stand in the first of them
        return node.source.name if deep > 1 or path[0] in self._own() else self._new_home(path, node)

    def _own(self) -> Mapping[str, Node]:
        """The keys that spec.yaml itself says."""
        root = self.opened.loaded.root
        return {k: v for k, v in root.map.items() if root.key_node(k).source.name == SPEC}

    def _new_home(self, path: SpecPath, node: Node) -> str:
        """Where spec.yaml leaves services to files of their own, a new one gets its own too."""
        if path[0] != "services" or node is self.opened.loaded.root:
            return SPEC
        beside = PurePosixPath(node.source.name)
        new = str(beside.with_name(f"{path[1]}{beside.suffix}"))
        include = self.opened.loaded.root.get("include")
        patterns = [one.text for one in (include.items or [include])] if include else []
        free = not (self.opened.root / new).exists()
        return new if free and any(PurePosixPath(new).match(p) for p in patterns) else str(beside)


def _joined(lines: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges of lines that touch as one."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(lines):
        if out and first <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(last, out[-1][1])
        else:
            out.append((first, last))
    return tuple(out)


def trial(opened: Opened, services: Mapping[str, Node], more: Mapping[str, Node]) -> list[Diagnostic]:
    """What the model finds wrong when the workspace had only these services, and `more` at the top."""
    root = without(opened.loaded.root, *_WITHOUT)
    said = root.get("services") or root
    holder = without(said, *said.map)
    for name, service in services.items():
        holder = with_entry(holder, name, service)
    root = with_entry(root, "services", holder)
    for key, value in more.items():
        root = with_entry(root, key, value)
    if not set(services) & set(pack_names()):
        root = without(root, "packs")
    sink = Sink()
    build(resolve(root, (SPEC,), read_pack, pack_names(), sink), sink)
    return [one for one in sink.found if one.severity == "error"]


def said_service(loaded: Loaded, name: str, more: Node) -> Node:
    """A service as the spec says it, with `more` laid over it."""
    services = loaded.root.get("services")
    said = services.get(name) if services else None
    return more if said is None else overlay(said, more, said)


def production(opened: Opened) -> Node:
    """The resolved tree of the root folders: what profiles and packs say is in it."""
    return opened.loaded.environments[0][1]


# -- names -----------------------------------------------------------------------------------------
def good_name(name: str, pattern: str, noun: str) -> None:
    """Refuse what cannot be a name."""
    sink = Sink()
    if not name_is_good(Node("scalar", name, Source(noun, name), (1, 1, 1, 1)), pattern, sink):
        raise Refused(f"{name!r} cannot be the name of {noun}: use {PATTERNS[pattern][1]}")


def known_name(name: str, known: Iterable[str], noun: str, option: str = "") -> None:
    """Refuse a name that is not known, with the nearest one."""
    names = sorted(known)
    if name in names:
        return
    near = nearest(name, names)
    listed = ", ".join(f"`{one}`" for one in names[:_LISTED]) + (" ..." if len(names) > _LISTED else "")
    instead = f"did you mean `{near}`?" if near else (f"there are {listed}" if names else "there is none yet")
    if not name:
        raise Refused(
            f"say which {noun}{f', with {option}' if option else ''}: {listed or 'there is none yet'}"
        )
    raise Refused(f"there is no {noun} `{name}`; {instead}")


def not_there(root: Node, path: SpecPath, what: str) -> None:
    """Refuse what is there already, and show where."""
    node: Node | None = root
    for step in path[:-1]:
        node = node.get(step) if node is not None else None
    if node is not None and path[-1] in node.map:
        message = f"there is already {what}"
        place = Label(node.key_node(path[-1]).span, "here")
        help = "change it there, or choose another name"
        found = Diagnostic("spec/duplicate-key", "error", message, place, help=help)
        raise Refused(message, findings=[found])


# -- writing ---------------------------------------------------------------------------------------
def write(root: Path, edits: Iterable[Edit]) -> None:
    """Each file is written beside its place and renamed."""
    for edit in edits:
        path = root / edit.path
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".tocsin-tmp")
        keeps = path.exists()
        mark = _BOM if keeps and path.read_bytes().startswith(_BOM) else b""
        beside.write_bytes(mark + edit.after.encode())
        if keeps:
            shutil.copymode(path, beside)
        beside.replace(path)
