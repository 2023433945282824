"""Text, spans, excerpts and reporters. Knows nothing of observability."""
