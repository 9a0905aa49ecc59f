"""Analyses -> one page for a browser: what was claimed over each picture, who objected, what was withdrawn and why."""
