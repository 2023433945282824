"""Tests of alerts that people wrote by hand, for Prometheus and for Loki: read, run, compared.

    read.py      a file with all its mistakes (tree, rules, streams: the parts), as declared.py says
    run.py       its tests through the engines: loki.py gives grids, promtool.py runs files and questions
    probe.py     a test as a question to promtool, and the answer
    expect.py    expectations against answers (expect_expr, terms, match, signals: the parts)

Which files are run and how the outcome is told is `app/test.py`.
"""
