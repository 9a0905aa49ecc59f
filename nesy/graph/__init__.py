"""Scene <-> RDF: its triples, the provenance of an analysis, a store of many analyses, SPARQL put to any of them."""

from nesy.graph.reader import from_rdf
from nesy.graph.triples import to_rdf

__all__ = ["from_rdf", "to_rdf"]
