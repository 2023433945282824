"""However the engines came, the same questions get the same answers."""

import time

import pytest
from tests.engines import ways

from tocsin.engines.series import Series
from tocsin.engines.servers.loki import Stream

T0 = 1_700_000_000


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("native", marks=pytest.mark.process),
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("testcontainers", marks=pytest.mark.docker),
    ],
)
def bench(request, tmp_path_factory):
    way, folder = request.param, tmp_path_factory.mktemp(request.param)
    folder.chmod(0o755)  # the containers' users are not ours
    with pytest.MonkeyPatch.context() as patch:
        if way == "native":
            patch.setenv("TOCSIN_ENGINES", "path,build")
        else:
            request.getfixturevalue("docker_images")
            patch.setenv("TOCSIN_ENGINES", "docker")
        with (ways.containers if way == "testcontainers" else ways.ours)(folder) as ready:
            yield ready


def test_promtool_runs_the_unit_tests_of_the_rules(bench):
    run = bench.test_rules()
    assert [(case.name, case.ok) for case in run.cases] == [("fires", True), ("expects too little", False)]
    [failure] = run.cases[1].failures
    assert (failure.subject, failure.at, failure.expected) == ("Missing", "1m", "[]")


def test_an_alert_goes_from_prometheus_to_alertmanager(bench):
    bench.prometheus.wait_for_alertmanager()
    until = time.monotonic() + 90
    while not bench.alertmanager.alerts():
        assert time.monotonic() < until, "no alert arrived"
        time.sleep(0.1)
    [alert] = bench.alertmanager.alerts()
    assert alert["labels"] == {"alertname": "Missing", "job": "nobody", "team": "a"}


def test_loki_evaluates_a_rule_over_lines_of_the_past(bench):
    lines = tuple(((T0 + at) * 10**9, f'{{"level": "error", "n": {at}}}') for at in range(0, 300, 10))
    bench.loki.push("case", [Stream({"app": "a"}, lines)])
    expr = 'sum by (level) (count_over_time({app="a"} | json | __error__="" [1m])) > 5'
    found = bench.loki.query_range("case", expr, T0, T0 + 360, 60)
    # At T0 one line is in the window, at T0 + 300 the last five: it is open on the left.
    assert found == (Series({"level": "error"}, tuple((T0 + at, 6.0) for at in (60, 120, 180, 240))),)
