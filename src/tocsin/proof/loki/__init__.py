"""A real Loki as the judge of LogQL cases.

judge.py     what each case came to, by the ruler's semantics; grid.py: what the engine gave
evidence.py  what readers of the committed tests see
"""
