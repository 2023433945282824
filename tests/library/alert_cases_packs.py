"""Examples of the packs' alerts. Contract and parameters are the packs' own: they say only what happens."""

from collections.abc import Mapping

from tocsin.library.example import Example

Labels = Mapping[str, str]


def on(
    title: str,
    since: str,
    series: Mapping[str, str],
    *labels: Labels,
    ends: str = "",
    every: str = "15s",
) -> Example:
    """It fires from `since` on, and has ended at `ends`."""
    return Example(
        title=title,
        contract="",
        alert="",
        series=series,
        since=since,
        until=ends or since,
        ends=bool(ends),
        labels=labels or ({},),
        every=every,
    )


def off(title: str, until: str, series: Mapping[str, str], *, every: str = "15s") -> Example:
    """It does not fire up to `until`."""
    return Example(title=title, contract="", alert="", series=series, until=until, every=every)


def disk(name: str, fstype: str = "ext4") -> str:
    """A series of the root file system."""
    labels = f'device="/dev/sda1",device_error="",fstype="{fstype}",mountpoint="/"'
    return f"node_filesystem_{name}{{{labels}}}"


def node(**more: str) -> Labels:
    """Labels of a machine's own series."""
    return {"instance": "a:1", "job": "node", **more}


ROOT = node(device="/dev/sda1", fstype="ext4", mountpoint="/")
READ_ONLY = disk("readonly")


def running_out(left: str, of: str) -> tuple[Example, ...]:
    """Space and inodes follow the same logic."""
    free, size, shared, shared_size = disk(left), disk(of), disk(left, "nfs4"), disk(of, "nfs4")
    return (
        on(
            "a leak that will fill it within four hours, and 7 % are left",
            "7h15m",
            {free: "200-1.5x100", size: "1000x100", READ_ONLY: "0x100"},
            ROOT,
            every="5m",
        ),
        off("eight percent of a large, steady disk", "16h", {free: "80x200", size: "1000x200"}, every="5m"),
        off("a fast leak while there is much left", "9h", {free: "900-7x110", size: "1000x110"}, every="5m"),
        on(
            "just under three percent",
            "35m",
            {free: "31x5 29x5 40x5", size: "1000x20"},
            ROOT,
            ends="1h",
            every="5m",
        ),
        off("exactly three percent", "8h", {free: "30x100", size: "1000x100"}, every="5m"),
        off("read-only", "2h", {free: "0x30", size: "1000x30", READ_ONLY: "1x30"}, every="5m"),
        off("another machine's file system", "2h", {shared: "0x30", shared_size: "1000x30"}, every="5m"),
        off("the exporter is gone", "2h", {free: "500x5 stale", size: "1000x5 stale"}, every="5m"),
    )


def running_low(left: str, of: str, limit: int, hold: int, labels: Labels) -> tuple[Example, ...]:
    """`limit` percent, for `hold` minutes."""
    steps = hold * 4
    return (
        on(f"just under {limit} %", f"{hold}m", {left: f"{limit - 1}x90", of: "100x90"}, labels),
        off(f"exactly {limit} %", "20m", {left: f"{limit}x90", of: "100x90"}),
        off("for one evaluation too short", "20m", {left: f"1x{steps - 1} 90x40", of: "100x90"}),
        off("the exporter is gone", "20m", {left: "1x9 stale", of: "100x9 stale"}),
    )


MEMORY = ("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes")
GROUP = 'rule_group="shop.yaml;shop"'
FAILURES = f"prometheus_rule_evaluation_failures_total{{{GROUP}}}"
MISSED = f"prometheus_rule_group_iterations_missed_total{{{GROUP}}}"
SHOP_GROUP = {"rule_group": "shop.yaml;shop"}
APPENDED = 'prometheus_tsdb_head_samples_appended_total{type="float"}'
REMOTE = 'remote_name="mimir",url="http://mimir/push"'
WRITTEN = f"prometheus_remote_storage_queue_highest_timestamp_seconds{{{REMOTE}}}"
SENT = f"prometheus_remote_storage_queue_highest_sent_timestamp_seconds{{{REMOTE}}}"
MIMIR = {"instance": "a:1", "job": "prometheus", "remote_name": "mimir", "url": "http://mimir/push"}
TOLD = 'alertmanager_notifications_total{integration="slack"}'
LOST = 'alertmanager_notifications_failed_total{integration="slack",reason="serverError"}'
CANCELLED = 'alertmanager_notifications_failed_total{integration="slack",reason="contextCanceled"}'
SLACK = {"integration": "slack"}
LINES = 'loki_distributor_lines_received_total{tenant="fake",format="otlp"}'
TAKEN = 'otelcol_receiver_accepted_log_records{job="collector",service="collector",receiver="filelog"}'
MAIL = 'tocsin:service_expected{service="mail",job="",instance=""}'
MAIL_UP = 'up{service="mail",job="mail"}'

PACK_EXAMPLES: dict[tuple[str, str], tuple[Example, ...]] = {
    ("node", "DiskSpaceCritical"): running_out("avail_bytes", "size_bytes"),
    ("node", "InodesCritical"): running_out("files_free", "files"),
    ("node", "DiskSpaceLow"): (
        *running_low(disk("avail_bytes"), disk("size_bytes"), 10, 5, ROOT),
        off(
            "read-only", "20m", {disk("avail_bytes"): "1x90", disk("size_bytes"): "100x90", READ_ONLY: "1x90"}
        ),
    ),
    ("node", "HighMemoryUsage"): running_low(*MEMORY, 20, 10, node()),
    ("node", "MemoryPressure"): running_low(*MEMORY, 30, 10, node()),
    ("node", "FilesystemReadOnly"): (
        on("it became read-only", "32m", {READ_ONLY: "0x30 1x9 0x20"}, ROOT, ends="41m", every="1m"),
        off("it always was", "1h", {READ_ONLY: "1x60"}, every="1m"),
        off("it is not", "1h", {READ_ONLY: "0x60"}, every="1m"),
        off("for one evaluation too short", "1h", {READ_ONLY: "0x30 1 0x60"}, every="1m"),
        off("memory", "1h", {disk("readonly", "tmpfs"): "0x30 1x30"}, every="1m"),
    ),
    ("prometheus", "RulesFailing"): (
        on("a group fails again and again", "6m30s", {FAILURES: "0x4 0+1x60", "up": "1x80"}, SHOP_GROUP),
        on(
            "its counter is born with the first failure",
            "15m",
            {FAILURES: "_x40 1+1x60", "up": "1x99"},
            SHOP_GROUP,
        ),
        off("one failure", "14m", {FAILURES: "0x10 1x60", "up": "1x80"}),
        off("one failure, with which the counter is born", "24m", {FAILURES: "_x40 3x60", "up": "1x99"}),
        off("Prometheus restarts", "14m", {FAILURES: "50x10 _x4 0x60", "up": "1x10 _x4 1x60"}),
        off("no failure", "14m", {FAILURES: "0x60", "up": "1x60"}),
    ),
    ("prometheus", "RulesLate"): (
        on("a group is late all the time", "10m15s", {MISSED: "0+1x80", "up": "1x80"}, SHOP_GROUP),
        on("its counter is born late", "20m", {MISSED: "_x40 1+1x80", "up": "1x130"}, SHOP_GROUP),
        off("late for a moment", "19m", {MISSED: "0x10 5x80", "up": "1x90"}),
        off("in time", "19m", {MISSED: "7x80", "up": "1x80"}),
    ),
    ("prometheus", "TargetMissing"): (
        on(
            "a service falls out of discovery",
            "7m45s",
            {MAIL: "1x60", MAIL_UP: "1x10 stale", "up": "1x60"},
            {"missing": "mail"},
        ),
        off("a service is down, but discovered", "14m", {MAIL: "1x60", MAIL_UP: "0x60", "up": "1x60"}),
        off(
            "for one evaluation too short",
            "14m",
            {MAIL: "1x60", MAIL_UP: "1x10 stale _x18 1x40", "up": "1x60"},
        ),
        on(
            "a discovery cannot be loaded",
            "7m45s",
            {'prometheus_sd_failed_configs{name="scrape"}': "0x10 1x20 0x20", "up": "1x60"},
            {"missing": "discovery (scrape)", "name": "scrape", "job": "prometheus", "instance": "a:1"},
            ends="8m",
        ),
    ),
    ("prometheus", "PrometheusNotIngesting"): (
        on("nothing is stored any more", "12m", {APPENDED: "0+100x20"}, {"job": "prometheus"}),
        off("it stores", "19m", {APPENDED: "0+100x80"}),
        off("it restarts within minutes", "19m", {APPENDED: "0+100x20 _x10 0+100x80"}),
        off("it was just started, and scrapes itself a minute later", "19m", {APPENDED: "_x4 0+9x80"}),
        off(
            "gone for one evaluation too short",
            "19m",
            {APPENDED: "0+100x20 _x26 0+100x80"},
        ),
    ),
    ("prometheus", "RemoteWriteLagging"): (
        on("121 s behind", "15m", {WRITTEN: "200+15x90", SENT: "79+15x90"}, MIMIR),
        off("120 s behind", "20m", {WRITTEN: "200+15x90", SENT: "80+15x90"}),
        off("it catches up after a restart", "20m", {WRITTEN: "200+15x90", SENT: "0x40 800+15x40"}),
        off("for one evaluation too short", "20m", {WRITTEN: "200+15x90", SENT: "0x59 1100+15x40"}),
        off("nothing is sent anywhere", "20m", {"up": "1x90"}),
    ),
    ("alertmanager", "NotificationsFailing"): (
        on("one of one is lost", "1m15s", {TOLD: "0x4 1x90", LOST: "0x4 1x90"}, SLACK, ends="16m"),
        on("seven of some sixty are lost", "17m45s", {TOLD: "0+1x90", LOST: "0x70 7x40"}, SLACK),
        off("five of some sixty are lost", "22m", {TOLD: "0+1x90", LOST: "0x70 5x40"}),
        off("one is cancelled by a reload, and sent again", "20m", {TOLD: "0x4 2x90", CANCELLED: "0x4 1x90"}),
        off("nothing is sent", "20m", {TOLD: "9x90", LOST: "9x90"}),
        off("Alertmanager restarts", "20m", {TOLD: "99x10 _x4 0x90", LOST: "99x10 _x4 0x90"}),
    ),
    ("loki", "LokiNotIngesting"): (
        on(
            "the collector takes lines in, and Loki gets none",
            "49m",
            {LINES: "0+9x30 270x60", TAKEN: "0+9x90", "up": "1x90"},
            every="1m",
        ),
        on(
            "the collector is dead",
            "49m",
            {LINES: "0+9x30 270x30 271+9x30", TAKEN: "0+9x30 stale", "up": "1x90"},
            ends="1h2m",
            every="1m",
        ),
        on("Loki was never sent a line", "20m", {TAKEN: "0+9x30", "up": "1x30"}, every="1m"),
        off(
            "a quiet night",
            "1h20m",
            {LINES: "0+9x30 270x60", TAKEN: "0+9x30 270x60", "up": "1x90"},
            every="1m",
        ),
        off("few lines", "1h8m", {LINES: "0x13 1x13 2x13 3x13 4x13", "up": "1x90"}, every="1m"),
        off(
            "for one evaluation too short",
            "1h",
            {LINES: "0+1x30 30x17 31+1x20", TAKEN: "0+1x90", "up": "1x90"},
            every="1m",
        ),
        off("Loki is down", "1h", {LINES: "0+9x10 stale", TAKEN: "0+9x60", "up": "1x10 0x60"}, every="1m"),
        off("Loki was just started", "29m", {LINES: "_x10 0x40", "up": "_x10 1x40"}, every="1m"),
    ),
}
