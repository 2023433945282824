"""Says in words what a case is about: the lines that flow, and the clause that it pins."""

from collections.abc import Mapping

from tocsin.query.durations import show_duration
from tocsin.query.logql.ast import COMPARISONS, Binary, Expr
from tocsin.query.logql.parse import is_literal
from tocsin.query.numbers import show_number
from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.evaluate import literal
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.logql.profile import Setting
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import EngineRefuses

_LONGEST = 70
_MISSES = {">": "not above", ">=": "below", "<": "not below", "<=": "above", "==": "not", "!=": "exactly"}
_MEETS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "==": "as much as", "!=": "not"}


def number(value: float) -> str:
    """Four digits are enough for a person."""
    return show_number(float(f"{value:.4g}"))


def duration(seconds: float) -> str:
    """`5m`."""
    return show_duration(seconds) or f"{number(seconds)}s"


def shortened(text: str, most: int = _LONGEST) -> str:
    """One line of it."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def flows(setting: Setting, state: State) -> str:
    """What flows in this state."""
    trial = setting.trial
    parts = [
        _flow(kind, flow, trial.times.windows[number])
        for number, (kind, flow) in enumerate(zip(trial.kinds, state, strict=True))
        if flow.lines
    ]
    return " and ".join(parts) or "no lines"


def _flow(kind: Kind, flow: Flow, window: float) -> str:
    mould = kind.line(flow.value) or kind.mould
    text = shortened(mould.text) or "an empty line"
    many = "line" if flow.lines == 1 else "lines"
    stream = ", ".join(f'{name}="{value}"' for name, value in mould.stream)
    if mould.metadata:
        stream += "; " + ", ".join(f'{name}="{value}"' for name, value in mould.metadata)
    move = {"turns": ", half and one and a half times that in turn", "rises": ", each time so much more"}
    how = move.get("rises" if kind.rising else flow.move, "")
    return f"{number(flow.lines)} {many} in {duration(window)} of {{{stream}}} like `{text}`{how}"


def story(setting: Setting, state: State) -> str:
    """What happens in a case."""
    span = setting.span
    calm = flows(setting, setting.calm)
    return f"{flows(setting, state)} from {duration(span.begin)} to {duration(span.end)}; else {calm}"


def missed(text: str, node: Expr, setting: Setting, store: Store) -> str:
    """A comparison that just does not hold, with its value; or what else it is that does not hold."""
    shown = shortened(text[node.start : node.end], 60)
    if not isinstance(node, Binary) or node.op not in COMPARISONS:
        return f"`{shown}` turns round"
    return _compared(text, node, setting, store, _MISSES) or f"`{shown}` does not hold"


def met(text: str, node: Expr, setting: Setting, store: Store) -> str:
    """A comparison that just holds."""
    shown = shortened(text[node.start : node.end], 60)
    found = _compared(text, node, setting, store, _MEETS) if isinstance(node, Binary) else ""
    return found or f"`{shown}` holds"


def _compared(text: str, node: Binary, setting: Setting, store: Store, how: Mapping[str, str]) -> str:
    flip = is_literal(node.left)
    signal, other = (node.right, node.left) if flip else (node.left, node.right)
    value = _value(signal, setting, store)
    limit = literal(other) if is_literal(other) else _value(other, setting, store)
    if value is None or limit is None:
        return ""
    op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(node.op, node.op) if flip else node.op
    return f"`{shortened(text[signal.start : signal.end], 60)}` is {number(value)}, {how[op]} {number(limit)}"


def _value(node: Expr, setting: Setting, store: Store) -> float | None:
    try:
        found = setting.trial.plan.part(node, store, 0.0)
    except EngineRefuses:
        return None
    return found[0].value if found else None
