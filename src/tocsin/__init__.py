"""Tocsin: one YAML spec in, a whole observability stack out, and no alert ships unproven."""

__version__ = "0.1.0"
