"""Says in words what a case is about: the lines that flow, and the clause that it pins."""

from collections.abc import Iterable, Mapping

from tocsin.query.durations import show_duration
from tocsin.query.logql import parse
from tocsin.query.logql.ast import COMPARISONS, Binary, Expr, Logs
from tocsin.query.logql.parse import is_literal
from tocsin.query.logql.walk import log_queries
from tocsin.query.numbers import show_number
from tocsin.witness.excerpt import excerpt as shown
from tocsin.witness.excerpt import one_line
from tocsin.witness.logql.course import Flow, State
from tocsin.witness.logql.evaluate import literal
from tocsin.witness.logql.kinds import Kind
from tocsin.witness.logql.profile import Setting
from tocsin.witness.logql.store import Store
from tocsin.witness.logql.trouble import EngineRefuses

_LONGEST = 100
_MISSES = {">": "not above", ">=": "below", "<": "not below", "<=": "above", "==": "not", "!=": "exactly"}
_MEETS = {">": "above", ">=": "at least", "<": "below", "<=": "at most", "==": "as much as", "!=": "not"}


def number(value: float) -> str:
    """Four digits are enough for a person."""
    return show_number(float(f"{value:.4g}"))


def duration(seconds: float) -> str:
    """`5m`."""
    return show_duration(seconds) or f"{number(seconds)}s"


def excerpt(text: str, start: int, end: int) -> str:
    """A part of the query `text`: where it is long, without what its streams are selected by."""
    return shown(text, start, end, lambda text: ((n.start, n.selector_end, "{...}") for n in _logs(text)))


def _logs(text: str) -> tuple[Logs, ...]:
    return log_queries(parse(text))


def flows(setting: Setting, state: State) -> str:
    """What flows in this state. Labels that all streams have are not said: they stand at the streams."""
    trial = setting.trial
    streams = [
        set((kind.line(flow.value) or kind.mould).stream)
        for kind, flow in zip(trial.kinds, state, strict=True)
    ]
    known = set.intersection(*streams) if streams else set()
    parts = [
        _flow(kind, flow, trial.times.windows[number], known)
        for number, (kind, flow) in enumerate(zip(trial.kinds, state, strict=True))
        if flow.lines
    ]
    return " and ".join(parts) or "no lines"


def _flow(kind: Kind, flow: Flow, window: float, known: set[tuple[str, str]]) -> str:
    mould = kind.line(flow.value) or kind.mould
    text = one_line(mould.text, _LONGEST) or "an empty line"
    many = "line" if flow.lines == 1 else "lines"
    stream = _pairs(pair for pair in mould.stream if pair not in known)
    told = "; ".join(filter(None, (stream, _pairs(mould.metadata))))
    where = f" of {{{told}}}" if told else ""
    move = {"turns": ", half and one and a half times that in turn", "rises": ", each time so much more"}
    how = move.get("rises" if kind.rising else flow.move, "")
    return f"{number(flow.lines)} {many} in {duration(window)}{where} like `{text}`{how}"


def _pairs(labels: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in labels)


def story(setting: Setting, state: State) -> str:
    """What happens in a case, each sentence on a line."""
    span = setting.span
    when = f"From {duration(span.begin)} to {duration(span.end)}"
    return f"{when}: {flows(setting, state)}.\nElse: {flows(setting, setting.calm)}."


def missed(text: str, node: Expr, setting: Setting, store: Store) -> str:
    """A comparison that just does not hold, with its value; or what else it is that does not hold."""
    words = excerpt(text, node.start, node.end)
    if not isinstance(node, Binary) or node.op not in COMPARISONS:
        return f"`{words}` turns round"
    return _compared(text, node, setting, store, _MISSES) or f"`{words}` does not hold"


def met(text: str, node: Expr, setting: Setting, store: Store) -> str:
    """A comparison that just holds."""
    words = excerpt(text, node.start, node.end)
    found = _compared(text, node, setting, store, _MEETS) if isinstance(node, Binary) else ""
    return found or f"`{words}` holds"


def _compared(text: str, node: Binary, setting: Setting, store: Store, how: Mapping[str, str]) -> str:
    flip = is_literal(node.left)
    signal, other = (node.right, node.left) if flip else (node.left, node.right)
    value = _value(signal, setting, store)
    limit = literal(other) if is_literal(other) else _value(other, setting, store)
    if value is None or limit is None:
        return ""
    op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(node.op, node.op) if flip else node.op
    return f"`{excerpt(text, signal.start, signal.end)}` is {number(value)}, {how[op]} {number(limit)}"


def _value(node: Expr, setting: Setting, store: Store) -> float | None:
    try:
        found = setting.trial.plan.part(node, store, 0.0)
    except EngineRefuses:
        return None
    return found[0].value if found else None
