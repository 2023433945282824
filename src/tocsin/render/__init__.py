"""Model to artifacts, one file per kind, pure. Nothing here reads or writes a file."""
