"""What an engine said of a generated line, told at the line of the spec that caused it."""

from collections.abc import Iterator
from pathlib import PurePath

from tocsin.artifacts.emit import emit
from tocsin.artifacts.mark import whole
from tocsin.artifacts.origins import Pointer, trace, trace_line
from tocsin.artifacts.tree import Artifact
from tocsin.checks.check import Finding
from tocsin.checks.context import Context
from tocsin.diag.diagnostic import Diagnostic, Label
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside, offset_of
from tocsin.diag.text import Source, Span
from tocsin.engines.answers import NotRun
from tocsin.engines.problem import Problem, Verdict


def findings(context: Context, code: str, verdict: Verdict | NotRun) -> Iterator[Finding]:
    """The engine's complaints as findings in the spec; *not run* is handed on."""
    if isinstance(verdict, NotRun):
        yield verdict
        return
    for problem in verdict.problems:
        yield located(context, code, problem)


def located(context: Context, code: str, problem: Problem) -> Diagnostic:
    """One complaint at its node in the spec; at the very character where the engine named one."""
    path = _relative(context, problem.file)
    artifact = context.artifacts.get(path)
    place = problem.place
    if artifact is None:
        span: Span | Node = context.workspace.origin
        return _diagnostic(code, span, problem, f"{problem.tool}, {path}", ())
    pointer = _rule_pointer(artifact, problem)
    found = trace(artifact, pointer) if pointer else None
    if found is None and place is not None:
        found = trace_line(artifact, whole(artifact, emit(artifact), None), place.line, place.column)
    origin = found.origin if found else artifact.origin
    where = f"{path}:{place.line}" + (f":{place.column}" if place.column else "") if place else path
    what = f", {found.what}" if found and found.what else ""
    span, others = _within(artifact, pointer, problem, origin)
    return _diagnostic(code, span, problem, f"{problem.tool}, {where}{what}", others)


def _relative(context: Context, file: str) -> str:
    path = PurePath(file)
    return (
        path.relative_to(context.folder).as_posix()
        if path.is_relative_to(context.folder)
        else path.as_posix()
    )


def _diagnostic(
    code: str, where: Node | Span, problem: Problem, note: str, others: tuple[Label, ...]
) -> Diagnostic:
    span = where.span if isinstance(where, Node) else where
    message = f"{problem.rule}: {problem.message}" if problem.rule else problem.message
    if problem.field:
        message += f" (in {problem.field})"
    first, *more = message.splitlines() or [""]
    return Diagnostic(code, "warning" if problem.lint else "error", first, Label(span), others, (*more, note))


def _rule_pointer(artifact: Artifact, problem: Problem) -> Pointer:
    """The rule that an engine names by its group and number."""
    tree = artifact.tree
    if problem.group is None or problem.rule_number is None or not isinstance(tree, dict):
        return ()
    for index, group in enumerate(tree.get("groups", ())):
        if group.get("name") == problem.group and problem.rule_number <= len(group.get("rules", ())):
            return ("groups", index, "rules", problem.rule_number - 1)
    return ()


def _within(
    artifact: Artifact, pointer: Pointer, problem: Problem, origin: Node
) -> tuple[Node | Span, tuple[Label, ...]]:
    """The character that is meant: in the spec where it was written there, else in the expanded text."""
    if problem.field is not None:
        written = origin.get(problem.field.partition('"')[2].rpartition('"')[0])
        return written or origin.key_place(), ()
    place = problem.inside
    if not pointer or place is None:
        return origin.key_place(), ()
    expr = str(artifact.tree["groups"][pointer[1]]["rules"][pointer[3]]["expr"])
    offset = offset_of(expr, place.line, max(place.column, 1))
    for key in ("expr", "logql"):
        node = origin.get(key)
        if node is not None and expr in node.text:
            return inside(node, node.text.index(expr) + offset), ()
    title = f"the expression made by `{origin.at('template').text or 'a template'}`"
    source = Source(title, expr, is_file=False)
    column = max(place.column, 1)
    return origin.key_place(), (Label(Span(source, place.line, column, place.line, column + 1), "here"),)
