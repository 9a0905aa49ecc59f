"""SPARQL 1.1, read once: text -> tree, and what can be told of a query without running it."""

from nesy.sparql.parser import FORMS, SparqlError, backwards, form, parse, parse_open, parse_with

__all__ = ["FORMS", "SparqlError", "backwards", "form", "parse", "parse_open", "parse_with"]
