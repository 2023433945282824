"""Proofs as committed test files that people read as the explanation of each alert. Pure; writes nothing.

metrics.py   Prometheus rules, in promtool's notation; series.py: its samples
logs.py      Loki rules, for `tocsin test`; lines.py: its log lines
layout.py    files, sections and comments of both; mark.py: how a file is marked as Tocsin's
"""
