"""The collector's configuration as data, and the redaction passes on lines, judged without an engine."""

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from stack_engines import dumped, engine, run
from stack_model import log_stream, model, service, stack

from tocsin.render import ottl
from tocsin.render.collector import config
from tocsin.render.log_parsing import metadata_fields
from tocsin.render.redaction import ENDS, end_words, key_passes, key_patterns, value_passes


def processors() -> dict[str, Any]:
    built: dict[str, Any] = config(model())["processors"]
    return built


def statements() -> list[str]:
    return [
        s
        for p in processors().values()
        for key in ("log_statements", "trace_statements")
        for group in p.get(key, ())
        for s in group["statements"]
    ]


def test_files_are_read_with_their_stream_s_labels() -> None:
    worker = config(model())["receivers"]["file_log/worker"]
    assert worker["include"] == ["/var/log/worker/*.log"]
    assert worker["resource"] == {"service.name": "worker", "tier": "back"}
    assert worker["attributes"] == {"log.format": "logfmt"}
    assert worker["max_log_size"] == 256 << 10


def test_kubernetes_logs_are_read_only_where_kubernetes_is() -> None:
    assert "file_log/kubernetes" in config(model())["receivers"]
    box = service("box", logs=log_stream(containers=True))
    sources = config(model(services={"box": box}))["receivers"]
    assert set(sources) == {"otlp", "file_log/containers"}


def test_a_workspace_without_logs_still_takes_otlp() -> None:
    assert set(config(model(services={}))["receivers"]) == {"otlp"}


def test_nothing_is_given_up_while_loki_is_away() -> None:
    loki = config(model())["exporters"]["otlp_http/loki"]
    assert loki["retry_on_failure"]["max_elapsed_time"] == "0s"
    assert loki["sending_queue"]["storage"] == "file_storage"
    assert loki["sending_queue"]["block_on_overflow"] is True


def test_redaction_stands_in_both_pipelines_before_shipping() -> None:
    for pipeline in config(model())["service"]["pipelines"].values():
        steps = pipeline["processors"]
        assert steps[0] == "memory_limiter"
        assert {"transform/redact", "redaction"} <= set(steps)
    assert processors()["transform/redact"]["error_mode"] == "propagate"


def test_every_dollar_is_doubled() -> None:
    assert all("$" not in s.replace("$$", "") for s in statements())


def test_ids_are_metadata_and_free_text_is_not() -> None:
    assert metadata_fields(model()) == (
        "device_id",
        "error_type",
        "event",
        "request_id",
        "session_id",
        "user_id",
    )


def test_traces_are_sampled_only_when_asked() -> None:
    assert "probabilistic_sampler" not in processors()
    some = config(model(stack=stack(trace_sampling=0.25)))
    assert some["processors"]["probabilistic_sampler"] == {"sampling_percentage": 25.0}
    assert "probabilistic_sampler" in some["service"]["pipelines"]["traces"]["processors"]


def test_literals_survive_quotes_backslashes_and_lines() -> None:
    assert ottl.text('a"b\\c\n') == '"a\\"b\\\\c\\n"'


def test_own_keys_are_what_built_in_words_do_not_cover() -> None:
    assert set(end_words(model())) == {*ENDS, "card", "email"}
    assert end_words(model(services={}, redact={})) == ENDS


@pytest.mark.parametrize(
    ("key", "masked"),
    [
        ("password", True),
        ("http.request.header.authorization", True),
        ("apiKey", True),
        ("db_pass", True),
        ("user.email", True),
        ("passed", False),
        ("email_sent", False),
        ("discard", False),
        ("request_id", False),
    ],
)
def test_attributes_are_masked_by_their_names(key: str, masked: bool) -> None:
    assert any(re.search(pattern, key) for pattern in key_patterns(model())) is masked


def redacted(line: str) -> str:
    """The line as the collector leaves it: RE2 and Python agree on these patterns."""
    for one in (*key_passes(model()), *value_passes(model())):
        is_json = bool(re.match(r"\s*\{", line))
        if one.shape != "any" and (one.shape == "json") != is_json:
            continue
        line = re.sub(one.pattern, re.sub(r"\$\{(\w+)\}", r"\\g<\1>", one.replacement), line)
    return line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("password=hunter2 user=bob", "password=*** user=bob"),
        ("Password: hunter2", "Password: ***"),
        ("PGPASSWORD=hunter2 psql", "PGPASSWORD=*** psql"),
        ("[token] => abc", "[token] => ***"),
        ("api_key='a b c' x", "api_key='***' x"),
        ('secret="a \\" b" x', 'secret="***" x'),
        ("Authorization: Bearer abc.def, next", "Authorization: *** next"),
        ('Cookie: a="b c"; c=d', "Cookie: ***"),
        ("cookie=abc level=info", "cookie=*** level=info"),
        ("GET /x?access_token=abc&page=2", "GET /x?access_token=***&page=2"),
        ("postgres://bob:pw@db/x", "postgres://***@db/x"),
        ("mail jane@example.org now", "mail *** now"),
        ("card 4111 1111 1111 1111.", "card ***."),
        ("email=jane@example.org", "email=***"),
        ("user=bob pass=hunter2 rest", "user=bob pass=*** rest"),
        ("key AKIAIOSFODNN7EXAMPLE used", "key *** used"),
        ("passed: 5", "passed: 5"),
        ("the tokenizer ran", "the tokenizer ran"),
        ("discarded: 5 cards", "discarded: 5 cards"),
        ("order 1795323735767 took 12 ms", "order 1795323735767 took 12 ms"),
    ],
)
def test_text(before: str, after: str) -> None:
    assert redacted(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"password": 'a"b\\c'}, {"password": "***"}),
        ({"a": [{"token": "x"}, {"token": 5}]}, {"a": [{"token": "***"}, {"token": "***"}]}),
        ({"secrets": ["a", "b]"], "n": 1}, {"secrets": "***", "n": 1}),
        ({"credential": {"a": {"b": {"c": "}"}}}, "n": 1}, {"credential": "***", "n": 1}),
        ({"card": 4111111111111111, "pan": 4111111111111111}, {"card": "***", "pan": "***"}),
        ({"user.email": "nobody"}, {"user.email": "***"}),
        ({"email_sent": True}, {"email_sent": True}),
        ({"message": "password:"}, {"message": "password:"}),
        ({"message": 'set password="x y" ok'}, {"message": 'set password="***" ok'}),
        ({"message": "password=abc\nnext"}, {"message": "password=***\nnext"}),
        ({"password": None, "token": True}, {"password": None, "token": True}),
        ({"password": ""}, {"password": "***"}),
        ({"message": 'Cookie: a="b c"; d=e', "n": 1}, {"message": "Cookie: ***", "n": 1}),
        ({"message": json.dumps({"token": 'a"b'})}, {"message": json.dumps({"token": "***"})}),
    ],
)
def test_json_stays_json(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert json.loads(redacted(json.dumps(before))) == after
    assert json.loads(redacted(json.dumps(before, separators=(",", ":")))) == after


def test_a_service_s_own_word_is_masked_wherever_it_is_a_key() -> None:
    own = model(
        services={"a": service("a", logs=log_stream(redact=("iban",)))}, redact=MappingProxyType({"iban": ""})
    )
    assert "iban" in end_words(own)
    line = '{"iban": "DE00 1234", "user_iban": "x", "ibanez": "guitar"}'
    for one in key_passes(own):
        if one.shape != "text":
            line = re.sub(one.pattern, re.sub(r"\$\{(\w+)\}", r"\\g<\1>", one.replacement), line)
    assert json.loads(line) == {"iban": "***", "user_iban": "***", "ibanez": "guitar"}


@pytest.mark.tools
@pytest.mark.parametrize("services", [None, {}])
def test_the_collector_accepts_it(tmp_path: Path, services: dict[str, Any] | None) -> None:
    path = tmp_path / "collector.yaml"
    path.write_text(dumped(config(model() if services is None else model(services=services, redact={}))))
    result = run(engine("otelcol"), "validate", f"--config={path}")
    assert result.ok, result.stderr
