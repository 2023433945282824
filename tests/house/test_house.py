"""The laws of the house, as far as a machine can hold them: sizes, names, docstrings, imports."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/tocsin"
MODULES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted(p for p in (ROOT / "tests").rglob("*.py") if "node_modules" not in p.parts)
MOST_LINES, MOST_LINES_OF_A_FUNCTION, WIDEST = 400, 60, 110
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "base",
    "manager",
    "core",
    "misc",
    "lib",
    "shared",
    "stuff",
}
PLUGINS = ("library/alerts", "library/panels", "library/receivers", "checks")
MOST_NOQA, MOST_IGNORES = 12, 16
"""Each is a debt: raise these only with a reason."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_no_file_is_too_long() -> None:
    lengths = {name(p): len(p.read_text("utf-8").splitlines()) for p in (*MODULES, *TESTS)}
    assert {p: n for p, n in lengths.items() if n > MOST_LINES} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name(p)}:{f.name}": (f.end_lineno or 0) - f.lineno + 1 for p in MODULES for f in functions(p)
    }
    assert {f: n for f, n in lengths.items() if n > MOST_LINES_OF_A_FUNCTION} == {}


def test_most_files_and_functions_are_short() -> None:
    files = sorted(len(p.read_text("utf-8").splitlines()) for p in MODULES)
    sizes = sorted((f.end_lineno or 0) - f.lineno + 1 for p in MODULES for f in functions(p))
    assert files[len(files) // 2] <= 120
    assert sizes[len(sizes) // 2] <= 12


def test_a_files_name_says_what_is_in_it() -> None:
    assert [name(p) for p in (*MODULES, *TESTS) if VAGUE & set(p.stem.lower().strip("_").split("_"))] == []
    assert [name(p) for p in SOURCE.rglob("*") if p.is_dir() and p.name in VAGUE] == []


def test_every_module_says_what_it_is_for() -> None:
    """In its first line, which is a sentence; an empty `__init__.py` needs none."""
    for path in MODULES:
        if not path.read_text("utf-8").strip():
            continue
        text = ast.get_docstring(tree(path)) or ""
        assert text, name(path)
        assert text.split("\n\n")[0].rstrip(")` \n").endswith((".", ":", "?", "!")), (
            f"{name(path)}: {text.splitlines()[0]}"
        )


def test_public_things_have_docstrings() -> None:
    missing = []
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                missing += [f"{name(path)}:{node.name}"] if ast.get_docstring(node) is None else []
    assert missing == []


@pytest.mark.parametrize("folder", PLUGINS)
def test_a_plugin_is_one_file_with_its_page_and_examples(folder: str) -> None:
    found = [p for p in sorted((SOURCE / folder).glob("[a-z]*.py")) if _registers(p)]
    assert found
    for path in found:
        assert ast.get_docstring(tree(path)), name(path)
        if not path.stem.startswith("engine_"):  # an engine's own judgement: tried on whole workspaces
            assert "EXAMPLES" in {t.id for n in tree(path).body for t in _targets(n)}, name(path)


def _registers(path: Path) -> bool:
    """Whether something in the module is decorated with a registry's decorator."""
    decorated = (n for n in tree(path).body if isinstance(n, (ast.ClassDef, ast.FunctionDef)))
    calls = (d for n in decorated for d in n.decorator_list if isinstance(d, ast.Call))
    return any(isinstance(c.func, ast.Name) and c.func.id in REGISTERING for c in calls)


REGISTERING = {"alert_template", "panel_type", "receiver_kind", "check"}


def _targets(node: ast.stmt) -> list[ast.Name]:
    if isinstance(node, ast.Assign):
        return [t for t in node.targets if isinstance(t, ast.Name)]
    return [node.target] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def test_plugins_do_not_import_each_other() -> None:
    """Files that begin with `_` are what they share."""
    for folder in ("library/alerts", "library/panels", "library/receivers"):
        package = f"tocsin.{folder.replace('/', '.')}."
        for path in (SOURCE / folder).glob("[a-z]*.py"):
            for module in _imported(path):
                if module.startswith(package):
                    assert module.removeprefix(package).startswith("_"), f"{name(path)} imports {module}"


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(tree(path)))
    said = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    return said + [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]


def test_exceptions_from_the_rules_are_few() -> None:
    text = "\n".join(p.read_text("utf-8") for p in MODULES)
    assert len(re.findall(r"# noqa", text)) <= MOST_NOQA
    assert len(re.findall(r"# type: ignore", text)) <= MOST_IGNORES
    assert not re.findall(r"# (?:noqa|type: ignore)\s*$", text, re.MULTILINE), "say which rule, and why"


def test_library_code_neither_prints_nor_exits() -> None:
    for path in MODULES:
        if "cli" in path.parts or path.name == "__main__.py" or "__main__" in path.read_text("utf-8"):
            continue  # commands, and scripts that are started as processes of their own
        for node in ast.walk(tree(path)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert called not in ("print", "exit", "quit", "sys.exit", "input", "breakpoint"), name(path)


def test_nothing_dangerous_is_used() -> None:
    forbidden = {"eval", "exec", "os.system", "os.popen", "pickle.loads", "yaml.load", "yaml.unsafe_load"}
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in forbidden, f"{name(path)}:{node.lineno}"
                assert not any(k.arg == "shell" and ast.unparse(k.value) == "True" for k in node.keywords), (
                    name(path)
                )


@cache
def committed() -> tuple[Path, ...]:
    """Text files under version control."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git repository")
    found = (ROOT / line for line in done.stdout.splitlines())
    return tuple(p for p in found if p.is_file() and p.suffix not in (".sum", ".lock", ".png", ".gif"))


def test_no_path_of_a_machine_and_no_trace_of_a_tool_is_committed() -> None:
    """Places that only one machine has; `/tmp` is nobody's own, but nothing may depend on it."""
    place = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]+")
    for path in committed():
        text = path.read_bytes().decode("utf-8", "replace")
        for found in place.finditer(text):
            row = text.count("\n", 0, found.start()) + 1
            assert _is_fiction(found[0]), f"{name(path)}:{row}: {found[0]}"


def _is_fiction(path: str) -> bool:
    """Example paths in texts about other machines."""
    return path.startswith(("/home/ada", "/home/user"))


def test_text_files_end_with_one_line_end_and_have_no_trailing_spaces() -> None:
    for path in committed():
        if path.suffix not in (".py", ".toml", ".yaml", ".yml", ".mjs", ".ts"):
            continue
        text = path.read_text("utf-8")
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), name(path)
        if path.suffix == ".py":
            assert "\t" not in text, name(path)


def test_the_makefile_has_what_the_readme_names() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = document.read_text("utf-8")
        named = set(re.findall(r"(?:^\s*\$? ?|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, f"{name(document)}: make {', '.join(sorted(named - targets))}"


def test_the_readme_names_commands_that_exist() -> None:
    from tocsin.cli import COMMANDS

    text = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"(?:^\s*\$ |`)tocsin (?:-C \S+ )?([a-z]+)", text, re.MULTILINE))
    assert named <= set(COMMANDS)


def test_what_make_help_lists_is_phony() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    listed = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    phony = set((re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE) or [""])[1].split())
    assert listed <= phony


def test_the_version_is_said_once() -> None:
    import tocsin

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == tocsin.__version__


# -- tools ------------------------------------------------------------------------------------------
def tool(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "No module named" in done.stderr:
        pytest.skip(f"{command[0]} is not installed")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing_complexity_included() -> None:
    assert tool("ruff", "check", "--quiet", "--output-format=concise", "src") == ""


def test_rooms_import_downward_only() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
