"""The language server that most editors use for YAML, with the schema as the program makes it now."""

from collections.abc import Iterator

import pytest
from language_server import LanguageServer, installed

from tocsin.artifacts.emit import json_text
from tocsin.render.schema import spec_schema


@pytest.fixture(scope="session")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """One server for all tests."""
    command = installed()
    folder = tmp_path_factory.mktemp("editor").resolve()
    schema = folder / "schema" / "spec.schema.json"
    schema.parent.mkdir()
    schema.write_text(json_text(spec_schema()), encoding="utf-8")
    with LanguageServer(command, folder, schema) as server:
        yield server
