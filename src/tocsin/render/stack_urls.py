"""Addresses of the stack's own parts, taken apart. Not where they are configured (that is `model.stack`)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as the engines want it: scheme, `host:port`, and a path prefix without trailing slash."""

    scheme: str
    host: str
    port: int
    prefix: str

    @property
    def target(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"


def address(url: str) -> Address:
    """The parts of `http://alertmanager:9093/prefix`."""
    parts = urlsplit(url)
    scheme = parts.scheme or "http"
    return Address(
        scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(scheme, 80), parts.path.rstrip("/")
    )
