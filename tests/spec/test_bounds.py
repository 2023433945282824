"""Numbers that no engine takes are refused where they are said; zero is good where it has a meaning."""

import pytest

from workspaces import RICH, edited, run

LESS = "is less than"
REFUSED = {
    "severities' repeat": ("repeat: 1h", "repeat: 0s", "`repeat: 0s` is less than 1s"),
    "the watchdog": ("every: 1m}\nprofiles", "every: 0s}\nprofiles", "`every: 0s` is less than 1s"),
    "a scrape": ("every: 15s", "every: 0s", "`every: 0s` is less than 1s"),
    "a sample limit": ("sample_limit: 20000", "sample_limit: -5", "`sample_limit: -5` is less than 1"),
    "a port": ("port: 9100", "port: 0", "`port: 0` is less than 1"),
    "a large port": ("port: 9100", "port: 65536", "`port: 65536` is more than 65535"),
    "a share": ("trace_sampling: 0.1", "trace_sampling: 7", "`trace_sampling: 7` is more than 1"),
    "a negative share": ("trace_sampling: 0.1", "trace_sampling: -0.1", f"`trace_sampling: -0.1` {LESS} 0"),
    "a count": ("min_events: 10", "min_events: -1", "`min_events: -1` is less than 0"),
    "a window": ("above: 5%, per: 5m", "above: 5%, per: 0s", "`per: 0s` is less than 1ms"),
    "a size": ("budget: 2GB", "budget: 0B", "`budget: 0B` is less than 1B"),
    "a retention": ("metrics_retention: 15d", "metrics_retention: 1s", f"`metrics_retention: 1s` {LESS} 1h"),
    "records without a port": ("type: A, port: 9100", "type: A", "A records hold no port"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_value_outside_its_bounds_is_refused(what: str) -> None:
    old, new, message = REFUSED[what]
    result = run(edited(RICH, (old, new)))
    assert not result.artifacts
    assert message in [d.message for d in result.found], result.text
    assert all(d.help for d in result.found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for: 1m}", "for: 0s}"),
        ("wait: 10s", "wait: 0s"),
        ("escalate_after: 15m", "escalate_after: 0s"),
        ("keep_firing_for: 5m", "keep_firing_for: 0s"),
        ("min_events: 10", "min_events: 0"),
        ("trace_sampling: 0.1", "trace_sampling: 1"),
        ("port: 9100", "port: 65535"),
    ],
)
def test_bounds_themselves_are_good(old: str, new: str) -> None:
    result = run(edited(RICH, (old, new)))
    assert not result.found, result.text
