"""What checks look at: environments, expressions, artifacts, runbooks. Finds nothing itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tocsin.artifacts.tree import Artifact
from tocsin.checks.contract_index import Index, index
from tocsin.checks.expression import Expression, Logql, Promql, Written, expressions
from tocsin.diag.diagnostic import Diagnostic, Label, Severity
from tocsin.diag.nodes import Node
from tocsin.diag.text import Span
from tocsin.model.alerting import Alert, Inhibition, Receiver, Team
from tocsin.model.alerting import Severity as AlertSeverity
from tocsin.model.dashboards import Dashboard, Panel
from tocsin.model.telemetry import LogStream, Metric, Scrape, Service
from tocsin.model.workspace import Model, Workspace
from tocsin.query.nodes import Node as Place
from tocsin.spec.load import Loaded

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything there is to check. `folder` holds the artifacts as files, once something asked for it."""

    root: Path
    loaded: Loaded
    workspace: Workspace
    artifacts: Mapping[str, Artifact]
    folder: Path
    runbooks: Mapping[str, str]
    """File name under runbooks/ -> its text; only those that exist."""
    _memo: dict[Any, Any] = field(default_factory=dict)

    def models(self) -> tuple[Model, ...]:
        """All environments; the first is production."""
        return self.workspace.environments

    def each(self, kind: type) -> Iterator[tuple[Model, Any]]:
        """Every object of a type with its environment; `Context` itself once (with the first environment)."""
        if kind is Context:
            yield self.models()[0], self
            return
        for model in self.models():
            yield from ((model, one) for one in self._of(model, kind))

    def of(self, model: Model) -> "View":
        """The context as a check on one object sees it."""
        return View(self, model)

    def expressions(self, model: Model) -> tuple[Expression, ...]:
        """Every expression of an environment: rules, records, panels."""
        return self.once(("expressions", model.root), lambda: tuple(expressions(model)))

    def written(self, model: Model) -> tuple[Expression, ...]:
        """Those that somebody wrote."""
        return self.once(
            ("written", model.root), lambda: tuple(e for e in self.expressions(model) if e.node is not None)
        )

    def parsed(self, model: Model, language: str) -> tuple[Expression, ...]:
        """Those that somebody wrote in one language, and that parse."""
        written = self.written(model)
        return self.once(
            ("parsed", language, model.root),
            lambda: tuple(e for e in written if e.language == language and e.tree is not None),
        )

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What `make` gives, computed once for all checks."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found

    def paths(self, model: Model, prefix: str, suffix: str = "") -> list[str]:
        """The artifacts of one environment whose path begins and ends so."""
        return [p for p in self.artifacts if p.startswith(model.root + prefix) and p.endswith(suffix)]

    def _of(self, model: Model, kind: type) -> Iterable[Any]:
        tables: dict[type, Any] = {
            Model: lambda: (model,),
            Service: model.services.values,
            Metric: lambda: (m for s in model.services.values() for m in s.metrics.values()),
            Scrape: lambda: (one for s in model.services.values() for one in s.scrapes),
            LogStream: lambda: (s.logs for s in model.services.values() if s.logs is not None),
            Alert: lambda: model.alerts,
            Receiver: model.receivers.values,
            Team: model.teams.values,
            AlertSeverity: model.severities.values,
            Inhibition: lambda: model.inhibitions,
            Dashboard: lambda: model.dashboards,
            Panel: lambda: (p for d in model.dashboards for r in d.rows for p in r.panels),
            Expression: lambda: self.expressions(model),
            Written: lambda: self.written(model),
            Promql: lambda: self.parsed(model, "promql"),
            Logql: lambda: self.parsed(model, "logql"),
        }
        found: Iterable[Any] = tables[kind]()
        return found


@dataclass(frozen=True, slots=True)
class View:
    """What a check gets beside its object: the whole context and the object's environment."""

    context: Context
    model: Model

    @property
    def index(self) -> Index:
        """The series that there are in this environment."""
        return self.context.once(("index", self.model.root), lambda: index(self.model))

    def metric(self, name: str) -> Metric | None:
        """The declared metric of this name, without a histogram's suffix; None when it is not declared."""
        found = self.index.metrics.get(name) or self.index.declared.get(name)
        return found[0] if found else None

    def within(
        self,
        code: str,
        expression: Expression,
        part: Place | tuple[int, int],
        message: str,
        *,
        severity: Severity | None = None,
        label: str = "",
        others: Iterable[Label] = (),
        notes: Iterable[str] = (),
        help: str = "",
    ) -> Diagnostic:
        """A finding at a part of an expression: a node of its tree, or the characters (start, end)."""
        start, end = part if isinstance(part, tuple) else (part.start, part.end)
        where, here = expression.place(start, end)
        return self.finding(
            code,
            where,
            message,
            severity=severity,
            label=label,
            others=(*here, *others),
            notes=notes,
            help=help,
        )

    def finding(
        self,
        code: str,
        where: Node | Span,
        message: str,
        *,
        severity: Severity | None = None,
        label: str = "",
        others: Iterable[Label] = (),
        notes: Iterable[str] = (),
        help: str = "",
    ) -> Diagnostic:
        """A finding at a node or span, with the check's own severity unless another is given."""
        from tocsin.checks.check import checks

        registered = checks.get(code)
        level: Severity = severity or (registered.severity if registered else "error")
        span = where.span if isinstance(where, Node) else where
        return Diagnostic(code, level, message, Label(span, label), tuple(others), tuple(notes), help)
