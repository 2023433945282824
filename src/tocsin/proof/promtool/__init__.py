"""promtool as the judge of PromQL cases: packed into few runs, asked for presence, read back.

judge.py     many cases of many rules: what each came to
rule.py      a rule as a rule file of its own; family.py: its namesakes
pack.py      which cases may share a run; slice.py: what part of each metric a case touches
file.py      a pack as a test file that asks, and the answer; run.py: the processes
"""
