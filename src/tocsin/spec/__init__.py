"""YAML to typed, frozen declarations with their places. Every mistake at once; nothing is resolved here."""
