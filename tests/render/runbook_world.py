"""Series for the queries of the runbooks: one world in which all is well, one in which everything is broken.

Written by hand from GreenStack's contract and from what the systems themselves expose: node exporter 1.12.1,
blackbox exporter 0.28, Prometheus 3.15.0, Alertmanager 0.31.1, Loki 3.7.8, collector 0.160.0 (names read from
the running programs). A query that names a metric or label that is not here finds nothing: the test says so.
"""

from typing import Literal

World = Literal["broken", "well"]
MINUTES = 8 * 24 * 60
"""A week and a day, for `offset 7d`; one sample a minute."""
ID = 'cluster="eu1",environment="production"'
API = f'{ID},service="greenstack-api",job="greenstack-api"'
A, B = f'{API},instance="a"', f'{API},instance="b"'
PROBE = f'{ID},service="greenstack-api",job="greenstack-api-probe",instance="a"'
NODE = f'{ID},service="node",job="node",instance="h"'
DISK = f'{NODE},mountpoint="/",device="/dev/sda1",fstype="ext4"'
PROM = f'{ID},job="prometheus",instance="p"'
AM = f'{ID},job="alertmanager",instance="am"'
LOKI = f'{ID},job="loki",instance="l"'
NOW = MINUTES * 60


def flat(value: float) -> str:
    return f"{value}x{MINUTES}"


def by(step: float, start: float = 0) -> str:
    """Grows (or shrinks) by `step` a minute."""
    return f"{start}{step:+}x{MINUTES}"


def since(minutes: int, value: str, before: str = "_") -> str:
    """`before` until that many minutes ago, then `value`."""
    return f"{before}x{MINUTES - minutes} {value}x{minutes - 1}"


GONE = f"1x{MINUTES - 90} stale"
STILL = flat(0)
AGE = flat(NOW - 3600)
FRESH = by(60, -10)


def histogram(name: str, labels: str, edges: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """Half of everything falls above the last edge but one when broken; nothing does when well."""
    rows = [(f"{name}_bucket", f'{labels},le="{e}"', by(30), by(60)) for e in edges[:-1]]
    rows += [
        (f"{name}_bucket", f'{labels},le="{edges[-1]}"', by(60), by(60)),
        (f"{name}_bucket", f'{labels},le="+Inf"', by(60), by(60)),
    ]
    return [*rows, (f"{name}_count", labels, by(60), by(60)), (f"{name}_sum", labels, by(90), by(6))]


def requests(labels: str, *, reset: bool = False) -> list[tuple[str, str, str, str]]:
    """Traffic with failures; one instance may have been restarted twenty minutes ago."""
    name, where = "greenstack_requests_total", f'{labels},method="POST"'
    good = f"0+60x{MINUTES - 20} 0+60x19" if reset else by(60)
    return [
        (name, f'{where},endpoint="/api/iodd/upload",status="200"', good, by(60)),
        (name, f'{where},endpoint="/api/iodd/upload",status="500"', by(12), STILL),
        (name, f'{where},endpoint="/api/devices/123",status="200"', by(6), "_"),
        (name, f'{where},endpoint="/health/ready",status="500"', by(60), by(60)),
    ]


GREENSTACK = [
    ("up", A, STILL, flat(1)),
    ("up", B, flat(1), flat(1)),
    ("up", f'{API},instance="left"', GONE, "_"),
    ("up", f'{B},twice="yes"', flat(1), "_"),
    ("up", PROBE, STILL, flat(1)),
    ("scrape_duration_seconds", A, flat(10), flat(0.02)),
    ("scrape_samples_post_metric_relabeling", A, flat(90000), flat(900)),
    ("scrape_series_added", A, flat(30), STILL),
    *requests(A, reset=True),
    *requests(B),
    ("greenstack_requests_inprogress", f'{A},method="POST",endpoint="/api/iodd/upload"', flat(90), flat(1)),
    *histogram(
        "greenstack_request_duration_seconds",
        f'{A},method="POST",endpoint="/api/iodd/upload"',
        ("0.5", "1.0", "5.0"),
    ),
    *histogram("greenstack_parse_duration_seconds", f'{A},file_type="IODD"', ("0.5", "1.0", "5.0")),
    *histogram("greenstack_database_query_duration_seconds", A, ("0.01", "0.1", "5.0")),
    *(
        (f"greenstack_{kind}_uploads_total", f'{A},status="{status}"', by(1), well)
        for kind in ("iodd", "eds")
        for status, well in (("success", by(1)), ("failed", STILL))
    ),
    ("greenstack_database_connections", f'{A},state="active"', flat(20), flat(2)),
    ("greenstack_database_connections", f'{A},state="idle"', STILL, flat(8)),
    ("greenstack_database_last_success_timestamp_seconds", A, AGE, FRESH),
    ("greenstack_database_last_success_timestamp_seconds", B, AGE, FRESH),
    ("greenstack_build_info", f'{A},version="1.4.1"', f"1x{MINUTES - 30} stale", flat(1)),
    ("greenstack_build_info", f'{A},version="1.4.2"', since(30, "1"), "_"),
    ("greenstack_build_info", f'{B},version="1.4.2"', since(30, "1"), "_"),
    ("greenstack_build_info", f'{B},version="1.4.3"', since(30, "1"), "_"),
    ("greenstack_new_total", A, since(30, "1"), "_"),
    *(
        row
        for check in ("ready", "live")
        for row in (
            ("probe_success", f'{PROBE},check="{check}"', STILL, flat(1)),
            ("probe_http_status_code", f'{PROBE},check="{check}"', flat(503), flat(200)),
            ("probe_duration_seconds", f'{PROBE},check="{check}"', flat(5), flat(0.1)),
        )
    ),
]

HOSTS = [
    ("up", NODE, STILL, flat(1)),
    ("node_filesystem_avail_bytes", DISK, by(-1e5, 3.15e9), flat(6e10)),
    ("node_filesystem_free_bytes", DISK, by(-1e5, 8.15e9), flat(6.1e10)),
    ("node_filesystem_size_bytes", DISK, flat(1e11), flat(1e11)),
    ("node_filesystem_files", DISK, flat(1e6), flat(1e6)),
    ("node_filesystem_files_free", DISK, by(-5, 6e4), flat(9e5)),
    ("node_filesystem_readonly", DISK, flat(1), STILL),
    ("node_filesystem_device_error", DISK, flat(1), STILL),
    ("node_disk_written_bytes_total", f'{NODE},device="sda"', by(6e6), by(6e3)),
    ("node_disk_io_time_seconds_total", f'{NODE},device="sda"', by(60), by(1)),
    ("node_disk_read_time_seconds_total", f'{NODE},device="sda"', by(60), by(0.01)),
    ("node_disk_reads_completed_total", f'{NODE},device="sda"', by(60), by(60)),
    ("node_memory_MemAvailable_bytes", NODE, by(-1e5, 3e9), flat(1e10)),
    ("node_memory_MemTotal_bytes", NODE, flat(1.6e10), flat(1.6e10)),
    ("node_memory_Cached_bytes", NODE, flat(1e9), flat(4e9)),
    ("node_memory_Buffers_bytes", NODE, flat(1e8), flat(1e8)),
    ("node_pressure_memory_waiting_seconds_total", NODE, by(30), STILL),
    ("node_vmstat_oom_kill", NODE, by(1), STILL),
    ("node_vmstat_pgmajfault", NODE, by(600), STILL),
    ("node_cpu_seconds_total", f'{NODE},cpu="0",mode="idle"', by(1), by(55)),
]

PROMETHEUS = [
    ("up", PROM, flat(1), flat(1)),
    ("up", AM, flat(1), flat(1)),
    ("up", LOKI, flat(1), flat(1)),
    ("prometheus_sd_discovered_targets", f'{PROM},name="scrape",config="greenstack-api"', STILL, flat(2)),
    ("prometheus_sd_failed_configs", f'{PROM},name="scrape"', flat(1), STILL),
    *(
        (f"prometheus_sd_{what}_total", PROM, by(1), STILL)
        for what in ("dns_lookup_failures", "file_read_errors", "http_failures")
    ),
    ("prometheus_tsdb_storage_blocks_bytes", PROM, flat(9e9), flat(1e9)),
    ("prometheus_tsdb_wal_storage_size_bytes", PROM, flat(9e9), flat(1e8)),
    ("prometheus_tsdb_head_series", PROM, by(1, 5e5), flat(5e5)),
    ("prometheus_tsdb_head_samples_appended_total", PROM, flat(1e6), by(6e4)),
    ("prometheus_tsdb_head_max_time_seconds", PROM, AGE, FRESH),
    *(
        (f"prometheus_tsdb_{what}_total", PROM, by(1), STILL)
        for what in ("wal_writes_failed", "wal_corruptions", "compactions_failed", "head_truncations_failed")
    ),
    ("prometheus_target_scrapes_sample_out_of_bounds_total", PROM, by(60), STILL),
    ("prometheus_target_scrapes_sample_out_of_order_total", PROM, by(60), STILL),
    ("prometheus_target_scrape_pool_targets", f'{PROM},scrape_job="greenstack-api"', STILL, flat(2)),
    ("prometheus_rule_evaluation_failures_total", f'{PROM},rule_group="f;g"', by(4), STILL),
    ("prometheus_rule_evaluations_total", f'{PROM},rule_group="f;g"', by(4), by(4)),
    ("prometheus_rule_group_iterations_missed_total", f'{PROM},rule_group="f;g"', by(2), STILL),
    ("prometheus_rule_group_last_duration_seconds", f'{PROM},rule_group="f;g"', flat(20), flat(0.1)),
    ("prometheus_rule_group_interval_seconds", f'{PROM},rule_group="f;g"', flat(15), flat(15)),
    ("prometheus_rule_group_last_evaluation_timestamp_seconds", f'{PROM},rule_group="f;g"', AGE, FRESH),
    ("prometheus_engine_queries", PROM, flat(20), STILL),
    ("prometheus_engine_queries_concurrent_max", PROM, flat(20), flat(20)),
    ("prometheus_config_last_reload_successful", PROM, STILL, flat(1)),
    ("prometheus_config_last_reload_success_timestamp_seconds", PROM, AGE, flat(5)),
    ("prometheus_notifications_sent_total", f'{PROM},alertmanager="am"', STILL, by(4)),
    ("prometheus_notifications_dropped_total", f'{PROM},alertmanager="am"', by(4), STILL),
    ("prometheus_notifications_alertmanagers_discovered", PROM, STILL, flat(1)),
    *(
        (name, f"{own}", broken, well)
        for own in (PROM, LOKI)
        for name, broken, well in (
            ("process_resident_memory_bytes", flat(8e9), flat(1e9)),
            ("process_cpu_seconds_total", by(50), by(1)),
            ("process_start_time_seconds", since(30, "2000", "1000"), flat(1000)),
        )
    ),
]

REMOTE = f'{PROM},remote_name="m",url="http://mimir"'
REMOTE_WRITE = [
    ("prometheus_remote_storage_queue_highest_timestamp_seconds", REMOTE, FRESH, FRESH),
    ("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", REMOTE, AGE, FRESH),
    ("prometheus_remote_storage_samples_pending", REMOTE, by(100), flat(500)),
    ("prometheus_remote_storage_shards_desired", REMOTE, flat(80), flat(1)),
    ("prometheus_remote_storage_shards_max", REMOTE, flat(50), flat(50)),
    ("prometheus_remote_storage_samples_in_total", PROM, by(6e4), by(6e4)),
    ("prometheus_remote_storage_samples_failed_total", REMOTE, by(60), STILL),
    ("prometheus_remote_storage_samples_retried_total", REMOTE, by(60), STILL),
    ("prometheus_remote_storage_samples_total", REMOTE, by(60), by(6e4)),
    *histogram("prometheus_remote_storage_sent_batch_duration_seconds", REMOTE, ("0.1", "1.0", "5.0")),
]

PAGER = f'{AM},integration="pagerduty"'
ALERTMANAGER = [
    ("ALERTS", f'{ID},alertname="Watchdog",alertstate="firing",severity="none"', flat(1), flat(1)),
    ("ALERTS", f'{API},alertname="HighErrorRate",alertstate="firing",severity="critical"', flat(1), "_"),
    ("alertmanager_alerts_received_total", f'{AM},status="firing",version="v2"', by(4), by(4)),
    ("alertmanager_notifications_total", PAGER, by(4), by(4)),
    *(
        ("alertmanager_notifications_failed_total", f'{PAGER},reason="{reason}"', by(2), STILL)
        for reason in ("clientError", "serverError", "contextDeadlineExceeded", "other")
    ),
    ("alertmanager_notification_requests_total", PAGER, by(4), by(4)),
    ("alertmanager_notification_requests_failed_total", PAGER, by(4), STILL),
    *histogram("alertmanager_notification_latency_seconds", PAGER, ("1.0", "5.0", "20.0")),
    ("alertmanager_config_last_reload_successful", AM, STILL, flat(1)),
    ("alertmanager_config_hash", AM, since(60, "2", "1"), flat(1)),
]

PUSH = f'{LOKI},method="POST",route="loki_api_v1_push"'
RULER = f'{LOKI},rule_group="f;g",user="fake"'
COLLECTOR = f'{ID},job="collector",instance="c"'
LOKI_ROWS = [
    ("up", COLLECTOR, STILL, flat(1)),
    ("otelcol_exporter_send_failed_log_records", f'{COLLECTOR},exporter="otlp_http/loki"', by(60), STILL),
    ("otelcol_receiver_accepted_log_records", f'{COLLECTOR},receiver="file_log"', STILL, by(60)),
    ("otelcol_exporter_queue_size", f'{COLLECTOR},exporter="otlp_http/loki"', flat(1000), STILL),
    ("otelcol_exporter_queue_capacity", f'{COLLECTOR},exporter="otlp_http/loki"', flat(1000), flat(1000)),
    ("loki_distributor_lines_received_total", f'{LOKI},tenant="fake"', STILL, by(600)),
    ("loki_discarded_samples_total", f'{LOKI},tenant="fake",reason="rate_limited"', by(60), STILL),
    ("loki_discarded_bytes_total", f'{LOKI},tenant="fake",reason="rate_limited"', by(6e4), STILL),
    ("loki_ingester_memory_streams", f'{LOKI},tenant="fake"', flat(90000), flat(20)),
    ("loki_ingester_wal_disk_usage_percent", LOKI, flat(0.95), flat(0.2)),
    ("loki_ingester_wal_disk_full_failures_total", LOKI, by(1), STILL),
    ("loki_ingester_wal_replay_active", LOKI, flat(1), STILL),
    ("loki_ingester_chunks_flush_failures_total", LOKI, by(1), STILL),
    ("loki_ingester_flush_queue_length", LOKI, flat(900), STILL),
    ("loki_panic_total", LOKI, by(1), STILL),
    ("loki_compactor_apply_retention_last_successful_run_timestamp_seconds", LOKI, AGE, FRESH),
    ("loki_request_duration_seconds_count", f'{PUSH},status_code="500"', by(60), "_"),
    ("loki_request_duration_seconds_count", f'{PUSH},status_code="204"', by(60), by(60)),
    ("loki_prometheus_rule_evaluation_failures_total", RULER, by(4), STILL),
    ("loki_prometheus_rule_group_last_duration_seconds", RULER, flat(50), flat(0.1)),
    ("loki_prometheus_rule_group_interval_seconds", RULER, flat(60), flat(60)),
]


def series(world: World) -> list[dict[str, str]]:
    """`input_series` for promtool."""
    rows = [*GREENSTACK, *HOSTS, *PROMETHEUS, *REMOTE_WRITE, *ALERTMANAGER, *LOKI_ROWS]
    chosen = ((f"{row[0]}{{{row[1]}}}", row[2] if world == "broken" else row[3]) for row in rows)
    return [{"series": name, "values": values} for name, values in chosen if values != "_"]
