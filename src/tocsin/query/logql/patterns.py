"""The small languages in LogQL's strings: patterns, line patterns, JSON and logfmt paths, addresses.

Each check raises QueryError with a place inside the string where that can be told. As of Loki 3.7.8.
"""

import re

from tocsin.query import regex
from tocsin.query.errors import QueryError
from tocsin.query.nodes import String
from tocsin.query.quoting import is_utf8

_CAPTURE = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
_FIELD = r"[A-Za-z_][A-Za-z0-9_]*"
_S = r"[ \t\n]*"
_ACCESS = rf'\[{_S}(?:[0-9]{{1,18}}|"[^"\]]*["\]]){_S}\]'
_JSON_PATH = re.compile(rf"{_S}(?:{_FIELD}|{_ACCESS})(?:{_S}(?:\.{_S}{_FIELD}|{_ACCESS}))*{_S}")
_LOGFMT_TEXT = r'"[^"\]]*(?:["\]]|$)'
_LOGFMT_PATH = re.compile(rf"{_S}(?:{_FIELD}|{_LOGFMT_TEXT})(?:{_S}{_LOGFMT_TEXT})*{_S}")
_PREFIX_LENGTH = re.compile(r"/(?:0|[1-9][0-9]{0,2})")


def check_regexp(text: String) -> None:
    """`| regexp`: valid, with at least one named group, each name once."""
    found = regex.check(text.value, text.start, text.end - text.start)
    named = [name for name in found.groups if name]
    if not named:
        raise _wrong(text, "the expression has no named group, as in `(?P<label>...)`")
    for name in named:
        if named.count(name) > 1:
            raise _wrong(text, f"the group `{name}` is there twice")


def check_pattern(text: String) -> None:
    """`| pattern`: at least one named capture, none beside another, each name once."""
    names = [name for name in _CAPTURE.findall(text.value) if name != "_"]
    if not names or not is_utf8(text.value):
        raise _wrong(text, "the pattern has no named capture, as in `<label>`")
    _apart(text)
    for name in names:
        if names.count(name) > 1:
            raise _wrong(text, f"the capture `<{name}>` is there twice")


def check_line_pattern(text: String) -> None:
    """`|>`: only unnamed captures, none beside another."""
    for found in _CAPTURE.finditer(text.value):
        if found[1] != "_":
            raise _wrong(
                text, f"in a line filter write `<_>`, not `{found[0]}`", found.start(), len(found[0])
            )
    _apart(text)


def check_json_path(text: String) -> None:
    """`| json a="b.c[0]"`."""
    if not _JSON_PATH.fullmatch(text.value):
        raise _wrong(text, 'this is no path into JSON, like `a.b[0]["c"]`')


def check_logfmt_path(text: String) -> None:
    """`| logfmt a="b"`."""
    if not _LOGFMT_PATH.fullmatch(text.value):
        raise _wrong(text, "this is no key of logfmt")


def check_address(text: String) -> None:
    """`ip("...")`: an address, a network or a range of addresses."""
    if not _is_address(text.value):
        raise _wrong(text, "this is no IP address, network (`10.0.0.0/8`) or range (`10.0.0.1-10.0.0.9`)")


def check_format(text: String) -> None:
    """A template of `line_format` or `label_format`."""
    from tocsin.query.gotemplate import LOKI, check_template

    try:
        check_template(text.value, LOKI)
    except QueryError as error:
        raise _wrong(text, error.message, error.offset, error.length) from None


def _apart(text: String) -> None:
    last = -1
    for found in _CAPTURE.finditer(text.value):
        if found.start() == last:
            raise _wrong(text, "between two captures there must be a text", found.start(), len(found[0]))
        last = found.end()


def _is_address(value: str) -> bool:
    import ipaddress

    try:
        if "/" in value:
            return (
                _PREFIX_LENGTH.fullmatch(value, value.index("/")) is not None
                and "%" not in value
                and bool(ipaddress.ip_network(value, strict=False))
            )
        if "-" not in value:
            return bool(ipaddress.ip_address(value))
        first, last = (ipaddress.ip_address(end) for end in value.split("-", 1))
    except ValueError:
        return False
    return first.version == last.version and int(first) <= int(last)


def _wrong(text: String, message: str, offset: int = -1, length: int = 0) -> QueryError:
    """A mistake in the string; its exact place only when no escape moves the characters."""
    whole = text.end - text.start
    if offset >= 0 and whole == len(text.value) + 2:
        return QueryError(message, text.start + 1 + offset, length)
    return QueryError(message, text.start, whole)
