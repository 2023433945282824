"""Reads a version out of what a program prints and says whether it is acceptable. Pure."""

import re

from tocsin.pins import Binary, Version

_NUMBER = re.compile(r"(?<![\d.])v?(\d+)\.(\d+)\.(\d+)(?![\d.])")


def parse(text: str) -> Version | None:
    """The first `major.minor.patch` of the text."""
    found = _NUMBER.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def show(version: Version) -> str:
    """`(3, 15, 0)` as `3.15.0`."""
    return ".".join(map(str, version))


def unfit(binary: Binary, printed: str) -> str | None:
    """Why the program that printed this is not usable as `binary`; None when it is."""
    if not all(word in printed for word in binary.must_print):
        return f"is not {binary.name} (it does not say `{binary.must_print[0]}`)"
    version = parse(printed)
    if version is None:
        return "prints no version"
    if not binary.at_least <= version < binary.below:
        wanted = f"{show(binary.at_least)} or later, below {show(binary.below)}"
        return f"is {show(version)}, wanted {wanted}"
    return None
