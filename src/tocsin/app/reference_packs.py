"""The reference of packs: what each declares and when its alerts fire, from the resolved model."""

import re
from collections.abc import Iterator

from tocsin.app.example import base_text
from tocsin.app.markdown import contents, document, table
from tocsin.app.workspace import pack_names, read_pack
from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.text import Source
from tocsin.model.alerting import Alert
from tocsin.model.build import build
from tocsin.model.telemetry import Service
from tocsin.spec.load import resolve

_INTRO = """
What `packs:` can name: well-known exporters with the metrics that they expose and the alerts that everybody
wants of them. A pack is written in the spec's own language. Give its service a `scrape:` under `services:`,
and change what you like there: what the spec says is laid over what the pack says, `~` removes.

```yaml
packs: [node]
services:
  node:
    scrape: {targets: ["host1:9100", "host2:9100"]}
    alerts:
      DiskSpaceLow: {for: 30m}      # another value
      InodesCritical: ~             # not here
```
"""


def packs_page() -> str:
    """docs/reference/packs.md."""
    names = pack_names()
    about = [(name, _first(name)) for name in names]
    return document("Packs", _INTRO, (contents(about), *(_section(name) for name in names)))


def _comment(name: str) -> str:
    """What a pack says of itself, in the comment that it begins with."""
    found = re.match(r"(?:#.*\n)+", read_pack(name) or "")
    rows = [row.lstrip("#").strip() for row in (found[0] if found else "").splitlines()]
    return "\n".join(rows).strip()


def _first(name: str) -> str:
    return " ".join(_comment(name).split("\n\n", maxsplit=1)[0].split()).split(". ")[0].rstrip(".")


def _section(name: str) -> str:
    head, rest = base_text().partition("\nservices:\n")[::2]
    assert rest, "the example workspace has services"
    spec = f"{head}\npacks: [{name}]\nservices: {{}}\n"
    sink = Sink()
    root = compose_text(Source("example.yaml", spec), sink)
    assert root is not None
    workspace = build(resolve(root, ("example.yaml",), read_pack, pack_names(), sink), sink)
    if workspace is None or sink.errors:
        raise ValueError(f"the pack {name}: {[d.message for d in sink.found]}")
    model = workspace.environments[0]
    parts = [f"## {name}", _comment(name)]
    for service in model.services.values():
        alerts = [a for a in model.alerts if a.service == service.name]
        parts += [f"The service `{service.name}` has these alerts:", _alerts(alerts)] if alerts else []
        parts += [f"The service `{service.name}` declares these metrics:", _metrics(service)]
    return "\n\n".join(parts)


def _alerts(alerts: list[Alert]) -> str:
    rows = ((f"`{a.name}`", a.severity, _meaning(a), _hold(a)) for a in alerts)
    return table(("Alert", "Severity", "Fires while", "For"), rows)


def _meaning(alert: Alert) -> str:
    """The condition in words; the parts of an override behind it."""
    return "; ".join(dict.fromkeys(variant.condition.meaning for variant in alert.variants))


def _hold(alert: Alert) -> str:
    return str(alert.hold)


def _metrics(service: Service) -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for one in service.metrics.values():
            yield (
                f"`{one.name}`",
                one.type,
                one.unit,
                ", ".join(f"`{label}`" for label in one.labels),
                one.help,
            )

    return table(("Metric", "Type", "Unit", "Labels", "What it is"), rows())
