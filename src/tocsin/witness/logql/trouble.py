"""Why the local evaluator gives no answer. The engine may well have one."""


class NotUnderstood(Exception):
    """Something of LogQL that is not evaluated here."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class EngineRefuses(Exception):
    """Loki itself fails on this query over these lines."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class OutOfBudget(Exception):
    """The search has used up its steps."""
