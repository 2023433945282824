"""Rendered trees that know which spec node each part came from: emit byte-stably, write, diff, find."""
