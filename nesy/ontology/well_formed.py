"""Triples of a file -> nothing, or KnowledgeError: every IRI, datatype and language in them is one, to its last letter.

rdflib takes whatever stands between angles. Written into a query, `<urn:a> } SERVICE <urn:b>` would be a clause of it.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.errors import KnowledgeError
from nesy.sparql import is_iri

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def refuse_broken_terms(triples: Iterable[tuple[Node, Node, Node]], path: Path, seen: set[Node] | None = None) -> None:
    """Refuse triples with a term that is none.

    Args:
        triples: any number of them.
        path: what the error names.
        seen: terms that were looked at before; those of `triples` are added.

    Raises:
        KnowledgeError: one line with path and term.
    """
    known: set[Node] = set() if seen is None else seen
    for triple in triples:
        for term in triple:
            if term in known:
                continue
            known.add(term)
            reason = _reason(term)
            if reason:
                raise KnowledgeError(f"{path}: {reason}")


def refuse_broken_lists(graph: Graph, path: Path) -> None:
    """Refuse a list that comes back to itself, or goes on in two ways (OWL 2 Mapping to RDF Graphs, 3.1: lists).

    Args:
        graph: what the file says.
        path: what the error names.

    Raises:
        KnowledgeError: one line with the path.
    """
    after: dict[Node, Node] = {}
    for holder, rest in graph.subject_objects(RDF.rest):
        if holder in after:
            raise KnowledgeError(f"{path}: a list goes on in two ways (rdf:rest twice); one of them is meant")
        after[holder] = rest
    ended: set[Node] = set()
    for start in after:
        way: dict[Node, None] = {}
        node: Node | None = start
        while node is not None and node not in ended:
            if node in way:
                raise KnowledgeError(f"{path}: a list of classes runs in a circle")
            way[node] = None
            node = after.get(node)
        ended |= way.keys()


def _reason(term: Node) -> str:
    if isinstance(term, URIRef):
        return "" if is_iri(term) else f"{str(term)!r} is no IRI"
    if not isinstance(term, Literal):
        return ""
    if term.datatype is not None and not is_iri(term.datatype):
        return f"the datatype {str(term.datatype)!r} of {str(term)[:40]!r} is no IRI"
    if term.language and not _LANGUAGE.fullmatch(term.language):
        return f"{term.language!r} is no language"
    if any("\ud800" <= sign <= "\udfff" for sign in term):
        return f"{str(term)[:40]!r} holds half of a character"
    return ""
