"""Every construct of SHACL Core, and queries, mean as loops and to a store what they mean to pySHACL."""

from pathlib import Path

import pytest
from rdflib import Graph

from nesy.checking import Rules
from nesy.checking.loops import Undecided
from nesy.errors import KnowledgeError
from tests.shapes import DECLARED, OF_T, RULE, THINGS, merged, told

SHAPES = {
    "target class, with subclasses": OF_T + "sh:nodeKind sh:Literal .",
    "target node": RULE + "sh:targetNode :a , :z , 5 ; sh:nodeKind sh:Literal .",
    "target subjects": RULE + "sh:targetSubjectsOf :q ; sh:nodeKind sh:Literal .",
    "target objects": RULE + "sh:targetObjectsOf :n , :q ; sh:nodeKind sh:IRI .",
    "implicit class": ':T a sh:NodeShape , owl:Class ; sh:severity sh:Info ; sh:message "no" ;'
    " sh:nodeKind sh:Literal .",
    "property shape": ':R a sh:PropertyShape ; sh:severity sh:Info ; sh:message "no" ; sh:targetClass :T ;'
    " sh:path :p ; sh:maxCount 1 .",
    "several targets": RULE
    + "sh:targetNode :e ; sh:targetClass :V ; sh:targetSubjectsOf :m ; sh:nodeKind sh:Literal .",
    "class": OF_T + "sh:property [ sh:path :p ; sh:class :V ] , [ sh:path :x ; sh:class :T ] .",
    "two classes": OF_T + "sh:class :V , :T .",
    "datatype integer": OF_T + "sh:property [ sh:path :n ; sh:datatype xsd:integer ] .",
    "datatype decimal": OF_T + "sh:property [ sh:path :x ; sh:datatype xsd:decimal ] .",
    "datatype double": OF_T + "sh:property [ sh:path :x ; sh:datatype xsd:double ] .",
    "datatype boolean": OF_T + "sh:property [ sh:path :x ; sh:datatype xsd:boolean ] .",
    "datatype date": OF_T + "sh:property [ sh:path :d ; sh:datatype xsd:date ] .",
    "datatype string": OF_T + "sh:property [ sh:path :s ; sh:datatype xsd:string ] .",
    "datatype langString": OF_T + "sh:property [ sh:path :s ; sh:datatype rdf:langString ] .",
    "datatype literal": OF_T + "sh:property [ sh:path :x ; sh:datatype rdfs:Literal ] .",
    "kind IRI": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:IRI ] .",
    "kind blank": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:BlankNode ] .",
    "kind literal": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:Literal ] .",
    "kind blank or IRI": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:BlankNodeOrIRI ] .",
    "kind blank or literal": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:BlankNodeOrLiteral ] .",
    "kind IRI or literal": OF_T + "sh:property [ sh:path :x ; sh:nodeKind sh:IRIOrLiteral ] .",
    "minCount 0": OF_T + "sh:property [ sh:path :p ; sh:minCount 0 ] ; sh:nodeKind sh:Literal .",
    "minCount 1": OF_T + "sh:property [ sh:path :p ; sh:minCount 1 ] .",
    "minCount 2": OF_T + "sh:property [ sh:path :p ; sh:minCount 2 ] .",
    "minCount 5": OF_T + "sh:property [ sh:path :n ; sh:minCount 5 ] .",
    "minCount 6": OF_T + "sh:property [ sh:path :n ; sh:minCount 6 ] .",
    "maxCount 0": OF_T + "sh:property [ sh:path :p ; sh:maxCount 0 ] .",
    "maxCount 1": OF_T + "sh:property [ sh:path :p ; sh:maxCount 1 ] .",
    "maxCount 4": OF_T + "sh:property [ sh:path :n ; sh:maxCount 4 ] .",
    "minInclusive": OF_T + "sh:property [ sh:path :n ; sh:minInclusive 2 ] .",
    "minExclusive": OF_T + "sh:property [ sh:path :n ; sh:minExclusive 2 ] .",
    "maxInclusive": OF_T + "sh:property [ sh:path :n ; sh:maxInclusive 2.0 ] .",
    "maxExclusive": OF_T + "sh:property [ sh:path :n ; sh:maxExclusive 2 ] .",
    "between": OF_T + "sh:property [ sh:path :n ; sh:minInclusive 2 ; sh:maxInclusive 3 ] .",
    "bound that is text": OF_T + 'sh:property [ sh:path :l ; sh:minInclusive "c" ] .',
    "bound that is a date": OF_T + 'sh:property [ sh:path :d ; sh:maxInclusive "2020-01-01"^^xsd:date ] .',
    "minLength": OF_T + "sh:property [ sh:path :s ; sh:minLength 4 ] .",
    "minLength of nodes": OF_T + "sh:property [ sh:path ( :p :q ) ; sh:minLength 100 ] .",
    "maxLength": OF_T + "sh:property [ sh:path :s ; sh:maxLength 3 ] .",
    "pattern": OF_T + 'sh:property [ sh:path :s ; sh:pattern "^[a-z]+$" ] .',
    "pattern with flags": OF_T + 'sh:property [ sh:path :s ; sh:pattern "^t" ; sh:flags "i" ] .',
    "pattern with a backslash": OF_T + 'sh:property [ sh:path :s ; sh:pattern "^\\\\d$" ] .',
    "pattern on IRIs": OF_T + 'sh:pattern "org/[ab]" .',
    "pattern on blank nodes": OF_T + 'sh:property [ sh:path :x ; sh:pattern "e" ] .',
    "in": OF_T + 'sh:property [ sh:path :s ; sh:in ( "one" "two"@en ) ] ; sh:in ( :a :b :d ) .',
    "in numbers and nodes": OF_T + "sh:property [ sh:path :x ; sh:in ( 2.5 :a true ) ] .",
    "in nothing": OF_T + "sh:property [ sh:path :s ; sh:in () ] .",
    "hasValue": OF_T + "sh:property [ sh:path :p ; sh:hasValue :c ] .",
    "hasValue that is a number": OF_T + "sh:property [ sh:path :n ; sh:hasValue 1 ] .",
    "hasValue of the node": OF_T + "sh:hasValue :a .",
    "equals": OF_T + "sh:property [ sh:path :p ; sh:equals :q ] .",
    "equals of the node": OF_T + "sh:equals :p .",
    "disjoint": OF_T + "sh:property [ sh:path :p ; sh:disjoint :q ] .",
    "disjoint of the node": OF_T + "sh:disjoint :p .",
    "lessThan": OF_T + "sh:property [ sh:path :m ; sh:lessThan :w ] , [ sh:path :l ; sh:lessThan :k ] .",
    "lessThanOrEquals": OF_T + "sh:property [ sh:path :m ; sh:lessThanOrEquals :w ] .",
    "inverse": OF_T + "sh:property [ sh:path [ sh:inversePath :p ] ; sh:maxCount 0 ] .",
    "sequence": OF_T + "sh:property [ sh:path ( :p :q ) ; sh:maxCount 0 ] .",
    "alternative": OF_T + "sh:property [ sh:path [ sh:alternativePath ( :p :q ) ] ; sh:maxCount 1 ] .",
    "zero or more": OF_T + "sh:property [ sh:path [ sh:zeroOrMorePath :q ] ; sh:class :V ] .",
    "zero or more, from text": OF_T + "sh:property [ sh:path :s ; sh:property [ sh:path [ sh:zeroOrMorePath :q ] ;"
    " sh:nodeKind sh:IRI ] ] .",
    "one or more": OF_T + "sh:property [ sh:path [ sh:oneOrMorePath :p ] ; sh:class :U ] .",
    "zero or one": OF_T + "sh:property [ sh:path [ sh:zeroOrOnePath :q ] ; sh:class :U ] .",
    "path of paths": OF_T + "sh:property [ sh:path ( :p [ sh:alternativePath ( [ sh:inversePath :p ] :n ) ] ) ;"
    " sh:nodeKind sh:Literal ] .",
    "not": OF_T + "sh:not [ sh:property [ sh:path :p ; sh:minCount 1 ] ] .",
    "not of a path": OF_T + "sh:not [ sh:path :p ; sh:minCount 1 ] .",
    "not of values": OF_T + "sh:property [ sh:path :p ; sh:not [ sh:class :V ] ] .",
    "not not": OF_T + "sh:not [ sh:not [ sh:class :V ] ] .",
    "and": OF_T + "sh:and ( [ sh:class :V ] [ sh:property [ sh:path :q ; sh:minCount 1 ] ] ) .",
    "or": OF_T + "sh:or ( [ sh:class :V ] [ sh:property [ sh:path :n ; sh:maxInclusive 1 ] ] ) .",
    "xone": OF_T + "sh:xone ( [ sh:class :V ] [ sh:path :p ; sh:minCount 1 ] [ sh:path :q ; sh:minCount 1 ] ) .",
    "or of values": OF_T
    + "sh:property [ sh:path :x ; sh:or ( [ sh:datatype xsd:decimal ] [ sh:nodeKind sh:IRI ] ) ] .",
    "or with less than": OF_T + "sh:or ( [ sh:path :m ; sh:lessThan :w ] [ sh:path :p ; sh:minCount 2 ] ) .",
    "or with many": OF_T + "sh:or ( [ sh:path :n ; sh:minCount 5 ] [ sh:path :p ; sh:minCount 1 ] ) .",
    "node": OF_T + "sh:property [ sh:path :p ; sh:node [ sh:property [ sh:path :n ; sh:minCount 1 ] ] ] .",
    "node by its name": OF_T + "sh:property [ sh:path :p ; sh:node :S ] . :S a sh:NodeShape ; sh:class :V .",
    "property by its name": OF_T + "sh:property :P . :P a sh:PropertyShape ; sh:path :p ; sh:maxCount 1 .",
    "a shape with a target, by its name": OF_T + "sh:node :S . :S a sh:NodeShape ; sh:targetClass :V ; sh:class :V ;"
    ' sh:severity sh:Info ; sh:message "other" .',
    "property in property": OF_T + "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:maxCount 1 ] ] .",
    "deactivated": OF_T + "sh:property [ sh:path :p ; sh:maxCount 0 ; sh:deactivated true ] ; sh:class :V .",
    "node that is deactivated": OF_T + "sh:not [ sh:class :V ; sh:deactivated true ] .",
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_construct_of_shacl_core_means_what_it_means_to_pyshacl(name: str) -> None:
    rules = Rules.of(merged(SHAPES[name]))
    data = merged(THINGS)
    assert dict(rules.uncompiled) == {}
    found = told(rules, data, "store")
    assert found == told(rules, data, "pyshacl")
    assert found, "a shape that nothing breaks tells no engines apart"
    assert looped(rules, data) in (found, None)


def looped(rules: Rules, data: Graph) -> set[tuple[str, ...]] | None:
    """Return what loops of Python find; None where they leave it to pySHACL."""
    if not rules.programs:
        return None
    try:
        return told(rules, data, "loops")
    except Undecided:
        return None


def test_most_constructs_are_loops() -> None:
    found = [looped(Rules.of(merged(text)), merged(THINGS)) for text in SHAPES.values()]
    assert sum(one is not None for one in found) > len(SHAPES) * 0.6


UNKNOWN = {
    "sh:closed": "sh:closed true .",
    "sh:uniqueLang": "sh:property [ sh:path :s ; sh:uniqueLang true ] .",
    "sh:languageIn": 'sh:property [ sh:path :s ; sh:languageIn ( "en" ) ] .',
    "sh:qualifiedMinCount": "sh:property [ sh:path :p ; sh:qualifiedMinCount 1 ;"
    " sh:qualifiedValueShape [ sh:class :V ] ] .",
    "sh:flags x": 'sh:property [ sh:path :s ; sh:pattern "o n e" ; sh:flags "x" ] .',
    "sh:pattern o(?=n)": 'sh:property [ sh:path :s ; sh:pattern "o(?=n)" ] .',
    "sh:datatype http://www.w3.org/2001/XMLSchema#byte": "sh:property [ sh:path :n ; sh:datatype xsd:byte ] .",
    "$shapesGraph": 'sh:sparql [ sh:select "SELECT $this WHERE { $this ?p $shapesGraph }" ] .',
    "a query that does not select $this": 'sh:sparql [ sh:select "SELECT ?value WHERE { $this ?p ?value }" ] .',
    "sh:sparql": 'sh:not [ sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o }" ] ] .',
}


@pytest.mark.parametrize("construct", UNKNOWN)
def test_what_is_not_compiled_is_named_and_runs_on_pyshacl(construct: str) -> None:
    rules = Rules.of(merged(OF_T + UNKNOWN[construct]))
    assert dict(rules.uncompiled) == {"http://example.org/R": construct}
    assert rules.plans == ()


WRONG = {
    "sh:property [ sh:minCount 1 ] .": "needs a sh:path",
    "sh:minCount 1 .": "need a sh:path",
    "sh:property [ sh:path :p ; sh:minCount -1 ] .": "no number",
    "sh:property [ sh:path ( :p ) ; sh:maxCount 1 ] .": "at least two",
    "sh:property [ sh:path [ :what :else ] ; sh:maxCount 1 ] .": "none of the forms",
    "sh:property [ sh:path :p , :q ; sh:maxCount 1 ] .": "not several",
    "sh:nodeKind :IRI .": "no kind of node",
    "sh:or () .": "list of shapes",
    "sh:node [ sh:path :p ; sh:maxCount 0 ] .": "must be a node shape",
    'sh:sparql [ sh:select "SELECT $this WHERE { $this :p }" ] .': "no valid SHACL",
    'sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 5 } }" ] .': "must not contain MINUS",
    'sh:sparql [ sh:select "SELECT $this WHERE { { SELECT ?o WHERE { $this ?p ?o } } }" ] .': "must select",
    'sh:sparql [ sh:ask "ASK { $this ?p 5 }" ] .': "one sh:select",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_ill_formed_rule_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError, match=r"r\.ttl: rule http://example.org/R .*" + WRONG[text]) as caught:
        Rules.of(merged(OF_T + text), Path("r.ttl"))
    assert "\n" not in str(caught.value)


# --- queries ---

QUERIES = {
    "one of several targets": "SELECT $this ?value WHERE { $this :m ?value . FILTER (?value > 1) }",
    "not exists": "SELECT $this WHERE { $this a :T . FILTER NOT EXISTS { $this :p ?other } }",
    "optional": "SELECT $this ?value WHERE { $this a ?kind . OPTIONAL { $this :q ?value } }",
    "union": "SELECT $this ?value WHERE { { $this :p ?value } UNION { $this :q ?value } }",
    "a filter in a group": "SELECT $this ?value WHERE { { $this :p ?value . FILTER ($this != ?value) } }",
    "counting": "SELECT $this (COUNT(?n) AS ?value) WHERE { $this :n ?n } GROUP BY $this HAVING (COUNT(?n) > 1)",
    "all": "SELECT * WHERE { $this :p ?value }",
    "path": "SELECT $this ?value WHERE { $this :p*/:q|^:p ?value }",
    "bind": 'SELECT $this ?value WHERE { $this :s ?s . BIND (CONCAT(STR(?s), "!") AS ?value) }',
    "nested": "SELECT $this ?value WHERE { { SELECT $this (MAX(?n) AS ?value) WHERE { $this :n ?n } GROUP BY $this } }",
    "one of a list": "SELECT $this ?value WHERE { $this :p ?value . FILTER (?value IN (:b, :d)) }",
    "comment and braces": "SELECT $this ?value WHERE { # { no group\\n $this :s ?value . FILTER (STR(?value) != '{') }",
    "many patterns": "SELECT $this ?value WHERE { $this a ?k ; :p ?b . ?b :p ?c ; a ?l . ?c a ?m ; :s ?s , ?t ; :q ?d ;"
    " :d ?value . { ?d :p ?e . FILTER (?e != ?c || ?e = :c) } FILTER (?s != ?t) ?d :s ?u ; :n ?v . }",
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_means_what_it_means_to_pyshacl(name: str) -> None:
    constraint = f'sh:sparql [ sh:prefixes <http://example.org/> ; sh:select """{QUERIES[name]}""" ] .'
    rules = Rules.of(merged(DECLARED + OF_T + constraint))
    assert dict(rules.uncompiled) == {}
    data = merged(THINGS)
    found = told(rules, data, "store")
    assert found == told(rules, data, "pyshacl")
    assert found
    assert looped(rules, data) in (found, None)


DIFFERENT = {
    "text in a language is compared with plain text": OF_T + 'sh:property [ sh:path :s ; sh:minInclusive "o" ] .',
    "nodes are compared by their IRIs": OF_T + "sh:property [ sh:path :p ; sh:lessThan :q ] .",
    "an end is before the last line break too": OF_T + 'sh:property [ sh:path :y ; sh:pattern "one$" ] .',
    "a number is text as it was written": OF_T + "sh:property [ sh:path :z ; sh:maxLength 1 ] .",
    "the inverse of a sequence keeps its order": OF_T + "sh:property [ sh:path [ sh:inversePath ( :p :q ) ] ;"
    " sh:maxCount 0 ] .",
}
"""Where pySHACL departs from SHACL, or a store from what was written; no scene holds such data."""


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_engines_differ(name: str) -> None:
    rules = Rules.of(merged(DIFFERENT[name]))
    data = merged(THINGS + ' :f a :T ; :y "one\\n" ; :z 1.0 . :g a :T ; :p :a ; :q :b .')
    assert dict(rules.uncompiled) == {}
    assert told(rules, data, "store") != told(rules, data, "pyshacl")
