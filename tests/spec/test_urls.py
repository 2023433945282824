"""URLs whose host or port nobody can read are told as such, not found out later."""

import pytest

from tocsin.diag.compose import compose_text
from tocsin.diag.diagnostic import Sink
from tocsin.diag.text import Source
from tocsin.spec.scalars import BAD, string


def read(pattern, text):
    sink = Sink()
    node = compose_text(Source("spec.yaml", f"a: '{text}'\n"), sink)
    return string(pattern)(node.at("a"), sink, "a"), [d.code for d in sink.found]


@pytest.mark.parametrize("pattern", ["url", "link"])
@pytest.mark.parametrize(
    "text",
    [
        "http://[1:2]",
        "http://[::1",
        "http://a]b",
        "http://a:99999",
        "http://a:port",
        "http://:80",
        "http://a:0",
    ],
)
def test_a_url_without_a_host_or_a_port(pattern, text):
    value, codes = read(pattern, text)
    assert value is BAD
    assert codes == ["spec/url" if pattern == "url" else "spec/name"]


@pytest.mark.parametrize(
    "text", ["http://[::1]:9090/x", "https://grafana.example.org", "http://a:65535/?x=[1]", "http://u:p@h/"]
)
def test_a_url(text):
    assert read("url", text) == (text, [])


def test_a_path_on_grafana():
    assert read("link", "/d/x?var=[1") == ("/d/x?var=[1", [])
