"""SPARQL queries, spoilt, put to a small store of one analysis: `nesy query`."""

import json
from dataclasses import dataclass
from functools import partial
from random import Random

import pyoxigraph as ox
from rdflib import SH

from lab.fuzz.case import Make, Tally
from lab.fuzz.mutations import spoilt
from lab.fuzz.seeds import SCENE
from nesy.checking import Rules
from nesy.graph.limits import Limits, within
from nesy.graph.query import Rows, ask_store, query_form
from nesy.graph.triples import to_rdf
from nesy.scene import Scene

LIMITS = Limits(seconds=30.0, mebibytes=512.0)
"""Of the processor a query has less: what takes over 2 s counts as one without an end."""
WRITTEN = (
    "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 5",
    'ASK { ?r nesy:predicate ?p FILTER (STRSTARTS(STR(?p), "a") && ?p != "b") }',
    "CONSTRUCT { ?s a nesy:Cup } WHERE { ?s a ?c . OPTIONAL { ?s nesy:confidence ?x } FILTER (!BOUND(?x) || ?x > 1) }",
    "DESCRIBE ?s WHERE { ?s a nesy:Relation } LIMIT 2",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) (AVG(?x) AS ?y) { GRAPH ?g { ?s ?p ?x } } GROUP BY ?g HAVING (?n > 1)",
    'SELECT * { VALUES (?a ?b) { ("x"@en 1) (UNDEF <urn:a>) } { ?a ?p ?o } UNION { ?o ^rdf:type/rdfs:label* ?b } }',
    'SELECT ?x { BIND (REPLACE(CONCAT("a", STR(1 + 2)), "[a-c]+", "$0", "i") AS ?x) MINUS { ?x a ?x } }',
    'SELECT ?z { BIND (IF(1 = 1, xsd:integer("3"), NOW()) AS ?z) }',
    "SELECT ?s { ?s (nesy:subject|!(rdf:type|^rdf:type))+ ?o . { SELECT ?o { ?o a ?c } LIMIT 3 } }",
    "SELECT ?s { ?s a ?c FILTER NOT EXISTS { ?s rdf:type ?s } FILTER (?c IN (nesy:Cup, nesy:Relation)) }",
)


def open_queries() -> Make:
    """Return what makes queries."""
    facts = to_rdf(Scene.from_json(SCENE)).serialize(format="nt")
    selects = sorted(str(text) for text in Rules.load().graph.objects(None, SH.select))
    seeds = [*WRITTEN * 4, *selects]

    def make(chance: Random) -> "_Query":
        text = chance.choice(seeds)
        return _Query(spoilt(text, chance, seeds) if chance.random() < 0.95 else text, facts)

    return make


@dataclass(frozen=True)
class _Query:
    text: str
    facts: str
    """N-Triples: what the process that answers is started with, wherever it is no copy of this one."""

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def run(self) -> Tally:
        """Read it, and have it answered by a process of its own, as `nesy query` does."""
        query_form(self.text)
        within(LIMITS, partial(_answered, self.facts, self.text))
        return Tally()


def _answered(facts: str, text: str) -> int:
    store = ox.Store()
    store.load(facts.encode(), format=ox.RdfFormat.N_TRIPLES)
    found = ask_store(store, text)
    if isinstance(found, bool):
        return found
    if isinstance(found, Rows):
        return len(json.loads(found.to_json())["results"]["bindings"])
    return len(found.serialize(format="turtle"))
