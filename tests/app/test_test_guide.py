"""The first tests of docs/guide-tests.md, run as a newcomer would: what the guide shows is what is said."""

import re
from pathlib import Path

import pytest
from tests.app.rule_tests import need_engines

from tocsin.app.test import test as run_tests

GUIDE = (Path(__file__).parents[2] / "docs" / "guide-tests.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"(?ms)^```([^\n]*)\n(.*?)^```$", GUIDE)
FILES = {kind.partition("file=")[2]: text for kind, text in BLOCKS if "file=" in kind}

pytestmark = [pytest.mark.process, pytest.mark.tools]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    need_engines()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def shown(beginning: str) -> str:
    """The block of the guide that begins so."""
    [found] = [text for kind, text in BLOCKS if not kind and text.startswith(beginning)]
    return found


def test_the_first_test_passes_with_the_line_that_is_shown(folder: Path) -> None:
    assert set(FILES) == {"logs.yaml", "logs_test.yaml", "up.yaml", "up_test.yaml"}
    report = run_tests(folder, ("logs_test.yaml",))
    assert shown("$ tocsin test") == f"$ tocsin test logs_test.yaml\n{report.summary}\n"


def test_the_failure_is_told_as_it_is_shown(folder: Path) -> None:
    file = folder / "logs_test.yaml"
    file.write_text(file.read_text().replace("eval_time: 9m", "eval_time: 8m"))
    assert run_tests(folder, ("logs_test.yaml",)).text().startswith(shown("error[test/failed]"))


def test_labels_may_be_left_out_of_a_test_for_prometheus(folder: Path) -> None:
    assert run_tests(folder, ("up_test.yaml",)).summary == "1 test in 1 file: 1 passed, 0 failed, 0 not run"
