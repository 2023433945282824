"""The one exception of this room: a query is wrong, and here is where. Not how it is shown."""


class QueryError(ValueError):
    """The query does not parse or does not type; `offset` and `length` are characters of its text."""

    def __init__(self, message: str, offset: int, length: int = 1) -> None:
        if not message.isprintable():  # it quotes somebody's text
            message = "".join(char if char.isprintable() else repr(char)[1:-1] for char in message)
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = max(1, length)

    def __repr__(self) -> str:
        return f"QueryError({self.message!r}, {self.offset}, {self.length})"
