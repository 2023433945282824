"""What each receiver of an alert would read, rendered by Alertmanager's own templates with placeholders.

amtool renders; without it the texts are not run. Values and labels that only a series has are shown as
`‹value›` and `‹endpoint›`: Prometheus expands annotations, and has nothing here to expand them with.
"""

import json
import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from tocsin import engines
from tocsin.artifacts.emit import emit
from tocsin.engines import NotRun
from tocsin.engines.problem import Problem
from tocsin.engines.tools.amtool import Amtool
from tocsin.model.alerting import Alert, Receiver
from tocsin.model.annotate import words
from tocsin.model.plugins import ReceiverKind
from tocsin.model.routing import Routing, labels_of
from tocsin.model.workspace import Model
from tocsin.render.alertmanager import alertmanager

NEVER = "0001-01-01T00:00:00Z"
_HIDDEN = frozenset(
    ("color", "fallback", "html", "severity", "client_url", "title_link", "href", "class", "component",
     "group", "source", "firing", "resolved", "num_firing", "num_resolved", "theme_color")
)  # fmt: skip
"""What machines read, or what is said twice."""
_LINKS = (
    re.compile(r"<https?://[^|>]*\|([^>]*)>"),
    re.compile(r"""<a href=["'][^"']*["']>([^<]*)</a>"""),
    re.compile(r"\[([^\]]*)\]\(https?://[^)]*\)"),
    re.compile(r"\[([^|\]]*)\|https?://[^\]]*\]"),
    re.compile(r"^([\w :]+): https?://\S+$", re.MULTILINE),
)
"""How media write them: Slack, HTML, Markdown, Jira, plain text."""
_DATA = "data, no text: Alertmanager's own JSON with these labels and annotations"
_CUT = "\N{SYMBOL FOR RECORD SEPARATOR}"
_LABEL = re.compile(r"\{\{-?\s*\$labels\.(\w+)[^{}]*\}\}")
_VALUE = re.compile(r"\{\{[^{}]*\$value[^{}]*\}\}")
_ACTION = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What one receiver reads: field -> text; or why that is not known."""

    receiver: str
    kind: str
    fields: Mapping[str, str]
    not_run: str = ""


def notifications(model: Model, alert: Alert, at: datetime) -> tuple[Notification, ...]:
    """One for each receiver that is told of the alert or of its escalation, whatever its hours."""
    hearing = Routing(model)
    first = [d.receiver for d in hearing.told(alert)]
    later = [d.receiver for d in hearing.told(alert, escalated=True)] if alert.escalate_after else []
    with tempfile.TemporaryDirectory(prefix="tocsin-explain-") as name:
        folder = Path(name).resolve()
        write_templates(model, folder)
        tool = engines.amtool(folder)
        asked = {**dict.fromkeys(later, True), **dict.fromkeys(first, False)}
        found = []
        for receiver in dict.fromkeys((*first, *later)):
            data = message_data(model, alert, at, receiver, asked[receiver])
            found.append(_one(model, model.receivers[receiver], data, folder, tool))
        return tuple(found)


def notification_lines(found: tuple[Notification, ...], width: int = 98) -> tuple[str, ...]:
    """The texts for a terminal; links by their titles, as people see them."""
    lines = ["notification  as Alertmanager's templates say it, with placeholders"]
    for one in found:
        lines.append(f"  {one.receiver}  {one.kind}")
        if one.not_run or not one.fields:
            lines.append(f"    {f'not run: {one.not_run}' if one.not_run else _DATA}")
        for key, text in one.fields.items():
            for i, line in enumerate(_seen(text).splitlines()):
                head = f"    {key if not i else '':<13}"
                lines += textwrap.wrap(line, width, initial_indent=head, subsequent_indent=" " * len(head))
    return tuple(lines)


def _seen(text: str) -> str:
    """Text as a reader sees it: `[Runbook]` instead of its address."""
    for pattern in _LINKS:
        text = pattern.sub(r"[\1]", text)
    return text


def write_templates(model: Model, folder: Path) -> None:
    """The templates that the receivers of a model use."""
    for artifact in alertmanager(model):
        if artifact.path.endswith(".tmpl"):
            (folder / Path(artifact.path).name).write_text(emit(artifact), "utf-8")


def _one(
    model: Model, receiver: Receiver, data: dict[str, Any], folder: Path, tool: Amtool | NotRun
) -> Notification:
    _, settings = cast(ReceiverKind, receiver.settings).integration(receiver, asdict(model.links))
    texts = {key: text for key, text in _texts(settings) if "{{" in text}
    answer: str | Problem | NotRun = tool if isinstance(tool, NotRun) else _CUT.join(texts.values())
    if isinstance(tool, Amtool) and texts:
        file = folder / "data.json"
        file.write_text(json.dumps(data), "utf-8")
        answer = tool.rendered(folder, _CUT.join(texts.values()), file)
    if not isinstance(answer, str):
        why = answer.message if isinstance(answer, Problem) else str(answer)
        return Notification(receiver=receiver.name, kind=receiver.kind, fields={}, not_run=why)
    found = dict(zip(texts, answer.split(_CUT), strict=True)) if texts else {}
    shown = {key: text.strip() for key, text in found.items() if text.strip()}
    return Notification(receiver=receiver.name, kind=receiver.kind, fields=shown)


def _texts(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Texts that people read, in the order in which they are said."""
    for key, value in settings.items():
        if key in _HIDDEN:
            continue
        if isinstance(value, str):
            yield key.lower(), value
        elif isinstance(value, Mapping):
            yield from _texts(value)


def message_data(model: Model, alert: Alert, at: datetime, receiver: str, escalated: bool) -> dict[str, Any]:
    """Alertmanager's own message with this one alert."""
    labels = labels_of(alert, escalated) | {label: f"‹{label}›" for label in alert.variants[0].condition.by}
    said = words(alert, alert.variants[0].condition) | dict(alert.annotations)
    if escalated and alert.escalate_after:
        said["escalation"] = f"still firing after {alert.escalate_after.words}"
    notes = {name: _placeholders(text) for name, text in said.items()}
    one = {"status": "firing", "labels": labels, "annotations": notes, "startsAt": at.isoformat(),
           "endsAt": NEVER, "generatorURL": "", "fingerprint": "0000000000000000"}  # fmt: skip
    return {"receiver": receiver, "status": "firing", "alerts": [one], "groupLabels": labels,
            "commonLabels": labels, "commonAnnotations": notes,
            "externalURL": model.links.alertmanager or "http://alertmanager:9093"}  # fmt: skip


def _placeholders(text: str) -> str:
    return _ACTION.sub("", _VALUE.sub("‹value›", _LABEL.sub(r"‹\1›", text)))
