"""A workspace in somebody else's repository: a small spec with comments. Overwrites nothing, asks nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.app.init_found import Found, found_in
from tocsin.app.init_runbooks import RUNBOOKS
from tocsin.app.scaffold import Edit, Made, Refused, good_name, known_name
from tocsin.app.scaffold_layout import block_lines, piece, quoted
from tocsin.app.scaffold_spec import service_text
from tocsin.app.workspace import pack_names, read_pack
from tocsin.artifacts.disk import compare
from tocsin.diag.diagnostic import Sink
from tocsin.model.build import build
from tocsin.render.renderer import render
from tocsin.spec.load import SPEC, assemble

ELSEWHERE = "observability"
"""Where the workspace goes when what it generates would meet files that are there."""
_LISTED = 4
_TARGETS = {
    "alertmanager": "alertmanager:9093",
    "collector": "collector:8888",
    "loki": "loki:3100",
    "node": "node-exporter:9100",
    "prometheus": "prometheus:9090",
}
"""Where the exporters of packs are in the stack that Tocsin writes."""
_IGNORED = (".tocsin/", "secrets/")
_MAKEFILE = """\
# Made by `tocsin init`, and yours to change.
TOCSIN ?= tocsin
WORKSPACE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))

.PHONY: generate check

generate: ## Write every artifact from spec.yaml and say what changed
\t@$(TOCSIN) -C $(WORKSPACE) generate

check: ## Refuse artifacts that are stale, and find every mistake
\t@$(TOCSIN) -C $(WORKSPACE) generate --check
\t@$(TOCSIN) -C $(WORKSPACE) check
"""
_SPEC = """\
# yaml-language-server: $schema=schema/spec.schema.json
# What is watched, who is told, what people look at: edit, `tocsin generate`, commit what it writes.
# `tocsin check` finds mistakes, `tocsin new` adds services, alerts, panels and receivers that work at once.
tocsin: 1
name: {name}
identity: {{cluster: main, environment: production}}    # labels on every series, rule and notification
team: operators                                       # owns whatever names no team
links:                                                # TODO: where people reach these
  grafana: http://127.0.0.1:3000
  prometheus: http://127.0.0.1:9090
  alertmanager: http://127.0.0.1:9093
  runbooks: http://127.0.0.1:3000/runbooks

# -- who is told, and how; secrets are files, `tocsin secrets` makes placeholders ----------------
receivers:
  pager: {{pagerduty: {{routing_key_file: /run/secrets/pagerduty}}}}
  chat: {{slack: {{channel: "#alerts", api_url_file: /run/secrets/slack_url}}}}
  heartbeat: {{webhook: {{url_file: /run/secrets/heartbeat_url}}, send_resolved: false}}  # outside this stack

teams:
  operators: {{page: pager, chat: chat}}

severities:
  critical: {{notify: [page, chat], wait: 10s, interval: 5m, repeat: 1h, runbook: required}}
  warning: {{notify: [chat], wait: 30s, interval: 5m, repeat: 12h}}

fallback: pager                                       # whatever matches nothing
watchdog: {{to: heartbeat, every: 1m}}                  # alarms when it hears nothing any more

# -- what there is -------------------------------------------------------------------------------
{packs}
services:
{services}"""
_OFFERED = "  # found in {file}; where it exposes metrics, take the `#` away\n"
_HINT = """\
    # metrics:                                        # what it exposes; then `tocsin new alert {name}/...`
    #   {prefix}_requests_total: {{type: counter, labels: [method, status], help: HTTP requests}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; everything may be left out."""

    folder: str = ""
    name: str = ""
    services: Sequence[str] = ()
    """`name` or `name=host:port`."""
    packs: Sequence[str] = ()


def init(home: Path, wish: Wish) -> tuple[Path, Made]:
    """The folder, and the files that make it a workspace. Nothing is written yet."""
    home = home.resolve()
    folder = home / (wish.folder or ".")
    spec, said = _spec(home, folder, wish)
    clash = _clashes(folder, spec)
    if clash and not wish.folder:
        folder = home / ELSEWHERE
        clash = _clashes(folder, spec)
    if clash:
        more = f" and {len(clash) - _LISTED} more" if len(clash) > _LISTED else ""
        raise Refused(
            f"{', '.join(clash[:_LISTED])}{more} would have to be overwritten: "
            f"choose another folder, as in `tocsin init {ELSEWHERE}`"
        )
    edits = [_file(SPEC, spec), *_beside(folder)]
    where = _shown(folder, home)
    return folder, Made(
        what=f"a workspace in {where}",
        edits=tuple(edits),
        hints=(*said, *_makefile_hint(folder), "places that need you are marked `TODO`"),
        command="tocsin generate" if where == "this folder" else f"tocsin -C {where} generate",
    )


def _shown(folder: Path, home: Path) -> str:
    if folder.resolve() == Path.cwd():
        return "this folder"
    return str(folder.resolve().relative_to(Path.cwd())) if folder.is_relative_to(Path.cwd()) else str(folder)


# -- the spec ------------------------------------------------------------------------------------
def _spec(home: Path, folder: Path, wish: Wish) -> tuple[str, tuple[str, ...]]:
    """The spec's text, and what was found."""
    name = wish.name or _as_name(home.name) or "workspace"
    good_name(name, "name", "a workspace")
    for pack in wish.packs:
        known_name(pack, pack_names(), "pack", "--pack")
    found = found_in(dict.fromkeys((folder, home)))
    asked = [_parsed(text) for text in wish.services]
    jobs = [] if asked else [one for one in found if one.scraped]
    chosen = asked or [(_as_name(one.name), one.targets) for one in jobs] or [(name, ())]
    names = {one for one, _ in chosen}
    offers = [one for one in found if not one.scraped and _as_name(one.name) not in names | set(wish.packs)]
    for service, _ in chosen:
        good_name(service, "name", "a service")
    parts = [_service(one, targets) for one, targets in chosen if one not in wish.packs]
    parts += [_pack(pack) for pack in wish.packs if pack in _TARGETS]
    services = "\n".join(parts) + _offers(offers)
    text = _SPEC.format(name=quoted(name), packs=_packs(wish.packs), services=services)
    said = []
    if jobs:
        listed = ", ".join(one.name for one in jobs)
        said.append(
            f"{len(jobs)} {'service' if len(jobs) == 1 else 'services'} from {jobs[0].file}: {listed}"
        )
    if offers:
        listed = ", ".join(one.name for one in offers)
        said.append(f"{listed} from {offers[0].file} stand in the spec as comments")
    return text, tuple(said)


def _as_name(text: str) -> str:
    """The nearest good name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _parsed(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, target = text.partition("=")
    if target and not re.fullmatch(r"[A-Za-z0-9._-]+:[0-9]{1,5}", target):
        raise Refused(f"{target!r} is not HOST:PORT: write `--service {name}={name}:8000`")
    return name, (target,) if target else ()


def _service(name: str, targets: Sequence[str]) -> str:
    node = piece(service_text(name, targets=targets, severity="critical"))
    lines = block_lines(node, 2, name)
    prefix = re.sub(r"[^a-z0-9]+", "_", name)
    cut = 2  # below `scrape`
    return "\n".join([*lines[:cut], _HINT.format(name=name, prefix=prefix).rstrip("\n"), *lines[cut:], ""])


def _pack(pack: str) -> str:
    text = service_text(pack, targets=(_TARGETS[pack],), watched=False)
    return "\n".join([*block_lines(piece(text), 2, pack), ""])


def _packs(packs: Sequence[str]) -> str:
    if packs:
        return f"packs: [{', '.join(packs)}]   # metrics, alerts and panels of well-known exporters\n"
    return f"# packs: [{', '.join(_TARGETS)}]   # ready-made; each wants its `scrape:` below\n"


def _offers(offers: Sequence[Found]) -> str:
    """Services that are only commented."""
    if not offers:
        return ""
    shown = [(_as_name(one.name), quoted(one.targets[0])) for one in offers]
    lines = [f"  # {name}: {{scrape: {{targets: [{target}]}}}}\n" for name, target in shown]
    return "\n" + _OFFERED.format(file=offers[0].file) + "".join(lines)


# -- what is there -------------------------------------------------------------------------------
def _clashes(folder: Path, spec: str) -> list[str]:
    """Files that generation, or this, would have to overwrite."""
    if (folder / SPEC).exists():
        raise Refused(f"{folder.name}/{SPEC} is there already: `tocsin -C {folder.name} new` adds to it")
    sink = Sink()
    loaded = assemble(lambda _: [], lambda _: spec.encode(), read_pack, pack_names(), sink)
    workspace = build(loaded, sink) if loaded is not None else None
    if workspace is None:
        raise Refused("that makes no good spec", findings=sink.found)
    met = compare(folder, render(workspace)).of("foreign", "edited", "changed")
    # of a runbook only the facts are written
    return [o.artifact.path for o in met if o.artifact.format != "markdown" or o.status != "changed"]


def _beside(folder: Path) -> Iterable[Edit]:
    """Lines for git, a Makefile where there is none, the first runbooks."""
    ignore = folder / ".gitignore"
    before = ignore.read_text("utf-8") if ignore.exists() else None
    said = set((before or "").split())
    lines = [line for line in _IGNORED if line not in said]
    if lines:
        head = before if before is None or before.endswith("\n") or not before else before + "\n"
        after = (head or "") + "\n".join(lines) + "\n"
        rows = after.count("\n")
        yield Edit(".gitignore", before, after, ((rows - len(lines) + 1, rows),))
    if not (folder / "Makefile").exists():
        yield _file("Makefile", _MAKEFILE)
    yield from (_file(path, text) for path, text in RUNBOOKS.items() if not (folder / path).exists())


def _file(path: str, text: str) -> Edit:
    return Edit(path, None, text, ((1, text.count("\n")),))


def _makefile_hint(folder: Path) -> tuple[str, ...]:
    if not (folder / "Makefile").exists():
        return ()
    return ("your Makefile is as it was; a target `generate` that calls `tocsin generate` would be good",)
