"""Shapes graph -> the prefixes that the queries of its rules may use."""

import re
from collections.abc import Mapping

from rdflib import OWL, RDF, RDFS, SH, Graph
from rdflib.term import Node

from nesy.sparql import iri_text

_NAME = re.compile(r"(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?")


class Prefixes:
    """The prefixes that a shapes graph declares, each ontology read once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ontologies = set(graph.subjects(RDF.type, OWL.Ontology))
        self._of: dict[Node, dict[str, str]] = {}

    def known(self, constraint: Node) -> dict[str, str]:
        """Return the prefixes that `sh:prefixes` gives a constraint, and those that every engine knows.

        An ontology that declares none stands for all ontologies of the graph, as in pySHACL.

        Raises:
            ValueError: a declaration is ill-formed.
        """
        found = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL)}
        for where in sorted(self._graph.objects(constraint, SH.prefixes), key=str):
            if where not in self._of:
                self._of[where] = self._declared(where)
            found.update(self._of[where])
        return found

    def _declared(self, where: Node) -> dict[str, str]:
        graph = self._graph
        here = set(graph.objects(where, SH.declare))
        if not here or where not in self._ontologies:
            here |= {declared for ontology in self._ontologies for declared in graph.objects(ontology, SH.declare)}
        found = {}
        for declared in sorted(here, key=str):
            prefix, namespace = graph.value(declared, SH.prefix), graph.value(declared, SH.namespace)
            if prefix is None or namespace is None:
                raise ValueError("sh:declare needs one sh:prefix and one sh:namespace")
            found[str(prefix)] = str(namespace)
        return found


def with_prefixes(text: str, known: Mapping[str, str]) -> str:
    """Return the query with its prefixes in front.

    Raises:
        ValueError: one is no name, or stands for what is no IRI.
    """
    for prefix in known:
        if not _NAME.fullmatch(prefix):
            raise ValueError(f"{prefix!r} is no prefix")
    return "".join(f"PREFIX {prefix}: {iri_text(namespace)}\n" for prefix, namespace in known.items()) + text
