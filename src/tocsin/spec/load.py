"""From files to one node tree for each environment: includes, packs, profiles, overlays. Not what they mean.

The only part of the spec room that reads files. Everything it reads lies inside the workspace.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.diag.compose import MAX_BYTES, compose, compose_text
from tocsin.diag.diagnostic import Sink, nearest
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source, Span
from tocsin.diag.trouble import Trouble
from tocsin.spec.merge import overlay, substituted, union, with_entry, without
from tocsin.spec.patterns import PATTERNS, name_is_good

SPEC = "spec.yaml"
SERVICE = "{service}"
"""Stands for the service's name in a profile."""
MAX_FILES = 10_000
MAX_PATTERN = 300
_SAME_EVERYWHERE = ("tocsin", "name", "include", "packs", "environments")
PackReader = Callable[[str], str | None]
"""Name of a pack -> its YAML text, or None when there is no such pack."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The spec as nodes: the root tree, and one resolved tree for each environment ("" is the root's own)."""

    root: Node
    environments: tuple[tuple[str, Node], ...]
    files: tuple[str, ...]
    """Paths read, relative to the workspace."""


def load(workspace: Path, packs: PackReader, pack_names: Iterable[str], sink: Sink) -> Loaded | None:
    """Read `spec.yaml` and what it includes; None when there is no tree to go on with."""
    return assemble(
        lambda pattern: _inside(workspace, pattern),
        lambda path: _read(workspace, path),
        packs,
        pack_names,
        sink,
    )


def assemble(
    glob: Callable[[str], list[str] | None],
    read: Callable[[str], bytes],
    packs: PackReader,
    pack_names: Iterable[str],
    sink: Sink,
) -> Loaded | None:
    """As `load`, for files that come from anywhere (a folder, a commit)."""
    try:
        root = compose(SPEC, read(SPEC), sink)
    except FileNotFoundError:
        sink.error(
            "spec/missing",
            Span(Source(SPEC, ""), 1, 1, 1, 1),
            f"there is no {SPEC} here",
            help="go to the workspace's folder, or name it: `tocsin -C DIR generate`",
        )
        return None
    if root is None:
        return None
    if root.kind != "map":
        sink.error("spec/type", root, "a spec is a map that begins with `tocsin: 1`")
        return None
    root, files = _with_includes(root, glob, read, sink)
    return resolve(root, (SPEC, *files), packs, pack_names, sink)


def resolve(
    root: Node, files: tuple[str, ...], packs: PackReader, pack_names: Iterable[str], sink: Sink
) -> Loaded:
    """One tree for each environment, services laid over their profiles and packs."""
    fragments = _packs(root, packs, list(pack_names), sink)
    base = without(root, "environments")  # an alert stands where it was said first
    trees = [("", root)] + [
        (name, overlay(base, tree, base)) for name, tree in _environments(root, sink).items()
    ]
    resolved = tuple(
        (name, _with_services(without(tree, "environments"), fragments, sink)) for name, tree in trees
    )
    return Loaded(root, resolved, files)


def _read(workspace: Path, path: str) -> bytes:
    """A file's bytes; of a file that is too large only so many that this can be told."""
    file = workspace / path
    if not file.resolve().is_relative_to(workspace.resolve()):
        raise Trouble(
            f"{path} leads out of the workspace through a link", cure="replace the link by the file"
        )
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _inside(workspace: Path, pattern: str) -> list[str] | None:
    """Files that match, relative and sorted; None when one of them leaves the workspace."""
    home = workspace.resolve()
    found = sorted(workspace.glob(pattern))
    if any(not path.resolve().is_relative_to(home) for path in found):
        return None
    return [path.relative_to(workspace).as_posix() for path in found if path.is_file()]


def _with_includes(
    root: Node, glob: Callable[[str], list[str] | None], read: Callable[[str], bytes], sink: Sink
) -> tuple[Node, list[str]]:
    include = root.get("include")
    files: list[str] = []
    for pattern in _one_or_many(include):
        files += [name for name in _matching(pattern, glob, sink) if name not in files]
    if include and len(files) > MAX_FILES:
        sink.error("spec/include", include, f"{len(files):,} files are included, more than {MAX_FILES:,}")
    for name in files[:MAX_FILES]:
        part = compose(name, read(name), sink)
        if part is None:
            continue
        if part.kind != "map":
            sink.error("spec/type", part, "an included file is a map, like the spec itself")
            continue
        if part.get("include"):
            sink.error(
                "spec/include",
                part.key_node("include"),
                f"only {SPEC} includes other files",
                help=f"move it to {SPEC}",
            )
        root = union(root, without(part, "include"), sink)
    return root, files


def _one_or_many(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return node.items if node.kind == "seq" else [node]


def _is_pattern(text: str, parts: list[str]) -> bool:
    stars = [part for part in parts if "**" in part]
    good = PATTERNS["relative"][0].fullmatch(text) is not None and len(text) <= MAX_PATTERN
    return good and not {"", "."} & set(parts) and stars in ([], ["**"])


def _matching(pattern: Node, glob: Callable[[str], list[str] | None], sink: Sink) -> list[str]:
    """The files that an include pattern names; reports one that leaves the workspace or names nothing."""
    text = pattern.text
    if pattern.kind != "scalar":
        return []  # the decoder says that it is no list of patterns
    parts = text.split("/")
    if text.startswith("/") or ".." in parts:
        sink.error(
            "spec/include",
            pattern,
            f"`{text}` leaves the workspace",
            help="include files inside the workspace, as in `services/*.yaml`",
        )
        return []
    if not _is_pattern(text, parts):
        sink.error(
            "spec/include",
            pattern,
            f"`{text}` is not a pattern for files",
            help="write a path such as `services/*.yaml`; `**` stands for folders, once",
        )
        return []
    found = glob(text)
    if found is None:
        sink.error(
            "spec/include",
            pattern,
            f"`{text}` leads out of the workspace through a link",
            help="put the file itself into the workspace",
        )
        return []
    names = [name for name in found if name != SPEC]
    if not names:
        sink.error(
            "spec/include", pattern, f"no file matches `{text}`", help="delete the pattern or create the file"
        )
    return names


def _environments(root: Node, sink: Sink) -> dict[str, Node]:
    """What each environment says; its name is a folder's name, so it is judged here."""
    said = root.get("environments")
    if said is None:
        return {}
    if said.kind != "map":
        sink.error("spec/type", said, "`environments` is a map: name to what differs there")
    good: dict[str, Node] = {}
    for name, tree in said.map.items():
        if not name_is_good(said.key_node(name), "name", sink):
            continue
        if tree.kind != "map":
            sink.error(
                "spec/type",
                tree.key_place(),
                f"`{name}` is a map of what differs",
                help=f"write `{name}: {{}}`",
            )
            continue
        for key in _SAME_EVERYWHERE:
            if key in tree.map:
                sink.error(
                    "spec/environment",
                    tree.key_node(key),
                    f"`{key}` is the same in all environments",
                    help="delete it here",
                )
        good[name] = tree
    return good


def _packs(root: Node, packs: PackReader, names: list[str], sink: Sink) -> list[Node]:
    out: list[Node] = []
    for item in root.at("packs").items if root.get("packs") else []:
        text = packs(item.text) if item.text else None
        if text is None:
            sink.unknown("spec/unknown-pack", item, "pack", item.text, names)
            text = packs(nearest(item.text, names))  # so that its alerts are not all missed as well
            if text is None:
                continue
        fragment = compose_text(Source(f"pack {item.text}", text, is_file=False), sink)
        if fragment is not None and fragment.get("services"):
            out.append(fragment.at("services"))
    return out


def _with_services(root: Node, fragments: list[Node], sink: Sink) -> Node:
    """Each service laid over its profiles, and those over what a pack says of it."""
    said = root.get("services")
    services = said if said is not None and said.kind == "map" else None
    profiles = root.at("profiles").map if root.get("profiles") else {}
    entries: dict[str, Node] = {}
    for fragment in fragments:
        entries.update(fragment.map)
    named = {key for key, profile in profiles.items() if any(SERVICE in node.text for node in profile.walk())}
    for name, service in (services.map if services else {}).items():
        entries[name] = _one_service(name, service, entries.get(name), profiles, named, sink)
    if not entries:
        return root
    place = services or fragments[0]
    keys: dict[str, Node] = {}
    for part in [*fragments, *([services] if services else [])]:
        keys.update(part.keys or {})
    merged = Node("map", entries, place.source, place._at, keys=keys)
    merged.key, merged._parent = place.key, place._parent
    return with_entry(root, "services", merged)


def _one_service(
    name: str, service: Node, pack: Node | None, profiles: dict[str, Node], named: set[str], sink: Sink
) -> Node:
    """A service over its profiles over what a pack says; `named` are profiles that name the service."""
    use = service.get("use")
    base = pack
    for item in _one_or_many(use):
        profile = profiles.get(item.text)
        if profile is None:
            nowhere = "" if profiles else "declare it under `profiles:`, or delete this"
            sink.unknown("spec/unknown-profile", item, "profile", item.text, profiles, help=nowhere)
            continue
        if profile.get("use"):
            sink.error(
                "spec/profile",
                profile.key_node("use"),
                "a profile cannot follow another",
                help="name both in the service: `use: [one, other]`",
            )
        if item.text in named:
            profile = substituted(profile, SERVICE, name)
        base = profile if base is None else overlay(base, profile, profile)
    return service if base is None else overlay(base, service, service)


def tree_of(files: Mapping[str, bytes], sink: Sink) -> Node | None:
    """The tree that some files make together, `spec.yaml` first; for comparing, so packs are left out."""
    root: Node | None = None
    for name in sorted(files, key=lambda n: (n != SPEC, n)):
        part = compose(name, files[name], sink)
        if part is not None and part.kind == "map":
            root = part if root is None else union(root, part, sink)
    return root
