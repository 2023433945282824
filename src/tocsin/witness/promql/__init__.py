"""PromQL rules: what they evaluate to under given telemetry, and telemetry under which they fire."""
