"""Scene + Ontology -> the data graph of pySHACL: the scene, its inferred types, and a slice of knowledge."""

from collections.abc import Iterable
from typing import Any

from rdflib import RDF, Graph
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from nesy.checking.knowledge import knowledge_of, types_of
from nesy.checking.pyshacl_query_plan import prepared
from nesy.graph import to_rdf
from nesy.graph.scene_triples import PlainTriple
from nesy.graph.triples import to_nodes
from nesy.ontology import Ontology
from nesy.scene import Scene


class DataGraph(Graph):
    """A graph that parses and plans each query text once; the engine hands over the same texts for every scene."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        """Run a query; see rdflib."""
        planned = prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(planned, *args, **kwargs)


def data_graph(scene: Scene, ontology: Ontology, beside: Iterable[PlainTriple] = ()) -> DataGraph:
    """Return the scene as RDF with every type an entity inherits, and what the ontology says of the words used.

    Args:
        beside: further triples.
    """
    graph = DataGraph(bind_namespaces="none")
    for triple in to_rdf(scene, ontology=ontology, regions=False):
        graph.add(triple)
    for entity, kinds in types_of(scene, ontology):
        for kind in kinds:
            graph.add((entity, RDF.type, kind))
    for facts in knowledge_of(scene, ontology):
        for fact in facts:
            graph.add(fact)
    for written in beside:
        graph.add(to_nodes(written))
    return graph
