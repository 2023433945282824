"""Telemetry that makes a rule fire, and its nearest quiet twins, found from the rule alone. Pure: no engine.

A proposer: what it says is never the verdict, that is the engines' (`proof`). Data in `telemetry`, `rule`,
`case`, `outcome`; `states` turns a grid of evaluations into pending and firing as the rulers do.
"""
