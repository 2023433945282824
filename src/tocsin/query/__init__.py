"""PromQL, LogQL and Go templates: read with places, type, print. Nothing of specs or files.

`promql` and `logql` are the languages, `gotemplate` what annotations are written in, `regex` RE2's syntax,
`label_flow` and `conditions` what both languages share about labels and thresholds, `matchers` plain matchers
for whoever writes queries.
"""
