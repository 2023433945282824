"""Is every small mistake that could be in a rule noticed by its cases? metrics.py asks promtool (through
grids.py), logs.py asks Loki."""
