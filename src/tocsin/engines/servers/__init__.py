"""One file per server: its flags, its configuration for tests, when it is ready, what is asked of it."""
