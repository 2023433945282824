"""New files of Tocsin's own source: a check, an alert template, a kind of panel or receiver, a pack."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import tocsin
from tocsin.app import scaffold_texts as texts
from tocsin.app.scaffold import Edit, Made, Refused
from tocsin.app.workspace import pack_names
from tocsin.checks.check import checks
from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds

_PLAIN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CODE = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of extension: where its files are, how they begin, how they are tried."""

    what: str
    folder: str
    text: str
    known: Callable[[], Iterable[str]]
    tests: str
    suffix: str = ".py"
    pattern: re.Pattern[str] = _PLAIN
    example: str = "queue-age"


KINDS = {
    "check": Kind(
        what="the check",
        folder="checks",
        text=texts.CHECK,
        known=checks.names,
        tests="tests/checks",
        pattern=_CODE,
        example="shop/no-owner",
    ),
    "template": Kind(
        what="the alert template",
        folder="library/alerts",
        text=texts.TEMPLATE,
        known=alert_templates.names,
        tests="tests/library/test_alerts.py",
    ),
    "panel-kind": Kind(
        what="the kind of panel",
        folder="library/panels",
        text=texts.PANEL,
        known=panel_types.names,
        tests="tests/library/test_panels.py",
    ),
    "receiver-kind": Kind(
        what="the kind of receiver",
        folder="library/receivers",
        text=texts.RECEIVER,
        known=receiver_kinds.names,
        tests="tests/library/test_receivers.py",
    ),
    "pack": Kind(
        what="the pack",
        folder="library/packs",
        text=texts.PACK,
        known=pack_names,
        tests="tests/library/test_alerts.py",
        suffix=".yaml",
        example="postgres",
    ),
}


def new_file(kind: str, name: str, source: Path) -> Made:
    """One file in `source` (Tocsin's repository, as `source_tree` finds it)."""
    one = KINDS[kind]
    if not one.pattern.fullmatch(name):
        raise Refused(
            f"{name!r} cannot be the name of {one.what.replace('the ', 'a ')}: write `{one.example}`"
        )
    file = re.sub(r"[/-]", "_", name)
    path = f"src/tocsin/{one.folder}/{file if one.suffix == '.py' else name}{one.suffix}"
    if name in set(one.known()) or (source / path).exists():
        raise Refused(f"there is already {one.what} `{name}`: {path}")
    words = re.split(r"[/-]", name)
    camel = "".join(word.capitalize() for word in words)
    text = one.text
    for mark, value in (
        ("@name@", name),
        ("@code@", name),
        ("@Class@", camel),
        ("@function@", "_".join(words[1:])),
        ("@file@", file),
        ("@Title@", name.replace("-", " ").capitalize()),
    ):
        text = text.replace(mark, value)
    return Made(
        what=f"{one.what} `{name}`",
        edits=(Edit(path, None, text, ((1, text.count("\n")),)),),
        hints=("it works as it is, and nothing else has to be changed; replace each TODO",),
        command=f"pytest {one.tests} -k {name.rpartition('/')[2]}",
    )


def source_tree(workspace: Path) -> Path:
    """Tocsin's repository: the workspace itself, or where the running program comes from."""
    running = Path(tocsin.__file__).parents[2]
    for root in (workspace, running):
        if (root / "src" / "tocsin" / "registry.py").exists() and (root / "pyproject.toml").exists():
            return root
    raise Refused("Tocsin is installed as a package here; extend it in a clone: `tocsin -C CLONE new ...`")
