"""Lines made from a query: the one that it takes, and those that just one thing keeps out."""

import pytest

from tocsin.witness.logql.evaluate import Plan
from tocsin.witness.logql.making import Wish
from tocsin.witness.logql.moulds import fitting, missing, sampled, varieties
from tocsin.witness.rule import Known


def extractor(stages):
    return next(iter(Plan.of(f'count_over_time({{app="a"}} {stages} [5m])').extractors.values()))


@pytest.mark.parametrize(
    ("stages", "text"),
    [
        ('|= "out of memory"', "out of memory"),
        ('|= "error" != "timeout" |~ "code=5.."', "error code=500"),
        ('| json | level="error"', '{"level": "error", "message": "request failed"}'),
        ('|= `"level":"error"`', '{"level":"error","message":"request failed"}'),
        ('| json c="h.codes[1]" | c="500"', '{"h": {"codes": ["-", 500]}, "message": "request failed"}'),
        ('| logfmt | status>=500 | took>1.5s', 'status=500 took=2.5s msg="request failed"'),
        ('| json | size>1MB', '{"size": "1040KB", "message": "request failed"}'),
        (r'| regexp `took (?P<ms>\d+)ms` | ms>500', "took 520ms"),
        ('| pattern `<ip> "<method> <_>" <status>` | status=~"5.."', '- "- -" 500'),
        ('|> "<_> ERROR <_>"', "- x ERROR - x"),
        ('|= ip("10.0.0.0/8")', "10.0.0.7"),
        ('| unpack | logfmt |= "x"', '{"_entry": "msg=x", "message": "request failed"}'),
        ('| json | line_format `{{.m}}` |= "db"', '{"m": "db", "message": "request failed"}'),
        ('| json | label_format l=`{{ToLower .f}}` | l="x"', '{"f": "x", "message": "request failed"}'),
        ('| json | __error__!="" | drop __error__, __error_details__', '{"message": "request failed"'),
    ],
)  # fmt: skip
def test_the_line_that_is_taken(stages, text):
    made = fitting(extractor(stages), Known(), Wish())
    assert made is not None and made.text == text


def test_each_thing_is_missed_alone():
    stages = '|= "error" != "test" | json | __error__="" | level="error"'
    reader = extractor(stages)
    query = f'count_over_time({{app="a"}} {stages} [5m])'
    found = {query[miss.at[0] : miss.at[1]]: miss.mould for miss in missing(reader, Known(), Wish())}
    assert set(found) == {'app="a"', '|= "error"', '!= "test"', '__error__=""', 'level="error"'} - {
        '|= "error"'
    }
    assert found['app="a"'].stream == (("app", "a-2"),)
    assert "test" in found['!= "test"'].text
    assert all(sampled(reader, mould) is None for mould in found.values())


def test_other_alternatives_are_taken_too():
    reader = extractor('|= "panic" or "fatal" | json | a="1" or b="2"')
    found = [miss.mould for miss in varieties(reader, Known(), Wish())]
    assert [mould.text for mould in found] == [
        '{"a": 1, "message": "fatal"}',
        '{"b": 2, "message": "panic"}',
    ]
    assert all(sampled(reader, mould) is not None for mould in found)


def test_a_line_that_cannot_be_is_not_made():
    assert fitting(extractor('|= "a" != "a"'), Known(), Wish()) is None
    assert fitting(extractor('| json | x="1" | x="2"'), Known(), Wish()) is None
