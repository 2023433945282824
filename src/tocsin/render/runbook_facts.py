"""What the spec says about one alert, as titles and Markdown: when it fires, who is told, what mutes it.

Not how the facts are laid out on a page (`runbooks.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from tocsin.model.alerting import Alert, Variant
from tocsin.model.clock import words
from tocsin.model.digest import digests
from tocsin.model.routing import IDENTITY, Delivery, Routing, muted, muted_by
from tocsin.model.workspace import Model
from tocsin.query.matchers import equal, selector
from tocsin.render.runbook_markdown import References, code, plain

Facts = dict[str, str]


class Known:
    """A model with what is looked up for every alert: routes, titles of dashboards and panels."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.routing = Routing(model)
        self.titles = {d.uid: d.title for d in model.dashboards}
        self.panels = {(d.uid, p.id): p.title for d in model.dashboards for r in d.rows for p in r.panels}
        self._routed: dict[object, str] = {}
        self.digested = {digest.receiver for digest in digests(model)}

    def once(self, alert: Alert, what: str, make: Callable[[], str]) -> str:
        """What `make` says, made once for all alerts that are routed alike."""
        own = alert.id if alert.to else ""
        key = what, alert.team, alert.severity, own, alert.hold, alert.escalate_after
        if key not in self._routed:
            self._routed[key] = make()
        return self._routed[key]

    def dashboard(self, url: str) -> str:
        """The title of the dashboard that a URL leads to."""
        return self.titles.get(url.partition("/d/")[2].partition("/")[0], "")

    def receiver(self, name: str) -> str:
        """`platform-pager (pagerduty)`."""
        found = self.model.receivers.get(name)
        return plain(f"{name} ({found.kind})" if found else name)

    def hours(self, delivery: Delivery) -> str:
        """`always`, or the name of the hours and what they are."""
        if not delivery.hours:
            return "always"
        found = self.model.hours.get(delivery.hours)
        spans = "; ".join(map(words, found.intervals)) if found else ""
        rest = ", the rest as a digest" if delivery.receiver in self.digested else ""
        return plain(f"only in {delivery.hours}" + (f" ({spans})" if spans else "") + rest)


def facts_of(alert: Alert, known: Known, references: References | None) -> Facts:
    """Title -> Markdown, in the order in which somebody wants to know them at night.

    Without `references` there are no links.
    """
    return {
        title: text
        for title, text in (
            *_meaning(alert),
            ("Severity", plain(_severity(alert))),
            ("Who is told", _told(alert, known)),
            ("Who next", _next(alert, known)),
            ("Muted while", _muted(alert, known.model)),
            ("Mutes", _mutes(alert, known.model)),
            ("Links", references.links(_links(alert, known)) if references else ""),
            ("Formerly", ", ".join(map(code, alert.was))),
        )
        if text
    }


def ordered(alert: Alert) -> list[Variant]:
    """The alert itself first, then its overrides."""
    return sorted(alert.variants, key=lambda variant: variant.only != "")


def _meaning(alert: Alert) -> Iterator[tuple[str, str]]:
    variants = ordered(alert)
    main = variants[0].condition
    yield "Fires when", _each((v, plain(v.condition.meaning)) for v in variants)
    yield "Measures", plain(main.measures)
    yield (
        "Threshold",
        _each((v, plain(v.condition.limit)) for v in variants if v.condition.limit),
    )
    yield "Since when", _since(alert)
    for title, text in main.facts:
        yield plain(title), plain(text)


def _each(said: Iterator[tuple[Variant, str]]) -> str:
    """One text when all variants say the same, else each with the part that it is for."""
    texts = list(said)
    if len({text for _, text in texts}) <= 1:
        return texts[0][1] if texts else ""
    return "; ".join(f"{code(v.only)}: {text}" if v.only else text for v, text in texts)


def _since(alert: Alert) -> str:
    window = alert.variants[0].condition.window
    parts = [f"must hold for {alert.hold} before it fires" if alert.hold.ms else "fires at once"]
    if window is not None:
        parts.append(f"looks back {window}")
    if alert.every is not None:
        parts.append(f"evaluated every {alert.every}")
    if alert.keep_firing_for is not None:
        parts.append(f"goes on for {alert.keep_firing_for} after the cause has gone")
    return "; ".join(parts)


def _severity(alert: Alert) -> str:
    team = f", team {alert.team}" if alert.team else ""
    return f"{alert.severity}{team}" + (f", owner {alert.owner}" if alert.owner else "")


def _told(alert: Alert, known: Known) -> str:
    if alert.shadow:
        return "nobody: the alert is in shadow, it is only recorded"
    return known.once(alert, "told", lambda: _deliveries(known.routing.told(alert), known) or "**nobody**")


def _deliveries(found: Sequence[Delivery], known: Known, condition: str = "") -> str:
    """`platform-pager (pagerduty): after 10s, always; again every 1h while it fires`."""
    if not found:
        return ""
    by_time: dict[tuple[str, str], list[str]] = {}
    for one in found:
        by_time.setdefault((str(one.after), known.hours(one)), []).append(known.receiver(one.receiver))
    parts = [
        f"{', '.join(names)}: after {after}{condition}, {hours}" for (after, hours), names in by_time.items()
    ]
    return "; ".join((*parts, f"again every {found[0].timing.repeat} while it fires"))


def _next(alert: Alert, known: Known) -> str:
    if alert.shadow or alert.escalate_after is None:
        return "nobody: it is not escalated"
    return known.once(alert, "next", lambda: _escalated(alert, known) or "**nobody**")


def _escalated(alert: Alert, known: Known) -> str:
    return _deliveries(known.routing.told(alert, escalated=True), known, " if it still fires")


def _muted(alert: Alert, model: Model) -> str:
    by_equal: dict[tuple[str, ...], list[str]] = {}
    for found in muted_by(model, alert):
        by_equal.setdefault(found.equal, []).append(plain(found.when))
    parts = [
        f"{' or '.join(dict.fromkeys(names))} fires{_same(labels)}" for labels, names in by_equal.items()
    ]
    return "; ".join(parts) or "never, except by a silence"


def _same(labels: tuple[str, ...]) -> str:
    if not labels:
        return ""
    *first, last = map(plain, labels)
    return f" for the same {', '.join(first)} and {last}" if first else f" for the same {last}"


def _mutes(alert: Alert, model: Model) -> str:
    found = [
        name
        for r in model.inhibitions
        if r.when == alert.name and r.service in ("", alert.service)
        for name in muted(r)
    ]
    return ", ".join(plain(name) for name in dict.fromkeys(found))


def _links(alert: Alert, known: Known) -> Iterator[tuple[str, str]]:
    """(title, URL) in the order in which they are wanted; some have no URL."""
    said, links = alert.annotations, known.model.links
    uid, panel = alert.panel or ("", 0)
    yield f"Panel {known.panels.get((uid, panel), '')}".strip(), said.get("panel_url", "")
    yield f"Dashboard {known.dashboard(alert.dashboard_url)}".strip(), alert.dashboard_url
    yield "Logs", said.get("logs_url", "")
    yield "Traces", said.get("traces_url", "")
    yield "Errors", links.errors
    yield "Silence", _silence(alert, links.alertmanager)
    yield from alert.links.items()


def _silence(alert: Alert, alertmanager: str) -> str:
    """Alertmanager's form for a new silence, filled in for this alert."""
    if not alertmanager:
        return ""
    labels = {"alertname": alert.name, **{n: alert.labels[n] for n in IDENTITY if n in alert.labels}}
    return f"{alertmanager}/#/silences/new?filter={quote(selector('', equal(labels)))}"
