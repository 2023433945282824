"""What is proved of the expressions of alerts that somebody wrote, once for all checks. Reports nothing."""

from tocsin.checks.context import View
from tocsin.checks.expression import Expression
from tocsin.checks.promql_known import understood
from tocsin.witness.outcome import Always, Impossible
from tocsin.witness.promql.lints import Lint
from tocsin.witness.promql.refute.analysis import Analysis
from tocsin.witness.rule import Rule


def analysed(expression: Expression, view: View) -> Analysis | None:
    """What is known of each part of a PromQL expression; None where it cannot be read, or is too big."""
    if expression.language != "promql" or expression.tree is None:
        return None
    key = "analysed", view.model.root, id(expression)
    return view.context.once(key, lambda: understood(expression.tree, view.index, expression.text))


def refuted(expression: Expression, view: View) -> Impossible | Always | None:
    """Why the alert never fires, or always does, as far as that is proved."""
    from tocsin.witness.logql.impossible import refute
    from tocsin.witness.promql.impossible import judged

    if expression.role != "alert" or expression.alert is None:
        return None
    if expression.language == "logql":
        return view.context.once(
            ("refuted", view.model.root, id(expression)), lambda: refute(_rule(expression, view))
        )
    found = analysed(expression, view)
    return None if found is None else judged(_rule(expression, view), found)


def linted(code: str, expression: Expression, view: View) -> tuple[Lint, ...]:
    """What looks wrong in the expression, of this code only."""
    from tocsin.witness.promql.lints import looked_at

    found = analysed(expression, view)
    if expression.role != "alert" or expression.alert is None or found is None:
        return ()
    key = "linted", view.model.root, id(expression)
    lints = view.context.once(key, lambda: looked_at(_rule(expression, view), found))
    return tuple(one for one in lints if one.code == code)


def _rule(expression: Expression, view: View) -> Rule:
    alert = expression.alert
    assert alert is not None, "asked of alerts only"
    every = alert.every or view.model.stack.evaluation_interval
    return Rule(
        name=alert.name,
        language=expression.language,
        expr=expression.text,
        hold=alert.hold.seconds,
        every=every.seconds,
    )
