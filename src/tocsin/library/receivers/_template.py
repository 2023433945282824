"""Go templates as text: actions, conditions, named pieces. Not what they say.

Text of a spec never becomes template code: it enters through `literal` (outside an action) or `go` (inside).
"""

import json
from collections.abc import Iterable


def literal(text: str) -> str:
    """Text of the spec in a field that Alertmanager executes as a template: it prints as it is."""
    return text.replace("{{", '{{ "{{" }}')


def go(text: str) -> str:
    """Text as a Go string literal, for use inside an action."""
    return json.dumps(text, ensure_ascii=False)


def act(code: str) -> str:
    """One action: prints a value, or assigns one."""
    return "{{ " + code + " }}"


def when(condition: str, then: str, otherwise: str = "") -> str:
    """`then` where the condition holds (is neither empty nor zero)."""
    other = act("else") + otherwise if otherwise else ""
    return act(f"if {condition}") + then + other + act("end")


def given(value: str, then: str, otherwise: str = "") -> str:
    """`then`, with the value as its dot, where the value is not empty."""
    other = act("else") + otherwise if otherwise else ""
    return act(f"with {value}") + then + other + act("end")


def each(variables: str, values: str, body: str) -> str:
    """`body` for each of the values."""
    return act(f"range {variables} := {values}") + body + act("end")


def first(values: str, count: int, body: str) -> str:
    """`body` for at most `count` values: `$i` and `$a` are a value's number and itself."""
    return each("$i, $a", values, when(f"lt $i {count}", body))


def choice(value: str, texts: Iterable[tuple[str, str]], otherwise: str) -> str:
    """The text that belongs to the value."""
    chain = "".join(f"if eq {value} {go(known)} }}}}{text}{{{{ else " for known, text in texts)
    return act(f"{chain}if true") + otherwise + act("end") if chain else otherwise


def piece(name: str, body: str) -> str:
    """A named template."""
    return act(f'define "tocsin.{name}"') + body + act("end") + "\n"


def insert(name: str, dot: str = ".") -> str:
    """The action that puts a piece's text here."""
    return act(f'template "tocsin.{name}" {dot}')
