"""What a LogQL query's result can be, whatever the lines; and why there is none. As Loki 3.7.8 evaluates.

`lines` says whether any line can pass a log query, `analysis` and `operators` what the values of a metric
query can be, `parts` whether one query counts some of the lines of another. Sound, not complete.
"""
