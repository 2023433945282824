"""The parsers of a pipeline: json, logfmt, pattern, regexp, unpack. As Loki 3.7.8 (log/parser.go).

Each takes an entry and says whether the line goes on. Broken JSON is only understood where the line does not
begin like JSON at all.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tocsin.query.logql.ast import Extraction, Json, Logfmt, Pattern, Regexp, Stage, Unpack
from tocsin.query.regex_match import program
from tocsin.query.regex_members import group_names
from tocsin.query.regex_tree import tree
from tocsin.witness.logql import logfmt_text
from tocsin.witness.logql.entry import PRESERVE, Entry
from tocsin.witness.logql.hints import Hints
from tocsin.witness.logql.patterns import captures, pattern_parts
from tocsin.witness.logql.trouble import NotUnderstood

Goes = Callable[[Entry, str], bool]
"""Whether a line may go on after this label was set: no filter further down throws it away."""
_PATH = re.compile(r'\[[ \t\n]*(?:([0-9]+)|"([^"\]]*)"?)[ \t\n]*\]|([A-Za-z_][A-Za-z0-9_]*)')
_BROKEN = "JSONParserErr"
_LEADING = re.compile(r"[ \t\r\n]*")


class _Object(list[tuple[str, Any]]):
    """An object of JSON: its pairs in order, with those that are there twice."""


class _Number(str):
    """A number of JSON, as it was written."""

    __slots__ = ()


def _refuse(text: str) -> None:
    raise NotUnderstood(f"JSON with {text}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_refuse, strict=False
)


def parse(stage: Stage, entry: Entry, hints: Hints, goes: Goes) -> bool:
    """Run a parser; whether the line goes on."""
    if hints.idle(entry.extracted) and not isinstance(stage, Regexp):
        return True
    match stage:
        case Json(extractions=extractions):
            return _json_paths(extractions, entry) if extractions else _json(entry, hints, goes)
        case Logfmt(extractions=extractions):
            return (_logfmt_paths if extractions else _logfmt)(stage, entry, hints, goes)
        case Pattern(pattern=pattern):
            found = captures(pattern_parts(pattern.value), entry.text)
            return _set_all(found, entry, hints, goes)
        case Regexp(pattern=pattern):
            return _set_all(_groups(pattern.value, entry.text), entry, hints, goes)
        case Unpack():
            return _unpack(entry, hints, goes)
        case _:
            raise NotUnderstood(f"the stage {type(stage).__name__.lower()}")


def _fail(entry: Entry, hints: Hints, error: str = _BROKEN) -> bool:
    entry.fail(error, "not as expected")
    if hints.preserves_errors:
        entry.set(PRESERVE, "true")
    return True


def _set_all(found: Iterator[tuple[str, str]], entry: Entry, hints: Hints, goes: Goes) -> bool:
    for field, value in found:
        name = entry.free(field)
        if name in entry.extracted or not hints.wants(name):
            continue
        entry.set(name, value)
        if not goes(entry, name):
            return False
    return True


def _groups(pattern: str, text: str) -> Iterator[tuple[str, str]]:
    spans = program(pattern).search(text)
    if spans is None:
        return
    for index, name in group_names(tree(pattern)):
        span = spans[index]
        if name:
            yield name, text[span[0] : span[1]] if span else ""


# -- JSON ----------------------------------------------------------------------------------------------------
def _read(text: str) -> Any:
    """What the line begins with; None when it is no JSON."""
    start = _LEADING.match(text)
    try:
        return _DECODER.raw_decode(text, start.end() if start else 0)[0]
    except ValueError:
        return None
    except RecursionError:
        raise NotUnderstood("JSON that is nested very deeply") from None


def json_object(text: str) -> list[tuple[str, Any]] | None:
    """The pairs of the object that a line is; None when it is none."""
    return _object(text)


def _object(text: str) -> _Object | None:
    """The object of a line; None where Loki finds at the first sign that there is none."""
    found = _read(text)
    if isinstance(found, _Object):
        return found
    if text.lstrip().startswith("{"):
        raise NotUnderstood("a line that is almost JSON")
    return None


def _cut_off(text: str) -> _Object | None:
    """The fields of a line whose last brace is missing: Loki has read them all before it notices."""
    found = _read(text + "}") if text.endswith('"') else None
    whole = isinstance(found, _Object) and found and _is_text(found[-1][1])
    return found if whole and isinstance(found, _Object) else None


def _json(entry: Entry, hints: Hints, goes: Goes) -> bool:
    cut = _cut_off(entry.text)
    found = cut if cut is not None else _object(entry.text)
    if found is None:
        return _fail(entry, hints)
    for name, value in _flat(found, "", hints):
        label = entry.free(name)
        if not hints.wants(label) or label in entry.extracted:
            continue
        entry.set(label, value)
        if not goes(entry, label):
            return False
        if hints.complete(entry.extracted):
            return True
    return True if cut is None else _fail(entry, hints)


def _flat(pairs: _Object, prefix: str, hints: Hints) -> Iterator[tuple[str, str]]:
    """Fields with nested names joined by `_`; arrays and null give none."""
    for key, value in pairs:
        name = sanitized(key) if not prefix else _below(prefix, key)
        if isinstance(value, _Object):
            inside = name or prefix
            if hints.wants_below(inside):
                yield from _flat(value, inside, hints) if inside else _flat(value, "", hints)
        elif name and (text := scalar(value)) is not None:
            yield name, text


def _below(prefix: str, key: str) -> str:
    return f"{prefix}_{_letters(key.strip())}" if key.strip() else prefix


def scalar(value: Any) -> str | None:
    """A string, number or truth value as the label that it becomes."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case _:
            return None


def sanitized(key: str) -> str:
    """A field's name as a label: other signs than letters, digits and `_` become `_`."""
    key = key.strip()
    return _letters("_" + key if key[:1].isdigit() and key[:1].isascii() else key)


def _letters(key: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in key)


def _json_paths(extractions: tuple[Extraction, ...], entry: Entry) -> bool:
    if entry.text[:1] not in ('"', "{", "["):
        if entry.text:
            entry.fail(_BROKEN)
        return True
    found, matched = _cut_off(entry.text) or _read(entry.text), 0
    if found is None:
        raise NotUnderstood("a line that is almost JSON")
    for each in extractions:
        there, value = _at(found, path(each.path.value))
        if there:
            matched += 1
            entry.set(entry.free(each.label), _whole(value))
    missing = (each.label for each in extractions if matched < len(extractions))
    for label in missing:
        if entry.get(label) is None:
            entry.set(label, "")
    return True


def path(text: str) -> tuple[str | int, ...]:
    """The steps of `a.b[0]["c"]`."""
    return tuple(
        int(found[1]) if found[1] else found[2] if found[2] is not None else found[3]
        for found in _PATH.finditer(text)
    )


def _at(value: Any, steps: tuple[str | int, ...]) -> tuple[bool, Any]:
    for step in steps:
        if isinstance(step, int):
            if not _is_array(value) or step >= len(value):
                return False, None
            value = value[step]
        else:
            if not isinstance(value, _Object):
                return False, None
            inner = [each for name, each in value if name == step]
            if not inner:
                return False, None
            value = inner[0]
    return True, value


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, _Object)


def _whole(value: Any) -> str:
    if value is None:
        return ""
    text = scalar(value)
    if text is None:
        raise NotUnderstood("an object or array of JSON as a label")
    return text


def _unpack(entry: Entry, hints: Hints, goes: Goes) -> bool:
    if not entry.text:
        return True
    cut = _cut_off(entry.text) is not None
    found = _object(entry.text) if entry.text[0] == "{" and not cut else None
    if found is None:
        return _fail(entry, hints)
    packed = [value for key, value in found if key == "_entry" and _is_text(value)]
    if not packed:
        return True
    fields = (
        (sanitized(entry.free(key)), str(value))
        for key, value in found
        if key != "_entry" and _is_text(value) and _wanted(entry, hints, entry.free(key))
    )
    fine = True
    for name, value in tuple(fields):
        entry.set(name, value)
        fine = goes(entry, name)
        if not fine:
            break
    entry.text = packed[-1]
    return fine


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, _Number)


def _wanted(entry: Entry, hints: Hints, name: str) -> bool:
    return hints.wants(name) and name not in entry.extracted


# -- logfmt --------------------------------------------------------------------------------------------------
def _logfmt(stage: Logfmt, entry: Entry, hints: Hints, goes: Goes) -> bool:
    for pair in logfmt_text.pairs(entry.text):
        if isinstance(pair, str):
            if not stage.strict:
                continue
            _fail(entry, hints, "LogfmtParserErr")
            return goes(entry, "__error__")
        key, value = sanitized(pair[0]), pair[1]
        name = entry.free(key)
        if not key or not _wanted(entry, hints, name) or (not value and not stage.keep_empty):
            continue
        entry.set(name, value)
        if not goes(entry, name):
            return False
        if hints.complete(entry.extracted):
            break
    return True


def _logfmt_paths(stage: Logfmt, entry: Entry, hints: Hints, _goes: Goes) -> bool:
    names = {each.label: each.path.value.strip().strip('"') for each in stage.extractions}
    for name in filter(lambda name: entry.free(name) == name, names):
        entry.set(name, "")
    for pair in logfmt_text.pairs(entry.text):
        if isinstance(pair, str):
            if stage.strict:
                return _fail(entry, hints, "LogfmtParserErr")
            continue
        key = _new_name(sanitized(pair[0]), names, entry, hints)
        if key is None:
            continue
        name = entry.free(key)
        if name != key and not _wanted(entry, hints, name):
            break
        entry.set(name, pair[1])
        if hints.complete(entry.extracted):
            break
    return True


def _new_name(key: str, names: Mapping[str, str], entry: Entry, hints: Hints) -> str | None:
    """The label that this key becomes. Loki 3.7.8 looks among the new names whether it is wanted at all."""
    if key not in names and not _wanted(entry, hints, key):
        return None
    new = next((name for name, original in names.items() if original == key), key)
    return new if new in names else None
