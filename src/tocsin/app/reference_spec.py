"""The reference of the spec: every key, from the declarations that the loader reads."""

from collections.abc import Iterator, Mapping

from tocsin.app.markdown import anchor, contents, document, table
from tocsin.app.reference_fields import inner, said_table
from tocsin.render.schema_types import first_line
from tocsin.spec.alerts import AlertSpec, OverrideSpec
from tocsin.spec.dashboards import DashboardSpec, PanelEnvelope, RowSpec
from tocsin.spec.organisation import ReceiverSpec
from tocsin.spec.root import Spec
from tocsin.spec.services import ServiceSpec

_HEADINGS: Mapping[type, str] = {Spec: "The whole", PanelEnvelope: "Panel"}
_INSIDE: Mapping[type, tuple[type, ...]] = {
    Spec: (ReceiverSpec, AlertSpec, DashboardSpec),
    AlertSpec: (OverrideSpec,),
    DashboardSpec: (RowSpec, PanelEnvelope),
}
"""Declarations that are read by another room, and so are no types of fields."""
_MORE: Mapping[type, Mapping[str, str]] = {
    Spec: {
        "receivers": "map of name to [receiver](#receiver)",
        "alerts": "map of name to [alert](#alert)",
        "dashboards": "map of name to [dashboard](#dashboard)",
        "profiles": "map of name to any part of a [service](#service)",
        "environments": "map of name to any part of [the whole](#the-whole)",
    },
    ServiceSpec: {
        "alerts": "map of name to [alert](#alert)",
        "dashboards": "map of name to [dashboard](#dashboard)",
    },
    AlertSpec: {
        "template": "[alert template](templates.md)",
        "overrides": "list of [override](#override)",
    },
    OverrideSpec: {},
    DashboardSpec: {"rows": "map of title to a list of [panel](#panel), or a [row](#row)"},
    RowSpec: {"panels": "list of [panel](#panel)"},
    PanelEnvelope: {"show": "[kind of panel](panels.md)"},
}
_NOTES: Mapping[type, str] = {
    ReceiverSpec: "Beside these keys stands exactly one [kind of receiver](receivers.md).",
    AlertSpec: "Beside these keys stand the parameters of its [template](templates.md).",
    OverrideSpec: "Beside `match` stand those parameters of the template that are other for that part.",
    PanelEnvelope: "Beside these keys stand the parameters of its [kind](panels.md).",
}
_INTRO = """
Everything that `spec.yaml` can say. A key that is not here is an error with a *did you mean*; your editor
knows all of them from `schema/spec.schema.json`. What is required is required where it stands; most parts may
be left out altogether. Maps are keyed by name: a name is written once, and everything else refers to it.
"""
_VALUES = (
    ("duration", "`30s`, `5m`, `1h30m`, `30d`", "a number without a unit is refused"),
    ("share", "`5%`, `99.9%`", "never `0.05`, which could mean two things"),
    ("rate", "`0.1/s`, `30/m`, `100/h`", "events"),
    ("size", "`512B`, `10MB`, `512MiB`", "decimal and binary units"),
    ("label matchers", '`\'status=~"5..", method="POST"\'` or `{status: "500"}`', "parsed, never pasted"),
    ("expression", "`sum(rate(x[5m])) > 1`", "PromQL or LogQL; carets of findings stand inside it"),
    ("path of a secret file", "`/run/secrets/slack_url`", "a secret itself cannot be said"),
    ("name", "`greenstack-api`", "small letters, digits, `-`, `_`, `.`, up to 63"),
)


def spec_page() -> str:
    """docs/reference/spec.md."""
    sections = list(dict.fromkeys(_walk(Spec)))
    listed = [(heading(cls), first_line(cls)) for cls in sections]
    values = table(("Value", "Written", ""), _VALUES)
    return document(
        "The spec",
        _INTRO,
        (contents([("Values", "durations, shares and the like"), *listed]), f"## Values\n\n{values}",
         *(_section(cls) for cls in sections)),
    )  # fmt: skip


def heading(cls: type) -> str:
    """`Severity` for SeveritySpec."""
    return _HEADINGS.get(cls, cls.__name__.removesuffix("Spec"))


def _walk(cls: type) -> Iterator[type]:
    yield cls
    for below in (*_INSIDE.get(cls, ()), *inner(cls)):
        if below is not cls:
            yield from _walk(below)


def _section(cls: type) -> str:
    body = said_table(cls, lambda one: f"[{heading(one).lower()}](#{anchor(heading(one))})", _MORE.get(cls))
    note = f"\n\n{_NOTES[cls]}" if cls in _NOTES else ""
    return f"## {heading(cls)}\n\n{first_line(cls)}{note}\n\n{body}"
