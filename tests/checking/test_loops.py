"""Queries as loops of Python mean what they mean to a store, or they are not written as loops."""

from collections import Counter
from decimal import Decimal

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from nesy.checking.loops import Index, Loops, Undecided, loops_of
from nesy.checking.loops.nodes import node_of, term_of
from nesy.graph.terms import to_node, to_quad, to_term
from tests.any_queries import PREFIX, any_graph, any_query

A, SEVEN = URIRef("http://example.org/a"), Literal(7)
THINGS = """@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :p :b , :c ; :n 1 , 2.0 ; :s "one" , "two" ; :x "NaN"^^xsd:double . :b :p :c ; :q :a ; :n 3 ; :s "x" .
:c :q :b , :c ; :n 1.0 ; :s "one"@en . :d :n 5 ; :q 5 ; :s "five" . :o :of 7 .
"""
Rows = Counter[tuple[str, ...]]


def written(node: Node | None) -> str:
    """Write a term; of a decimal the value, to as many digits as both engines have."""
    if isinstance(node, Literal) and isinstance(node.value, Decimal):
        return f"{float(node.value):.9g} decimal"
    return "-" if node is None else node.n3()


def by_loops(query: str, data: Graph, this: Node) -> Rows | None:
    """Return the rows; None where they are left to the store."""
    found = loops_of(query)
    if not isinstance(found, Loops):
        return None
    try:
        rows = found.run(Index.of_graph(data), [node_of(this)])
    except Undecided:
        return None
    return Counter(tuple(written(None if node is None else term_of(node)) for node in row) for row in rows)


def by_store(query: str, data: Graph, this: Node) -> Rows:
    store = ox.Store()
    store.extend(map(to_quad, data))
    found = store.query(query, substitutions={ox.Variable("this"): to_term(this)})
    assert isinstance(found, ox.QuerySolutions)
    return Counter(tuple(written(None if term is None else to_node(term)) for term in row) for row in found)


MEANT = {
    "an inner OPTIONAL sees not what is around the outer": "SELECT ?this ?y ?z WHERE { ?this :n ?o ."
    " OPTIONAL { ?this :p ?y OPTIONAL { ?y :n ?z FILTER (?z > ?o) } } }",
    "BIND in OPTIONAL sees not what is around it": "SELECT ?this ?w WHERE { ?this :n ?o ."
    " OPTIONAL { ?this :p ?y BIND (?o + 1 AS ?w) } }",
    "OPTIONAL sees not what follows": "SELECT ?this ?y ?z WHERE { ?this :p ?b ."
    " OPTIONAL { ?this :n ?y FILTER (?y < ?z) } ?b :n ?z }",
    "BIND in a group sees not what follows": "SELECT ?this ?x WHERE { ?this :p ?z"
    " { BIND (?y + 1 AS ?x) ?this :n ?y } }",
    "a filter in a group sees not what is around": "SELECT ?this ?x WHERE { ?this :n ?n"
    " { ?this :p ?x FILTER (?n > 1) } }",
    "a key without a value joins with anything": "SELECT ?this ?k ?n WHERE { ?b :p ?k . { SELECT ?this ?k"
    " (COUNT(?y) AS ?n) WHERE { ?this :p ?y OPTIONAL { ?y :zz ?k } } GROUP BY ?this ?k } }",
    "BIND of nothing joins with anything": "SELECT ?this ?y ?n WHERE { { ?this :p ?q BIND (?no AS ?y) }"
    " UNION { ?this :p ?y } ?y :n ?n }",
    "MAX of texts": "SELECT ?this (MAX(?s) AS ?m) WHERE { ?this :s ?s } GROUP BY ?this",
    "MAX of nothing": "SELECT ?this (MAX(?s) AS ?m) WHERE { ?this :p ?y OPTIONAL { ?y :zz ?s } } GROUP BY ?this",
    "MIN of numbers and texts": "SELECT ?this (MIN(?s) AS ?m) WHERE { ?this :n|:s ?s } GROUP BY ?this",
    "SUM of what has no value": "SELECT ?this (SUM(?s) AS ?m) WHERE { ?this :p ?y"
    " OPTIONAL { ?y :n ?s FILTER (?s > 2) } } GROUP BY ?this",
    "SUM of texts": "SELECT ?this (SUM(?s) AS ?m) WHERE { ?this :s ?s } GROUP BY ?this",
    "HAVING on what is never bound": "SELECT ?this WHERE { ?this :p ?x } GROUP BY ?this HAVING (SUM(?no) = 0)",
    "no rows, no group": "SELECT ?this (COUNT(*) AS ?m) WHERE { ?this :zz ?s } GROUP BY ?this",
    "NaN is not itself": "SELECT ?this WHERE { ?this :x ?y , ?z FILTER (?y = ?z) }",
    "a node is no number": "SELECT ?this ?x WHERE { ?this :p ?x FILTER (?x != 2.0) }",
    "a text is no number": "SELECT ?this ?x WHERE { ?this :s ?x FILTER (?x != 2.0) }",
    "a text is not more than a number": "SELECT ?this ?x WHERE { ?this :s ?x ; :n ?y FILTER (?x < ?y) }",
    "a whole number and a decimal": "SELECT ?this ?c WHERE { ?this :n ?n . ?c :n ?m FILTER (?n = ?m) }",
    "a whole number is another term than a decimal": "SELECT ?this ?c WHERE { ?this :n ?n . ?c :n ?n }",
    "texts of a language are others": "SELECT ?this ?c WHERE { ?this :s ?n . ?c :s ?m FILTER (?n = ?m) }",
    "division by nothing has no value": "SELECT ?this ?x WHERE { ?this :n ?n BIND (?n / 0 AS ?x) }",
    "|| with an error": "SELECT ?this ?x WHERE { ?this :p ?x OPTIONAL { ?x :zz ?z } FILTER (?z > 1 || ?x = :b) }",
    "! and && with an error": "SELECT ?this ?x WHERE { ?this :p ?x OPTIONAL { ?x :zz ?z }"
    " FILTER (!(?z > 1 && ?x = :b)) }",
    "IF with an error": "SELECT ?this ?x WHERE { ?this :s ?s BIND (IF(?s > 1, 1, 2) AS ?x) }",
    "the truth of anything": "SELECT ?this ?x WHERE { ?this :n|:s|:p ?x FILTER (?x) }",
    "EXISTS knows what is around, at any depth": "SELECT ?this ?n WHERE { ?this :n ?n"
    " FILTER EXISTS { { ?this :p ?y . ?y :n ?m FILTER (?m > ?n) } UNION { ?this :zz ?n } } }",
    "EXISTS with OPTIONAL": "SELECT ?this ?n WHERE { ?this :n ?n FILTER EXISTS {"
    " ?this :p ?y OPTIONAL { ?y :n ?m FILTER (?m > ?n) } FILTER (BOUND(?m)) } }",
    "nothing optional": "SELECT ?this WHERE { ?this :p ?x OPTIONAL { } }",
    "paths in a circle": "SELECT ?this ?x WHERE { ?this (:p|:q)+ ?x }",
    "as often as there are ways": "SELECT ?this ?x WHERE { ?this :p/:p?/:q ?x }",
    "a nameless subject": "SELECT ?this ?x WHERE { ?this :p ?x . [] :q ?x }",
    "negative numbers": "SELECT ?this ?x WHERE { ?this :n ?x FILTER (?x > -1 && ?x -1 < 1) }",
    "letters that look alike": "SELECT ?this ?ﬁ ?fi WHERE { ?this :p ?ﬁ . ?this :n ?fi }",
    "names of what the loops use": "SELECT ?this ?out ?index ?objects WHERE { ?this :p ?out . ?this :n ?index ,"
    " ?objects FILTER (?index < ?objects) }",
}


@pytest.mark.parametrize("name", MEANT)
def test_a_query_means_what_sparql_says(name: str) -> None:
    data = Graph().parse(data=THINGS)
    assert by_loops(PREFIX + MEANT[name], data, A) in (None, by_store(PREFIX + MEANT[name], data, A))


def test_most_of_these_are_loops() -> None:
    data = Graph().parse(data=THINGS)
    assert sum(by_loops(PREFIX + text, data, A) is not None for text in MEANT.values()) >= 16


@pytest.mark.parametrize("text", ["?x :of ?this FILTER (?this * 2 > 13)", "?x :of ?this BIND (?this + 1 AS ?y)"])
def test_the_node_in_focus_may_be_a_number(text: str) -> None:
    data, query = Graph().parse(data=THINGS), f"{PREFIX}SELECT ?this ?x ?y WHERE {{ {text} }}"
    found = by_loops(query, data, SEVEN)
    assert found == by_store(query, data, SEVEN) and found


def test_queries_of_any_shape_mean_the_same() -> None:
    """Of 2,000 queries about half become loops; all of these find the same rows, as often, in two graphs each."""
    graphs = [any_graph(str(number)) for number in range(4)]
    indexes = [Index.of_graph(graph) for graph in graphs]
    told = Counter[str]()
    for number in range(2000):
        query = any_query(str(number))
        found = loops_of(query)
        if isinstance(found, str):
            told["left to the store"] += 1
            continue
        for place in (number % 4, (number + 1) % 4):
            this = (URIRef("http://example.org/x1"), URIRef("http://example.org/x3"))[number % 2]
            try:
                rows = found.run(indexes[place], [node_of(this)])
            except Undecided:
                told["left to the store in one case"] += 1
                continue
            named = Counter(tuple(written(None if node is None else term_of(node)) for node in row) for row in rows)
            assert named == by_store(query, graphs[place], this), query
            told["the same, some rows" if rows else "the same, no row"] += 1
    assert told["the same, some rows"] > 600 and told["the same, no row"] > 600, told


STORE_ALONE = {
    "a way counts as often as it is told": "SELECT ?this (COUNT(?x) AS ?n) WHERE { ?this (:p|:p) ?x } GROUP BY ?this",
    "a path of no length from what is nowhere": "SELECT ?this ?x WHERE { ?x :p* :nowhere }",
    "$this has a value before all else": "SELECT ?this ?x WHERE { ?x :of ?y FILTER (BOUND(?this)) }",
}
"""Where the store departs from SPARQL, or from what SHACL says of $this; loops do not, nor does pySHACL."""


@pytest.mark.parametrize("name", STORE_ALONE)
def test_where_the_store_alone_says_something_else(name: str) -> None:
    data, query = Graph().parse(data=THINGS), PREFIX + STORE_ALONE[name]
    reference = Counter(tuple(map(written, row)) for row in data.query(query, initBindings={"this": A}))
    assert by_loops(query, data, A) == reference != by_store(query, data, A)


# --- what is run is written from names and numbers alone ---

INJECTED = ['"] or print(1) or ["', "'''", "\\", "\\x27", "{0}", "__import__('os')", "\N{LINE SEPARATOR}", "\x85", "🚲"]


@pytest.mark.parametrize("odd", INJECTED)
def test_texts_and_iris_of_a_rule_are_no_code(odd: str) -> None:
    data = Graph()
    data.add((A, URIRef("http://example.org/s"), Literal(odd)))
    text = Literal(odd).n3()
    for query in (
        f"{PREFIX}SELECT ?this ?x WHERE {{ ?this :s ?x FILTER (?x = {text}) }}",
        f"{PREFIX}SELECT ?this ?x WHERE {{ ?this :s {text} BIND (CONCAT(STR(?this), {text}) AS ?x) }}",
        f"{PREFIX}SELECT ?this (GROUP_CONCAT(?y; separator={text}) AS ?x) WHERE {{ ?this :s ?y }} GROUP BY ?this",
    ):
        found = by_loops(query, data, A)
        assert found in (None, by_store(query, data, A))
    iri = "http://example.org/'+str(1)+'#(x)'"
    data.add((A, URIRef(iri), A))
    query = f"SELECT ?this WHERE {{ ?this <{iri}> ?this ; <{iri}>* ?this FILTER (?this != <{iri}>) }}"
    assert by_loops(query, data, A) == by_store(query, data, A) != Counter()


def test_a_query_that_nests_deeper_than_python_is_left_to_the_store() -> None:
    for inner in ("(" * 400 + "?x" + ")" * 400, " + ".join(["?x"] * 3000)):
        assert isinstance(loops_of(f"{PREFIX}SELECT ?this WHERE {{ ?this :n ?x FILTER ({inner} > 1) }}"), (str, Loops))
    many = " ".join(f"?x{number} :p ?x{number + 1} ." for number in range(40))
    assert isinstance(loops_of(f"{PREFIX}SELECT ?this WHERE {{ ?this :p ?x0 . {many} }}"), str)
