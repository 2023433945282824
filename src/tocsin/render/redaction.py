"""What must not be kept, as patterns (RE2) for log lines, attributes and spans. Not where they are applied.

Two kinds: *keys* (`"password": ...`, `token=...`, `Authorization: ...`), whatever their value, and *values*
that show themselves (mail addresses, card numbers, bearer tokens), whatever their key. A line stays what it
was around a secret: JSON stays JSON, so that alerts which parse it keep working.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tocsin.model.workspace import Model
from tocsin.query.matchers import regex_literal

MASK = "***"
WORDS = (
    "passw(?:or)?d",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "credential",
    "signature",
    "cookie",
    "api[_.-]?key",
    "access[_.-]?key",
    "private[_.-]?key",
)
"""A key with such a word anywhere in it is masked: a masked counter is a smaller loss than a secret kept."""
ENDS = ("cvc", "cvv", "otp", "pass", "passcode", "passkey", "pwd")
"""A key that ends with such a word, as a word of its own, is masked: `db_pass`, but not `passed`."""
_WORD = f"(?:{'|'.join(WORDS)})"
_STRING = r'"(?:[^"\\]|\\.)*'
_EMBEDDED = r'(?:[^"\\]|\\\\\\"|\\\\\\\\|\\\\[^"\\])*'
"""A string's inside when the whole JSON stands inside another JSON string, so with doubled escapes."""
_SELF_EVIDENT = {
    "bearer": r"(?i:\bbearer)\s+[\w.~+/=-]{6,}",
    "provider": r"\b(?:gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,}|A[KS]IA[0-9A-Z]{16}"
    r"|[rs]k_(?:live|test)_\w{10,})",
    "jwt": r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*",
    "private_key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
}
"""Values that are removed everywhere, whether or not a service asks for it."""
URL_PASSWORD = r"(://)[^\s/@:\"'\\]*:[^\s/@\"'\\]+@"
HIDDEN_BY_ESCAPE = r"\\u00(?:2[0-57-9a-fA-F]|3[0-9abdfABDF]|[4-7][0-9a-fA-F])"
"""ASCII that JSON need not escape (`@` as `\\u0040`); Go's own `<`, `>` and `&` escapes are left out."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Replace `pattern` by `replacement` (RE2's `${1}` refers to groups) in lines of this shape."""

    pattern: str
    replacement: str
    shape: Literal["json", "text", "any"] = "any"


def end_words(model: Model) -> tuple[str, ...]:
    """Words at the end of a key, as patterns: built-in ones, and the names that services list under `redact`.

    So `user.email` is masked like `email`. Names that `WORDS` covers already are left out.
    """
    names = {name for s in model.services.values() if s.logs for name in s.logs.redact} | set(model.redact)
    own = (regex_literal(n) for n in names if not re.search(_WORD, n, re.IGNORECASE))
    return tuple(sorted({*ENDS, *own}))


def key_patterns(model: Model) -> tuple[str, ...]:
    """Patterns of attribute names whose whole value is masked."""
    return f"(?i){_WORD}", f"(?i)(?:^|[._-])(?:{'|'.join(end_words(model))})$"


def value_patterns(model: Model) -> tuple[str, ...]:
    """Patterns of values that are masked wherever they stand. A class without a pattern is only a key."""
    said = [pattern for _, pattern in sorted(model.redact.items()) if pattern]
    return (*_SELF_EVIDENT.values(), *said)


def key_passes(model: Model) -> Iterator[Pass]:
    """For lines: mask what follows a sensitive key."""
    # A cookie's header has many values, to its end: in JSON that of the string, else that of the line.
    yield Pass(r"(?i)(\b(?:set-)?cookie:\s*)[^\s\"\\](?:[^\"\\]|\\.)*", f"${{1}}{MASK}", "json")
    yield Pass(r"(?i)(\b(?:set-)?cookie:\s*)[^\r\n]+", f"${{1}}{MASK}", "text")
    ends = f"(?:{'|'.join(end_words(model))})"
    json_name = rf'(?:[^"\\]*{_WORD}[^"\\]*|(?:[^"\\]*[._-])?{ends})'
    text_name = rf"(?:[\w.-]*{_WORD}[\w.-]*|\b(?:[\w.-]*[._-])?{ends})"
    yield from _json_passes(json_name)
    yield from _text_passes(text_name)


def _json_passes(name: str) -> Iterator[Pass]:
    """`"key": value` for every kind of value; also where the whole stands inside another JSON string."""
    head = rf'(?i)("{name}"\s*:\s*)'
    yield Pass(rf'(?i)(\\"{name}\\"\s*:\s*\\"){_EMBEDDED}', f"${{1}}{MASK}")
    yield Pass(rf"{head}{_STRING}(?:\"|$)", f'${{1}}"{MASK}"')
    yield Pass(rf"{head}-?[0-9][0-9.eE+-]*", f'${{1}}"{MASK}"')
    for opening, closing in (("{", "}"), ("[", "]")):
        yield Pass(head + _nested(opening, closing, 3), f'${{1}}"{MASK}"', "json")


def _nested(opening: str, closing: str, depth: int) -> str:
    """An object or array with strings in it, down to `depth` levels (RE2 cannot count)."""
    inner = rf'[^{re.escape(opening + closing)}"]|{_STRING}"'
    pattern = ""
    for _ in range(depth):
        alternatives = f"{inner}|{pattern}" if pattern else inner
        pattern = rf"{re.escape(opening)}(?:{alternatives})*{re.escape(closing)}"
    return pattern


def _text_passes(name: str) -> Iterator[Pass]:
    """`key=value`, `key: value`, `'key' => 'value'`, in plain lines and inside JSON strings.

    Inside JSON a bare `"` ends the string around the key, so there only escaped quotes quote a value.
    """
    sign = r"\s*(?:=>|[:=])\s*"
    yield Pass(rf'(?i)({name}(?:\\")?{sign}\\"){_EMBEDDED}', f"${{1}}{MASK}")
    yield Pass(rf"(?i)({name}['\]]?{sign})'(?:[^'\\\"]|\\.)*'", f"${{1}}'{MASK}'")
    yield Pass(rf"(?i)({name}[\"'\]]?{sign}){_STRING}(?:\"|$)", f'${{1}}"{MASK}"', "text")
    yield Pass(
        rf"(?i)({name}['\]]?{sign})(?:Bearer|Basic|Token|Digest|Negotiate)\s+[^\s\"'\\,]+", f"${{1}}{MASK}"
    )
    yield Pass(rf"(?i)({name}['\]]?{sign})(?:[^\s\"'\\&]|\\[^\"nrt])+", f"${{1}}{MASK}")


def value_passes(model: Model) -> Iterator[Pass]:
    """For lines: mask the values themselves; a bare number in JSON becomes a string."""
    yield Pass(URL_PASSWORD, f"${{1}}{MASK}@")
    for pattern in value_patterns(model):
        yield Pass(
            rf"(?P<before>[:\[,]\s*)-?(?:{pattern})(?P<after>\s*[,}}\]])",
            f'${{before}}"{MASK}"${{after}}',
            "json",
        )
        yield Pass(pattern, MASK)
