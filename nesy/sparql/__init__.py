"""SPARQL 1.1, read once: text -> tree, and what can be told of a query without running it."""

from nesy.sparql.error import SparqlError
from nesy.sparql.parser import FORMS, first_word, parse, parse_open, parse_with

__all__ = ["FORMS", "SparqlError", "first_word", "parse", "parse_open", "parse_with"]
