"""Valid texts that are spoilt: a scene, rules and an ontology of one's own; the others come from the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREFIXES = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> .
"""
OWN_RULE = (
    PREFIXES
    + """@prefix my: <https://example.org/rules#> .
my:OneColour a sh:NodeShape ; sh:targetClass nesy:Cup ; sh:severity sh:Violation ;
    sh:message "{?this} has two colours." ; sh:property [ sh:path nesy:hasAttribute ; sh:maxCount 1 ] .
my:Sure a sh:NodeShape ; sh:targetClass nesy:Relation ; sh:severity sh:Warning ;
    sh:message "{?subject} is not sure" ;
    sh:sparql [ sh:select "SELECT $this ?value WHERE { $this nesy:confidence ?value FILTER (?value < 0.5) }" ] .
"""
)
OWN_ONTOLOGY = (
    PREFIXES
    + """@prefix my: <https://example.org/drones#> .
my:Drone a owl:Class ; rdfs:subClassOf nesy:Vehicle ; nesy:term "drone" ; rdfs:label "drone"@en ;
    owl:disjointWith nesy:Animal ; nesy:affords my:steer .
my:steer a owl:ObjectProperty ; rdfs:subPropertyOf nesy:interacts ; nesy:term "steer" ;
    rdfs:domain nesy:Person ; rdfs:range my:Drone ; owl:inverseOf my:steeredBy .
[] a owl:AllDisjointClasses ; owl:members ( my:Drone nesy:Person nesy:Furniture ) .
my:Cargo owl:equivalentClass [ owl:unionOf ( my:Drone nesy:Vehicle ) ] ; rdfs:subClassOf my:Drone .
"""
)
SCENE = """{"entities": [
    {"id": "cup_1", "category": "cup", "attributes": ["red", "blue"], "box": [0.1, 0.1, 0.2, 0.2]},
    {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.6, 0.9]}, {"id": "drone_1", "category": "drone"}],
    "part_states": [{"id": "p1", "entity": "person_1", "part": "hand", "state": "hold", "object": "cup_1"}],
    "relations": [{"id": "r1", "subject": "person_1", "predicate": "hold", "object": "cup_1", "confidence": 0.4},
    {"id": "r2", "subject": "person_1", "predicate": "steer", "object": "drone_1"},
    {"id": "r3", "subject": "cup_1", "predicate": "ride", "object": "person_1"}],
    "counts": [{"id": "n1", "category": "cup", "value": 2}]}"""
