"""Grafana's provisioning, Tempo's, Mimir's and the exporter's configuration as data.

Grafana, Tempo and Mimir are not run: no binary of theirs can be had where these tests run.
"""

import json
import re
from pathlib import Path

import pytest
from stack_engines import dumped, engine, run
from stack_model import model, scrape, service, stack

from tocsin.render import blackbox, grafana_provisioning, mimir_config, tempo_config
from tocsin.spec.values import Duration


def test_data_sources_have_fixed_uids_and_one_default() -> None:
    sources = grafana_provisioning.datasources(model())["datasources"]
    assert [s["uid"] for s in sources] == ["prometheus", "loki", "tempo", "alertmanager"]
    assert [s["uid"] for s in sources if s["isDefault"]] == ["prometheus"]


def test_correlations_lead_to_data_sources_that_exist() -> None:
    sources = grafana_provisioning.datasources(model())["datasources"]
    named = set(re.findall(r'"(?:datasourceUid|alertmanagerUid)": "(\w+)"', json.dumps(sources)))
    assert named == {"loki", "tempo", "prometheus", "alertmanager"}
    assert named <= {s["uid"] for s in sources}


def test_grafana_s_own_variables_survive_provisioning() -> None:
    text = json.dumps([a.tree for a in grafana_provisioning.grafana(model())])
    assert "$${__value.raw}" in text
    assert not re.search(r"(?<!\$)\$(?!\$)", text)


def test_a_span_s_lines_are_found_by_service_and_trace() -> None:
    tempo = grafana_provisioning.datasources(model())["datasources"][2]["jsonData"]
    assert tempo["tracesToLogsV2"]["query"] == '{$${__tags}} | trace_id="$${__trace.traceId}"'
    assert tempo["tracesToLogsV2"]["tags"] == [{"key": "service.name", "value": "service_name"}]


def test_the_small_stack_removes_mimir_s_data_source() -> None:
    files = {a.path: a.tree for a in grafana_provisioning.grafana(model(root="env/x/"))}
    assert files["env/x/grafana/provisioning/datasources/mimir.yaml"]["datasources"][0]["uid"] == "mimir"
    assert files["env/x/grafana/small/mimir.yaml"]["deleteDatasources"] == [{"name": "Mimir", "orgId": 1}]
    assert not any("mimir" in a.path for a in grafana_provisioning.grafana(model(stack=stack(mimir=False))))


def test_every_environment_has_a_folder_of_its_own() -> None:
    staging = model(environment="staging", root="env/staging/")
    assert grafana_provisioning.folder(staging) == "greenstack (staging)"
    [provider] = grafana_provisioning.provider(staging)["providers"]
    assert provider["allowUiUpdates"] is False


def test_tempo_is_in_the_third_version_s_shape() -> None:
    tree = tempo_config.config(model())
    assert not {"ingester", "compactor", "metrics_generator_client"} & set(tree)
    assert tree["overrides"]["defaults"]["compaction"] == {"block_retention": "336h"}
    assert tree["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"] == "0.0.0.0:4317"


def test_mimir_takes_twice_the_budget_and_one_of_a_pair() -> None:
    tree = mimir_config.config(model(stack=stack(series_budget=300_000, scrape_interval=Duration(15_000))))
    assert tree["limits"]["max_global_series_per_user"] == 600_000
    assert tree["limits"]["ingestion_rate"] == 40_000
    assert tree["limits"]["accept_ha_samples"] is True
    assert tree["distributor"]["ha_tracker"]["enable_ha_tracker"] is True
    assert list(mimir_config.mimir(model(stack=stack(mimir=False)))) == []


def test_mimir_keeps_every_kind_of_data_in_a_folder_of_its_own() -> None:
    folders = re.findall(r'"(/data/[\w-]+)"', json.dumps(mimir_config.config(model())))
    assert len(folders) == len(set(folders)) >= 6


def test_only_used_modules_are_generated() -> None:
    assert set(blackbox.config(model())["modules"]) == {"http_2xx"}
    ping = scrape(
        "ping", targets=("blackbox-exporter:9115",), probes={"ping": "10.0.0.1"}, probe_module="icmp"
    )
    assert set(blackbox.config(model(services={"p": service("p", ping)}))["modules"]) == {"http_2xx", "icmp"}
    assert list(blackbox.blackbox(model(services={}))) == []


@pytest.mark.tools
def test_the_exporter_accepts_all_modules(tmp_path: Path) -> None:
    path = tmp_path / "blackbox.yml"
    path.write_text(dumped({"modules": blackbox.MODULES}))
    assert run(engine("blackbox_exporter"), f"--config.file={path}", "--config.check").ok
