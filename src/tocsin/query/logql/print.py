"""LogQL trees to text: one line, always the same for the same tree. Reads back to an equal tree."""

from tocsin.query.logql.ast import (
    PRECEDENCE,
    Aggregate,
    Assignment,
    Binary,
    Compare,
    Condition,
    Decolorize,
    Drop,
    Expr,
    Extraction,
    IpFilter,
    Json,
    Junction,
    Keep,
    LabelFilter,
    LabelFormat,
    LabelReplace,
    LineFilter,
    LineFormat,
    Logfmt,
    LogRange,
    Logs,
    Paren,
    Pattern,
    RangeAggregate,
    Regexp,
    Stage,
    Unpack,
    Unwrap,
    Variants,
    Vector,
)
from tocsin.query.logql.quantities import show_log_duration, show_size
from tocsin.query.nodes import Grouping, LabelMatcher, Matching, Name, Number
from tocsin.query.numbers import show_number
from tocsin.query.quoting import quote

_JUNCTIONS = {"or": 1, "and": 2}


def print_expr(expr: Expr) -> str:
    """The text of `expr`."""
    match expr:
        case Logs():
            return print_logs(expr)
        case Binary():
            return _binary(expr)
        case RangeAggregate() | Aggregate():
            return _aggregate(expr)
        case Number(value=value):
            return show_number(value)
        case Paren(expr=below):
            return f"({print_expr(below)})"
        case Vector(value=value):
            return f"vector({show_number(value.value)})"
        case _:
            return _call(expr)


def _call(expr: LabelReplace | Variants) -> str:
    if isinstance(expr, Variants):
        shown = ", ".join(print_expr(each) for each in expr.exprs)
        return f"variants({shown}) of ({print_range(expr.range)})"
    texts = (expr.target, expr.replacement, expr.source, expr.regex)
    return f"label_replace({print_expr(expr.expr)}, {', '.join(quote(text.value) for text in texts)})"


def print_logs(logs: Logs) -> str:
    """The text of a log query."""
    selector = "{" + ", ".join(_matcher(m) for m in logs.matchers) + "}"
    return " ".join((selector, *(print_stage(stage) for stage in logs.stages)))


def print_range(span: LogRange) -> str:
    """The text of a log query with its range."""
    words = [print_logs(span.logs)]
    if span.unwrap is not None:
        words.append(_unwrap(span.unwrap))
    words.append(f"[{show_log_duration(span.range.value)}]")
    if span.offset is not None:
        words.append(f"offset {show_log_duration(span.offset.value)}")
    return " ".join(words)


def print_stage(stage: Stage) -> str:
    """The text of one stage."""
    match stage:
        case LineFilter(op=op, alternatives=alternatives):
            shown = (f"ip({quote(a.value)})" if a.ip else quote(a.value) for a in alternatives)
            return f"{op} {' or '.join(shown)}"
        case LabelFilter(condition=condition):
            return f"| {print_condition(condition)}"
        case Json() | Logfmt():
            return _extracting(stage)
        case LabelFormat(assignments=assignments):
            return f"| label_format {', '.join(_assignment(a) for a in assignments)}"
        case Drop(labels=labels) | Keep(labels=labels):
            shown = (label.text if isinstance(label, Name) else _matcher(label) for label in labels)
            return f"| {'drop' if isinstance(stage, Drop) else 'keep'} {', '.join(shown)}"
        case _:
            return _plain_stage(stage)


def _plain_stage(stage: Regexp | Pattern | LineFormat | Unpack | Decolorize) -> str:
    match stage:
        case Regexp(pattern=text):
            return f"| regexp {quote(text.value)}"
        case Pattern(pattern=text):
            return f"| pattern {quote(text.value)}"
        case LineFormat(template=text):
            return f"| line_format {quote(text.value)}"
        case Unpack():
            return "| unpack"
        case Decolorize():
            return "| decolorize"


def _extracting(stage: Json | Logfmt) -> str:
    words = ["| json" if isinstance(stage, Json) else "| logfmt"]
    if isinstance(stage, Logfmt):
        words += ["--strict"] * stage.strict + ["--keep-empty"] * stage.keep_empty
    if stage.extractions:
        words.append(", ".join(_extraction(e) for e in stage.extractions))
    return " ".join(words)


def _extraction(extraction: Extraction) -> str:
    path = extraction.path.value
    return extraction.label if path == extraction.label else f"{extraction.label}={quote(path)}"


def _assignment(assignment: Assignment) -> str:
    value = assignment.value
    return f"{assignment.label}={value.text if isinstance(value, Name) else quote(value.value)}"


def print_condition(condition: Condition) -> str:
    """The text of a label filter."""
    match condition:
        case LabelMatcher():
            return _matcher(condition)
        case Compare():
            return f"{condition.label} {condition.op} {_amount(condition)}"
        case IpFilter():
            return f"{condition.label} {condition.op} ip({quote(condition.value.value)})"
        case Junction(op=op, left=left, right=right):
            rank = _JUNCTIONS[op]
            return f"{_side(left, rank)} {op} {_side(right, rank + 1)}"


def _side(condition: Condition, rank: int) -> str:
    shown = print_condition(condition)
    return f"({shown})" if isinstance(condition, Junction) and _JUNCTIONS[condition.op] < rank else shown


def _amount(condition: Compare) -> str:
    if condition.unit == "duration":
        return show_log_duration(condition.value)
    return show_size(condition.value) if condition.unit == "bytes" else show_number(condition.value)


def _unwrap(unwrap: Unwrap) -> str:
    label = unwrap.label.text
    words = [f"| unwrap {f'{unwrap.conversion}({label})' if unwrap.conversion else label}"]
    return " ".join((*words, *(f"| {print_condition(each)}" for each in unwrap.filters)))


def _matcher(matcher: LabelMatcher) -> str:
    return f"{matcher.label}{matcher.op}{quote(matcher.value)}"


def _aggregate(expr: RangeAggregate | Aggregate) -> str:
    by = "" if expr.grouping is None else " " + print_grouping(expr.grouping)
    param = "" if expr.param is None else show_number(expr.param.value) + ", "
    if isinstance(expr, RangeAggregate):
        return f"{expr.op}({param}{print_range(expr.range)}){by}"
    return f"{expr.op}{by and by + ' '}({param}{print_expr(expr.expr)})"


def print_grouping(grouping: Grouping) -> str:
    """`by (a, b)`."""
    return f"{'without' if grouping.without else 'by'} ({', '.join(grouping.names)})"


def print_matching(matching: Matching) -> str:
    """`on (a) group_left (b)`."""
    out = f"{'on' if matching.on else 'ignoring'} ({', '.join(matching.names)})"
    include = ", ".join(name.text for name in matching.include)
    return f"{out} group_{matching.group} ({include})" if matching.group else out


def _binary(expr: Binary) -> str:
    tightness, from_right = PRECEDENCE[expr.op], expr.op == "^"
    words = [_operand(expr.left, tightness + from_right), expr.op]
    if expr.returns_bool:
        words.append("bool")
    if expr.matching is not None:
        words.append(print_matching(expr.matching))
    return " ".join((*words, _operand(expr.right, tightness + (not from_right))))


def _operand(expr: Expr, tightness: int) -> str:
    shown = print_expr(expr)
    return f"({shown})" if isinstance(expr, Binary) and PRECEDENCE[expr.op] < tightness else shown
