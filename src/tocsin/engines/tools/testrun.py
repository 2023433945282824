"""The outcome of rule unit tests, read from promtool's JUnit report (3.15.0). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ALERT = re.compile(r"\s*(?:name: (?P<name>.*?),\n\s*)?alertname: (?P<subject>.*), time: (?P<at>[^,\n]+),")
_EXPR = re.compile(r'\s*expr: "(?P<subject>(?:[^"\\]|\\.)*)", time: (?P<at>[^,\n]+),')
_SIDES = re.compile(r"\bexp:\s*(?P<expected>.*?),?\s*\n\s*got:\s*(?P<got>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One expectation that was not met. `kind` is alert, expr, or error (the test could not be run)."""

    kind: str
    text: str
    subject: str = ""  # alert name or expression
    at: str = ""  # eval_time, as promtool prints it
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test group of one file."""

    file: str
    name: str
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class TestRun:
    """All cases of a run, in the order of the files."""

    __test__ = False  # not a test class of pytest

    cases: tuple[Case, ...]
    duration: float

    @property
    def ok(self) -> bool:
        """Whether there was something to run, and all of it passed."""
        return bool(self.cases) and all(case.ok for case in self.cases)

    def failed(self) -> Iterator[Case]:
        """The cases with failures."""
        return (case for case in self.cases if not case.ok)


def read_junit(xml: str) -> tuple[Case, ...]:
    """The cases of a report."""
    from xml.etree import ElementTree

    cases = []
    for suite in ElementTree.fromstring(xml).iter("testsuite"):
        for case in suite.iter("testcase"):
            failures = (
                failure(child.text or "", child.tag) for child in case if child.tag in ("failure", "error")
            )
            cases.append(Case(suite.get("name", ""), case.get("name", ""), tuple(failures)))
    return tuple(cases)


def failure(text: str, tag: str = "failure") -> Failure:
    """One failure's text, taken apart."""
    sides = _SIDES.search(text)
    for kind, pattern in (("alert", _ALERT), ("expr", _EXPR)):
        found = pattern.match(text)
        if tag == "failure" and found and sides:
            return Failure(
                kind=kind,
                text=text.strip("\n"),
                subject=found["subject"],
                at=found["at"].strip(),
                expected=sides["expected"].strip(),
                got=sides["got"].strip(),
            )
    return Failure(kind="error", text=text.strip())
