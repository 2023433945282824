"""The peer: Sloth turns service level objectives into rules. A binary has to be given."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

SLO = """\
version: prometheus/v1
service: service-{number:04}
slos:
  - name: requests
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{{job="service-{number:04}",code=~"5.."}}[{{{{.window}}}}]))
        total_query: sum(rate(http_requests_total{{job="service-{number:04}"}}[{{{{.window}}}}]))
    alerting:
      name: HighErrorRate
      page_alert: {{labels: {{severity: critical}}}}
      ticket_alert: {{labels: {{severity: warning}}}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """What Sloth made, and how long it took."""

    seconds: float
    rules: int
    bytes: int


def peer(binary: Path, folder: Path, services: int, times: int) -> Peer:
    """Generate the rules of `services` objectives, all in one process."""
    specs, out = folder / "specs", folder / "out"
    specs.mkdir(parents=True)
    for number in range(services):
        (specs / f"service-{number:04}.yaml").write_text(SLO.format(number=number))
    seconds = min(_run(binary, specs, out) for _ in range(times))
    texts = [p.read_text() for p in out.rglob("*.yaml")]
    rules = sum(t.count("- record:") + t.count("- alert:") for t in texts)
    return Peer(seconds, rules, sum(map(len, texts)))


def _run(binary: Path, specs: Path, out: Path) -> float:
    out.mkdir(exist_ok=True)
    began = time.perf_counter()
    subprocess.run(
        [str(binary), "generate", "-i", str(specs), "-o", str(out)], check=True, capture_output=True
    )
    return time.perf_counter() - began
