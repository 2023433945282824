"""No secret stands in the spec.

## Why

The spec is in a repository, in every clone of it and in every file that is made from it. A secret that was
there once is known.

## Fix

Put it into a file that only the receiver's program reads, and write the path: `api_url_file:
/run/secrets/slack_url`. Then change the secret: it has been read.

## Exceptions

What looks random is told as a warning. Findings show the first characters only, so that reports and CI logs
do not spread what they warn of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.checks.check import Example, check
from tocsin.checks.context import Context, View
from tocsin.diag.diagnostic import Diagnostic
from tocsin.diag.text import Source, Span
from tocsin.model.workspace import Model
from tocsin.render.redaction import URL_PASSWORD, value_patterns

CODE = "spec/secret-in-clear"
_HOOK = "hooks.slack.com/services/" + "T0AB12CD3/B0AB12CD3/" + "x" * 24
"""Put together here, so that no scanner takes this file for a leak."""
EXAMPLES = (
    Example(
        title="an address that is a password",
        finds=("hook" + "*" * (len(_HOOK) - 4),),
        spec=f'receivers: {{hook: {{webhook: {{url: "https://{_HOOK}"}}}}}}',
    ),
    Example(
        title="a password in an address",
        finds=("://b" + "*" * 12,),
        spec='receivers: {hook: {webhook: {url: "https://bob:secret12@example.org/hook"}}}',
    ),
    Example(
        title="a token in a comment",
        finds=("ghp_" + "*" * 36,),
        spec="name: acme  # was ghp_" + "aB3dE6gH9" * 4 + "\n",
    ),
    Example(
        title="a parameter of an address",
        finds=("key=" + "*" * 16,),
        spec='links: {errors: "https://errors.example.org/?key=abcdef0123456789"}',
    ),
    Example(
        title="something random",
        finds=("q8Zk" + "*" * 28,),
        spec="services: {shop: {scrape: {labels: {auth: q8Zk2Lw9Xv4Tn7Rb3Ym6Pc1Hd5Fs0Gj}}}}".replace(
            "Gj", "GjK"
        ),
    ),
    Example(
        title="a file, words, names, hashes of commits",
        spec="""
# bearer tokens and https://user:password@example.org are no secrets, nor is ?token=<something>
receivers: {hook: {webhook: {url_file: /run/secrets/hook_of_the_on_call_team_2024}}}
links: {errors: "https://git.example.org/blob/4b825dc642cb6eb9a060e54bf8d69288fbee4904/Some-Long-Name.md"}
services:
  shop:
    repo: https://git.example.org/Observability/GreenstackRequestsTotalByEndpoint2024
    metrics: {process_cpu_seconds_total_5m_rate_10s_window: {type: gauge, help: c}}
""",
    ),
)
_SHAPES = (
    r"hooks\.slack\.com/services/T\w+/B\w+/\w+",
    r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]+",
    r"\.webhook\.office\.com/webhookb2/[\w@/-]+",
    r"api\.telegram\.org/bot\d+:[\w-]+",
    r"hc-ping\.com/[0-9a-f]{8}-[0-9a-f-]{27}",
    r"\d{8,10}:AA[\w-]{33}",
    r"glpat-[\w-]{20,}",
    r"github_pat_\w{22,}",
    r"AIza[\w-]{35}",
    r"SG\.[\w-]{16,}\.[\w-]{16,}",
    r"gl(?:sa|c)_\w{20,}",
    r"sq0(?:atp|csp)-[\w-]{22,}",
    r"[?&](?:\w*(?:token|secret|password|passwd|api_?key|signature)|key|sig)=(?![$%{<*])[^&\s\"'<>}#]{8,}",
)
"""Addresses and keys of well-known services; the rest is what logs are cleaned of."""
_WORD = re.compile(r"(?<![\w+/=.-])(?=[^\s\"']*[0-9])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=.-])")
_SYLLABLES = re.compile("[A-Z][a-z]+|[a-z]{3,}")
_KINDS = re.compile("[a-z]+|[A-Z]+|[0-9]+")
_DIGIT = re.compile("[0-9]")
_PLACE = re.compile(r"[$%<{*]|://[^:]*:(?:pass(?:word)?|secret|xxx+)@")
"""A place for a secret, not one."""
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    certain: bool


@check(CODE, on=Context)
def secret_in_clear(context: Context, view: View) -> Iterator[Diagnostic]:
    """The files as they stand, comments included."""
    known = _known(view.model)
    for source in _sources(context):
        found = list(_in(source.text, known))
        masked = Source(source.name, _masked(source.text, found)) if found else source
        for one in found:
            fact = "a secret stands here in clear" if one.certain else "this looks like a secret in clear"
            yield view.finding(
                CODE,
                _span(masked, one),
                fact,
                severity="error" if one.certain else "warning",
                help="move it to a file, write its path here, and change the secret: it has been read",
            )


def _known(model: Model) -> tuple[re.Pattern[str], ...]:
    """Shapes of secrets: those above and those that the collector removes from all logs.

    One by one: a pattern that begins with plain text is found thirty times as fast as one of many in a row.
    """
    own = set(model.redact.values())
    removed = [pattern for pattern in value_patterns(model) if pattern not in own]
    return tuple(re.compile(pattern) for pattern in (*_SHAPES, *removed, URL_PASSWORD))


def _sources(context: Context) -> Iterator[Source]:
    """Each file of the spec once."""
    seen: set[str] = set()
    for node in context.loaded.root.walk():
        if node.source.name not in seen:
            seen.add(node.source.name)
            if node.source.is_file:
                yield node.source


def _in(text: str, known: tuple[re.Pattern[str], ...]) -> Iterator[_Found]:
    found = [
        _Found(one.start() + (one[0][0] in "?&"), one.end(), True)
        for pattern in known
        for one in pattern.finditer(text)
        if _DIGIT.search(one[0]) or one[0].startswith(("://", "-----"))  # "bearer tokens" are words
        if not _PLACE.search(one[0])
    ]
    words = (word for word in _WORD.finditer(text) if looks_random(word[0]))
    found += [_Found(word.start(), word.end(), False) for word in words]
    end = 0
    for first in sorted(found, key=lambda f: (f.start, -f.end)):
        if first.start >= end:
            yield first
            end = first.end


def looks_random(word: str) -> bool:
    """Small and capital letters and digits in such a mixture as no name has."""
    if "/" in word and "+" not in word:
        return any(looks_random(part) for part in word.split("/") if len(part) >= 24)
    if not (re.search("[a-z]", word) and re.search("[A-Z]", word) and re.search("[0-9]", word)):
        return False
    runs, spelt = _KINDS.findall(word), sum(map(len, _SYLLABLES.findall(word)))
    return len(runs) >= 0.4 * len(word) and len(set(word)) >= 0.4 * len(word) and spelt <= 0.75 * len(word)


def _masked(text: str, found: list[_Found]) -> str:
    parts, at = [], 0
    for one in sorted(found, key=lambda f: f.start):
        begin = max(at, one.start + _SHOWN)
        hidden = re.sub(r"[^\n]", "*", text[begin : one.end])
        parts += [text[at:begin], hidden]
        at = max(at, one.end)
    return "".join((*parts, text[at:]))


def _span(source: Source, found: _Found) -> Span:
    line = source.text.count("\n", 0, found.start) + 1
    column = found.start - (source.text.rfind("\n", 0, found.start) + 1) + 1
    stop = source.text.find("\n", found.start, found.end)
    length = (found.end if stop < 0 else stop) - found.start
    return Span(source, line, column, line, column + length)
