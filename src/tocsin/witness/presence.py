"""When an expression has a result, as far as that is certain. Data only."""

from enum import IntEnum


class Presence(IntEnum):
    """When there are elements."""

    NEVER = 0
    SOMETIMES = 1
    WITH_DATA = 2
    """As long as every selector has samples."""
    ALWAYS = 3
