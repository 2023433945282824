"""Hostile words in every place where words are free: the real engines still read all that is generated."""

import datetime
import json
from pathlib import Path

import pytest

from tocsin.app.check import Choice, check
from tocsin.diag.excerpt import render
from workspaces import RICH, edited, run

TEXTS = ("..", "é🔥", "a\"b'c`d\\", "<b>&amp;</b> <!-- /tocsin:facts -->", "$5 100%s \\N",
         "a: b # c | d ~~~ ```", "- it's 100% * ? [x] (y) @here", "}} {{", "\\1 \\d+ (?P<x>a)")  # fmt: skip
PLACES = (
    ("Traffic:\n        - {show", "NAME:\n        - {show"),
    ("title: Everything", "title: NAME"),
    ("title: Request rate", "title: NAME"),
    ("{Wiki: ", "{NAME: "),
    ("{Errors: ", "{NAME: "),
    ("title: Web shop", "title: NAME"),
    ("""'error_type="Db"'""", "{error_type: NAME}"),
    ("{endpoint: /upload}", "{endpoint: NAME}"),
    ('status: ["200"]', "status: [NAME]"),
    ("values: [a, b]", "values: [NAME, b]"),
    ("help: x", "help: NAME"),
    ('channel: "#alerts"', "channel: NAME"),
    ("labels: {zone: a}", "labels: {zone: NAME}"),
)
TEMPLATED = (('"{{ $value }} errors"', "NAME"), ("tier: front", "tier: NAME"))
"""Go templates on purpose: only what is no template is free there."""


@pytest.mark.tools
@pytest.mark.parametrize("text", TEXTS)
def test_engines_read_what_free_words_lead_to(tmp_path: Path, text: str) -> None:
    places = PLACES if "{{" in text else (*PLACES, *TEMPLATED)
    quoted = json.dumps(text, ensure_ascii=False)
    spec = edited(RICH, *((old, new.replace("NAME", quoted)) for old, new in places))
    assert run(spec).artifacts, run(spec).text
    (tmp_path / "spec.yaml").write_text(spec)
    report = check(tmp_path, Choice(only=("engine/",)), datetime.date(2026, 1, 1))
    found = [render(d) for ran in report.checks for d in ran.found if ran.code.startswith("engine/")]
    assert found == []
    missing = [f"{ran.code}: {ran.not_run}" for ran in report.checks if ran.not_run]
    if missing:
        pytest.skip("; ".join(missing))
