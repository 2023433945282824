"""Scenarios from their declarations: what they name is looked up in the contract, mistakes are located."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tocsin.diag.diagnostic import Sink
from tocsin.diag.nodes import Node
from tocsin.diag.places import inside
from tocsin.model.scenario import Course, Lines, Scenario, Signal, read_course
from tocsin.model.telemetry import Metric, Service
from tocsin.query import promql
from tocsin.query.errors import QueryError
from tocsin.query.nodes import LabelMatcher
from tocsin.spec.root import Spec
from tocsin.spec.scenarios import LinesSpec, ScenarioSpec
from tocsin.spec.values import Duration

CODE = "spec/scenario"
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}
_TARGET = ("job", "instance", "check", "service")
_OF_TARGETS = ("up", "probe_success")
_WEEK = Duration.parse("7d")


@dataclass(frozen=True, slots=True)
class _Builder:
    """What the scenarios of one environment may name."""

    spec: Spec
    services: Mapping[str, Service]
    identity: Mapping[str, str]
    names: Collection[str]
    sink: Sink

    def scenario(self, name: str, said: ScenarioSpec) -> Scenario:
        self._references(said)
        signals = tuple(self._signals(said))
        usual = self._usual(name, said)
        daily = any(one.course.daily for one in signals)
        lasts = said.lasts or (_WEEK if daily else Duration(max(2 * said.within.ms, 600_000)))
        return Scenario(
            name=name,
            usual=usual,
            signals=signals,
            lines=tuple(one for key, lines in said.logs.items() for one in self._lines(said, key, lines)),
            pages=said.pages,
            tells=said.tells,
            within=said.within,
            lasts=lasts,
            origin=said.node,
        )

    def _references(self, said: ScenarioSpec) -> None:
        if said.service and said.service not in self.services:
            place = said.node.at("service")
            self.sink.unknown("spec/unknown-service", place, "service", said.service, self.services)
        for key, alerts in (("pages", said.pages), ("tells", said.tells)):
            place = said.node.at(key)
            for index, alert in enumerate(alerts):
                if alert not in self.names:
                    where = place.items[index] if place.items else place
                    self.sink.unknown("spec/unknown-alert", where, "alert", alert, self.names)

    def _usual(self, name: str, said: ScenarioSpec) -> tuple[Signal, ...]:
        """The signals of the scenario that this one is like, and of what that one is like."""
        found: list[Signal] = []
        seen = {name}
        at = said
        while at.like:
            place, other = at.node.at("like"), self.spec.scenarios.get(at.like)
            if other is None:
                self.sink.unknown(CODE, place, "scenario", at.like, self.spec.scenarios)
                break
            if at.like in seen:
                words = f"the scenario `{at.like}` is like itself"
                self.sink.error(CODE, place, words, help="leave out one `like`")
                break
            seen.add(at.like)
            found[:0] = self._signals(other)
            at = other
        return tuple(found)

    # -- series --------------------------------------------------------------------------------------
    def _signals(self, said: ScenarioSpec) -> Iterator[Signal]:
        for key, text in said.series.items():
            node = said.node.at("series")
            place = node.key_node(key)
            found = self._selected(place, key, said.service)
            try:
                course = read_course(text)
            except ValueError as error:
                words = f"`{text}` is no course of a series"
                self.sink.error(CODE, node.at(key), words, help=str(error))
                continue
            if found is not None and self._fits(node.at(key), found[0], course):
                metric, labels, service = found
                yield Signal(metric=metric, labels=labels, service=service, course=course, origin=place)

    def _selected(self, place: Node, text: str, service: str) -> tuple[str, dict[str, str], str] | None:
        try:
            expr = promql.parse(text)
        except QueryError as error:
            words = f"`{text}` does not read as a selector"
            self.sink.error(CODE, inside(place, error.offset), words, label=error.message)
            return None
        if not isinstance(expr, promql.ast.Selector) or not expr.name or expr.offset or expr.at:
            help = """write `metric{label="value"}`"""
            self.sink.error(CODE, place, f"`{text}` is not one metric with labels", help=help)
            return None
        known = self._labels(expr.name, service, place)
        if known is None or not self._plain(place, expr.matchers):
            return None
        home, labels = known
        for matcher in expr.matchers:
            if matcher.label not in labels:
                where = inside(place, matcher.start, len(matcher.label))
                owner = f"`{expr.name}`"
                self.sink.unknown(
                    "spec/unknown-label", where, "label", matcher.label, sorted(labels), owner=owner
                )
                return None
        return expr.name, {matcher.label: matcher.value for matcher in expr.matchers}, home

    def _fits(self, place: Node, name: str, course: Course) -> bool:
        """A counter has a rate: a level would only be a reset."""
        kinds = {m.type for one in self.services.values() for m in one.metrics.values() if m.name == name}
        if kinds == {"counter"} and course.kind in ("level", "now"):
            words = f"`{name}` is a counter, and `{place.text}` is a level"
            self.sink.error(CODE, place, words, help="write a rate, as in `5/s`, or `0/s` for nothing")
            return False
        return True

    def _plain(self, place: Node, matchers: Iterable[LabelMatcher]) -> bool:
        for matcher in matchers:
            if matcher.op != "=":
                where = inside(place, matcher.start, matcher.end - matcher.start)
                words = f"`{matcher.label}{matcher.op}` does not say which series there are"
                self.sink.error(CODE, where, words, help=f'write `{matcher.label}="..."`')
                return False
        return True

    def _labels(self, metric: str, service: str, place: Node) -> tuple[str, set[str]] | None:
        """Whose metric it is, and which labels it has."""
        if metric in _OF_TARGETS:
            return service, {*self.identity, *_TARGET}
        homes = sorted(self.services, key=lambda name: name != service)
        for home in homes:
            for declared in self.services[home].metrics.values():
                if metric in _series_of(declared):
                    more = ("le",) if metric.endswith("_bucket") else ()
                    own = {matcher.label for matcher in declared.matchers}
                    return home, {*declared.labels, *own, *self.identity, *_TARGET, *more}
        known = [
            name for one in self.services.values() for m in one.metrics.values() for name in _series_of(m)
        ]
        self.sink.unknown("spec/unknown-metric", place, "metric", metric, [*known, *_OF_TARGETS])
        return None

    # -- lines ---------------------------------------------------------------------------------------
    def _lines(self, said: ScenarioSpec, key: str, lines: LinesSpec) -> Iterator[Lines]:
        place = said.node.at("logs").key_node(key)
        try:
            expr = promql.parse(key)
        except QueryError as error:
            words = f"`{key}` does not read as a stream selector"
            self.sink.error(CODE, inside(place, error.offset), words, label=error.message)
            return
        if not isinstance(expr, promql.ast.Selector) or expr.name or not self._plain(place, expr.matchers):
            if not isinstance(expr, promql.ast.Selector) or expr.name:
                help = """write `{label="value"}`"""
                self.sink.error(CODE, place, f"`{key}` is no stream selector", help=help)
            return
        known = {label for one in self.services.values() if one.logs for label in one.logs.labels}
        for matcher in expr.matchers:
            if matcher.label not in known | set(self.identity):
                where = inside(place, matcher.start, len(matcher.label))
                self.sink.unknown("spec/unknown-label", where, "stream label", matcher.label, sorted(known))
                return
        labels = {**self.identity, **{matcher.label: matcher.value for matcher in expr.matchers}}
        yield Lines(labels=labels, line=lines.line, rate=lines.rate.per_second, origin=place)


def _series_of(metric: Metric) -> tuple[str, ...]:
    return tuple(metric.name + suffix for suffix in _SUFFIXES.get(metric.type, ("",)))


def scenarios(
    spec: Spec,
    services: Mapping[str, Service],
    identity: Mapping[str, str],
    names: Collection[str],
    sink: Sink,
) -> tuple[Scenario, ...]:
    """Every scenario; `names` holds all alerts, as `Alert` and as `service/Alert`."""
    builder = _Builder(spec, services, identity, names, sink)
    return tuple(builder.scenario(name, said) for name, said in spec.scenarios.items())
