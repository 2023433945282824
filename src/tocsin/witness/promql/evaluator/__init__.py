"""PromQL at one instant over a few series, as Prometheus 3.15.0 evaluates it, with margins for searches.

evaluate.py    the way in; parsed.py: one tree for a text; plan.py: from a tree to functions that run
store.py       samples, and which of them a selector finds
select.py      selectors and ranges; subquery.py, durations.py: at which instants
calls.py       functions, range_calls.py and absent.py; their numbers are in functions_*.py
matching.py    operators between vectors; aggregations.py; margin.py: how far a comparison is from turning
terms.py       what all of them share; memory.py: what is not calculated twice
"""
