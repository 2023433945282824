"""The whole rule set over faults that people stated: exactly the named pages, and no other.

run.py       all scenarios; rules.py: which rules can have to do with one
world.py     a scenario as telemetry; logs.py: its log rules, by a real Loki
standard.py  the scenarios that no spec needs to write; pages.py: from alerts to people
"""
