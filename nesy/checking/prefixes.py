"""Shapes graph -> the prefixes that the queries of its rules may use."""

import re
from collections.abc import Iterable, Mapping

from rdflib import OWL, RDF, RDFS, SH, Graph
from rdflib.term import Node

from nesy.sparql import iri_text

_NAME = re.compile(r"(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?")


class PrefixConflict(ValueError):
    """One prefix that stands for two namespaces."""

    def __init__(self, prefix: str, namespaces: Iterable[str]) -> None:
        self.prefix = prefix
        self.namespaces = tuple(sorted(namespaces))
        told = " and ".join(f"<{namespace}>" for namespace in self.namespaces)
        super().__init__(f"the prefix {prefix!r} is declared for {told}; one prefix stands for one namespace")


class Prefixes:
    """The prefixes that a shapes graph declares, each ontology read once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._ontologies = set(graph.subjects(RDF.type, OWL.Ontology))
        self._of: dict[Node, dict[str, str]] = {}

    def known(self, constraint: Node) -> dict[str, str]:
        """Return the prefixes that `sh:prefixes` gives a constraint, and those that every engine knows.

        They are those that a node declares and those of what it imports (owl:imports), if that is in the graph. A node
        that declares none, or is no ontology, stands for all ontologies of the graph as well, as in pySHACL.

        Raises:
            PrefixConflict: a prefix has two namespaces.
            ValueError: a declaration is ill-formed.
        """
        told: set[tuple[str, str]] = set()
        for where in sorted(self._graph.objects(constraint, SH.prefixes), key=str):
            told.update(self.of(where).items())
        return {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL), **_single(told)}

    def of(self, where: Node) -> dict[str, str]:
        """Return the prefixes that a value of `sh:prefixes` stands for.

        Raises:
            PrefixConflict, ValueError: as `known`.
        """
        if where not in self._of:
            self._of[where] = self._declared(where)
        return self._of[where]

    def _declared(self, where: Node) -> dict[str, str]:
        imported = {one for one in self._graph.transitive_objects(where, OWL.imports) if one is not None}
        here = _single(self._pairs(imported))
        if here and where in self._ontologies:
            return here
        return {**_single(pair for pair in self._pairs(self._ontologies) if pair[0] not in here), **here}

    def _pairs(self, nodes: Iterable[Node]) -> set[tuple[str, str]]:
        """Return prefix and namespace of every declaration of these nodes."""
        graph = self._graph
        found = set()
        for declared in {one for node in nodes for one in graph.objects(node, SH.declare)}:
            prefixes, namespaces = list(graph.objects(declared, SH.prefix)), list(graph.objects(declared, SH.namespace))
            if len(prefixes) != 1 or len(namespaces) != 1:
                raise ValueError("sh:declare needs one sh:prefix and one sh:namespace")
            found.add((str(prefixes[0]), str(namespaces[0])))
        return found


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs as a mapping, in order; a prefix with two namespaces is refused."""
    found: dict[str, str] = {}
    for prefix, namespace in sorted(pairs):
        if found.setdefault(prefix, namespace) != namespace:
            raise PrefixConflict(prefix, (found[prefix], namespace))
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
