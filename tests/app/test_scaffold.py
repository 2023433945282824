"""`tocsin new` for those who write specs: pieces that work as they are, and refusals that help."""

import os
import re
import stat
from pathlib import Path

import pytest

from tocsin.model.plugins import alert_templates, panel_types, receiver_kinds
from workspaces import RICH, SHOP, Said, command

BARE = """\
tocsin: 1
name: acme
identity: {cluster: eu1, environment: production}
team: ops
receivers:
  chat: {webhook: {url_file: /run/secrets/chat_url}}
teams:
  ops: {chat: chat}
severities:
  warning: {notify: [chat]}
fallback: chat

# what there is
services:
  billing-api:
    scrape: {targets: ["billing:8000"]}   # where it is

# the end
"""


def workspace(root: Path, text: str) -> Path:
    (root / "spec.yaml").write_text(text, encoding="utf-8")
    return root


def new(root: Path, *args: str) -> Said:
    return command("-C", str(root), "new", *args)


def spec(root: Path) -> str:
    return (root / "spec.yaml").read_text("utf-8")


def works(root: Path) -> None:
    """Generation is content, and what it wrote is what it would write."""
    assert command("-C", str(root), "generate").code == 0
    said = command("-C", str(root), "generate", "--check")
    assert said.code == 0, said.out


def kept(before: str, after: str) -> bool:
    """Whether every character of `before` is in `after`, in the same order."""
    characters = iter(after)
    return all(one in characters for one in before)


# -- every kind works at once ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "rich", [False, True], ids=["of a service that says nothing", "of one that says a lot"]
)
def test_an_alert_of_every_template_works_at_once(tmp_path: Path, rich: bool) -> None:
    names = alert_templates.names()
    bare = "".join(f'  {name}:\n    scrape: {{targets: ["{name}:1"]}}\n' for name in names)
    text = RICH if rich else BARE.replace("services:\n", "services:\n" + bare)
    root = workspace(tmp_path, text)
    for index, name in enumerate(names):
        home = "web" if rich else name
        said = new(root, "alert", f"{home}/New{index}", "--template", name)
        assert said.code == 0, (name, said.out, said.err)
        assert f"New{index}:" in said.out
    assert kept(text, spec(root))
    works(root)


def test_a_panel_of_every_kind_works_at_once(tmp_path: Path) -> None:
    root = workspace(tmp_path, RICH)
    pair = "      web_pool_free: {type: gauge, labels: [state]}\n      web_sent_total: {type: counter}\n"
    text = RICH.replace("    logs: {redact", pair + "    logs: {redact", 1)
    root = workspace(tmp_path, text)
    for kind in panel_types.names():
        said = new(root, "panel", f"web/overview/A {kind}", "--show", kind)
        assert said.code == 0, (kind, said.out, said.err)
    assert kept(text, spec(root))
    works(root)


@pytest.mark.parametrize("kind", receiver_kinds.names())
def test_a_receiver_of_every_kind_works_at_once(tmp_path: Path, kind: str) -> None:
    root = workspace(tmp_path, BARE)
    said = new(root, "receiver", "new-one", "--kind", kind)
    assert said.code == 0, said.out
    assert kept(BARE, spec(root))
    assert "nobody is told by it yet" in said.out
    works(root)


def test_two_receivers_do_not_share_a_secret_by_accident(tmp_path: Path) -> None:
    root = workspace(tmp_path, BARE)
    assert new(root, "receiver", "one", "--kind", "slack").code == 0
    assert new(root, "receiver", "two", "--kind", "slack").code == 0
    assert len(set(re.findall(r"api_url_file: (\S+)}}", spec(root)))) == 2


def test_services_and_dashboards_work_at_once(tmp_path: Path) -> None:
    root = workspace(tmp_path, BARE)
    assert new(root, "service", "billing").code == 0
    assert new(root, "service", "pay", "--target", "pay:9000", "--target", "pay2:9000").code == 0
    assert new(root, "dashboard", "all").code == 0
    assert new(root, "dashboard", "pay/more", "--title", "More: of it").code == 0
    assert new(root, "panel", "pay/more/Down", "--show", "alert", "--row", "A row").code == 0
    assert new(root, "alert", "pay/PayDown", "--template", "service-down", "--severity", "warning").code == 0
    text = spec(root)
    assert kept(BARE, text) and text.endswith("# the end\n"), text
    assert 'targets: ["pay:9000", "pay2:9000"]' in text
    works(root)


def test_a_profile_is_followed(tmp_path: Path) -> None:
    root = workspace(tmp_path, RICH)
    assert new(root, "service", "more", "--use", "http", "--team", "platform").code == 0
    assert "use: [http]" in spec(root)
    works(root)


def test_a_service_of_a_pack_says_where_it_is(tmp_path: Path) -> None:
    root = workspace(tmp_path, SHOP.replace("services:", "packs: [node]\nservices:", 1))
    said = new(root, "service", "node", "--target", "node-exporter:9100")
    assert said.code == 0, said.out + said.err
    assert '  node: {scrape: {targets: ["node-exporter:9100"], sample_limit: 20000}}\n' in spec(root)
    assert new(root, "alert", "node/Hot", "--template", "threshold").code == 0
    works(root)


# -- where it goes ---------------------------------------------------------------------------------


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """A workspace whose services have files of their own."""
    head, _, services = BARE.partition("# what there is\n")
    workspace(tmp_path, "include: [services/*.yaml]\n" + head)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "billing.yaml").write_text(services, encoding="utf-8")
    return tmp_path


def test_an_included_file_that_has_the_service_is_changed(split: Path) -> None:
    before = spec(split)
    said = new(split, "alert", "billing-api/Down", "--template", "service-down")
    assert said.code == 0 and "--> services/billing.yaml:" in said.out
    assert spec(split) == before
    assert "      Down: {" in (split / "services" / "billing.yaml").read_text("utf-8")
    works(split)


def test_a_service_gets_a_file_of_its_own_where_all_have(split: Path) -> None:
    said = new(split, "service", "pay")
    assert said.code == 0, said.out
    assert (split / "services" / "pay.yaml").read_text("utf-8").startswith("services:\n  pay:\n    scrape: ")
    works(split)


def test_a_file_keeps_its_byte_order_mark_its_line_ends_and_its_mode(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + BARE.replace("\n", "\r\n").encode()
    file = tmp_path / "spec.yaml"
    file.write_bytes(data)
    file.chmod(0o640)
    assert new(tmp_path, "alert", "billing-api/Down", "--template", "service-down").code == 0
    after = file.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf") and after.count(b"\n") == after.count(b"\r\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["spec.yaml"]  # noqa: PTH208 - names only
    works(tmp_path)


def test_a_flow_map_is_entered(tmp_path: Path) -> None:
    text = BARE.replace('    scrape: {targets: ["billing:8000"]}   # where it is\n', "").replace(
        "  billing-api:\n", "  billing-api: {alerts: {}, scrape: {targets: [a:1]}}  # c\n"
    )
    root = workspace(tmp_path, text)
    assert new(root, "alert", "billing-api/Down", "--template", "service-down").code == 0
    assert "alerts: {Down: {severity: warning, template: service-down, for: 1m}}, scrape" in spec(root)
    works(root)


def test_what_cannot_be_placed_is_shown_for_pasting(tmp_path: Path) -> None:
    text = BARE.replace("    scrape:", "    alerts: # none yet\n      {\n      }\n    title: x\n    scrape:")
    root = workspace(tmp_path, text.replace("alerts: # none yet\n      {\n      }", "dashboards:\n      {}"))
    assert new(root, "dashboard", "billing-api/x").code == 0
    root = workspace(tmp_path, BARE.replace("    scrape:", "    title: |+\n      x\n\n    scrape:"))
    said = new(root, "alert", "billing-api/Down", "--template", "service-down")
    assert said.code in (0, 1)


def test_print_writes_nothing(tmp_path: Path) -> None:
    root = workspace(tmp_path, BARE)
    said = new(root, "alert", "billing-api/Down", "--template", "service-down", "--print")
    assert said.code == 0 and "would make" in said.out and "template: service-down" in said.out
    assert spec(root) == BARE


def test_the_new_lines_are_shown_with_their_numbers(tmp_path: Path) -> None:
    root = workspace(tmp_path, BARE)
    said = new(root, "alert", "billing-api/Down", "--template", "service-down")
    assert said.out == (
        "made the alert `billing-api/Down`\n"
        "  --> spec.yaml:17\n"
        "17 |     alerts:\n"
        "18 |       Down: {severity: warning, template: service-down, for: 1m}\n"
        "  = these are examples, so set them: `severity`, `for`\n"
        "next: tocsin generate\n"
    )


# -- runbooks --------------------------------------------------------------------------------------


def test_a_runbook_is_made_once(tmp_path: Path) -> None:
    root = workspace(tmp_path, SHOP)
    said = new(root, "runbook", "HighErrorRate")
    file = root / "runbooks" / "HighErrorRate.md"
    assert said.code == 0 and "## First look" in file.read_text("utf-8")
    works(root)
    said = new(root, "runbook", "web/HighErrorRate")
    assert said.code == 2 and "is there already" in said.err


# -- refusals --------------------------------------------------------------------------------------

WRONG = {
    "an unknown kind": (("alrt", "x"), "there is no kind `alrt`; did you mean `alert`?"),
    "no template": (("alert", "web/X"), "say which alert template, with --template: `absent`"),
    "an unknown template": (("alert", "web/X", "--template", "treshold"), "did you mean `threshold`?"),
    "an unknown service": (("alert", "wep/X", "--template", "threshold"), "did you mean `web`?"),
    "no good name of an alert": (("alert", "web/a-b", "--template", "state"), "use up to 80 letters"),
    "an unknown severity": (
        ("alert", "web/X", "--template", "state", "--severity", "warn"),
        "there is no severity `warn`; did you mean `warning`?",
    ),
    "an unknown kind of panel": (("panel", "overview/X", "--show", "rats"), "did you mean `rate`?"),
    "an unknown dashboard": (("panel", "overvew/X", "--show", "rate"), "did you mean `overview`?"),
    "no title": (("panel", "overview", "--show", "rate"), 'tocsin new panel "overview/TITLE"'),
    "an unknown metric": (
        ("panel", "overview/X", "--show", "rate", "--of", "web_request_total"),
        "did you mean `web_requests_total`?",
    ),
    "nothing that fits": (("panel", "overview/X", "--show", "heatmap"), "wants a histogram"),
    "an unknown kind of receiver": (("receiver", "x", "--kind", "slak"), "did you mean `slack`?"),
    "no good name of a receiver": (("receiver", "X!", "--kind", "slack"), "cannot be the name of a receiver"),
    "a name that YAML reads as something else": (("service", "no"), "cannot be the name of a service"),
    "an unknown profile": (
        ("service", "x", "--use", "http"),
        "there is no profile `http`; there is none yet",
    ),
    "an unknown team": (("service", "x", "--team", "plattform"), "did you mean `platform`?"),
    "an unknown alert": (("runbook", "HighErorRate"), "did you mean `HighErrorRate`?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_says_what_was_meant(tmp_path: Path, name: str) -> None:
    args, words = WRONG[name]
    root = workspace(tmp_path, SHOP)
    said = new(root, *args)
    assert (said.code, said.out) == (2, "")
    assert words in said.err.replace("\n", " "), said.err
    assert spec(root) == SHOP


@pytest.mark.parametrize(
    ("args", "place"),
    [
        (("service", "web"), "spec.yaml:18:3"),
        (("alert", "web/WebDown", "--template", "state"), "spec.yaml:23:7"),
        (("receiver", "chat", "--kind", "slack"), "spec.yaml:10:3"),
        (("dashboard", "overview"), "spec.yaml:32:3"),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_what_is_there_is_shown(tmp_path: Path, args: tuple[str, ...], place: str) -> None:
    root = workspace(tmp_path, SHOP)
    said = new(root, *args)
    assert said.code == 1 and f"--> {place}\n" in said.out and "nothing was written" in said.out, said.out
    assert spec(root) == SHOP


def test_a_broken_spec_is_mended_first(tmp_path: Path) -> None:
    root = workspace(tmp_path, SHOP.replace("above: 5%", "above: 5"))
    said = new(root, "service", "x")
    assert said.code == 1 and "write `5%`" in said.out and "nothing was written" in said.out


def test_an_alert_of_a_profile_is_there_already(tmp_path: Path) -> None:
    text = RICH.replace(
        "  http:\n", "  http:\n    alerts: {Up: {severity: warning, template: instance-down}}\n", 1
    )
    said = new(workspace(tmp_path, text), "alert", "web/Up", "--template", "state")
    assert said.code == 1 and "there is already an alert `web/Up`" in said.out
