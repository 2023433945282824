"""What the elements of an expression can be, whatever the telemetry; and why there are none, or always some.

Abstract interpretation of PromQL as Prometheus 3.15.0 evaluates it: `analysis` goes through the tree,
`result` is what it knows of each node, `values_*` say how each kind of node makes it of what is below,
`reasons` hold one file for each kind of reason why a node never has elements. Sound, not complete.

What it takes for granted of telemetry, beside the contract: a counter (what `rate` and its like are applied
to, unless the contract calls it a gauge; names in `_total`, `_bucket`, `_count`) is never negative; `up` and
`probe_success` are 0 or 1; a scraped series has `job` and `instance`; numbers are not so small or big that
their quotients leave the range of doubles. Of "always fires" also: samples are numbers, no native histograms.
"""
