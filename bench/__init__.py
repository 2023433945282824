"""Measurements: ratios of Tocsin to a floor or a peer in the same run. Never part of the tests."""
