"""PromQL rules: telemetry under which they fire, their twins, and reasons why there is none.

find.py      from a rule to its witness: attempts, candidates, search, trial, tighten, twins, phases
evaluator/   what an expression gives; sharp/: mutants, and cases that notice them
refute/      reasons why a rule can never fire; lint/: remarks on one that may; scrape.py: how often is enough
story.py     what a case shows, in words, with excerpts.py and why.py
"""
