"""What Loki 3.7.8 adds to lines when it takes them in: `service_name` and `detected_level`.

With its default limits: `discover_service_name`, `discover_log_levels`, two levels of JSON.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tocsin.witness.logql import logfmt_text
from tocsin.witness.logql.parsers import json_object
from tocsin.witness.logql.trouble import NotUnderstood
from tocsin.witness.telemetry import Labels

_NAMED_BY = (
    "service", "app", "application", "app_name", "name", "app_kubernetes_io_name", "container",
    "container_name", "k8s_container_name", "component", "workload", "job", "k8s_job_name",
)  # fmt: skip
_FIELDS = (
    "level", "LEVEL", "Level", "log.level", "severity", "SEVERITY", "Severity", "SeverityText", "lvl", "LVL",
    "Lvl", "severity_text", "Severity_Text", "SEVERITY_TEXT",
)  # fmt: skip
_LEVELS = {
    "trace": "trace", "trc": "trace", "debug": "debug", "dbg": "debug", "info": "info", "inf": "info",
    "information": "info", "warn": "warn", "wrn": "warn", "warning": "warn", "error": "error", "err": "error",
    "critical": "critical", "fatal": "fatal",
}  # fmt: skip
_WORDS = ("trace", "debug", "fatal", "critical", "error", "err", "warning", "warn", "info")
_LEFT, _RIGHT = ' \t\n[({"=', ' \t\n[](){}:,!"='
_DEPTH = 2


def with_service_name(labels: Labels) -> dict[str, str]:
    """The stream's labels as Loki keeps them."""
    found = dict(labels)
    if "service_name" not in found and "__aggregated_metric__" not in found and "__pattern__" not in found:
        named = (found[name] for name in _NAMED_BY if found.get(name))
        found["service_name"] = next(named, "unknown_service")
    return found


@lru_cache(maxsize=4096)
def with_level(stream: Labels, metadata: Labels, text: str) -> Labels:
    """The line's structured metadata as Loki keeps it."""
    found = dict(metadata)
    if "severity_number" in found:
        raise NotUnderstood("structured metadata `severity_number`")
    if "detected_level" in found:
        found["detected_level"] = _normal(found["detected_level"])
        return tuple(sorted(found.items()))
    given = _of_labels(dict(stream)) or _of_labels(found)
    found["detected_level"] = _normal(given) if given else _of_text(text)
    return tuple(sorted(found.items()))


def _of_labels(labels: Mapping[str, str]) -> str:
    return next((labels[name] for name in _FIELDS if name in labels), "")


def _normal(level: str) -> str:
    return _LEVELS.get(level.lower(), level)


def _of_text(text: str) -> str:
    stripped = text.strip()
    value = ""
    if stripped.startswith("{") and stripped.endswith("}"):
        value = _of_json(json_object(text), 0)
    elif "=" in text:
        value = _of_logfmt(text)
    else:
        return _of_words(text)
    return _LEVELS.get(value.lower()) or _of_words(text)


def _of_json(pairs: Any, depth: int) -> str:
    if pairs is None or depth >= _DEPTH:
        return ""
    for key, value in pairs:
        if isinstance(value, str) and key in _FIELDS:
            return str(value)
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            inner = _of_json(value, depth + 1)
            if inner:
                return inner
    return ""


def _of_logfmt(text: str) -> str:
    best, value = len(_FIELDS), ""
    for pair in logfmt_text.pairs(text):
        if isinstance(pair, str):
            break
        for rank, name in enumerate(_FIELDS[:best]):
            if pair[0].lower() == name.lower():
                best, value = rank, pair[1]
                break
    return value


def _of_words(text: str) -> str:
    lower = text.lower()
    found = [(at, rank) for rank, word in enumerate(_WORDS) if (at := _bounded(lower, word)) >= 0]
    return _LEVELS[_WORDS[min(found)[1]]] if found else "unknown"


def _bounded(text: str, word: str) -> int:
    for found in re.finditer(word, text):
        left, right = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        if (found.start() == 0 or left in _LEFT) and (not right or right in _RIGHT):
            return found.start()
    return -1
