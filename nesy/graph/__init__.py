"""Scene <-> RDF, and the provenance of an analysis as an RDF dataset."""

from nesy.graph.build import to_rdf
from nesy.graph.read import from_rdf

__all__ = ["from_rdf", "to_rdf"]
