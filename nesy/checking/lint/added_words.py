"""What the inferences of rule files add to the data: the words of it, and those that nothing would ever read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.sparql import SparqlError, parse
from nesy.sparql.tree import Iri, Link, Query
from nesy.sparql.variable_scope import every_part

_ENDS = (SH.subject, SH.object)
_Place = Literal["property", "class", "value"]


@dataclass(frozen=True)
class Added:
    """One word that an inference adds."""

    iri: str
    place: _Place
    """What the word is in the triple: its predicate, a type, or another end."""
    node: Node
    """The value of sh:rule."""
    link: Node
    """What holds it: sh:construct, sh:predicate, sh:subject or sh:object."""
    text: str
    """The query; empty where there is none."""
    line: int
    """In the query."""


class AddedWords:
    """Those of some files together."""

    def __init__(self, whole: Graph) -> None:
        self._whole = whole
        self._prefixes = Prefixes(whole)

    @cached_property
    def all(self) -> tuple[Added, ...]:
        """Every word that is added, each time it is."""
        return tuple(self.of(self._whole))

    def of(self, graph: Graph) -> Iterator[Added]:
        """Yield the words that the inferences of one of the files add."""
        for node in set(graph.objects(None, SH.rule)):
            kinds: dict[Node, _Place] = {SH.predicate: "property", SH.subject: "value", SH.object: "value"}
            if (node, SH.predicate, RDF.type) in graph:
                kinds[SH.object] = "class"
            for link, place in kinds.items():
                for term in graph.objects(node, link):
                    if isinstance(term, URIRef) and not str(term).startswith(str(SH)):
                        yield Added(str(term), place, node, link, "", 1)
            for text in map(str, graph.objects(node, SH.construct)):
                yield from self._constructed(node, text)

    def _constructed(self, node: Node, text: str) -> Iterator[Added]:
        query, ahead = self._parsed(node, text)
        if query is None:
            return
        for pattern in query.template:
            path = pattern.path
            kind = isinstance(path, Link) and path.iri == str(RDF.type)
            ends: tuple[tuple[object, _Place], ...] = (
                (pattern.subject, "value"),
                (pattern.object, "class" if kind else "value"),
            )
            found = [(end.value, end.span, place) for end, place in ends if isinstance(end, Iri)]
            found += [(path.iri, path.span, "property")] if isinstance(path, Link) else []
            for iri, span, place in found:
                line = 1 + text.count("\n", 0, max(0, span.start - ahead))
                yield Added(iri, place, node, SH.construct, text, line)

    def _parsed(self, node: Node, text: str) -> tuple[Query | None, int]:
        """Return a query, and how many letters of prefixes are put before it; None for what is told elsewhere."""
        try:
            source = with_prefixes(text, self._prefixes.known(node))
            return parse(source), len(source) - len(text)
        except (SparqlError, ValueError):
            return None, 0

    @cached_property
    def read(self) -> frozenset[str]:
        """The words that a shape names or a query asks for: what is added of others is never looked at."""
        inferring = set(self._whole.objects(None, SH.rule))
        found: set[str] = set()
        for subject, predicate, value in self._whole:
            if isinstance(value, URIRef) and not (subject in inferring and predicate in (SH.predicate, *_ENDS)):
                found.add(str(value))
        for kind in (SH.select, SH.ask, SH.construct):
            for node, text in self._whole.subject_objects(kind):
                query, _ = self._parsed(node, str(text))
                found |= set() if query is None else set(_asked(query))
        return frozenset(found)


def _asked(query: Query) -> Iterator[str]:
    """Yield the IRIs that a query asks for; those of its template are none of them."""
    for part in every_part(replace(query, template=())):
        if isinstance(part, Iri):
            yield part.value
        elif isinstance(part, Link):
            yield part.iri
