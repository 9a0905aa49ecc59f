"""SPARQL 1.1, read once: text -> tree, what can be told of a query without running it, and tree -> text again."""

from nesy.sparql.error import SparqlError
from nesy.sparql.local_query import is_foreign, local_query
from nesy.sparql.parser import FORMS, first_word, parse, parse_open, parse_with
from nesy.sparql.writer import iri_text, is_iri, literal_text, written

__all__ = [
    "FORMS",
    "SparqlError",
    "first_word",
    "iri_text",
    "is_foreign",
    "is_iri",
    "literal_text",
    "local_query",
    "parse",
    "parse_open",
    "parse_with",
    "written",
]
