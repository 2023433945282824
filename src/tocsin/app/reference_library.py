"""The references of alert templates, panels and receivers: from their docstrings, fields and examples."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from tocsin.app.example import base_text
from tocsin.app.markdown import contents, document, fenced, inlined, table
from tocsin.app.reference_fields import inner, said_table
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.text import Source
from tocsin.library.example import SERVICE, Example
from tocsin.model.build import build
from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from tocsin.render.schema_types import first_line
from tocsin.spec.load import resolve

_TEMPLATES = """
What an alert's `template:` can be. A template turns a few parameters into a rule, the panel that shows it,
the sentence in its notification and the facts in its runbook. Its parameters stand beside the keys that
[every alert](spec.md#alert) has. Each situation below is a test that runs on the real engines; its times
count from the first sample.

An alert that no template fits says `expr:` (PromQL) or `logql:` itself.
"""
_PANELS = """
What a panel's `show:` can be. A panel names metrics, alerts or log fields of the spec; queries, units,
legends, thresholds and links follow. Its parameters stand beside the keys that
[every panel](spec.md#panel) has.
"""
_RECEIVERS = """
What a receiver can be. Exactly one kind stands in it, beside the keys that [every receiver](spec.md#receiver)
has. Secrets are paths of files. What is written into a message is the same everywhere, escaped as the medium
wants it.
"""
_WHOLE = ("expr", "logql")


def templates_page() -> str:
    """docs/reference/templates.md."""
    return _page("Alert templates", _TEMPLATES, alert_templates, _template)


def panels_page() -> str:
    """docs/reference/panels.md."""
    return _page("Panels", _PANELS, panel_types, _plain)


def receivers_page() -> str:
    """docs/reference/receivers.md."""
    return _page("Receivers", _RECEIVERS, receiver_kinds, _plain)


def _page(title: str, intro: str, plugins: Iterable[tuple[str, type]], section: Any) -> str:
    listed = list(plugins)
    return document(
        title,
        intro,
        (
            contents((name, _title(cls)) for name, cls in listed),
            *(section(name, cls) for name, cls in listed),
        ),
    )


def _title(cls: type) -> str:
    return _doc(cls)[0]


def _doc(cls: type) -> tuple[str, str]:
    """A plug-in's page: its first sentence and the rest."""
    title, _, body = (sys.modules[cls.__module__].__doc__ or "").strip().partition("\n\n")
    return " ".join(title.split()), inlined(body.strip())


def _parameters(cls: type) -> str:
    """The table of parameters, and one for each declaration inside."""

    def link(one: type) -> str:
        return "settings, see below"

    parts = [said_table(cls, link)]
    for below in inner(cls):
        parts += [f"{first_line(below)[:-1]}:", said_table(below, link)]
    own = [f for f in dataclasses.fields(cls) if f.metadata.get("doc")]
    return "\n\n".join(parts) if own else "It has no parameters of its own."


def _examples(cls: type) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(sys.modules[cls.__module__], "EXAMPLES", ())
    return found


def _plain(name: str, cls: type) -> str:
    title, body = _doc(cls)
    said = fenced("\n".join(f"- {example}" for example in _examples(cls)), "yaml")
    return f"## {name}\n\n{title}\n\n{body}\n\n{_parameters(cls)}\n\n{said}"


def _template(name: str, cls: type) -> str:
    title, body = _doc(cls)
    parts = [f"## {name}", title, body, _parameters(cls)]
    said = [one for one in _examples(cls) if isinstance(one, Example)]
    if said:
        parts += ["For example", fenced(_spec_of(name, said[0]), "yaml")]
        made = _expression(name, said[0])
        parts += ["becomes", fenced(made, "promql" if "{" in made else "text")] if made else []
        parts += [table(("Situation", "What happens"), _situations(said))]
    return "\n\n".join(parts)


def _situations(said: Iterable[Example]) -> Iterator[tuple[str, str]]:
    for one in said:
        ended = f", ended at {one.until}" if one.ends else ""
        yield one.title, f"fires at {one.since}{ended}" if one.since else f"quiet for {one.until}"


def _alert(name: str, example: Example) -> str:
    chosen = "" if name in _WHOLE else f"template: {name}, "
    return example.alert.strip().replace("{", "{severity: warning, " + chosen, 1)


def _spec_of(name: str, example: Example) -> str:
    """The example as it would stand in a spec."""
    lines = [f"services:\n  {SERVICE}:", *(f"    {row}" for row in example.contract.strip().splitlines())]
    first, *rest = _alert(name, example).splitlines()
    return "\n".join([*lines, "    alerts:", f"      Example: {first}", *(f"      {row}" for row in rest)])


def _expression(name: str, example: Example) -> str:
    """What the rule evaluates."""
    head = base_text().partition("\nservices:\n")[0]
    root = compose_text(Source("example.yaml", f"{head}\n{_spec_of(name, example)}\n"), Sink())
    if root is None:
        return ""
    sink = Sink()
    workspace = build(resolve(root, ("example.yaml",), lambda _: None, (), sink), sink)
    if workspace is None or sink.errors:
        raise ValueError(f"the example of `{name}`: {[d.message for d in sink.found]}")
    alert = next(a for a in workspace.environments[0].alerts if a.name == "Example")
    return str(alert.variants[0].condition.expr).strip()
