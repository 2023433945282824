"""Writing one log line in a format, with certain fields; whether the query takes it is tried later."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.query.logql.ast import Json, Logfmt, Pattern, Regexp, Stage
from tocsin.query.regex_members import with_groups
from tocsin.query.regex_tree import TooHard
from tocsin.witness.logql.parsers import path
from tocsin.witness.logql.patterns import pattern_parts

MESSAGE_NAMES = ("message", "msg")
_RAW = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|true|false")
_JSON_PAIR = re.compile(r'"([^"\\]+)"(\s*):(\s*)(?:"([^"\\]*)"|([^,}\s"\[\]{]+))')
_LOGFMT_PAIR = re.compile(r'([A-Za-z_][\w.]*)=(?:"([^"\\]*)"|([^\s"=]+))')


def write(parser: Stage | str, fields: Mapping[str, str], message: str, *, tight: bool = False) -> str | None:
    """The line that `parser` reads (a format, for a line that nobody parses); None when there is none."""
    match parser:
        case Json(extractions=extractions):
            paths = {each.label: path(each.path.value) for each in extractions}
            return _json(fields, paths, message, tight)
        case "json":
            return _json(fields, {}, message, tight)
        case Logfmt(extractions=extractions):
            names = {each.label: each.path.value.strip().strip('"') for each in extractions}
            return _logfmt({names.get(name, name): value for name, value in fields.items()}, message)
        case "logfmt":
            return _logfmt(fields, message)
        case Pattern(pattern=pattern):
            return _pattern(pattern.value, fields, message)
        case Regexp(pattern=pattern):
            return _regexp(pattern.value, fields, message)
        case _:
            return " ".join((*(f"{name}={value}" for name, value in fields.items()), message)).strip()


# -- JSON ----------------------------------------------------------------------------------------------------
def _json(
    fields: Mapping[str, str], paths: Mapping[str, tuple[str | int, ...]], message: str, tight: bool
) -> str:
    root: dict[str | int, Any] = {}
    for name, value in fields.items():
        steps = paths.get(name, (name,))
        _put(root, steps, value)
    if message and not any(name in root for name in MESSAGE_NAMES):
        root["message"] = message
    return _shown(root, (",", ":") if tight else (", ", ": "))


def _put(node: dict[str | int, Any], steps: tuple[str | int, ...], value: str) -> None:
    """Arrays are kept as maps of numbers until they are written."""
    for step in steps[:-1]:
        inner = node.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        node = inner
    if steps:
        node[steps[-1]] = value


def _shown(value: Any, signs: tuple[str, str]) -> str:
    if not isinstance(value, dict):
        return value if _RAW.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    if value and all(isinstance(key, int) for key in value):
        most = min(max(value), 100)
        return "[" + signs[0].join(_shown(value.get(i, "-"), signs) for i in range(most + 1)) + "]"
    pairs = (
        json.dumps(str(key), ensure_ascii=False) + signs[1] + _shown(each, signs)
        for key, each in value.items()
    )
    return "{" + signs[0].join(pairs) + "}"


# -- logfmt --------------------------------------------------------------------------------------------------
def _logfmt(fields: Mapping[str, str], message: str) -> str:
    pairs = dict(fields)
    if message and not any(name in pairs for name in MESSAGE_NAMES):
        pairs["msg"] = message
    return " ".join(f"{name}={_quoted(value)}" for name, value in pairs.items())


def _quoted(value: str) -> str:
    plain = value and all(char > " " and char not in '="' for char in value)
    return value if plain else json.dumps(value, ensure_ascii=False)


# -- texts ---------------------------------------------------------------------------------------------------
def _pattern(pattern: str, fields: Mapping[str, str], message: str) -> str:
    """Captures that nobody asks for share the message: the last one has it, the others a sign."""
    parts = pattern_parts(pattern)
    free = [i for i, (capture, name) in enumerate(parts) if capture and name not in fields]
    found = []
    for i, (capture, name) in enumerate(parts):
        if not capture:
            found.append(name)
        elif name in fields:
            found.append(fields[name])
        else:
            found.append(message if message and i == free[-1] else "-")
    return "".join(found)


def _regexp(pattern: str, fields: Mapping[str, str], message: str) -> str | None:
    try:
        found = with_groups(pattern, fields)
    except TooHard:
        return None
    if found is None or not message or message in found:
        return found
    return f"{message} {found}"


# -- fragments -----------------------------------------------------------------------------------------------
def json_pairs(text: str) -> Iterator[tuple[str, str, bool]]:
    """Fields of JSON that a line filter asks for, such as `"level":"error"`; and whether without spaces."""
    for found in _JSON_PAIR.finditer(text):
        yield found[1], found[4] if found[4] is not None else found[5], not found[3]


def logfmt_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Fields of logfmt that a line filter asks for, such as `level=error`."""
    for found in _LOGFMT_PAIR.finditer(text):
        yield found[1], found[2] if found[2] is not None else found[3]
