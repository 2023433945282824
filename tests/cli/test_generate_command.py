"""`tocsin generate` as people meet it: what it prints, how it ends, what it leaves alone."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.artifacts.mark import marked
from workspaces import SHOP, Said, command, edited


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace that has just been generated."""
    (tmp_path / "spec.yaml").write_text(SHOP)
    said = generate(tmp_path)
    assert said.code == 0, said
    return tmp_path


def generate(root: Path, *options: str) -> Said:
    return command("-C", str(root), "generate", *options)


def save(root: Path, *edits: tuple[str, str]) -> None:
    (root / "spec.yaml").write_text(edited(SHOP, *edits))


def tree(root: Path) -> dict[str, bytes]:
    found = (p for p in sorted(root.rglob("*")) if p.is_file() and ".tocsin/" not in str(p))
    return {str(p.relative_to(root)): p.read_bytes() for p in found}


def counts(said: Said) -> dict[str, int]:
    """The last line's numbers, which must add up."""
    last = said.out.splitlines()[-1]
    total, rest = re.fullmatch(r"([\d,]+) artifacts?: (.*)", last).groups()  # type: ignore[union-attr]
    parts = {
        word: int(number.replace(",", "")) for number, word in re.findall(r"([\d,]+) ([a-zA-Z' ]+)", rest)
    }
    inside = sum(n for word, n in parts.items() if word not in ("removed", "orphaned"))
    assert inside == int(total.replace(",", "")), last
    return parts


# -- a first run and a second -----------------------------------------------------------------------
def test_a_first_run_writes_everything(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SHOP)
    said = generate(tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("spec.yaml: 1 service, 2 alerts, 1 dashboard, 2 receivers\n")
    assert set(counts(said)) == {"new"}
    assert counts(said)["new"] == len(tree(tmp_path)) - 1


def test_a_second_run_says_that_nothing_changed(root: Path) -> None:
    before = tree(root)
    said = generate(root)
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(r"(spec\.yaml: .*\n)?\d+ artifacts: \d+ unchanged\n", said.out)
    assert tree(root) == before


def test_two_workspaces_get_the_same_bytes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "spec.yaml").write_text(SHOP)
    generate(other)
    assert tree(other) == tree(root)


# -- what changed, in the words of the spec ------------------------------------------------------------
def test_a_threshold(root: Path) -> None:
    save(root, ("above: 5%", "above: 3%"))
    said = generate(root)
    assert said.code == 0
    assert said.out.splitlines()[1:] == [
        "  changed  HighErrorRate  above 5% -> 3%",
        "             alerts/web.yaml            rule",
        "             runbooks/HighErrorRate.md  facts, expression",
        counts_line(said),
    ]
    assert counts(said)["changed"] == 2


def counts_line(said: Said) -> str:
    return said.out.splitlines()[-1]


def test_a_threshold_that_a_panel_shows(root: Path) -> None:
    shown = (
        "title: Request rate}",
        "title: Request rate}\n        - {show: alert, alert: HighErrorRate, title: Errors}",
    )
    save(root, shown)
    generate(root)
    save(root, shown, ("above: 5%", "above: 3%"))
    lines = generate(root).out.splitlines()
    assert lines[1] == "  changed  HighErrorRate  above 5% -> 3%"
    follows = dict(line.split(maxsplit=1) for line in lines[2:-1])
    assert follows.keys() == {"alerts/web.yaml", "dashboards/overview.json", "runbooks/HighErrorRate.md"}
    assert 'threshold line of "Errors"' in follows["dashboards/overview.json"]


NEWS = {
    "an alert is removed": (
        ("      WebDown: {severity: critical, template: service-down, for: 1m}\n", ""),
        "  changed  WebDown  removed",
    ),
    "a dashboard gets another title": (
        ("title: Overview", "title: Shop"), "  changed  overview  title Overview -> Shop"
    ),
    "a setting is added": (
        ("    for: 2m", "    for: 2m\n        keep_firing_for: 5m"),
        "  changed  HighErrorRate  keep_firing_for 5m",
    ),
    "a receiver changes": (('"#alerts"', '"#other"'), "  changed  chat  slack.channel #alerts -> #other"),
}  # fmt: skip


@pytest.mark.parametrize("what", NEWS)
def test_news_are_told_in_the_words_of_the_spec(root: Path, what: str) -> None:
    edit, expected = NEWS[what]
    save(root, edit)
    said = generate(root)
    assert said.code == 0
    assert expected in said.out.splitlines(), said.out


def test_a_comment_changes_nothing_but_is_read(root: Path) -> None:
    (root / "spec.yaml").write_text(SHOP + "# a thought\n")
    said = generate(root)
    assert said.code == 0
    assert set(counts(said)) == {"unchanged"}


def test_a_dashboard_that_is_renamed_leaves_no_orphan(root: Path) -> None:
    save(root, ("  overview:\n", "  traffic:\n"))
    said = generate(root)
    assert said.code == 0
    assert "  removed  dashboards/overview.json" in said.out.splitlines()
    assert counts(said)["removed"] == 1
    assert not (root / "dashboards/overview.json").exists()


# -- a spec with mistakes -------------------------------------------------------------------------------
def test_a_spec_with_an_error_writes_nothing(root: Path) -> None:
    before = tree(root)
    save(root, ("above: 5%", "above: 5"), ("fallback: pager", "fallback: pagr"))
    said = generate(root)
    assert said.code == 1
    assert said.out.endswith("2 findings (2 errors)\nnothing was written\n")
    assert "spec.yaml:29:16" in said.out
    after = tree(root)
    assert {**after, "spec.yaml": b""} == {**before, "spec.yaml": b""}


def test_no_spec_at_all(tmp_path: Path) -> None:
    said = generate(tmp_path)
    assert said.code == 1
    assert "there is no spec.yaml here" in said.out
    assert list(tmp_path.iterdir()) == []


# -- --check ----------------------------------------------------------------------------------------------
def test_check_is_content_with_what_was_written(root: Path) -> None:
    before = tree(root)
    said = generate(root, "--check")
    assert said.code == 0
    assert set(counts(said)) == {"unchanged"}
    assert tree(root) == before


def test_check_names_what_is_stale_and_writes_nothing(root: Path) -> None:
    (root / "runbooks/WebDown.md").unlink()
    (root / "alerts/old.yaml").write_text(marked("yaml", "a: 1\n"))
    save(root, ("above: 5%", "above: 3%"))
    before = tree(root)
    said = generate(root, "--check")
    assert said.code == 1
    lines = said.out.splitlines()
    assert "  missing         runbooks/WebDown.md" in lines
    assert "  stale           alerts/web.yaml" in lines
    assert "  orphaned        alerts/old.yaml" in lines
    assert "--- alerts/web.yaml (is)" in lines
    assert "not up to date: run `make generate` and commit the result" in lines
    assert counts(said) == {"new": 1, "changed": 2, "unchanged": len(tree(root)) - 4, "orphaned": 1}
    assert tree(root) == before


def test_check_names_an_interrupted_run(root: Path) -> None:
    (root / ".tocsin/writing").touch()
    said = generate(root, "--check")
    assert said.code == 1
    assert "  an earlier run was interrupted; `make generate` will finish it" in said.out.splitlines()
    again = generate(root)
    assert again.code == 0
    assert "  an earlier run was interrupted; this one finished it" in again.out.splitlines()
    assert generate(root, "--check").code == 0


# -- edits by hand ----------------------------------------------------------------------------------------
def test_an_edited_file_is_listed_and_nothing_is_written(root: Path) -> None:
    path = root / "alerts/web.yaml"
    path.write_text(path.read_text().replace("for: 2m", "for: 9m"))
    save(root, ("above: 5%", "above: 3%"))
    before = tree(root)
    said = generate(root)
    assert said.code == 1
    assert "  edited by hand  alerts/web.yaml" in said.out.splitlines()
    assert "-        for: 9m" in said.out.splitlines()
    assert "nothing was written: move the edit into spec.yaml, or drop it with --discard-edits" in said.out
    assert counts(said)["edited by hand"] == 1
    assert tree(root) == before
    assert generate(root, "--check").code == 1
    assert generate(root, "--discard-edits").code == 0
    assert "9m" not in path.read_text()
    assert generate(root, "--check").code == 0


def test_an_edit_in_a_runbooks_facts_is_an_edit_and_one_in_its_prose_is_not(root: Path) -> None:
    path = root / "runbooks/WebDown.md"
    path.write_text(path.read_text() + "\nMy own words.\n")
    assert generate(root).code == 0
    text = path.read_text()
    path.write_text(text.replace("**WebDown**", "**WebUp**"))
    said = generate(root)
    assert said.code == 1
    assert "  edited by hand  runbooks/WebDown.md" in said.out.splitlines()
    assert generate(root, "--discard-edits").code == 0
    assert path.read_text() == text


def test_an_edit_cannot_steer_the_terminal(root: Path) -> None:
    path = root / "alerts/web.yaml"
    path.write_bytes(path.read_bytes() + b"# \x1b[2J\xff\n")
    said = generate(root)
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "-# \N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}" in said.out.splitlines()


def test_a_foreign_file_in_an_artifacts_place(root: Path) -> None:
    (root / "alerts/web.yaml").write_text("groups: []\n")
    said = generate(root)
    assert said.code == 1
    assert "  not Tocsin's    alerts/web.yaml  is there, and not generated" in said.out.splitlines()
    assert (root / "alerts/web.yaml").read_text() == "groups: []\n"
    assert generate(root, "--discard-edits").code == 0
    assert generate(root, "--check").code == 0


def test_a_runbook_without_markers_is_told_how_to_get_them(root: Path) -> None:
    path = root / "runbooks/WebDown.md"
    path.write_text("# My runbook\n\nWords.\n")
    said = generate(root)
    assert said.code == 1
    assert "write `<!-- tocsin:facts --><!-- /tocsin:facts -->` where the facts shall stand" in said.out
    assert path.read_text() == "# My runbook\n\nWords.\n"
    path.write_text("# My runbook\n\nWords.\n<!-- tocsin:facts --><!-- /tocsin:facts -->\nMore.\n")
    assert generate(root).code == 0
    assert path.read_text().startswith("# My runbook\n\nWords.\n<!-- tocsin:facts sha256 ")
    assert path.read_text().endswith("<!-- /tocsin:facts -->\nMore.\n")


def test_a_deleted_runbook_is_scaffolded_again(root: Path) -> None:
    text = (root / "runbooks/WebDown.md").read_text()
    (root / "runbooks/WebDown.md").unlink()
    said = generate(root)
    assert (said.code, counts(said)["new"]) == (0, 1)
    assert (root / "runbooks/WebDown.md").read_text() == text


# -- removals ---------------------------------------------------------------------------------------------
def test_removing_many_files_wants_to_be_meant(root: Path) -> None:
    for number in range(30):
        (root / f"alerts/old-{number}.yaml").write_text(marked("yaml", "a: 1\n"))
    said = generate(root)
    assert said.code == 1
    assert (
        "30 files would be removed; nothing was written. If that is meant: --force" in said.out.splitlines()
    )
    assert (root / "alerts/old-7.yaml").exists()
    assert generate(root, "--check").code == 1
    forced = generate(root, "--force")
    assert (forced.code, counts(forced)["removed"]) == (0, 30)
    assert not (root / "alerts/old-7.yaml").exists()


def test_removing_a_few_files_needs_no_force(root: Path) -> None:
    for number in range(5):
        (root / f"alerts/old-{number}.yaml").write_text(marked("yaml", "a: 1\n"))
    said = generate(root)
    assert (said.code, counts(said)["removed"]) == (0, 5)


# -- a disk that refuses ----------------------------------------------------------------------------------
@pytest.fixture
def full_disk(root: Path) -> Iterator[Path]:
    """A disk of 2 MiB; only root can mount one."""
    mounted = root / "disk"
    mounted.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=2m tmpfs {mounted} 2>/dev/null") != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        yield mounted
    finally:
        os.system(f"umount {mounted}")


def test_a_full_disk_is_said_to_be_full_and_nothing_is_lost(full_disk: Path) -> None:
    (full_disk / "spec.yaml").write_text(SHOP)
    assert generate(full_disk).code == 0
    before = tree(full_disk)
    save(full_disk, ("cluster: eu1", "cluster: us1"))
    with (full_disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 1024)
        except OSError as error:
            assert error.errno == errno.ENOSPC
    said = generate(full_disk)
    assert said.code == 3
    assert re.search(r"error: .*: No space left on device\n  try ", said.err)
    after = tree(full_disk)
    assert {p for p in before if p not in after} == set()
    assert not [p for p in after if p.endswith(".tocsin-tmp") and after[p]]
    (full_disk / "ballast").unlink()
    assert generate(full_disk).code == 0
    assert generate(full_disk, "--check").code == 0


def test_a_full_disk_without_mounting_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(root, ("above: 5%", "above: 3%"))
    before = tree(root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _refuse)
        said = generate(root)
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines()[0].endswith("alerts/web.yaml.tocsin-tmp: No space left on device")
    assert tree(root) == before


def _refuse(self: Path, target: Path) -> Path:
    raise OSError(errno.ENOSPC, "No space left on device", str(self))


def test_a_read_only_folder(root: Path) -> None:
    save(root, ("above: 5%", "above: 3%"))
    before = tree(root)
    for folder in (root, *(p for p in root.rglob("*") if p.is_dir())):
        folder.chmod(0o555)
    code, said = _as_nobody(root) if os.geteuid() == 0 else (generate(root).code, "")
    for folder in (root, *(p for p in root.rglob("*") if p.is_dir())):
        folder.chmod(0o755)
    assert code == 3, said
    assert "Permission denied" in said
    assert tree(root) == before


def _as_nobody(root: Path) -> tuple[int, str]:
    """Root may write everywhere: a child that is not root tries."""
    for folder in (root, *root.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        said = generate(root)
        os.write(into, (said.out + said.err).encode())
        os._exit(said.code)
    os.close(into)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), os.read(out, 100_000).decode()


def test_a_folder_that_is_a_link_to_the_outside(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / "alerts").rename(root / "moved")
    (root / "alerts").symlink_to(outside)
    said = generate(root)
    assert said.code == 3
    assert "alerts/web.yaml would be written outside the workspace, through a link" in said.err
    assert list(outside.iterdir()) == []
