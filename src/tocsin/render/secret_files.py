"""Which files with secrets the stack reads, found in the receivers' settings. Never what is in them."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tocsin.model.workspace import Model
from tocsin.spec.declare import Secret

GRAFANA_PASSWORD = "/run/secrets/grafana_admin_password"


@dataclass(frozen=True, slots=True, order=True)
class SecretFile:
    """`name` is the file under `secrets/` beside the compose file; `inside` is its path in the container."""

    name: str
    inside: str


def secret_files(model: Model) -> tuple[SecretFile, ...]:
    """Every secret of one environment's stack, Grafana's first password included."""
    return _named({GRAFANA_PASSWORD, *alertmanager_paths(model)})


def alertmanager_secrets(model: Model) -> tuple[SecretFile, ...]:
    """Those that Alertmanager reads."""
    wanted = set(alertmanager_paths(model))
    return tuple(one for one in secret_files(model) if one.inside in wanted)


def alertmanager_paths(model: Model) -> tuple[str, ...]:
    """Paths as the receivers and the mail server name them."""
    said = [path for receiver in model.receivers.values() for path in _paths(receiver.settings)]
    mail = model.stack.smtp.get("password_file", "")
    return tuple(sorted({*said, *([mail] if mail else [])}))


def _paths(settings: Any) -> Iterator[str]:
    """The files that settings refer to, however deep."""
    if isinstance(settings, Secret):
        yield settings.file
    elif dataclasses.is_dataclass(settings) and not isinstance(settings, type):
        for one in dataclasses.fields(settings):
            yield from _paths(getattr(settings, one.name))
    elif isinstance(settings, Mapping):
        for value in settings.values():
            yield from _paths(value)
    elif isinstance(settings, tuple | list):
        for value in settings:
            yield from _paths(value)


def _named(paths: set[str]) -> tuple[SecretFile, ...]:
    """By the last part of the path; the whole path where two end alike."""
    last = [PurePosixPath(p).name for p in paths]
    return tuple(
        sorted(
            SecretFile(name if last.count(name) == 1 else path.strip("/").replace("/", "_"), path)
            for path in paths
            for name in (PurePosixPath(path).name,)
        )
    )
