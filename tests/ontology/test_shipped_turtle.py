"""The package's own Turtle files are read as rdflib reads them: the same triples, under the same prefixes."""

from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import to_canonical_graph

from nesy import assets
from nesy.ontology.turtle import read_turtle

FILES = sorted([*assets.ontologies().glob("*.ttl"), *assets.rules().glob("*.ttl")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_same_triples_and_prefixes(path: Path) -> None:
    ours = read_turtle(path)
    theirs = Graph(bind_namespaces="none").parse(path, format="turtle", publicID=path.resolve().as_uri())
    assert dict(ours.namespaces()) == dict(theirs.namespaces())
    assert len(ours) == len(theirs) > 0
    assert set(to_canonical_graph(ours)) == set(to_canonical_graph(theirs))
