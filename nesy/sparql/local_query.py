"""A text -> a query that asks nobody but the data it is put to; the door of every query, whatever engine answers it."""

from collections.abc import Mapping

from nesy.sparql.error import SparqlError
from nesy.sparql.parser import parse, parse_with
from nesy.sparql.tree import Named, Query
from nesy.sparql.variable_scope import everything

_PARTS = 1000
"""Engines make trees of the parts of a query, as deep as there are parts; some end with their process at 3,000."""
NO_SERVICE = "a SERVICE clause is refused: a query asks nobody but the data it is put to"
_NO_SOURCES = "FROM is refused: nothing is fetched; GRAPH <...> { } asks for a part of the data"


def is_foreign(error: SparqlError) -> bool:
    """Tell whether a query is refused for what it asks of others, and not for how it is written."""
    return error.reason in (NO_SERVICE, _NO_SOURCES)


def local_query(text: str, prefixes: Mapping[str, str] | None = None, *, sources: bool = False) -> Query:
    """Read a query that fetches nothing.

    Args:
        text: of the query.
        prefixes: those that it may use without declaring them.
        sources: whether it may name graphs with FROM. rdflib would fetch them; a store looks for them in itself.

    Raises:
        SparqlError: it is none (an update is none), is made of more parts than engines can take, has a SERVICE clause,
            or FROM.
    """
    query = parse(text) if prefixes is None else parse_with(text, prefixes)
    if query.parts > _PARTS:
        raise SparqlError(text, 0, f"{query.parts} patterns, groups, operators and names; {_PARTS} at most are taken")
    for part in everything(query):
        if isinstance(part, Named) and part.keyword == "SERVICE":
            raise SparqlError(text, part.span.start, NO_SERVICE)
        if isinstance(part, Query) and part.sources and not sources:
            raise SparqlError(text, part.span.start, _NO_SOURCES)
    return query
