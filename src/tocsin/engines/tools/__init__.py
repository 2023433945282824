"""One file per command-line tool: how it is asked, and what its output means."""
