"""Proofs are kept by what they depend on, and read back as they were."""

from dataclasses import replace
from pathlib import Path

import pytest

from tocsin.proof.cache import Cache, decoded, encoded
from tocsin.proof.trial import Proof, Scraping, Sharp, Survivor
from tocsin.proof.verdict import CaseVerdict, Expanded
from tocsin.witness.case import Alerting, Case, Clause
from tocsin.witness.outcome import Impossible, NotFound, Reason, Witnessed
from tocsin.witness.rule import Known, Recording, Rule, Signal
from tocsin.witness.telemetry import Gap, Line, Run, Series, Stream

RULE = Rule(name="Down", language="promql", expr="up == 0", hold=60, group="a", file="a.yaml", number=1)
KNOWN = Known(signals={"up": Signal(name="up", labels={"job": ("web", "db")})})
ALERT = Alerting(labels=(("job", "wéb"),), pending=60.0, firing=120.0, resolved=None)
CASE = Case(
    name="it fires",
    kind="fires",
    interval=15.0,
    every=60.0,
    until=600.0,
    series=(Series((("__name__", "up"),), (Run(0.1, 3), Run(Gap.STALE, 1), Run(float("inf"), 2))),),
    streams=(Stream((("app", "a"),), (Line(1.5, 'say "hi"\n', (("id", "1"),)),)),),
    expected=(ALERT,),
    pins=Clause(0, 7, "up is 0"),
)
PROOF = Proof(
    outcome=Witnessed((CASE,), ("no twin",)),
    verdicts=(
        CaseVerdict(
            case=CASE,
            ok=True,
            seen=(ALERT,),
            expanded=(Expanded(at=1.0, labels=(), annotations=(("a", "b"),)),),
        ),
    ),
    sharp=Sharp(
        mutants=3, survivors=(Survivor(words="dropping `x`", start=1, end=2),), equivalents=("same",)
    ),
    scraping=Scraping(reliable=30.0, ever=None),
)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "proofs")


@pytest.mark.parametrize(
    "proof", [PROOF, Proof(), Proof(outcome=Impossible(Reason(kind="k", start=0, end=1, words="w")))]
)
def test_a_proof_is_read_back_as_it_was(cache: Cache, proof: Proof) -> None:
    key = cache.key(RULE, KNOWN, ["promtool 3"])
    assert cache.get(key) is None
    cache.put(key, proof)
    assert cache.get(key) == proof


def test_encoding_keeps_every_value() -> None:
    assert decoded(encoded(KNOWN)) == KNOWN
    assert decoded(encoded(NotFound("x"))) == NotFound("x")


def test_the_key_names_all_that_the_proof_depends_on(cache: Cache) -> None:
    def key(rule: Rule = RULE, known: Known = KNOWN, engine: str = "promtool 3") -> str:
        return cache.key(rule, known, [engine])

    assert key() == key()
    moved = replace(RULE, file="other.yaml", group="b", number=7)
    assert key(moved) == key(), "where a rule stands is nothing to its proof"
    others = {
        key(replace(RULE, expr="up == 1")),
        key(replace(RULE, hold=61)),
        key(replace(RULE, annotations=(("summary", "x"),))),
        key(known=Known()),
        key(known=replace(KNOWN, recordings=(Recording(record="up", expr="vector(1)"),))),
        key(engine="promtool 4"),
        key(),
    }
    assert len(others) == 7


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"$": "Gap"}', '{"$": "os"}', '{"$": "Proof", "x": 1}', "[" * 9999]
)
def test_a_damaged_file_is_as_good_as_none(cache: Cache, tmp_path: Path, text: str) -> None:
    key = cache.key(RULE, KNOWN, [])
    cache.put(key, PROOF)
    (tmp_path / "proofs" / key[:2] / f"{key}.json").write_text(text)
    assert cache.get(key) is None


def test_fresh_looks_at_nothing_but_writes(cache: Cache, tmp_path: Path) -> None:
    fresh = Cache(tmp_path / "proofs", fresh=True)
    key = fresh.key(RULE, KNOWN, [])
    fresh.put(key, PROOF)
    assert fresh.get(key) is None
    assert cache.get(key) == PROOF
