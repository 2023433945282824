"""`tocsin init`: a workspace in another repository, clean from the first minute, nothing overwritten."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from workspaces import Said, command

COMPOSE = """\
x-base: &base {restart: always}
services:
  web:
    <<: *base
    ports: ["127.0.0.1:8080:80"]
  db: {image: postgres, expose: [5432]}
  worker: {image: worker}
"""
PROMETHEUS = """\
scrape_configs:
  - job_name: Billing API
    static_configs: [{targets: ["billing:9000", "billing2:9000"]}]
  - job_name: discovered
    kubernetes_sd_configs: [{role: pod}]
"""


def files(root: Path) -> Mapping[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def init(root: Path, *args: str) -> Said:
    return command("-C", str(root), "init", *args)


def clean(workspace: Path) -> None:
    """Generated, up to date, and without a finding that is more than information."""
    said = command("-C", str(workspace), "generate")
    assert said.code == 0, said.out
    assert command("-C", str(workspace), "generate", "--check").code == 0
    said = command("-C", str(workspace), "check", "--no-engines")
    assert said.code == 0 and "error[" not in said.out and "warning[" not in said.out, said.out


def test_an_empty_folder_becomes_a_clean_workspace(tmp_path: Path) -> None:
    root = tmp_path / "My Shop"
    root.mkdir()
    said = init(root)
    assert said.code == 0, said.out
    assert set(files(root)) == {
        "spec.yaml", ".gitignore", "Makefile", "runbooks/ServiceDown.md", "runbooks/Watchdog.md"
    }  # fmt: skip
    spec = (root / "spec.yaml").read_text("utf-8")
    assert "name: my-shop\n" in spec and 'targets: ["my-shop:8000"]' in spec
    clean(root)


@pytest.mark.tools
def test_the_engines_find_nothing_either(tmp_path: Path) -> None:
    assert init(tmp_path, "--name", "shop").code == 0
    assert command("-C", str(tmp_path), "generate").code == 0
    said = command("-C", str(tmp_path), "check")
    assert said.code == 0 and "error[" not in said.out and "warning[" not in said.out, said.out
    if "0 not run" not in said.out:
        pytest.skip(next(line for line in said.out.splitlines() if line.startswith("not run")))


def test_all_that_is_there_stays_as_it_was(tmp_path: Path) -> None:
    there = {
        "Makefile": "all:\n\techo mine\n",
        ".gitignore": "node_modules",
        "README.md": "# Mine\n",
        "runbooks/Watchdog.md": "# Watchdog\n\n<!-- tocsin:facts -->\n<!-- /tocsin:facts -->\n\nMine.\n",
    }
    for name, text in there.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = init(tmp_path)
    assert said.code == 0 and "your Makefile is as it was" in said.out
    for name, text in there.items():
        assert (tmp_path / name).read_text("utf-8").startswith(text), name
    assert (tmp_path / ".gitignore").read_text("utf-8") == "node_modules\n.tocsin/\nsecrets/\n"


def test_it_steps_aside_where_generation_would_meet_other_files(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE, encoding="utf-8")
    before = files(tmp_path)
    said = init(tmp_path, "--name", "shop")
    assert said.code == 0 and "observability generate" in said.out, said.out
    assert set(files(tmp_path)) - set(before) >= {"observability/spec.yaml", "observability/Makefile"}
    clean(tmp_path / "observability")
    after = files(tmp_path)
    assert {name: after[name] for name in before} == before


def test_a_folder_that_was_asked_for_is_never_another_one(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE, encoding="utf-8")
    said = init(tmp_path, ".")
    assert said.code == 2 and "docker-compose.yml" in said.err and "tocsin init observability" in said.err
    assert set(files(tmp_path)) == {"docker-compose.yml"}
    assert init(tmp_path, "deep/er").code == 0
    clean(tmp_path / "deep" / "er")


def test_services_of_a_compose_file_are_offered(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE, encoding="utf-8")
    said = init(tmp_path, "obs", "--service", "web")
    assert "db, worker from docker-compose.yml stand in the spec as comments" in said.out
    spec = (tmp_path / "obs" / "spec.yaml").read_text("utf-8")
    offered = [
        line for line in spec.splitlines() if line.startswith("  # db") or line.startswith("  # worker")
    ]
    assert offered == [
        '  # db: {scrape: {targets: ["db:5432"]}}', '  # worker: {scrape: {targets: ["worker:8000"]}}'
    ]  # fmt: skip
    taken = spec.replace("  # db:", "  db:").replace("  # worker:", "  worker:")
    (tmp_path / "obs" / "spec.yaml").write_text(taken, encoding="utf-8")
    assert command("-C", str(tmp_path / "obs"), "generate").code == 0, "the comments are good spec"


def test_jobs_of_a_prometheus_become_services(tmp_path: Path) -> None:
    (tmp_path / "prometheus.yml").write_text(PROMETHEUS, encoding="utf-8")
    said = init(tmp_path, "--name", "shop")
    assert "1 service from prometheus.yml: Billing API" in said.out
    tree = yaml.safe_load((tmp_path / "spec.yaml").read_text("utf-8"))
    assert list(tree["services"]) == ["billing-api"]
    assert tree["services"]["billing-api"]["scrape"]["targets"] == ["billing:9000", "billing2:9000"]
    clean(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "scrape_configs: 5",
        "scrape_configs: [{static_configs: [{}]}]",
        "\x00",
        "services: x",
    ],
)
def test_files_that_say_nothing_are_passed_over(tmp_path: Path, text: str) -> None:
    for name in ("prometheus.yml", "compose.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert init(tmp_path, "--name", "shop").code == 0
    assert "shop:8000" in (tmp_path / "spec.yaml").read_text("utf-8")


def test_services_and_packs_are_taken_from_the_command(tmp_path: Path) -> None:
    said = init(tmp_path, "--service", "pay=pay.internal:9000", "--service", "web", "--pack", "node")
    assert said.code == 0, said.err
    tree = yaml.safe_load((tmp_path / "spec.yaml").read_text("utf-8"))
    assert list(tree["services"]) == ["pay", "web", "node"] and tree["packs"] == ["node"]
    assert tree["services"]["pay"]["scrape"]["targets"] == ["pay.internal:9000"]
    assert tree["services"]["node"]["scrape"]["targets"] == ["node-exporter:9100"]
    assert command("-C", str(tmp_path), "generate").code == 0


WRONG = {
    "an unknown pack": (("--pack", "nodes"), "there is no pack `nodes`; did you mean `node`?"),
    "no target": (("--service", "pay=http://x"), "write `--service pay=pay:8000`"),
    "no good name of a service": (("--service", "Pay"), "cannot be the name of a service"),
    "no good name": (("--name", "My Shop"), "cannot be the name of a workspace"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_writes_nothing(tmp_path: Path, name: str) -> None:
    args, words = WRONG[name]
    said = init(tmp_path, *args)
    assert said.code == 2 and words in said.err.replace("\n", " "), said.err
    assert not files(tmp_path)


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    assert init(tmp_path, "--name", "shop").code == 0
    before = files(tmp_path)
    said = init(tmp_path, "--name", "shop")
    assert said.code == 2 and "spec.yaml is there already" in said.err
    assert files(tmp_path) == before


def test_print_writes_nothing(tmp_path: Path) -> None:
    said = init(tmp_path, "--name", "shop", "--print")
    assert said.code == 0 and "tocsin: 1\nname: shop\n" in said.out
    assert not files(tmp_path)


def test_its_makefile_works_from_anywhere(tmp_path: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    assert init(tmp_path, "obs", "--name", "shop").code == 0
    run = f"TOCSIN={sys.executable} -m tocsin"
    for target in ("generate", "generate"):
        done = subprocess.run(
            ["make", "-s", "-f", "obs/Makefile", target, run],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "obs" / "alerts" / "shop.yaml").exists()


def test_what_new_makes_fits_into_it(tmp_path: Path) -> None:
    assert init(tmp_path, "--name", "shop").code == 0
    root = ("-C", str(tmp_path), "new")
    assert command(*root, "service", "pay").code == 0
    assert command(*root, "alert", "pay/Slow", "--template", "slow-share").code == 0
    assert command(*root, "panel", "pay/overview/Slow", "--show", "alert").code == 0
    assert command(*root, "receiver", "mail", "--kind", "email").code == 0
    assert command("-C", str(tmp_path), "generate").code == 0
