"""What the spec means: frozen and resolved, all names, links and uids. No I/O, no YAML, no Grafana."""
