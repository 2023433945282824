"""Trouble with the world (a disk, a tool, a port), with its cure. Not for mistakes in a spec."""


class Trouble(Exception):
    """Something outside the spec is in the way. `lines` are facts, `cure` is what to do."""

    def __init__(self, summary: str, *, lines: tuple[tuple[str, str], ...] = (), cure: str = "") -> None:
        super().__init__(summary)
        self.summary, self.lines, self.cure = summary, lines, cure
