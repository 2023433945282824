"""The runbooks' LogQL on a real Loki: when what a page looks for is in the log, each query finds it."""

import json
import time
from typing import Any

import pytest
from runbook_pages import blocks
from stack_engines import engine

from tocsin.engines.servers.loki import Loki, Stream

pytestmark = pytest.mark.process

DAY = 86_400
BROKEN: tuple[dict[str, Any], ...] = (
    {"level": "INFO", "event": "upload_start", "filename": "a.xml", "content_type": "text/xml"},
    {
        "level": "INFO",
        "event": "upload_complete",
        "filename": "a.xml",
        "parameter_count": 20_000,
        "duration_ms": 9_000,
    },
    {
        "level": "ERROR",
        "event": "upload_failed",
        "filename": "b.xml",
        "error": "not XML",
        "error_type": "ParseError",
    },
    {"level": "WARNING", "event": "slow_query", "duration_ms": 900, "message": "slow query"},
    {"level": "WARNING", "message": "readiness check failed: disk 91 %"},
    {"level": "DEBUG", "message": "entered"},
    {"level": "ERROR", "error_type": "DatabaseError", "error": "connection refused"},
    {"level": "ERROR", "error_type": "DatabaseError", "error": "the database system is starting up"},
    {"level": "ERROR", "error_type": "DatabaseError", "error": "FATAL: sorry, too many clients already"},
    {"level": "ERROR", "error_type": "DatabaseError", "error": "deadlock detected"},
    {"level": "ERROR", "error_type": "DatabaseError", "error": 'column "x" does not exist'},
    {"level": "ERROR", "error_type": "DatabaseError", "error": "violates unique constraint"},
    {"level": "ERROR", "error_type": "OperationalError", "error": "could not translate host name"},
    {"level": "ERROR", "error_type": "TimeoutError", "error": "upstream timed out"},
    {
        "level": "ERROR",
        "error_type": "OSError",
        "error": "[Errno 30] Read-only file system",
        "filename": "c.xml",
    },
    {"level": "CRITICAL", "error_type": "OSError", "error": "[Errno 28] No space left on device"},
    {"level": "CRITICAL", "message": "Traceback: ImportError: cannot import name"},
)


def _line(number: int, fields: dict[str, Any]) -> str:
    more = {
        "logger": "greenstack.api",
        "function": "handler",
        "line": number,
        "app": "greenstack",
        "version": "1.4.2",
        "environment": "production",
        "request_id": "REQUEST_ID",
        "client_ip": "10.0.0.9",
        "message": "m",
    }
    return json.dumps({"timestamp": "2026-01-01T00:00:00Z", **more, **fields})


def test_every_query_finds_what_it_looks_for() -> None:
    now = int(time.time())
    entries = tuple(
        ((now - ago) * 10**9 + number, _line(number, fields))
        for ago in (DAY + 60, 60)
        for number, fields in enumerate(BROKEN)
    )
    with Loki(engine("loki")).start() as loki:
        loki.push("t", [Stream({"service_name": "greenstack-api"}, entries)])
        empty = [str(b) for b in blocks("logql") if not loki.query_range("t", b.body, now - 600, now, 60)]
    assert empty == []
