"""Names out of a hostile pull request: refused at their place, or escaped in everything that is generated."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tocsin.artifacts.emit import emit
from workspaces import RICH as WHOLE
from workspaces import Result, edited, run

RICH = WHOLE.split("environments:\n")[0]
"""One environment is enough."""
HOSTILE = (
    "", ".", "..", "../up", "/etc/x", "a/b", "a\\b", "a\nb", "a\x00b", 'a"b', "{{ $x }}", "$(id)", "a b",
    " a", "-a", "a.", "A\u0130", "a\u202eb", "<!-- /tocsin:facts -->", "a: b", "a" * 300, "con\x7f",
)  # fmt: skip
FREE_TEXT = (
    "", "..", "a\rb\nc\x00", "a\x1b[2Jb", "\ufeffa", "é\u202e🔥", "a" * 3000,
    "a\"b'c`d\\", "{{ $x }} ${HOME} $(id) %s", "<b>&amp;</b> <!-- /tocsin:facts -->", "- a",
    "a: b # c | d ~~~ ```",
)  # fmt: skip

PLACES: dict[str, tuple[str, str]] = {
    "service": ("  db: {scrape", "  NAME: {scrape"),
    "environment": ("stack:\n", "environments:\n  NAME: {}\nstack:\n"),
    "dashboard": ("  all:\n", "  NAME:\n"),
    "a service's dashboard": ("      overview:\n        title: Web", "      NAME:\n        title: Web"),
    "alert": ("      Queue:\n", "      NAME:\n"),
    "receiver": ("  mail: {email", "  NAME: {email"),
    "team": ("  platform: {page", "  other: {page: pager}\n  NAME: {page: pager}\n  platform: {page"),
    "role": ("{page: pager, chat: chat", "{NAME: mail, page: pager, chat: chat"),
    "severity": ("  warning: {notify", "  NAME: {notify: [chat]}\n  warning: {notify"),
    "hours": ("  office: {timezone", "  NAME: {timezone: UTC, when: {days: monday}}\n  office: {timezone"),
    "profile": ("  http:\n", "  NAME: {title: x}\n  http:\n"),
    "metric": ("      web_queue: {", "      NAME: {type: gauge}\n      web_queue: {"),
    "a metric's label": ("labels: [state]", "labels: [state, NAME]"),
    "identity value": ("cluster: eu1", "cluster: NAME"),
    "identity label": ("{cluster: eu1, env", "{NAME: x, cluster: eu1, env"),
    "target label": ("labels: {zone: a}", "labels: {NAME: a}"),
    "alert label": ("labels: {tier: front}", "labels: {NAME: front}"),
    "stream label": ('{stream: {service_name: "{service}"}', '{stream: {service_name: "{service}", NAME: x}'),
    "log field": ("error_type: optional", "error_type: optional, NAME: optional"),
    "probe": ("{ready: ", "{NAME: "),
    "redaction class": ("redact: {ticket:", "redact: {NAME:"),
    "dashboard variable": ("{zone: {values", "{NAME: {values"),
    "grouping label": ("group_by: [service, alertname]", "group_by: [service, NAME]"),
    "runbook": ("        stage: shadow", "        stage: shadow\n        runbook: NAME"),
    "former name": ("        stage: shadow", "        stage: shadow\n        was: [NAME]"),
    "job": ("db: {scrape: {dns", "db: {scrape: {job: NAME, dns"),
    "workspace": ("name: shop", "name: NAME"),
}
STRICT = tuple(PLACES)
"""Places where nothing of all this is a good name."""
FREE: dict[str, tuple[str, str]] = {
    "row title": ("Traffic:\n        - {show", "NAME:\n        - {show"),
    "dashboard title": ("title: Everything", "title: NAME"),
    "panel title": ("title: Request rate", "title: NAME"),
    "link title": ("{Wiki: ", "{NAME: "),
    "alert link title": ("{Errors: ", "{NAME: "),
    "service title": ("title: Web shop", "title: NAME"),
    "summary": ('"{{ $value }} errors"', "NAME"),
    "label value": ("tier: front", "tier: NAME"),
    "matcher value": ("""'error_type="Db"'""", "{error_type: NAME}"),
    "override's value": ("{endpoint: /upload}", "{endpoint: NAME}"),
    "example value": ("status: [\"200\"]", "status: [NAME]"),
    "fixed value": ("values: [a, b]", "values: [NAME, b]"),
    "help": ("help: x", "help: NAME"),
    "channel": ('channel: "#alerts"', "channel: NAME"),
    "trace service": ('{service_name: "{service}"}\n', "{service_name: NAME}\n"),
}  # fmt: skip


def quoted(name: str) -> str:
    """The name as YAML's double quotes hold it, whatever it is."""
    return json.dumps(name)


@pytest.mark.parametrize("place", STRICT)
def test_a_hostile_name_is_refused_at_its_place(place: str) -> None:
    old, new = PLACES[place]
    head = RICH.split(old)[0] + new.split("NAME")[0]
    line, column = head.count("\n") + 1, len(head) - head.rfind("\n")
    for name in HOSTILE:
        if name in ALLOWED.get(place, ()):
            continue
        result = run(edited(RICH, (old, new.replace("NAME", quoted(name)))))
        assert not result.artifacts, (place, name)
        places = {(d.at.span.line, d.at.span.column) for d in result.found if d.severity == "error"}
        assert (line, column) in places, (place, name, result.text)


ALLOWED: dict[str, tuple[str, ...]] = {
    # quoted, these are words like others
    **dict.fromkeys(PLACES, ("no",)),
    "job": ("",),
    "identity value": ("a/b", "a b", "a.", "A\u0130", "a: b"),
    "runbook": ("",),
    "log field": ("a.",),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", ["no", "on", "~", "1:30", "010", "null", "2001-01-01"])
def test_a_word_that_yaml_readers_disagree_about_needs_quotes(place: str, word: str) -> None:
    old, new = PLACES[place]
    result = run(edited(RICH, (old, new.replace("NAME", word))))
    assert not result.artifacts
    assert "spec/yaml-trap" in {d.code for d in result.found} or word in ("~", "null"), result.text


@pytest.mark.parametrize("place", FREE)
def test_free_text_is_refused_or_escaped_everywhere(place: str) -> None:
    old, new = FREE[place]
    accepted = 0
    for name in FREE_TEXT:
        result = run(edited(RICH, (old, new.replace("NAME", quoted(name)))))
        if result.artifacts:
            accepted += 1
            _is_whole(result, place, name)
        else:
            assert result.found
    assert accepted > 3, "free text should mostly be accepted"


def _is_whole(result: Result, place: str, name: str) -> None:
    """Every output has the shape that it has for a harmless name."""
    expected = SHAPES[place]
    shapes = _shapes(result)
    assert shapes.keys() == expected.keys()
    for path, shape in shapes.items():
        assert shape == expected[path], (path, place, name)


def _shapes(result: Result) -> dict[str, Any]:
    return {a.path: _shape(a.format, emit(a)) for a in result.artifacts if not a.path.startswith("schema/")}


def _shape(format: str, body: str) -> Any:
    """What must not change: how many keys, items and lines there are, not what they say."""
    if format == "yaml":
        return list(_sizes(yaml.load(body, getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    if format == "json":
        return list(_sizes(json.loads(body)))
    if format == "markdown":
        return [
            body.count("<!--"),
            len(re.findall(r"^```", body, re.MULTILINE)) % 2,
            len(re.findall(r"^\|", body, re.MULTILINE)),
        ]
    return [body.count("{{ define"), body.count("{{ end }}")]


def _sizes(tree: Any) -> Iterator[Any]:
    yield type(tree).__name__
    if isinstance(tree, (dict, list)):
        yield len(tree)
        for child in tree.values() if isinstance(tree, dict) else tree:
            yield from _sizes(child)


SHAPES = {
    p: _shapes(run(edited(RICH, (old, new.replace("NAME", "harmless"))))) for p, (old, new) in FREE.items()
}
