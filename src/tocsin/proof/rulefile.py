"""Foreign rule files as a book: Prometheus and Loki rule files, PrometheusRule manifests, lists of them.

Every rule keeps its place in its file. What the engines are given is written anew from what was read, so that
a manifest is a rule file to them too. A file that is broken in one place still gives its other rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from tocsin.artifacts.emit import yaml_text
from tocsin.diag.compose_foreign import documents
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.text import Source, Span
from tocsin.proof.contract import Contract
from tocsin.proof.rulebook import Book, RuleFile, Subject, Written
from tocsin.query import logql, promql
from tocsin.query.durations import read_duration
from tocsin.query.errors import QueryError
from tocsin.witness.rule import Language, Recording, Rule

CODE = "rules/file"
MOST_RULES = 20_000
"""Rules of a run; an alias may name the same rules over and over."""
EVERY = 60.0
"""Prometheus 3.15.0: `evaluation_interval` where nothing is said."""
_KINDS = ("PrometheusRule", "AlertingRule", "RecordingRule")
_TEXTS = ("alert", "record", "expr", "for", "keep_firing_for")
_MAPS = ("labels", "annotations")
_GROUP = ("name", "interval", "limit", "query_offset")


@dataclass(frozen=True, slots=True)
class _Group:
    file: str
    node: Node
    rules: tuple[Node, ...]
    language: Language


def book(files: Iterable[tuple[str, bytes]], sink: Sink, language: Language | None = None) -> Book:
    """The rules of all these files (name, content) as one rule set; what is wrong with them is in `sink`."""
    subjects: list[Subject] = []
    recordings: list[Recording] = []
    written: list[RuleFile] = []
    left = MOST_RULES
    for name, data in files:
        groups = _groups(name, data, sink, language)
        count = sum(len(group.rules) for group in groups)
        if count > left:
            _report(sink, groups[0].node, f"more than {MOST_RULES:,} rules", "prove fewer files at once")
            break
        left -= count
        for group in groups:
            subjects += _subjects(group, sink)
            recordings += _recordings(group)
        written += _written(groups)
    contract = Contract(recordings=tuple(recordings))
    return Book(name="", subjects=tuple(subjects), contract=contract, files=tuple(written))


# -- reading ---------------------------------------------------------------------------------------


def _groups(name: str, data: bytes, sink: Sink, language: Language | None) -> tuple[_Group, ...]:
    """All groups of a file. Each document counts as a file of its own, as it would be loaded."""
    own = Sink()
    found = [(root, tuple(_listed(root, own))) for root in documents(name, data, own)]
    found = [(root, groups) for root, groups in found if groups]
    for one in own.found:
        sink.add(replace(one, code=CODE))
    if not found and not own.found:
        where = Span(Source(name, data.decode("utf-8", "replace")), 1, 1, 1, 1)
        help = "a rule file has `groups:`, a manifest `kind: PrometheusRule`"
        sink.error(CODE, where, f"{name} has no rules", help=help)
    read = [
        (name if len(found) == 1 else f"{name}#{number}", group, tuple(_rules(group, sink)))
        for number, (_, groups) in enumerate(found, 1)
        for group in groups
    ]
    guessed = language or _language(rule for _, _, rules in read for rule in rules)
    return tuple(_Group(file, group, rules, guessed) for file, group, rules in read)


def _listed(root: Node, sink: Sink) -> Iterator[Node]:
    """The groups of a document: of a rule file, of a manifest, of a list of manifests."""
    kind = (root.get("kind") or root).text
    if "groups" in root.map:
        yield from _maps(root.map["groups"], "a group", sink)
    elif kind in _KINDS:
        groups = root.at("spec", "groups")
        if groups.key == "groups":
            yield from _maps(groups, "a group", sink)
        else:
            _report(sink, root.key_node("spec"), f"this {kind} has no `spec.groups`", "")
    elif kind == "List" or kind.endswith("List"):
        for item in root.at("items").items:
            if (item.get("kind") or item).text in _KINDS:
                yield from _listed(item, sink)


def _maps(node: Node, what: str, sink: Sink) -> Iterator[Node]:
    if node.kind != "seq" and node.text not in ("", "null", "~"):
        _report(sink, node, f"`{node.key}` is a list", "begin each item with `- `")
    for item in node.items:
        if item.kind == "map":
            yield item
        else:
            _report(sink, item, f"{what} is a map", "")


def _rules(group: Node, sink: Sink) -> Iterator[Node]:
    rules = group.get("rules")
    if rules is None:
        return
    for rule in _maps(rules, "a rule", sink):
        kinds = [key for key in ("alert", "record") if key in rule.map]
        if len(kinds) != 1:
            words = "a rule has either `alert` or `record`"
            _report(sink, rule, words, "say which it is" if not kinds else "make two rules of it")
        elif not (rule.get("expr") or rule).text.strip():
            _report(sink, rule.key_node("expr"), f"`{rule.map[kinds[0]].text}` has no `expr`", "")
        else:
            yield rule


def _report(sink: Sink, node: Node, words: str, help: str) -> None:
    sink.error(CODE, node.key_place() if node.kind != "scalar" else node, words, help=help)


# -- whose language ----------------------------------------------------------------------------------


def _language(rules: Iterable[Node]) -> Language:
    """Loki's, when more of the expressions are LogQL alone than PromQL alone."""
    balance = 0
    for rule in rules:
        text = (rule.get("expr") or rule).text
        if not _reads_as_promql(text):
            balance += 1 if _reads_as_logql(text) else -1
        elif "|" in text or not _reads_as_logql(text):
            balance -= 1
    return "logql" if balance > 0 else "promql"


def _reads_as_promql(text: str) -> bool:
    try:
        promql.parse(text)
    except QueryError:
        return False
    return True


def _reads_as_logql(text: str) -> bool:
    try:
        logql.parse(text)
    except QueryError:
        return False
    return True


# -- to rules ----------------------------------------------------------------------------------------


def _subjects(group: _Group, sink: Sink) -> Iterator[Subject]:
    every = _seconds(group.node.get("interval"), sink) or EVERY
    shared = _pairs(group.node.get("labels"))
    for number, node in enumerate(group.rules, 1):
        if "alert" not in node.map:
            continue
        rule = Rule(
            name=node.map["alert"].text,
            language=group.language,
            expr=node.map["expr"].text,
            hold=_seconds(node.get("for"), sink),
            keep=_seconds(node.get("keep_firing_for"), sink),
            labels=tuple(sorted({**shared, **_pairs(node.get("labels"))}.items())),
            annotations=tuple(sorted(_pairs(node.get("annotations")).items())),
            every=every,
            limit=_whole(group.node.get("limit")),
            query_offset=_seconds(group.node.get("query_offset"), sink),
            group=(group.node.get("name") or group.node).text,
            file=group.file,
            number=number,
        )
        yield Subject(rule=rule, said=Written(node), row=rule.name)


def _recordings(group: _Group) -> Iterator[Recording]:
    if group.language == "logql":
        return
    every = _seconds(group.node.get("interval"), Sink()) or EVERY
    shared = _pairs(group.node.get("labels"))
    for node in group.rules:
        if "record" in node.map:
            labels = tuple(sorted({**shared, **_pairs(node.get("labels"))}.items()))
            record, expr = node.map["record"].text, node.map["expr"].text
            yield Recording(record=record, expr=expr, labels=labels, every=every)


def _pairs(node: Node | None) -> dict[str, str]:
    return {key: value.text for key, value in node.map.items()} if node is not None else {}


def _seconds(node: Node | None, sink: Sink) -> float:
    if node is None or not node.text:
        return 0.0
    found = read_duration(node.text)
    if isinstance(found, float):
        return found
    sink.error(CODE, node, found)
    return 0.0


def _whole(node: Node | None) -> int:
    text = node.text if node is not None else ""
    return int(text) if text.isdigit() and len(text) < 10 else 0


# -- as the engines are given it -----------------------------------------------------------------------


def _written(groups: Iterable[_Group]) -> Iterator[RuleFile]:
    """Rules are numbered as they are here."""
    for path, several in groupby(groups, key=lambda group: group.file):
        members = tuple(several)
        tree = {"groups": [_tree(group) for group in members]}
        origin = Span(members[0].node.source, 1, 1, 1, 1)
        yield RuleFile(path=path, language=members[0].language, text=yaml_text(tree), origin=origin)


def _tree(group: _Group) -> dict[str, object]:
    head: dict[str, object] = {key: _text(group.node, key) for key in _GROUP if key in group.node.map}
    if "limit" in head:
        head["limit"] = _whole(group.node.get("limit"))
    labels = _pairs(group.node.get("labels"))
    return {**head, **({"labels": labels} if labels else {}), "rules": [_rule(node) for node in group.rules]}


def _rule(node: Node) -> dict[str, object]:
    texts = {key: _text(node, key) for key in _TEXTS if key in node.map}
    return {**texts, **{key: _pairs(node.get(key)) for key in _MAPS if node.get(key)}}


def _text(node: Node, key: str) -> str:
    return node.map[key].text
