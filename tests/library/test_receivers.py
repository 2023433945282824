"""Every kind of receiver: its examples are read, its entry is Alertmanager's, its mistakes are refused."""

import sys
from pathlib import Path

import pytest
import yaml

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "render"))  # the model made by hand is shared with the tests of notifications

from model_fixture import HERE, model, write  # noqa: E402
from stack_engines import engine  # noqa: E402

from tocsin.diag.compose import compose_text  # noqa: E402
from tocsin.diag.diagnostic import Sink  # noqa: E402
from tocsin.diag.text import Source  # noqa: E402
from tocsin.engines.tools.amtool import Amtool  # noqa: E402
from tocsin.model.alerting import Receiver  # noqa: E402
from tocsin.model.plugins import receiver_kinds  # noqa: E402
from tocsin.spec.decode import decode  # noqa: E402

KINDS = dict(receiver_kinds)


def module_of(kind):
    return sys.modules[KINDS[kind].__module__]


def settings_of(kind, text):
    """The kind's own settings from a receiver's YAML, and what was wrong with them."""
    sink = Sink()
    node = compose_text(Source("example.yaml", text), sink)
    return decode(KINDS[kind], node.map[kind], sink), sink


def example(kind, text, name="it"):
    """The receiver that an example says."""
    settings, sink = settings_of(kind, text)
    assert not sink.found, sink.found
    more = {k: v for k, v in yaml.safe_load(text).items() if k == "send_resolved"}
    return Receiver(name=name, kind=kind, settings=settings, origin=HERE, **more)


EXAMPLES = [(kind, text) for kind in KINDS for text in module_of(kind).EXAMPLES]


def test_the_kinds_that_the_systems_need():
    assert {"pagerduty", "slack", "email", "webhook", "msteams", "telegram", "sns", "jira"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_documented(kind):
    text = module_of(kind).__doc__
    assert text.splitlines()[0].endswith(".")
    assert "## Why" in text and "## References" in text and module_of(kind).EXAMPLES


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_an_example_becomes_one_entry(kind, text):
    receiver = example(kind, text)
    key, entry = receiver.settings.integration(receiver, {})
    assert key.endswith("_configs") and entry["send_resolved"] is receiver.send_resolved


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_secrets_are_files(kind, text):
    """A value that is no path never stands under a key that Alertmanager takes a secret from."""
    receiver = example(kind, text)
    _, entry = receiver.settings.integration(receiver, {})
    secret = {
        "api_url",
        "url",
        "routing_key",
        "service_key",
        "bot_token",
        "webhook_url",
        "password",
        "credentials",
    }
    assert not secret & (
        set(entry) - ({"url"} if kind == "webhook" else {"api_url"} if kind == "jira" else set())
    )


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("pagerduty", "{pagerduty: {}}", "spec/missing-key"),
        ("pagerduty", "{pagerduty: {routing_key: abc, routing_key_file: /run/k}}", "spec/unknown-key"),
        ("slack", "{slack: {channel: a, api_url_file: /run/s, colour: red}}", "spec/unknown-key"),
        ("email", "{email: {to: nobody}}", "spec/name"),
        ("email", "{email: {to: 'a@b.example, c@d.example'}}", "spec/name"),
        ("webhook", "{webhook: {url: 'http://bot/{{ .Receiver }}'}}", "spec/url"),
        ("webhook", "{webhook: {url: 'ftp://bot'}}", "spec/url"),
        ("webhook", "{webhook: {}}", "receiver/target"),
        ("webhook", "{webhook: {url: http://bot, url_file: /run/bot}}", "receiver/target"),
        ("sns", "{sns: {region: eu-central-1}}", "receiver/target"),
        ("sns", "{sns: {region: eu-central-1, phone_number: '+49', topic_arn: 'arn:x'}}", "receiver/target"),
        ("telegram", "{telegram: {bot_token_file: /run/t, chat_id: ops}}", "spec/type"),
    ],
)
def test_a_mistake_is_refused(kind, text, code):
    _, sink = settings_of(kind, text)
    assert [d.code for d in sink.found] == [code], sink.found


@pytest.mark.tools
@pytest.mark.parametrize("kind", KINDS)
def test_amtool_accepts_every_example(kind, tmp_path):
    receivers = {f"r{i}": example(kind, text, f"r{i}") for i, text in enumerate(module_of(kind).EXAMPLES)}
    one = model(
        receivers=receivers, fallback="r0", teams={}, alerts=(), inhibitions=(), hours={}, watchdog=None
    )
    verdict = Amtool(engine("amtool"), tmp_path).check_config(write(one, tmp_path))
    assert not verdict.problems
