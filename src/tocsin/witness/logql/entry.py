"""One log line on its way through a pipeline: its text, its labels of three kinds, its error.

Loki 3.7.8: parsed labels come before structured metadata, and those before the stream's; a parsed label that
clashes with one of the other two gets the suffix `_extracted`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.witness.telemetry import Labels

SUFFIX = "_extracted"
ERROR, DETAILS, PRESERVE = "__error__", "__error_details__", "__preserve_error__"


@dataclass(slots=True)
class Entry:
    """Mutable while the stages work on it."""

    stream: Mapping[str, str]
    text: str
    at: float = 0.0
    metadata: dict[str, str] = field(default_factory=dict)
    parsed: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    error: str = ""
    details: str = ""
    extracted: set[str] = field(default_factory=set)
    """Names of labels that a stage has set; another parser leaves those that are wanted alone."""

    def get(self, name: str) -> str | None:
        """The label's value; None when it is not there."""
        for labels in (self.metadata, self.parsed):
            if name in labels:
                return labels[name]
        if name in self.deleted:
            return None
        return self.stream.get(name) or None

    def set(self, name: str, value: str) -> None:
        """A label that a stage gives."""
        self.metadata.pop(name, None)
        self.parsed[name] = value
        self.extracted.add(name)

    def free(self, name: str) -> str:
        """The name under which a parser puts a field: another one when there is such a label already."""
        return name + SUFFIX if name in self.stream or name in self.metadata else name

    def delete(self, name: str) -> None:
        """Take the label off, wherever it came from."""
        self.metadata.pop(name, None)
        self.parsed.pop(name, None)
        self.deleted.add(name)

    def fail(self, error: str, details: str = "") -> None:
        """Mark the line."""
        self.error, self.details = error, details or self.details

    def labels(self) -> dict[str, str]:
        """All labels, the error's as well."""
        found = {name: value for name, value in self.stream.items() if name not in self.deleted}
        found |= self.metadata | self.parsed
        if self.error:
            found[ERROR] = self.error
        if self.details:
            found[DETAILS] = self.details
        return found


def sorted_labels(labels: Mapping[str, str]) -> Labels:
    """Labels in their one form; Loki keeps those with an empty value, and so does this."""
    return tuple(sorted(labels.items()))
