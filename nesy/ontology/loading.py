"""Paths of ontology files -> their triples in one graph; which of them are shipped, and which are one's own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rdflib import Graph

from nesy import assets
from nesy.errors import KnowledgeError
from nesy.ontology.own_files import OwnFile, read_own
from nesy.ontology.own_terms import extended
from nesy.ontology.turtle import read_turtle
from nesy.ontology.well_formed import refuse_broken_lists


@cache
def shipped_paths() -> tuple[Path, ...]:
    """Return the shipped ontology files, sorted."""
    return tuple(sorted(path.resolve() for path in assets.ontologies().glob("*.ttl")))


def read_ontology(paths: Sequence[Path] | None = None) -> tuple[Graph, tuple[Path, ...], tuple[OwnFile, ...]]:
    """Return the triples of these files, or of the shipped ones, their paths, and those of them that are one's own.

    Files without a shipped one among them are taken as they are, and none of them is one's own.

    Raises:
        KnowledgeError: none was given, one cannot be read, or one's own says what cannot be used.
    """
    shipped = shipped_paths()
    chosen = shipped if paths is None else tuple(map(Path, paths))
    if not chosen:
        raise KnowledgeError("no ontology file to load; give at least one Turtle file")
    basis = [path for path in chosen if path.resolve() in shipped]
    merged = Graph(bind_namespaces="none")
    for path in basis or chosen:
        if basis or path.suffix == ".ttl":
            read_turtle(path, merged)
        else:
            merged += read_own(path).graph
        if not basis:
            refuse_broken_lists(merged, path)
    if len(basis) in (0, len(chosen)):
        return merged, chosen, ()
    own = tuple(read_own(path) for path in chosen if path.resolve() not in shipped)
    return extended(merged, own), chosen, own
