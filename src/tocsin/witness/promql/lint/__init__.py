"""What looks wrong in a rule though it may fire: one file for each kind, found by `lints`."""
