"""What becomes of the alerts of a case, in words."""

import pytest
from tests.proof.promtool_cases import alert, case, series

from tocsin.proof.histories import outcome
from tocsin.witness.case import Alerting

FIRED, FOREVER = alert(180, 300, 420, host="a"), alert(0, 300, None, host="b")


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ([], "No alert."),
        ([FIRED], "Pending at 3m, firing at 5m, resolved at 7m."),
        ([alert(180, None, 300, host="a")], "Pending at 3m, resolved at 5m, never firing."),
        (
            [FOREVER, FIRED, FOREVER],
            "2 alerts pending at 0s, firing at 5m; one alert pending at 3m, firing at 5m, resolved at 7m.",
        ),
    ],
)
def test_outcome(expected: list[Alerting], words: str) -> None:
    assert outcome(case(series("queue", (2, 3), host="a"), expected=expected)) == words
