"""Comparing and writing: nothing outside the workspace, nothing of others, nothing half."""

import errno
import os
from pathlib import Path

import pytest

from tocsin.artifacts import disk
from tocsin.artifacts.disk import JOURNAL, TEMPORARY, OutsideWorkspace, compare, write
from tocsin.artifacts.mark import marked
from tocsin.artifacts.tree import Artifact
from workspaces import SHOP, run

ARTIFACTS = run(SHOP).artifacts
ALERTS = "alerts/web.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace that is up to date."""
    write(tmp_path, compare(tmp_path, ARTIFACTS))
    return tmp_path


def statuses(root: Path, artifacts: tuple[Artifact, ...] = ARTIFACTS) -> dict[str, str]:
    """Everything that is not unchanged."""
    found = compare(root, artifacts)
    out: dict[str, str] = {p.artifact.path: p.status for p in found.planned if p.status != "unchanged"}
    return {**out, **dict.fromkeys(found.orphans, "orphan")}


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_what_was_written_is_unchanged_and_nothing_is_left_behind(root: Path) -> None:
    assert statuses(root) == {}
    assert not [name for name in tree(root) if TEMPORARY in name or name == JOURNAL]


def test_a_second_write_touches_nothing(root: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*")}
    write(root, compare(root, ARTIFACTS))
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*")} == before


def test_states_of_a_file(root: Path) -> None:
    path = root / ALERTS
    good = path.read_text()
    path.write_text(good.replace("severity: critical", "severity: warning"))
    assert statuses(root) == {ALERTS: "edited"}
    path.write_text("groups: []\n")
    assert statuses(root) == {ALERTS: "foreign"}
    path.write_text(marked("yaml", "groups: []\n"))
    assert statuses(root) == {ALERTS: "changed"}
    path.write_bytes(good.encode() + b"\xff\xfe")
    assert statuses(root) == {ALERTS: "edited"}
    path.write_bytes(b"")
    assert statuses(root) == {ALERTS: "foreign"}
    path.unlink()
    assert statuses(root) == {ALERTS: "new"}


def test_an_orphan_carries_the_mark_and_a_foreign_file_is_left_alone(root: Path) -> None:
    (root / "alerts/old.yaml").write_text(marked("yaml", "groups: []\n"))
    (root / "alerts/mine.yaml").write_text("groups: []\n")
    (root / "loki/rules/fake").mkdir(parents=True)
    (root / "loki/rules/fake/old.yaml").write_text(marked("yaml", "groups: []\n"))
    (root / "docker-compose.old.yml").write_text(marked("yaml", "services: {}\n"))
    assert statuses(root) == dict.fromkeys(
        ["alerts/old.yaml", "docker-compose.old.yml", "loki/rules/fake/old.yaml"], "orphan"
    )
    write(root, compare(root, ARTIFACTS))
    assert statuses(root) == {}
    assert (root / "alerts/mine.yaml").exists()
    assert not (root / "loki/rules").exists(), "a folder that became empty goes too"


@pytest.mark.parametrize("folder", ["alerts/tests", "loki/tests", "env/staging/alerts/tests"])
def test_proofs_are_left_alone(root: Path, folder: str) -> None:
    (root / folder).mkdir(parents=True)
    (root / folder / "web.yaml").write_text(marked("yaml", "tests: []\n"))
    assert statuses(root) == {}


def test_an_environment_called_tests_is_swept_like_any_other(root: Path) -> None:
    (root / "env/tests/alerts").mkdir(parents=True)
    (root / "env/tests/alerts/old.yaml").write_text(marked("yaml", "groups: []\n"))
    assert statuses(root) == {"env/tests/alerts/old.yaml": "orphan"}


def test_runbooks_are_never_orphans(root: Path) -> None:
    (root / "runbooks/Old.md").write_text((root / "runbooks/WebDown.md").read_text())
    assert statuses(root) == {}


# -- links and other things that are no files --------------------------------------------------------
@pytest.mark.parametrize("folder", ["alerts", "alertmanager/templates", "dashboards", ".tocsin"])
def test_a_folder_that_is_a_link_to_the_outside_is_refused(
    root: Path, tmp_path_factory: pytest.TempPathFactory, folder: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / folder).rename(root / "moved")
    (root / folder).symlink_to(outside)
    with pytest.raises(OutsideWorkspace):
        compare(root, ARTIFACTS)
    assert list(outside.iterdir()) == []


def test_a_link_to_the_outside_where_nothing_is_written_is_not_searched(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "theirs.yaml").write_text(marked("yaml", "a: 1\n"))
    (root / "env").symlink_to(outside)
    assert statuses(root) == {}


def test_a_link_to_a_folder_inside_is_fine(root: Path) -> None:
    (root / "alerts").rename(root / "rules")
    (root / "alerts").symlink_to("rules")
    assert statuses(root) == {}


def test_a_file_that_is_a_link_is_replaced_and_its_target_is_not_written(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("outside") / "x"
    target.write_text("theirs\n")
    (root / ALERTS).unlink()
    (root / ALERTS).symlink_to(target)
    assert statuses(root) == {ALERTS: "foreign"}
    write(root, compare(root, ARTIFACTS))
    assert target.read_text() == "theirs\n"
    assert not (root / ALERTS).is_symlink()


def test_dangling_links_and_pipes_among_the_artifacts_are_somebody_elses(root: Path) -> None:
    (root / "alerts/gone.yaml").symlink_to("nowhere")
    os.mkfifo(root / "alerts/pipe.yaml")
    assert statuses(root) == {}


def test_a_pipe_or_a_folder_in_an_artifacts_place_is_named_and_not_waited_for(root: Path) -> None:
    (root / ALERTS).unlink()
    os.mkfifo(root / ALERTS)
    with pytest.raises(OSError, match="is not a regular file") as caught:
        compare(root, ARTIFACTS)
    assert caught.value.filename == str(root / ALERTS)
    (root / ALERTS).unlink()
    (root / ALERTS).mkdir()
    with pytest.raises(IsADirectoryError):
        compare(root, ARTIFACTS)


# -- a disk that refuses -------------------------------------------------------------------------------
def test_a_full_disk_leaves_the_old_file_and_no_half_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = (root / ALERTS).read_bytes()
    (root / ALERTS).write_text(marked("yaml", "groups: []\n"))
    stale = (root / ALERTS).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", _full)
        with pytest.raises(OSError, match="No space left"):
            write(root, compare(root, ARTIFACTS))
    assert (root / ALERTS).read_bytes() == stale
    assert not list(root.rglob("*" + TEMPORARY))
    assert compare(root, ARTIFACTS).interrupted
    write(root, compare(root, ARTIFACTS))
    assert (root / ALERTS).read_bytes() == old
    assert not compare(root, ARTIFACTS).interrupted


def _full(self: Path, data: bytes) -> int:
    with self.open("wb") as file:
        file.write(data[: len(data) // 2])
    raise OSError(errno.ENOSPC, "No space left on device", str(self))


def test_what_a_killed_run_left_is_swept(root: Path) -> None:
    (root / JOURNAL).parent.mkdir(exist_ok=True)
    (root / JOURNAL).touch()
    left = [f"{ALERTS}{TEMPORARY}", f"runbooks/WebDown.md{TEMPORARY}", f"docker-compose.yml{TEMPORARY}"]
    for name in left:
        (root / name).write_text("half")
    found = compare(root, ARTIFACTS)
    assert found.interrupted
    assert not found.orphans
    write(root, found)
    assert not any((root / name).exists() for name in left)
    assert not (root / JOURNAL).exists()


def test_every_folder_that_artifacts_go_to_is_searched_for_orphans() -> None:
    folders = {a.path.split("/")[0] for a in ARTIFACTS if "/" in a.path} - {"runbooks"}
    assert folders <= set(disk.FOLDERS)
    assert all(p.startswith("docker-compose") for p in (a.path for a in ARTIFACTS) if "/" not in p)
