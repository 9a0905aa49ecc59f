"""Small graphs of shapes and data, and what either engine says of them."""

from decimal import Decimal

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from lab.oxigraph_engine import OxigraphData
from nesy.checking import Rules
from nesy.checking.data_graph import DataGraph
from nesy.checking.loop_engine import LoopData
from nesy.checking.loops import Index
from nesy.checking.pyshacl_engine import Reference, run

PREFIXES = """@prefix : <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
DECLARED = '<http://example.org/> a owl:Ontology ; sh:declare [ sh:prefix "" ; sh:namespace "http://example.org/" ] .\n'
RULE = ':R a sh:NodeShape ; sh:severity sh:Info ; sh:message "no" ; '
OF_T = RULE + "sh:targetClass :T ; "
THINGS = """:a a :T ; :p :b , :c ; :n 1 ; :s "one" . :b a :U ; :p :c ; :n 2 , 3 ; :s "two"@en . :U rdfs:subClassOf :T .
:c a :T , :V ; :q :a , :b ; :s "THREE" , "4" ; :d "2020-01-31"^^xsd:date ; :x 2.5 , 1e1 , true .
:d a :T ; :p :d ; :q :d ; :n -1 , "x"^^xsd:integer ; :d "2020-13-31"^^xsd:date ; :x :a , "text" , [] ; :m 5 ; :w 4 .
:e a :T ; :n 1 , 2 , 3 , 4 , 5 ; :m 0 , 9 ; :w 7 ; :l "b" ; :k "a" ."""


def merged(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + text)


def written(node: Node) -> str:
    """Write a term so that both engines write the same: a number by its value, and nothing of a nameless node."""
    if isinstance(node, Literal) and isinstance(node.value, (int, float, Decimal)) and not isinstance(node.value, bool):
        return f"{float(node.value)} {node.datatype}"
    return "[]" if isinstance(node, BNode) else node.n3()


def told(rules: Rules, data: Graph, engine: str) -> set[tuple[str, ...]]:
    """Return rule, focus, value (nameless ones as `[]`) and path (if a predicate) of every result."""
    if engine == "store":
        held = OxigraphData(data)
        results = [(plan.iri, result) for plan in rules.plans for result in held.results(plan)]
    elif engine == "loops":
        looped = LoopData(Index.of_graph(data))
        results = [(plan.iri, result) for plan in rules.plans for result in looped.results(rules.programs[plan.iri])]
    else:
        copy = DataGraph()
        for triple in data:
            copy.add(triple)
        reference = Reference((rule.iri, rules.shape(rule.iri)) for rule in rules)
        results = [(reference.owners[result.shape], result) for result in run(copy, reference.shapes)]
    named = URIRef("http://example.org/R")
    return {
        (
            iri,
            str(result.shape == named),
            result.focus.n3(),
            "-" if result.value is None else written(result.value),
            result.path.n3() if isinstance(result.path, URIRef) else "",
        )
        for iri, result in results
    }
