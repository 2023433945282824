"""Files to trees: includes that stay inside, profiles, packs, environments. On a real folder for links."""

from pathlib import Path

import pytest

from tocsin.app.workspace import open_workspace
from tocsin.diag.compose import MAX_BYTES
from tocsin.diag.diagnostic import Sink
from tocsin.diag.trouble import Trouble
from tocsin.spec.load import load
from workspaces import SHOP, edited, run

HEAD, SERVICES = (
    SHOP.split("services:\n")[0],
    "services:\n" + SHOP.split("services:\n")[1].split("dashboards:\n")[0],
)


def found(root: Path) -> list[str]:
    sink = Sink()
    open_workspace(root, sink)
    return [f"{d.at.span} {d.message}" for d in sink.found]


def workspace(root: Path, include: str, **files: str) -> Path:
    (root / "spec.yaml").write_text(f"include: {include}\n{HEAD}")
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


# -- includes ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "include",
    ["services/web.yaml", "services/*.yaml", "[services/*.yaml]", "'**/web.yaml'", '["s*/w??.yaml"]'],
)
def test_an_included_file_is_part_of_the_spec(tmp_path: Path, include: str) -> None:
    sink = Sink()
    opened = open_workspace(workspace(tmp_path, include, services__web_yaml=SERVICES), sink)
    assert not sink.found
    assert opened is not None
    assert opened.loaded.files == ("spec.yaml", "services/web.yaml")
    origin = opened.workspace.environments[0].alerts[0].origin
    assert str(origin.key_place().span) == "services/web.yaml:7:7"


def test_a_file_that_two_patterns_name_is_read_once(tmp_path: Path) -> None:
    root = workspace(
        tmp_path, "['services/*.yaml', services/web.yaml, 's*/*.yaml']", services__web_yaml=SERVICES
    )
    assert found(root) == []


REFUSED = {
    "missing/*.yaml": "no file matches `missing/*.yaml`",
    "services": "no file matches `services`",
    "../other/spec.yaml": "`../other/spec.yaml` leaves the workspace",
    "services/../../x.yaml": "`services/../../x.yaml` leaves the workspace",
    "/etc/passwd": "`/etc/passwd` leaves the workspace",
    "''": "`` is not a pattern for files",
    "'.'": "`.` is not a pattern for files",
    "a//b.yaml": "`a//b.yaml` is not a pattern for files",
    "'**x'": "`**x` is not a pattern for files",
    "'**/**/**/*.yaml'": "`**/**/**/*.yaml` is not a pattern for files",
    '"a\\0b"': "`a\\x00b` is not a pattern for files",
    '"a\\nb"': "`a\\nb` is not a pattern for files",
    "x" * 400: "`" + "x" * 150 + "...` is not a pattern for files",
    "away.yaml": "`away.yaml` leads out of the workspace through a link",
    "'*.yaml'": "`*.yaml` leads out of the workspace through a link",
    "away/*.yaml": "`away/*.yaml` leads out of the workspace through a link",
}


@pytest.mark.parametrize("include", REFUSED)
def test_an_include_that_leaves_or_names_nothing_is_refused(tmp_path: Path, include: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text(SERVICES)
    root = tmp_path / "inside"
    root.mkdir()
    workspace(root, include, services__web_yaml=SERVICES)
    (root / "away.yaml").symlink_to(outside / "x.yaml")
    (root / "away").symlink_to(outside)
    assert f"spec.yaml:1:10 {REFUSED[include]}" in found(root)


def test_a_link_inside_the_workspace_is_followed(tmp_path: Path) -> None:
    root = workspace(tmp_path, "here.yaml", services__web_yaml=SERVICES)
    (root / "here.yaml").symlink_to("services/web.yaml")
    assert found(root) == []


def test_a_spec_that_is_a_link_to_the_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "away.yaml").write_text(SHOP)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside/spec.yaml").symlink_to(tmp_path / "away.yaml")
    with pytest.raises(Trouble, match=r"spec\.yaml leads out of the workspace through a link"):
        found(tmp_path / "inside")


def test_an_included_file_includes_nothing(tmp_path: Path) -> None:
    root = workspace(tmp_path, "a.yaml", a_yaml=SERVICES + "include: b.yaml\n")
    assert found(root) == [f"a.yaml:{SERVICES.count(chr(10)) + 1}:1 only spec.yaml includes other files"]


def test_the_same_name_in_two_files_is_an_error_with_both_places(tmp_path: Path) -> None:
    root = workspace(tmp_path, "'*.yaml'", a_yaml=SERVICES, b_yaml=SERVICES, c_yaml="name: other\n")
    sink = Sink()
    open_workspace(root, sink)
    places = [(str(d.at.span), str(d.others[0].span), d.message) for d in sink.found]
    assert ("b.yaml:2:3", "a.yaml:2:3", "`web` is said in two files") in places
    assert ("c.yaml:1:1", "spec.yaml:3:1", "`name` is said in two files") in places


def test_mistakes_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    root = workspace(
        tmp_path, "'*.yaml'", a_yaml="a: [\n", b_yaml="- 1\n", c_yaml="b: \tx: y\n", d_yaml=SERVICES
    )
    assert sorted(line.split(":")[0] for line in found(root)) == ["a.yaml", "b.yaml", "c.yaml"]


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "spec.yaml").open("wb") as file:
        file.truncate(100_000_000_000)
    assert found(tmp_path) == [f"spec.yaml:1:1 spec.yaml has more than {MAX_BYTES:,} bytes"]


def test_no_spec_at_all(tmp_path: Path) -> None:
    assert found(tmp_path) == ["spec.yaml:1:1 there is no spec.yaml here"]


@pytest.mark.parametrize("text", ["[]", "just text", "~", "5"])
def test_a_spec_that_is_no_map(text: str) -> None:
    assert [d.code for d in run(text + "\n").found] == ["spec/type"]


# -- profiles --------------------------------------------------------------------------------------
PROFILE = edited(
    SHOP,
    ("services:\n", "profiles:\n"
     '  http: {title: "The {service} of {service}", traces: {service_name: "{service}"}}\n'
     "  loud: {title: Loud}\nservices:\n"),
    ("  web:\n", "  web:\n    use: USE\n"),
)  # fmt: skip


def test_a_profile_is_said_for_each_service() -> None:
    service = _service(PROFILE.replace("USE", "http"))
    assert (service.title, service.traces) == ("The web of web", "web")


def test_of_two_profiles_the_last_wins_and_the_service_over_both() -> None:
    assert _service(PROFILE.replace("USE", "[http, loud]")).title == "Loud"
    assert _service(PROFILE.replace("USE", "[http, loud]\n    title: Own")).title == "Own"
    assert _service(PROFILE.replace("USE", "[http, loud]\n    traces: ~")).traces == ""


def _service(text: str):
    result = run(text)
    assert not result.found, result.text
    assert result.workspace is not None
    return result.workspace.environments[0].services["web"]


def test_an_unknown_profile_is_named_at_its_place() -> None:
    found = run(PROFILE.replace("USE", "[http, htp]")).found
    assert [(str(d.at.span), d.message, d.help) for d in found] == [
        ("spec.yaml:22:17", "there is no profile `htp`", "write `http`")
    ]


def test_a_profile_does_not_follow_another() -> None:
    text = (
        PROFILE.replace("USE", "http")
        .replace("loud: {", "loud: {use: http, ")
        .replace("http: {", "http: {use: loud, ")
    )
    assert [d.message for d in run(text).found] == ["a profile cannot follow another"]


def test_a_mistake_in_a_profile_is_reported_once_for_all_services() -> None:
    text = edited(
        PROFILE.replace("USE", "http").replace("http: {", "http: {scrap: 1, "),
        ("dashboards:\n", "  db: {use: http}\n  cache: {use: http}\ndashboards:\n"),
    )
    assert [(d.message, d.help) for d in run(text).found] == [
        ("there is no setting `scrap`", "write `scrape`")
    ]


# -- packs -----------------------------------------------------------------------------------------
def test_an_unknown_pack() -> None:
    found = run(SHOP + "packs: [nod]\n").found
    assert [d.code for d in found] == ["spec/unknown-pack"]


# -- environments ----------------------------------------------------------------------------------
def environments(text: str) -> str:
    return SHOP + f"environments:\n  staging: {text}\n"


def test_an_environment_says_only_what_differs() -> None:
    result = run(environments("{services: {web: {alerts: {HighErrorRate: {above: 7%}, WebDown: ~}}}}"))
    assert not result.found, result.text
    assert result.workspace is not None
    production, staging = result.workspace.environments
    assert [a.name for a in production.alerts] == ["WebDown", "HighErrorRate"]
    assert [a.name for a in staging.alerts] == ["HighErrorRate"]
    assert staging.alerts[0].variants[0].condition.threshold == 0.07
    assert production.alerts[0].labels["environment"] == "production"
    assert staging.alerts[0].labels["environment"] == "staging"
    assert {a.path.split("/")[1] for a in result.artifacts if a.path.startswith("env/")} == {"staging"}


def test_a_mistake_that_only_an_environment_makes_stands_there() -> None:
    found = run(environments("{services: {web: {alerts: {HighErrorRate: {above: 7}}}}}")).found
    line = SHOP.count("\n") + 2
    assert [f"{d.at.span} {d.code}" for d in found] == [f"spec.yaml:{line}:62 spec/unit"]


WRONG = {
    "": "`staging` is a map of what differs",
    "5": "`staging` is a map of what differs",
    "[a]": "`staging` is a map of what differs",
    "{packs: [node]}": "`packs` is the same in all environments",
    "{include: x.yaml}": "`include` is the same in all environments",
    "{name: other}": "`name` is the same in all environments",
    "{environments: {more: {}}}": "`environments` is the same in all environments",
    "{tocsin: 2}": "`tocsin` is the same in all environments",
}


@pytest.mark.parametrize("text", WRONG)
def test_nothing_in_an_environment_is_silently_ignored(text: str) -> None:
    assert WRONG[text] in [d.message for d in run(environments(text)).found]


@pytest.mark.parametrize("value", ["5", "[staging]", "staging"])
def test_environments_are_a_map(value: str) -> None:
    found = run(SHOP + f"environments: {value}\n").found
    assert [d.message for d in found] == ["`environments` is a map: name to what differs there"]


def test_a_tree_can_be_loaded_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SHOP)
    sink = Sink()
    loaded = load(tmp_path, lambda name: None, (), sink)
    assert loaded is not None
    assert [name for name, _ in loaded.environments] == [""]
