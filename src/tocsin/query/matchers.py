"""Label matchers: read from text, print, combine. Values are escaped here and nowhere else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)|(?P<op>=~|!~|!=|=)|(?P<comma>,)"""
    r"""|(?P<str>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`))"""
)
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
}


class MatcherError(ValueError):
    """The text is not a list of label matchers; `offset` is the character where reading stopped."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def quote(value: str) -> str:
    """A double-quoted string as PromQL, LogQL and Alertmanager read it."""
    out = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + out.replace("\r", "\\r") + '"'


def regex_literal(value: str) -> str:
    """`value` with RE2's special characters escaped, so that it matches only itself."""
    return re.sub(r"([.+*?()|\[\]{}^$\\])", r"\\\1", value)


@dataclass(frozen=True, slots=True)
class Matcher:
    """`label op value`, where op is one of `=`, `!=`, `=~`, `!~`."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}{self.op}{quote(self.value)}"

    @property
    def negated(self) -> "Matcher":
        """The matcher that holds exactly where this one does not."""
        return Matcher(self.label, {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}[self.op], self.value)


def selector(metric: str, matchers: Iterable[Matcher] = ()) -> str:
    """`metric{a="b",...}`; the braces are left out when there is nothing to say."""
    inner = ",".join(str(m) for m in matchers)
    return f"{metric}{{{inner}}}" if inner or not metric else metric


def equal(labels: Mapping[str, str]) -> tuple[Matcher, ...]:
    """One `=` matcher for each label."""
    return tuple(Matcher(name, "=", value) for name, value in labels.items())


def _unquote(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read `status=~"5..", method="GET"`; raises MatcherError with the offset of the mistake."""
    body, base = text, 0
    if text.strip().startswith("{") and text.strip().endswith("}"):
        base = text.index("{") + 1
        body = text[base : text.rindex("}")]
    out: list[Matcher] = []
    want, name, op, at = "name", "", "", 0
    while body[at:].strip():
        token = _TOKEN.match(body, at)
        kind = token.lastgroup if token else None
        if token is None or kind != want:
            raise MatcherError(_expected(want), base + at + len(body[at:]) - len(body[at:].lstrip()))
        word, at = token[kind or 0], token.end()
        if kind == "name":
            name, want = word, "op"
        elif kind == "op":
            op, want = word, "str"
        elif kind == "str":
            out.append(_checked(Matcher(name, op, _unquote(word)), base + token.start("str")))
            want = "comma"
        else:
            want = "name"
    if want in ("op", "str"):
        raise MatcherError(_expected(want), base + len(body.rstrip()))
    return tuple(out)


def _expected(want: str) -> str:
    return {
        "name": 'expected a label name, as in `status=~"5.."`',
        "op": "expected `=`, `!=`, `=~` or `!~`",
        "str": 'expected a quoted value, as in `status=~"5.."`',
        "comma": "expected `,` between matchers",
    }[want]


def _checked(matcher: Matcher, offset: int) -> Matcher:
    if matcher.op in ("=~", "!~"):
        try:
            re.compile(matcher.value)
        except re.error as error:
            raise MatcherError(f"not a regular expression: {error.msg}", offset) from None
    return matcher


def is_label(name: str) -> bool:
    """True for a classic Prometheus label name."""
    return bool(_NAME.fullmatch(name))
