"""PromQL and LogQL: matchers, selectors, quoting, printing. Nothing of specs or files."""
