"""Ontology files of one's own, written for a test."""

from pathlib import Path

import nesy
from nesy.scene import Scene

PREFIXES = """\
@prefix ex: <https://example.org/sky#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
DRONE = """\
ex:Drone a owl:Class ; rdfs:subClassOf nesy:Vehicle ; rdfs:label "drone" .
ex:steer a owl:ObjectProperty ; rdfs:subPropertyOf nesy:interacts ; rdfs:range nesy:Vehicle .
"""


def written(folder: Path, text: str, name: str = "own.ttl", prefixes: str = PREFIXES) -> Path:
    """Write a file, its first line of one's own on line 6 under the prefixes."""
    path = folder / name
    path.write_text(prefixes + text, encoding="utf-8")
    return path


def known(folder: Path, text: str) -> nesy.Ontology:
    """Return the shipped ontology with what a Turtle text says."""
    return nesy.Ontology.with_own(written(folder, text))


def said(subject: str, predicate: str, target: str) -> Scene:
    """Return a scene of one relation between two categories."""
    entities = [{"id": "one_1", "category": subject}, {"id": "other_1", "category": target}]
    return Scene.model_validate(
        {"entities": entities, "relations": [{"subject": "one_1", "predicate": predicate, "object": "other_1"}]}
    )
