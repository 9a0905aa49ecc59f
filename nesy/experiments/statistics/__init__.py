"""Counts per image -> confidence intervals and tests."""
