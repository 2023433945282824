"""This repository's own spec and runbooks: clean as they are, and what is said when they are spoilt."""

import datetime
import shutil
from pathlib import Path

import pytest
from tests.checks.worlds import marked

from tocsin.app.check import Choice, check
from tocsin.checks.check import checks

ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 1, 1)
KINDS = "alert dashboard hours inhibit log receiver route runbook severity spec team"
MINE = tuple(code for code, one in checks if not one.needs and code.partition("/")[0] in KINDS.split())
ERROR_RATE = "runbooks/HighErrorRate.md"
EDITS = [
    ("spec.yaml", "runbook/unknown-panel", "Error rate",
     "title: Error rate}", "title: Errors}"),
    ("spec.yaml", "team/escalates-to-itself", "platform-pager",
     "escalate: senior-pager", "escalate: platform-pager"),
    ("spec.yaml", "severity/pages-outside-production", "staging",
     "severities: {critical: {notify: [chat], escalate_after: ~}}", "stack: {trace_sampling: 0.5}"),
    ("spec.yaml", "inhibit/never-matches", "cpu",
     "equal: [instance, mountpoint]", "equal: [instance, cpu]"),
    ("spec.yaml", "inhibit/cycle", "DatabaseDown",
     "{when: DatabaseDown, mute: [", "{when: DatabaseDown, mute: [ServiceDown, "),
    ("spec.yaml", "alert/not-always-told", "[platform-chat]",
     "{to: [backup-mail]}", "{to: [platform-chat]}"),
    ("spec.yaml", "log/not-redacted", "phone_number",
     "client_ip: optional", "phone_number: optional"),
    ("spec.yaml", "log/retention-too-short", "1h",
     "retention: 30d\n", "retention: 1h\n"),
    (ERROR_RATE, "runbook/dead-link", "DbDown.md",
     "[DatabaseDown](DatabaseDown.md)", "[DatabaseDown](DbDown.md)"),
    (ERROR_RATE, "runbook/query-syntax", "bye",
     "topk(10, sum by (environment", "topk(10, sum bye (environment"),
    (ERROR_RATE, "runbook/sections", "# HighErrorRate: people get errors instead of answers from GreenStack",
     "## Escalate", "## Escalation"),
    (ERROR_RATE, "runbook/unwritten", "TODO: whom?",
     "## Escalate\n", "## Escalate\n\nTODO: whom?\n"),
]  # fmt: skip


def test_this_repository_is_clean() -> None:
    assert [(d.code, d.message) for d in check(ROOT, Choice(only=MINE), TODAY).findings] == []


@pytest.mark.parametrize(("file", "code", "text", "old", "new"), EDITS, ids=lambda value: str(value)[:40])
def test_a_mistake_is_shown_at_its_place(
    file: str, code: str, text: str, old: str, new: str, tmp_path
) -> None:
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    shutil.copy(ROOT / "spec.yaml", tmp_path)
    whole = (tmp_path / file).read_text()
    assert old in whole
    (tmp_path / file).write_text(whole.replace(old, new, 1))
    found = [d for d in check(tmp_path, Choice(only=(code,)), TODAY).findings if d.code == code]
    assert text in [marked(d) for d in found], [(d.message, marked(d)) for d in found]
