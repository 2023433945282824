"""The schema and the loader agree: nothing good is refused, nothing that the schema refuses is loaded."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mistakes import MISTAKES

from tocsin.app.example import loaded_example
from tocsin.artifacts.emit import json_text
from tocsin.checks.check import checks
from tocsin.diag.compose import compose
from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from tocsin.render.schema import spec_schema
from workspaces import RICH, SHOP, run

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "properties"))

from mutations import mutated  # noqa: E402

MUTATIONS = 400
MOST_BYTES = 400_000
_CORE: tuple[tuple[str, Any], ...] = (
    (r"null|Null|NULL|~|", lambda _: None),
    (r"true|True|TRUE", lambda _: True),
    (r"false|False|FALSE", lambda _: False),
    (r"[-+]?[0-9]+", lambda text: int(text) if len(text) < 400 else 10**400),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
)
"""What plain scalars are to an editor (YAML 1.2, core schema)."""


def data(node: Node, quotes: bool = True) -> Any:
    """A tree as an editor reads it; without `quotes` as if nothing had been quoted."""
    if node.kind == "map":
        return {key: data(value, quotes) for key, value in node.map.items()}
    if node.kind == "seq":
        return [data(item, quotes) for item in node.items]
    if node.style is None or not quotes:
        for pattern, read in _CORE:
            if re.fullmatch(pattern, node.text):
                return read(node.text)
    return node.text


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(spec_schema())


def refusals(value: Any) -> list[str]:
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator().iter_errors(value)]


def tree(text: str | bytes) -> Node:
    sink = Sink()
    node = compose("spec.yaml", text.encode() if isinstance(text, str) else text, sink)
    assert node is not None and not sink.found, sink.found
    return node


# -- what is good ----------------------------------------------------------------------------------


def examples() -> Iterator[tuple[str, str]]:
    """Every example of every plug-in, as a spec."""
    for name, cls in alert_templates:
        for example in sys.modules[cls.__module__].EXAMPLES:
            chosen = "" if name in ("expr", "logql") else f"template: {name}, "
            alert = f"      A: {{severity: warning, {chosen}{example.alert.strip()[1:]}"
            contract = "".join(f"    {row}\n" for row in example.contract.split("\n"))
            yield f"{name}: {example.title}", f"services:\n  shop:\n{contract}    alerts:\n{alert}\n"
    for name, cls in panel_types:
        for index, panel in enumerate(sys.modules[cls.__module__].EXAMPLES):
            yield f"{name} {index}", f"dashboards: {{d: {{title: D, rows: {{R: [{panel}]}}}}}}\n"
    for name, cls in receiver_kinds:
        for index, receiver in enumerate(sys.modules[cls.__module__].EXAMPLES):
            yield f"{name} {index}", f"receivers: {{r: {receiver}}}\n"


HEAD = "tocsin: 1\nname: shop\nidentity: {cluster: eu1}\nfallback: r\n"


def test_every_example_is_good() -> None:
    bad = {title: found for title, text in examples() if (found := refusals(data(tree(HEAD + text))))}
    assert not bad


def test_the_specs_of_the_tests_are_good() -> None:
    texts = {"greenstack": (REPOSITORY / "spec.yaml").read_text("utf-8"), "shop": SHOP, "rich": RICH}
    assert not {name: found for name, text in texts.items() if (found := refusals(data(tree(text))))}


def test_an_example_of_a_check_that_loads_is_good() -> None:
    bad = {}
    for code, one in checks:
        for example in getattr(sys.modules[one.run.__module__], "EXAMPLES", ()):
            made = loaded_example(example, Sink())
            if made and made[1] is not None and (found := refusals(data(made[0].root))):
                bad[f"{code}: {example.title}"] = found
    assert not bad


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(("title", "good", "bad", "underlined"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_the_loader_refuses_what_the_schema_refuses(title: str, good: str, bad: str, underlined: str) -> None:
    text = SHOP.replace(good, bad, 1)
    assert refusals(data(tree(text)))
    found = [one for one in run(text).found if one.severity == "error"]
    assert found, "the schema refuses what can be generated"


@pytest.mark.parametrize("shard", range(4))
def test_no_mutated_spec_is_loaded_that_the_schema_refuses(shard: int) -> None:
    refused = 0
    for seed in range(shard, MUTATIONS, 4):
        text = mutated(RICH if seed % 3 else SHOP, seed)
        sink = Sink()
        node = compose("spec.yaml", text, sink)
        if node is None or sink.found:
            continue
        # the loader does not care for quotes, an editor does
        found = refusals(data(node)) and refusals(data(node, quotes=False))
        refused += bool(found)
        if found:
            assert any(one.severity == "error" for one in run({"spec.yaml": text}).found), (seed, found)
    assert refused, "none was refused, so nothing was tried"


# -- the schema itself -------------------------------------------------------------------------------


def test_it_is_a_schema_of_a_size_that_editors_like() -> None:
    jsonschema.Draft7Validator.check_schema(spec_schema())
    assert len(json_text(spec_schema()).encode()) < MOST_BYTES


def test_every_reference_leads_somewhere() -> None:
    root = spec_schema()

    def follow(reference: str) -> Any:
        here: Any = root
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
        return here

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for one in value.values():
                yield from walk(one)
        elif isinstance(value, list):
            for one in value:
                yield from walk(one)

    assert all(follow(reference) for reference in walk(root))


def test_every_key_is_described() -> None:
    silent = [
        f"{name}.{key}"
        for name, definition in spec_schema()["definitions"].items()
        for key, value in definition.get("properties", {}).items()
        if not {"description", "anyOf", "enum", "allOf", "$ref"} & set(value)
    ]
    assert not silent
