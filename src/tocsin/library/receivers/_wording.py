"""What every notification says: what, where, since when, how bad, which instances, and the links.

Written once and adapted to a medium: how it escapes a value, starts a line and writes a link. In a piece, dot
is Alertmanager's whole message, unless the piece is about one alert.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.library.receivers._links import urls
from tocsin.library.receivers._template import act, choice, first, given, go, insert, piece, when
from tocsin.model.digest import DIGEST
from tocsin.model.routing import IDENTITY

SHOWN = 5
"""How many affected instances are listed by name."""
SHOWN_IN_DIGEST = 20
URGENCIES = ("critical", "error", "warning", "info")
"""What PagerDuty knows."""
_TOLD = ("alertname", *IDENTITY, "team", "severity", "escalated", "stage")
"""Labels that the headline tells, or that decide the route only."""
_IS_DIGEST = f"eq .CommonLabels.alertname {go(DIGEST)}"
_ENDED = 'eq $.Status "resolved"'

SET = act("$set := or .Alerts.Firing .Alerts.Resolved")
"""`$set`: the alerts that fire, or all of them when all have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """How a kind of receiver writes."""

    name: str
    escape: str = ""
    """What follows a value in its action: ` | reReplaceAll ...`."""
    line: str = "\n"
    item: str = "- "
    link: tuple[str, str, str] = ("", ": ", "")
    """What stands before, between and after title and URL."""
    url_first: bool = False
    between_links: str = "\n"

    def value(self, expression: str = ".") -> str:
        """An action that prints a value, escaped."""
        return insert(f"{self.name}.text", expression) if self.escape else act(expression)


def shared(*, zone: str, alertmanager: str, severities: Mapping[str, bool]) -> str:
    """The pieces that no medium changes. `severities`: name -> whether it pages."""
    urgencies = {name: "critical" if pages else "warning" for name, pages in severities.items()}
    urgencies |= {name: name for name in URGENCIES}
    colours = {
        name: "danger" if urgency in ("critical", "error") else "warning"
        for name, urgency in urgencies.items()
    }
    colours["digest"] = "#808080"
    severity = ".CommonLabels.severity"
    return (
        _moments(zone)
        + piece("title", _headline(Medium(name="plain")))
        + piece("since", _since())
        + piece("urgency", choice(severity, urgencies.items(), "error"))
        + piece("colour", when(_ENDED, "good", choice(severity, colours.items(), "warning")))
        + urls(alertmanager)
    )


def pieces(medium: Medium, identity: Iterable[str]) -> str:
    """What a medium writes in its own way: `<name>.title`, and `<name>.body` with its list and links.

    `identity` are the labels that every alert has and nobody needs to be told twice.
    """
    name = medium.name
    escaped = piece(f"{name}.text", act(f".{medium.escape}")) if medium.escape else ""
    return (
        escaped
        + piece(f"{name}.title", _headline(medium))
        + piece(f"{name}.list", _list(medium, identity))
        + piece(f"{name}.links", _links(medium))
        + piece(f"{name}.body", _body(medium))
    )


def _moments(zone: str) -> str:
    # Where the spec's hours name a zone, Alertmanager has its data: the configuration would not load without.
    local = ".UTC" if zone in ("", "UTC") else f". | tz {go(zone)}"
    return piece("moment", act(f'({local}).Format "Mon 2 Jan 15:04 MST"')) + piece(
        "clock", act(f'({local}).Format "15:04"')
    )


def _headline(medium: Medium) -> str:
    """`[critical] production/eu1 shop: HighErrorRate, still firing after 15 minutes`."""
    label = {
        name: medium.value(f".CommonLabels.{name}")
        for name in ("environment", "cluster", "severity", "alertname")
    }
    state = when(_ENDED, "resolved", when(".CommonLabels.severity", label["severity"], "several"))
    slash = when("and .CommonLabels.environment .CommonLabels.cluster", "/")
    whose = when(
        _IS_DIGEST,
        given(".CommonLabels.team", " " + medium.value()),
        given(".CommonLabels.service", " " + medium.value()),
    )
    where = when(
        "or .CommonLabels.environment .CommonLabels.cluster .CommonLabels.service",
        label["environment"] + slash + label["cluster"] + whose + ": ",
    )
    count = act("len .Alerts") + " alert" + when("gt (len .Alerts) 1", "s")
    what = when(
        _IS_DIGEST,
        count + " came and went outside your hours",
        when(".CommonLabels.alertname", label["alertname"], count),
    )
    still = when('eq .Status "firing"', given(".CommonAnnotations.escalation", ", " + medium.value()))
    return f"[{state}] {where}{what}{still}"


def _since() -> str:
    """From the earliest to the latest of the alerts."""
    span = (
        act("$start := (index $set 0).StartsAt")
        + act("$end := (index $set 0).EndsAt")
        + act("range $set")
        + when(".StartsAt.Before $start", act("$start = .StartsAt"))
        + when(".EndsAt.After $end", act("$end = .EndsAt"))
        + act("end")
    )
    # A duration as a bare number: a template has no other way to say one second.
    length = act("($end.Sub $start).Round 1000000000 | humanizeDuration")
    ended = (
        "resolved "
        + insert("moment", "$end")
        + when(".CommonLabels.escalated", f", {length} after it was escalated", f" after {length}")
    )
    began = when(".CommonLabels.escalated", "escalated ", "firing since ") + insert("moment", "$start")
    return SET + span + when(_ENDED, ended, began)


def _body(medium: Medium) -> str:
    summary = given(".CommonAnnotations.summary", medium.value() + medium.line)
    was = given(".CommonAnnotations.summary", medium.line + "it was: " + medium.value())
    threshold = given(
        ".CommonAnnotations.threshold",
        when("$.CommonAnnotations.value", f" (threshold {medium.value()})", f"; threshold {medium.value()}"),
    )
    measured = (
        given(".CommonAnnotations.value", "; " + when(_ENDED, "last ") + "value " + medium.value())
        + threshold
    )
    meaning = given(".CommonAnnotations.description", medium.line + medium.value())
    ordinary = (
        when(f"not ({_ENDED})", summary)
        + insert("since")
        + measured
        + insert(f"{medium.name}.list")
        + when(_ENDED, was, meaning)
        + insert(f"{medium.name}.links")
    )
    return when(_IS_DIGEST, _digest(medium), ordinary)


def _digest(medium: Medium) -> str:
    return first(
        ".Alerts",
        SHOWN_IN_DIGEST,
        when("$i", medium.line) + medium.item + medium.value("$a.Annotations.summary"),
    ) + _more(medium, ".Alerts", SHOWN_IN_DIGEST)


def _list(medium: Medium, identity: Iterable[str]) -> str:
    """Which instances are affected; nothing for a single alert that has no labels of its own."""
    hidden = " ".join(go(name) for name in dict.fromkeys((*identity, *_TOLD)))
    which = (
        act("range $j, $p := ($a.Labels.Remove $hidden).SortedPairs")
        + when("$j", ", ")
        + medium.value("$p.Name")
        + "="
        + medium.value("$p.Value")
        + act("end")
    )
    name = when("not $.CommonLabels.alertname", medium.value("$a.Labels.alertname") + " ")
    measured = when("not $.CommonAnnotations.value", given("$a.Annotations.value", ": " + medium.value()))
    ended = when(
        'and (eq .Status "firing") .Alerts.Resolved', ", " + act("len .Alerts.Resolved") + " resolved"
    )
    several = (
        medium.line
        + act("len $set")
        + " affected"
        + ended
        + ":"
        + first("$set", SHOWN, medium.line + medium.item + name + which + measured)
        + _more(medium, "$set", SHOWN)
    )
    single = given("index $set 0", act("$a := .") + when("$a.Labels.Remove $hidden", medium.line + which))
    return SET + act(f"$hidden := stringSlice {hidden}") + when("gt (len $set) 1", several, single)


def _more(medium: Medium, alerts: str, shown: int) -> str:
    # There is no arithmetic in a template, but there is the length of what is left.
    return when(
        f"gt (len {alerts}) {shown}",
        f"{medium.line}{medium.item}and {act(f'len (slice {alerts} {shown})')} more",
    )


def _links(medium: Medium) -> str:
    """The five links, of the alert that is listed first."""
    dashboard = f"Dashboard at {insert('clock', '.StartsAt')}"
    of_alert = "".join(
        when(
            f".Annotations.{annotation}",
            act("$sep") + _link(medium, title, insert(name)) + act(f"$sep = {go(medium.between_links)}"),
        )
        for title, name, annotation in (
            ("Runbook", "runbook", "runbook_url"),
            (dashboard, "dashboard", "dashboard_url"),
            ("Logs", "logs", "logs_url"),
            ("Traces", "traces", "traces_url"),
        )
    )
    silence = when(f"not ({_ENDED})", act("$sep") + _link(medium, "Silence", insert("silence")))
    return SET + act(f"$sep := {go(medium.line)}") + given("index $set 0", of_alert) + silence


def _link(medium: Medium, title: str, url: str) -> str:
    before, between, after = medium.link
    one, two = (url, title) if medium.url_first else (title, url)
    return f"{before}{one}{between}{two}{after}"
