"""Fixtures of the engines' tests."""

import pytest
from tests.engines import ways


@pytest.fixture(scope="session")
def docker_images():
    """A Docker engine with images of the built binaries; started for the session when none answers."""
    with ways.docker_with_images():
        yield
