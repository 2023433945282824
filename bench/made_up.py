"""A made-up workspace: many services, four alerts and one dashboard each, split as a big organisation does.

Half of what a service says comes from a profile, half is its own, so that neither sharing nor plain text is
favoured.
"""

from pathlib import Path

HEAD = """\
tocsin: 1
name: shop
identity: {cluster: eu1, environment: production}
team: team-0
include: [services/*.yaml]
links:
  grafana: https://grafana.example.org
  runbooks: https://runbooks.example.org
  alertmanager: https://alerts.example.org
receivers:
  pager: {pagerduty: {routing_key_file: /run/secrets/pagerduty}}
  chat: {slack: {channel: "#alerts", api_url_file: /run/secrets/slack}}
severities:
  critical: {notify: [page, chat], wait: 10s, interval: 5m, repeat: 1h}
  warning: {notify: [chat], wait: 30s, interval: 5m, repeat: 12h}
fallback: pager
profiles:
  http-service:
    metrics:
      http_requests_total: {type: counter, labels: [method, endpoint, status], help: HTTP requests}
      http_request_duration_seconds:
        {type: histogram, labels: [method, endpoint], buckets: [0.1, 0.5, 1, 2.5, 5], help: latency}
    logs: {stream: {service_name: "{service}"}, format: json, retention: 30d}
    alerts:
      ServiceDown: {severity: critical, template: service-down, for: 1m}
      HighErrorRate:
        {severity: critical, template: error-ratio, of: http_requests_total, bad: 'status=~"5.."', above: 5%,
         per: 5m, min_events: 10, for: 2m}
    dashboards:
      overview:
        title: "{service}"
        rows:
          Traffic:
            - {show: rate, of: http_requests_total, by: [endpoint], title: Request rate}
            - {show: alert, alert: HighErrorRate, title: Error rate}
            - {show: quantiles, of: http_request_duration_seconds, at: [0.5, 0.95, 0.99], title: Latency}
            - {show: value, of: NAME_queue_length, title: Queue}
"""

SERVICE = """\
services:
  {name}:
    title: Service {number}
    use: http-service
    team: team-{team}
    scrape: {{targets: ["{name}:8000"], every: 15s}}
    metrics:
      {metric}_queue_length: {{type: gauge, labels: [queue], help: waiting jobs}}
    alerts:
      QueueLong: {{severity: warning, template: threshold, of: {metric}_queue_length, above: {limit},
                  for: 10m, summary: "The queue of {name} holds {{{{ $value }}}} jobs"}}
      SlowRequests: {{severity: warning, template: slow-share, of: http_request_duration_seconds,
                     slower_than: 1s, above: 5%, min_events: 100, by: [endpoint], for: 5m}}
    dashboards:
      overview:
        rows:
          Queue:
            - {{show: value, of: {metric}_queue_length, title: Queue}}
"""


def make(folder: Path, services: int) -> None:
    """Write the workspace into an empty folder."""
    teams = "".join(f"  team-{n}: {{page: pager, chat: chat}}\n" for n in range(20))
    head = HEAD.replace("            - {show: value, of: NAME_queue_length, title: Queue}\n", "")
    (folder / "services").mkdir(parents=True)
    (folder / "spec.yaml").write_text(head + "teams:\n" + teams)
    for number in range(services):
        name = f"service-{number:04}"
        text = SERVICE.format(
            name=name, number=number, team=number % 20, metric=name.replace("-", "_"), limit=100 + number
        )
        (folder / "services" / f"{name}.yaml").write_text(text)


RULES_ONLY = """\
services:
  service-{number:04}:
    use: rules-only
    scrape: {{targets: ["service-{number:04}:8000"], every: 15s}}
"""


def make_rules_only(folder: Path, services: int) -> None:
    """Seventeen alerts for each service and nothing to look at: as many rules as the peer makes."""
    head = HEAD[: HEAD.index("profiles:")]
    head = head.replace(
        "links:\n  grafana: https://grafana.example.org\n  runbooks: https://runbooks.example.org\n"
        "  alertmanager: https://alerts.example.org\n",
        "",
    )
    alerts = "".join(
        f"      QueueLong{n}: {{severity: warning, template: threshold, of: queue_length, above: {n + 10},"
        f" for: 5m}}\n"
        for n in range(17)
    )
    profile = (
        "profiles:\n  rules-only:\n    metrics:\n      queue_length: {type: gauge, help: waiting jobs}\n"
        f"    alerts:\n{alerts}"
    )
    (folder / "services").mkdir(parents=True)
    (folder / "spec.yaml").write_text(head + profile + "teams:\n  team-0: {page: pager, chat: chat}\n")
    for number in range(services):
        (folder / "services" / f"{number:04}.yaml").write_text(RULES_ONLY.format(number=number))
