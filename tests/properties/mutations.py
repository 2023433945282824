"""Broken specs from good ones: bytes, tokens, structure. Each from a seed, to be repeated."""

import random
import re
from typing import Any

import yaml

NASTY = (
    "", "~", "null", "no", "0", "-1", "1e999", "1:30", "010", "0x1f", ".inf", ".nan", "5", "5%", "-5%",
    "5m", "99999999999999999999", "9" * 5000, "1e-999", "1e308%", "٣s", "²", "2001-01-01", "..", "../x",
    "/etc", "a/b", "a\nb", 'a"b', "a'b", "a`b", "{{ $x }}", "${x}", "$", "%", "{service}",
    "<!-- /tocsin:facts -->", "\x85", "\u2028", "\ufeff", "\x1b[2J", "\\", "é", "ß" * 300, "name", "web",
    "all", "staging", "a" * 5000, "=", "<<", "&a", "*a", "!!python/name:os.system", "|", ">", "- x", "? x",
    ": x", "# x", "%YAML 1.1", "---", "...", "https://x.example", "javascript:alert(1)", "/run/secrets/x",
    'a="b"', 'a=~"("', 'a=~"(?i)x"', "{", "}", "[", "]", ",", "WebDown", "web/WebDown",
    "web_requests_total", "sum(", "up == 0", "rate", "alert", "service-down", "critical", "pager", "true",
    "false", "10MB", "1/s", "99999999y", "0s", "on", "\t", " ", "\x00", "\ud7ff", "🔥",
)  # fmt: skip
_TOKEN = re.compile(r"[\w.]+|\s+|[^\w\s]")


def mutated(text: str, seed: int) -> bytes:
    """`text` with one to four things broken."""
    rng = random.Random(seed)
    how = rng.choice((_bytes, _tokens, _tokens, _lines, _structure, _structure, _words, _words, _words))
    return how(text, rng)


def _times(rng: random.Random) -> range:
    return range(rng.choice((1, 1, 1, 2, 3, 4)))


def _bytes(text: str, rng: random.Random) -> bytes:
    data = bytearray(text.encode())
    for _ in _times(rng):
        at = rng.randrange(len(data))
        size = rng.choice((1, 1, 1, 2, 5, 40))
        match rng.randrange(5):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = bytes(rng.randrange(256) for _ in range(size))
            case 3:
                data[at:at] = data[(start := rng.randrange(len(data))) : start + size * 4]
            case _:
                data[at] ^= 1 << rng.randrange(8)
        if not data:
            return b""
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.05 else data)


def _tokens(text: str, rng: random.Random) -> bytes:
    tokens = _TOKEN.findall(text)
    for _ in _times(rng):
        at = rng.randrange(len(tokens))
        match rng.randrange(5):
            case 0:
                tokens[at] = rng.choice(NASTY)
            case 1:
                tokens[at] = ""
            case 2:
                tokens[at] = tokens[rng.randrange(len(tokens))]
            case 3:
                tokens.insert(at, rng.choice(NASTY))
            case _:
                tokens[at] = '"' + "".join(f"\\u{ord(c):04x}" for c in rng.choice(NASTY)[:20]) + '"'
    return "".join(tokens).encode("utf-8", "replace")


def _lines(text: str, rng: random.Random) -> bytes:
    rows = text.split("\n")
    for _ in _times(rng):
        at = rng.randrange(len(rows))
        match rng.randrange(5):
            case 0:
                del rows[at]
            case 1:
                rows.insert(at, rows[rng.randrange(len(rows))])
            case 2:
                rows[at] = " " * rng.randrange(1, 9) + rows[at]
            case 3:
                rows[at] = rows[at][rng.randrange(1, 5) :]
            case _:
                rows[at] = "\t" + rows[at].lstrip()
        rows = rows or [""]
    return rng.choice(("\n", "\n", "\n", "\r\n", "\r")).join(rows).encode()


def _structure(text: str, rng: random.Random) -> bytes:
    tree = yaml.load(text, yaml.BaseLoader)
    for _ in _times(rng):
        places = list(_places(tree))
        holder, key = rng.choice(places)
        match rng.randrange(7):
            case 0 | 1:
                holder[key] = rng.choice(NASTY)
            case 2:
                holder[key] = _value(rng)
            case 3:
                del holder[key]
            case 4 | 5 if isinstance(holder, dict):
                holder[rng.choice(NASTY)] = holder.pop(key)
            case _:
                other, place = rng.choice(places)
                if (isinstance(other, dict) and place in other) or (
                    isinstance(other, list) and place < len(other)
                ):
                    holder[key] = yaml.load(yaml.safe_dump(other[place]), yaml.BaseLoader)
        if not tree:
            break
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=rng.random() < 0.5, width=10_000).encode()


FREE = (
    "title",
    "summary",
    "description",
    "help",
    "cluster",
    "zone",
    "tier",
    "bad",
    "where",
    "service_name",
    "ticket",
)
"""Keys whose values are people's own words: nearly anything is good there, and must be escaped everywhere."""
GENTLE = tuple(text for text in NASTY if text.isprintable())


def _words(text: str, rng: random.Random) -> bytes:
    tree = yaml.load(text, yaml.BaseLoader)
    for _ in _times(rng):
        holder, key = rng.choice([(h, k) for h, k in _places(tree) if isinstance(h[k], str)])
        free = [(h, k) for h, k in _places(tree) if k in FREE and isinstance(h[k], str)]
        titles = [h[k] for h, k in _places(tree) if k in ("rows", "links") and isinstance(h[k], dict)]
        match rng.randrange(4):
            case 0 if titles:
                rows = rng.choice(titles)
                name = rng.choice(list(rows) or [""])
                rows[rng.choice(GENTLE)] = rows.pop(name, "x")
            case 1:
                holder[key] = holder[key] + rng.choice(GENTLE)[:30]
            case _:
                holder, key = rng.choice(free or [(holder, key)])
                holder[key] = rng.choice(GENTLE) + rng.choice(("", " x ", holder[key])) + rng.choice(GENTLE)
    return yaml.safe_dump(tree, sort_keys=False, width=10_000).encode()


def _value(rng: random.Random) -> Any:
    value: Any = rng.choice(NASTY)
    for _ in range(rng.choice((1, 1, 2, 80))):
        value = rng.choice(([value], {rng.choice(NASTY): value}, [], {}, [value, value]))
    return value


def _places(tree: Any) -> Any:
    """(container, key) of everything in a tree of data."""
    if isinstance(tree, dict):
        for key in list(tree):
            yield tree, key
            yield from _places(tree[key])
    elif isinstance(tree, list):
        for index in range(len(tree)):
            yield tree, index
            yield from _places(tree[index])
