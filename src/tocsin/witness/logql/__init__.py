"""Witnesses of LogQL rules: streams of lines."""
