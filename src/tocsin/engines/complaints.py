"""What Go says when a build fails, in plain words with a cure. Runs nothing."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.pins import Engine

FREE_DISK = "free some disk (a cold build wants 6 GB in Go's caches: go clean -cache), or set TOCSIN_CACHE"
_PACKAGE = re.compile(r"[\w.~/@+-]+")
_CAUSES = (
    (re.compile(r"no space left on device"), "the disk is full", FREE_DISK),
    (
        re.compile(r"requires go >= (\S+)"),
        "Go is too old: {1} or later is needed",
        "install a newer Go from https://go.dev/dl",
    ),
    (
        re.compile(r"dial tcp|no such host|i/o timeout|connection refused|TLS handshake|proxyconnect"),
        "the Go module proxy cannot be reached",
        "check the network and GOPROXY, then make engines",
    ),
    (
        re.compile(r"(?:403|404|410) \w+"),
        "the Go module proxy does not serve a module that is pinned",
        "try another GOPROXY, then make engines",
    ),
    (
        re.compile(r"checksum mismatch|SECURITY ERROR"),
        "a module's content is not what go.sum says",
        "do not use it; check GOPROXY",
    ),
    (
        re.compile(r"signal: killed|out of memory"),
        "Go was killed, most likely for want of memory",
        "GOMAXPROCS=1 make engines",
    ),
)


@dataclass(slots=True)
class Heard:
    """What was heard of a running build."""

    packages: int = 0
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=40))

    def listen(self, stream: Iterable[str]) -> None:
        """Count the names of packages, keep everything else but downloads."""
        for line in stream:
            text = line.rstrip()
            if _PACKAGE.fullmatch(text):
                self.packages += 1
            elif text and not text.startswith("go: downloading"):
                self.lines.append(text)


def explain(engine: Engine, lines: Iterable[str]) -> tuple[str, str]:
    """The reason and the cure; an unknown failure is shown as it was said."""
    said = [line for line in lines if line.strip()]
    for pattern, reason, cure in _CAUSES:
        for line in said:
            if found := pattern.search(line):
                words = reason.replace("{1}", found[1]) if "{1}" in reason else reason
                return f"{words} ({line.strip()})", cure
    tail = " | ".join(said[-3:]) or "it said nothing"
    return f"go build failed: {tail}", "python -m tocsin.engines build " + engine.name
