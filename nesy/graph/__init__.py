"""Scene <-> RDF, and the provenance of an analysis as an RDF dataset."""

from nesy.graph.reader import from_rdf
from nesy.graph.triples import to_rdf

__all__ = ["from_rdf", "to_rdf"]
