"""A query -> the terms of nesy's vocabulary in it that do not exist: why an answer may be empty."""

from collections.abc import Iterable
from difflib import get_close_matches

from nesy.graph.query import PREFIXES
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.sparql import SparqlError, local_query
from nesy.sparql.tree import Iri, Link
from nesy.sparql.variable_scope import every_part


def unknown_terms(query: str) -> list[str]:
    """Return a line for each term of `nesy:` in a query that no ontology file has, with the one that may be meant.

    >>> unknown_terms("SELECT ?s { ?s nesy:hasEntty ?e }")
    ['nesy:hasEntty is no term of the vocabulary; did you mean nesy:hasEntity?']

    Args:
        query: SPARQL; the prefixes of `nesy query` need no declaration. Of a text that is none nothing is told.
    """
    try:
        parts = list(every_part(local_query(query, PREFIXES, sources=True)))
    except SparqlError:
        return []
    named = [part.value for part in parts if isinstance(part, Iri)] + [
        part.iri for part in parts if isinstance(part, Link)
    ]
    known = _names(dir(NESY))
    if _names(named) <= known:
        return []
    known |= _names(term for triple in Ontology.default().graph for term in triple)
    return [_told(name, known) for name in sorted(_names(named) - known)]


def _names(terms: Iterable[object]) -> set[str]:
    return {str(term).removeprefix(VOCABULARY) for term in terms if str(term).startswith(VOCABULARY)}


def _told(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    hint = f"; did you mean nesy:{close[0]}?" if close else ""
    return f"nesy:{name} is no term of the vocabulary{hint}"
