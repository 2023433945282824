"""The addresses in a notification: runbook, dashboard, logs and traces at the alert's time, a silence.

Each piece prints one URL or nothing, by one action, so that html/template's own escaping sees it whole.

Alertmanager 0.31.1, tried: `.StartsAt` is a Go time, so `.Add` and `.UnixMilli` work in a template; `since`
gives the time that has passed and stands in for the missing `now`.
"""

from tocsin.library.receivers._template import act, given, go, insert, piece, when

_HOUR = 3_600_000_000_000
_ENDS = {
    "[|]": "%7C",
    "<": "%3C",
    ">": "%3E",
    "[(]": "%28",
    "[)]": "%29",
    " ": "%20",
    '"': "%22",
    "[[]": "%5B",
    "[]]": "%5D",
}
"""Characters that would end a link in chat or mail, as patterns, and what a URL says instead."""


def urls(alertmanager: str) -> str:
    """`runbook`, `dashboard`, `logs`, `traces` of one alert; `silence` and `first_link` of a message."""
    first = given(
        "index (or .Alerts.Firing .Alerts.Resolved) 0",
        when(".Annotations.runbook_url", insert("runbook"), insert("dashboard")),
    )
    return (
        piece("url", act("." + "".join(f" | reReplaceAll `{old}` `{new}`" for old, new in _ENDS.items())))
        + piece("runbook", _of("runbook_url", insert("url", ".Annotations.runbook_url")))
        + piece("dashboard", _of("dashboard_url", _window() + _dashboard()))
        + piece("logs", _of("logs_url", _window() + _explore("logs_url")))
        + piece("traces", _of("traces_url", _window() + _explore("traces_url")))
        + piece("silence", _silence(alertmanager))
        + piece("first_link", first)
    )


def _of(annotation: str, then: str) -> str:
    return when(f".Annotations.{annotation}", then)


def _window() -> str:
    """Half an hour before the alert (an escalated one: two hours) to half an hour after, or now if later."""
    return (
        act(f"$from := (.StartsAt.Add -{_HOUR // 2}).UnixMilli")
        + when(".Labels.escalated", act(f"$from = (.StartsAt.Add -{2 * _HOUR}).UnixMilli"))
        + act(f"$to := (.StartsAt.Add {_HOUR // 2}).UnixMilli")
        + when("gt (since .StartsAt).Minutes 30.0", act("$to = (.StartsAt.Add (since .StartsAt)).UnixMilli"))
    )


def _dashboard() -> str:
    url = ".Annotations.dashboard_url"
    separator = (
        act('$join := "&"')
        + when(f"not (match `[?]` {url})", act('$join = "?"'))
        + when(f"match `[?&]$` {url}", act('$join = ""'))
    )
    return separator + insert("url", f'(printf "%s%sfrom=%d&to=%d" {url} $join $from $to)')


def _explore(annotation: str) -> str:
    """Grafana's Explore keeps its range inside a percent-encoded JSON text; other addresses are kept."""
    span = "%22from%22%3A%22[^%]*%22%2C%22to%22%3A%22[^%]*%22"
    now = '(printf "%%22from%%22%%3A%%22%d%%22%%2C%%22to%%22%%3A%%22%d%%22" $from $to)'
    return insert("url", f"(.Annotations.{annotation} | reReplaceAll `{span}` {now})")


def _silence(alertmanager: str) -> str:
    """Alertmanager's form for a silence of every label that the alerts share.

    Without `escalated`, so that one silence covers the alert and its twin. The form (0.31.1 and 0.34.2) takes
    no duration from its address and proposes two hours. It reads `%20`, not `+`, as a space.
    """
    base = go(alertmanager) if alertmanager else ".ExternalURL"
    name = act("$n := .Name") + when(
        "not (match `^[a-zA-Z_][a-zA-Z0-9_]*$` .Name)", act('$n = printf "%q" .Name')
    )
    shared = '(.CommonLabels.Remove (stringSlice "escalated")).SortedPairs'
    labels = (
        act('$m := ""')
        + act(f"range {shared}")
        + name
        + act('$m = printf "%s,%s=%q" $m $n .Value')
        + act("end")
    )
    filled = act('$f := printf "{%s}" (slice $m 1) | urlquery') + act(
        f'printf "%s/#/silences/new?filter=%s" {base} ($f | reReplaceAll "[+]" "%20")'
    )
    return labels + when("$m", filled)
