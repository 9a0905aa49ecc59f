"""The package's own Turtle files are read as rdflib reads them: the same triples, under the same prefixes."""

from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import to_canonical_graph

from nesy import assets
from nesy.errors import KnowledgeError
from nesy.ontology.turtle import read_turtle

FILES = sorted([*assets.ontologies().glob("*.ttl"), *assets.rules().glob("*.ttl")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_same_triples_and_prefixes(path: Path) -> None:
    ours = read_turtle(path)
    theirs = Graph(bind_namespaces="none").parse(path, format="turtle", publicID=path.resolve().as_uri())
    assert dict(ours.namespaces()) == dict(theirs.namespaces())
    assert len(ours) == len(theirs) > 0
    assert set(to_canonical_graph(ours)) == set(to_canonical_graph(theirs))


def test_one_that_was_edited_and_spoiled_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (assets.rules() / "boxes.ttl").read_text(encoding="utf-8")
    spoiled = tmp_path / "boxes.ttl"
    spoiled.write_text(f"{text}nesy:Broken a ;\n", encoding="utf-8")
    monkeypatch.setattr(assets, "rules", lambda: tmp_path)
    with pytest.raises(KnowledgeError, match=rf"boxes.ttl: line {text.count(chr(10)) + 1}: not Turtle"):
        read_turtle(spoiled)
