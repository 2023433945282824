"""Shared by all tests: `TOCSIN_REQUIRE` (or `make test REQUIRE=...`) turns "not run" into a failure."""

import os
from collections.abc import Generator
from typing import Any

import pytest

REQUIRED = frozenset(filter(None, os.environ.get("TOCSIN_REQUIRE", "").replace(",", " ").split()))
MARKERS = ("tools", "process", "docker", "npm")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """A skip of something that was required is a failure that keeps the reason."""
    report = yield
    wanted = {name for name in MARKERS if item.get_closest_marker(name)}
    if report.skipped and not hasattr(report, "wasxfail") and ("all" in REQUIRED or wanted & REQUIRED):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"required, but not run: {reason}"
    return report
