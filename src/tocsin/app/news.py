"""What a change does, in the words of the spec: which settings changed and which artifacts follow. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.artifacts.disk import Planned
from tocsin.artifacts.origins import differences
from tocsin.diag.nodes import Node

Path = tuple[str | int, ...]
_SUBJECTS = ("services", "alerts", "dashboards", "receivers", "teams", "severities", "hours", "profiles")
_DETAILED = 200
"""Files of which every difference is looked at; beyond that only the files are named."""
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One setting: `old` or `new` is None where it was added or removed."""

    path: Path
    old: str | None
    new: str | None

    def words(self, subject: Path) -> str:
        """`above 5% -> 3%`, relative to the subject."""
        name = ".".join(str(p) for p in self.path[len(subject) :])
        if self.old is None:
            return f"{name} {self.new}".strip() if name else "added"
        if self.new is None:
            return f"without {name}" if name else "removed"
        return f"{name} {self.old} -> {self.new}".strip()


@dataclass(frozen=True, slots=True)
class News:
    """One subject of the spec (an alert, a dashboard, ...), its changes, and what follows in which file."""

    subject: str
    changes: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]


def news(before: Node | None, after: Node, planned: Iterable[Planned]) -> tuple[News, ...]:
    """What is new, grouped by subject, in the spec's order.

    `before` is the spec that made the files which are there now; None: not known, then only files are named.
    """
    changes = list(_changes(before, after, ())) if before is not None else []
    by_subject: dict[Path, list[str]] = {}
    for change in changes:
        subject = subject_of(change.path)
        by_subject.setdefault(subject, []).append(change.words(subject))
    follows: dict[Path, dict[tuple[str, str], None]] = {}
    for index, one in enumerate(planned):
        for origin, what in _whats(one, index):
            subject = _cause(origin, by_subject)
            follows.setdefault(subject, {})[one.artifact.path, what] = None
    follows = _adopted(follows, by_subject)
    names = _names(list({**by_subject, **follows}))
    return tuple(
        News(names[s], tuple(by_subject.get(s, ())), tuple(follows.get(s, {})))
        for s in {**by_subject, **follows}
    )


def _whats(one: Planned, index: int) -> Iterator[tuple[Path, str]]:
    if one.status == "new" or one.present is None or index >= _DETAILED:
        yield tuple(one.artifact.origin.path), "new file" if one.status == "new" else ""
        return
    for trace in differences(one.artifact, one.present, one.text):
        yield tuple(trace.origin.path), trace.what


def subject_of(path: Path) -> Path:
    """The part of a path that people have a name for: an alert, a dashboard, a receiver."""
    if len(path) >= 4 and path[0] == "services" and path[2] in ("alerts", "dashboards"):
        return path[:4]
    if len(path) >= 4 and path[0] == "environments":
        return (*path[:2], *subject_of(path[2:]))
    return path[:2] if path and path[0] in _SUBJECTS else path[:1]


def _cause(origin: Path, changed: dict[Path, list[str]]) -> Path:
    """The changed subject that an origin belongs to; else the origin's own subject."""
    own = subject_of(origin)
    if own in changed:
        return own
    above = [s for s in changed if own[: len(s)] == s or s[: len(own)] == own]
    return max(above, key=len) if above else own if own or len(changed) != 1 else next(iter(changed))


def _adopted(
    follows: dict[Path, dict[tuple[str, str], None]],
    changed: dict[Path, list[str]],
) -> dict[Path, dict[tuple[str, str], None]]:
    """What follows in a place of which nothing was said anew follows from the one change that reaches it."""
    out: dict[Path, dict[tuple[str, str], None]] = {s: dict(follows[s]) for s in follows if s in changed}
    for subject, places in follows.items():
        if subject in changed:
            continue
        for path, what in places:
            near = [s for s in out if s in changed and any(path == p for p, _ in follows.get(s, ()))]
            causes = near or list(changed)
            cause = causes[0] if len(causes) == 1 else subject
            out.setdefault(cause, {})[path, what] = None
    return out


def _names(subjects: list[Path]) -> dict[Path, str]:
    """Short names: the last part, with its service where two subjects share it."""
    short = {s: str(s[-1]) if s else "spec.yaml" for s in subjects}
    many = {n for n in short.values() if list(short.values()).count(n) > 1}
    return {
        s: (f"{s[1]}/{n}" if s[:1] == ("services",) and len(s) == 4 else ".".join(map(str, s)))
        if n in many
        else n
        for s, n in short.items()
    }


def _changes(a: Node | None, b: Node | None, at: Path) -> Iterator[Change]:
    if a is None or b is None:
        yield Change(at, _short(a) if a else None, _short(b) if b else None)
    elif a.kind == b.kind == "map":
        for key in {**b.map, **a.map}:
            yield from _changes(a.map.get(key), b.map.get(key), (*at, key))
    elif a.kind == b.kind == "seq":
        yield from _list_changes(a.items, b.items, at)
    elif a.kind != b.kind or _short(a, 10**6) != _short(b, 10**6):
        yield Change(at, _short(a), _short(b))


def _list_changes(a: list[Node], b: list[Node], at: Path) -> Iterator[Change]:
    """Items added, removed, moved or edited; an item is known by all that it says."""
    old, new = [_short(i, 10**6) for i in a], [_short(i, 10**6) for i in b]
    if old != new and sorted(old) == sorted(new):
        yield Change(at, None, "in another order")
    elif len(old) == len(new):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _changes(x, y, (*at, index))
    else:
        yield from (Change(at, _short(i), None) for i, text in zip(a, old, strict=True) if text not in new)
        yield from (Change(at, None, _short(i)) for i, text in zip(b, new, strict=True) if text not in old)


def _short(node: Node, most: int = _SHORT) -> str:
    """A node in one line, as flow YAML, cut when long."""
    if node.kind == "scalar":
        text = " ".join(node.text.split()) or '""'
    elif node.kind == "map":
        text = "{" + ", ".join(f"{k}: {_short(v, most)}" for k, v in node.map.items()) + "}"
    else:
        text = "[" + ", ".join(_short(i, most) for i in node.items) + "]"
    return text if len(text) <= most else text[: most - 3] + "..."
