"""Rule files that would reach the network, whatever part of them holds the way out: nothing is asked, nothing crashes.

A listener on the loopback address counts who calls.
"""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph

from nesy.checking import Rules, check
from nesy.errors import KnowledgeError
from nesy.ontology import Ontology
from nesy.ontology.reasoner import owl_world
from nesy.scene import Scene
from tests.analysis.test_analysis import example

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix : <https://example.org/rules#> .
"""
RULE = HEAD + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ; %s .\n"
BARE = HEAD + ":R a sh:NodeShape ; sh:severity sh:Violation ; sh:message 'no' ; %s .\n"
LABEL = RULE % "sh:property [ sh:path nesy:label ; %s ]"
INFER = HEAD + ":I a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:rule [ a sh:%s ] .\n"
CLAUSE = "SERVICE <URL> { ?s ?p ?o }"
OUT = ("urn:a> } SERVICE <URL> { ?s ?p ?o } FILTER (?s != <urn:b", "urn:a\\u003E } SERVICE \\u003CURL\\u003E { } #")
"""Ends an IRI in angles, and goes on."""

QUERIES = {
    "select": RULE % 'sh:sparql [ sh:select """SELECT $this { $this ?a ?b . CLAUSE }""" ]',
    "select under EXISTS": RULE % 'sh:sparql [ sh:select """SELECT $this { $this ?a ?b FILTER EXISTS { CLAUSE } }""" ]',
    "select in an escape": RULE % 'sh:sparql [ sh:select """SELECT $this { $this ?a "\\\\u0022 . CLAUSE #" }""" ]',
    "select behind a comment": RULE % 'sh:sparql [ sh:select """SELECT $this { $this ?a ?b # \\\\u000A CLAUSE\n }""" ]',
    "select from": RULE % 'sh:sparql [ sh:select """SELECT $this FROM <URL> { $this ?a ?b }""" ]',
    "select from named": RULE % 'sh:sparql [ sh:select """SELECT $this FROM NAMED <URL> { $this ?a ?b }""" ]',
    "update": RULE % 'sh:sparql [ sh:select """LOAD <URL>""" ]',
    "construct": INFER % 'SPARQLRule ; sh:construct """CONSTRUCT { $this :p ?o } WHERE { CLAUSE }"""',
    "construct from": INFER % 'SPARQLRule ; sh:construct """CONSTRUCT { $this :p ?o } FROM <URL> WHERE { ?s ?p ?o }"""',
    "ask of a component": HEAD
    + ":C a sh:ConstraintComponent ; sh:parameter [ sh:path :c ] ;\n"
    + '  sh:validator [ a sh:SPARQLAskValidator ; sh:message "m" ; sh:ask """ASK { CLAUSE }""" ] .\n'
    + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ; :c 1 .\n",
    "select of a component": HEAD
    + ":C a sh:ConstraintComponent ; sh:parameter [ sh:path :c ] ;\n"
    + '  sh:nodeValidator [ a sh:SPARQLSelectValidator ; sh:select """SELECT $this { CLAUSE }""" ] .\n'
    + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ; :c 1 .\n",
    "nested shape": RULE % 'sh:property [ sh:path nesy:label ; sh:sparql [ sh:select """SELECT $this { CLAUSE }""" ] ]',
    "target": BARE % 'sh:target [ a sh:SPARQLTarget ; sh:select """SELECT ?this { CLAUSE }""" ] ; sh:targetNode :x',
    "function": HEAD
    + ':f a sh:SPARQLFunction ; sh:returnType xsd:boolean ; sh:ask """ASK { CLAUSE }""" .\n'
    + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ;\n"
    + '  sh:sparql [ sh:select """SELECT $this { $this ?a ?b FILTER (<https://example.org/rules#f>()) }""" ] .\n',
    "prefix": HEAD
    + ':o a owl:Ontology ; sh:declare [ sh:prefix "p" ; sh:namespace "urn:a> SELECT $this { CLAUSE } #" ] .\n'
    + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ;\n"
    + '  sh:sparql [ sh:prefixes :o ; sh:select """SELECT $this { $this p:a ?b }""" ] .\n',
    "name of a prefix": HEAD + ':o a owl:Ontology ; sh:declare [ sh:prefix "p: <urn:> SELECT $this { CLAUSE } #" ;'
    + ' sh:namespace "urn:a" ] .\n'
    + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Violation ; sh:message 'no' ;\n"
    + '  sh:sparql [ sh:prefixes :o ; sh:select """SELECT $this { $this p:a ?b }""" ] .\n',
}  # fmt: skip
PLACES = {
    "in": LABEL % "sh:in ( <IRI> )",
    "datatype of sh:in": LABEL % 'sh:in ( "a"^^<IRI> )',
    "has value": LABEL % "sh:hasValue <IRI>",
    "datatype of a value": LABEL % 'sh:hasValue "a"^^<IRI>',
    "class": LABEL % "sh:class <IRI>",
    "datatype": LABEL % "sh:datatype <IRI>",
    "node kind": LABEL % "sh:nodeKind <IRI>",
    "equals": LABEL % "sh:equals <IRI>",
    "disjoint": LABEL % "sh:disjoint <IRI>",
    "less than": LABEL % "sh:lessThan <IRI>",
    "most": LABEL % 'sh:maxInclusive "a"^^<IRI>',
    "node": LABEL % "sh:node <IRI>",
    "not": LABEL % "sh:not <IRI>",
    "path": RULE % "sh:property [ sh:path <IRI> ; sh:minCount 1 ]",
    "inverse path": RULE % "sh:property [ sh:path [ sh:inversePath <IRI> ] ; sh:minCount 1 ]",
    "step of a path": RULE % "sh:property [ sh:path ( nesy:label <IRI> ) ; sh:minCount 1 ]",
    "alternative": RULE % "sh:property [ sh:path [ sh:alternativePath ( nesy:label <IRI> ) ] ; sh:maxCount 0 ]",
    "repeated path": RULE % "sh:property [ sh:path [ sh:zeroOrMorePath <IRI> ] ; sh:maxCount 0 ]",
    "target node": BARE % "sh:targetNode <IRI> ; sh:nodeKind sh:Literal",
    "target class": BARE % "sh:targetClass <IRI> ; sh:nodeKind sh:Literal",
    "subjects of": BARE % "sh:targetSubjectsOf <IRI> ; sh:nodeKind sh:Literal",
    "objects of": BARE % "sh:targetObjectsOf <IRI> ; sh:nodeKind sh:Literal",
    "datatype of a target": BARE % 'sh:targetNode "a"^^<IRI> ; sh:nodeKind sh:IRI',
    "severity": HEAD + ":R a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity <IRI> ; sh:message 'no' .\n",
    "the rule itself": HEAD
    + "<IRI> a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Info ; sh:message 'n' .\n",
    "a property of one's own": RULE % "<IRI> 1 ; sh:nodeKind sh:IRI",
    "prefixes": RULE % 'sh:sparql [ sh:prefixes <IRI> ; sh:select """SELECT $this { $this ?a ?b }""" ]',
    "subject of a triple rule": INFER % "TripleRule ; sh:subject <IRI> ; sh:predicate :p ; sh:object :o",
    "predicate of a triple rule": INFER % "TripleRule ; sh:subject sh:this ; sh:predicate <IRI> ; sh:object :o",
    "object of a triple rule": INFER % "TripleRule ; sh:subject sh:this ; sh:predicate :p ; sh:object <IRI>",
    "datatype of a triple rule": INFER % 'TripleRule ; sh:subject sh:this ; sh:predicate :p ; sh:object "a"^^<IRI>',
    "imports": HEAD
    + "<urn:o> a owl:Ontology ; owl:imports <IRI> .\n" + (RULE % "sh:nodeKind sh:IRI").removeprefix(HEAD),
}  # fmt: skip
BROKEN = ("urn:a b", 'urn:"', "urn:a{", "urn:a}", "urn:a|b", "urn:a^b", "urn:`", "urn:a\\u0020b", "urn:a\\u003Eb",
          "urn:a\\u000Ab", "urn:a\\u0022b", "urn:a\\uD800", "urn:a\\u007F")  # fmt: skip
TEXTS = {
    "pattern": LABEL % "sh:pattern TEXT",
    "flags": LABEL % "sh:pattern 'a' ; sh:flags TEXT",
    "a value": LABEL % "sh:hasValue TEXT",
    "one of": LABEL % "sh:in ( TEXT )",
    "most": LABEL % "sh:maxExclusive TEXT",
    "message": RULE.replace("'no'", "TEXT") % "sh:nodeKind sh:Literal",
    "name": RULE % "sh:name TEXT ; sh:nodeKind sh:Literal",
    "label": RULE % "rdfs:label TEXT ; rdfs:comment TEXT ; sh:nodeKind sh:Literal",
    "object of a triple rule": INFER % "TripleRule ; sh:subject sh:this ; sh:predicate :p ; sh:object TEXT",
}
WAYS_OUT = (
    '" } SERVICE <URL> { ?s ?p ?o } #', "\\u0022 } SERVICE <URL> { ?s ?p ?o } #", '\\", "a") SERVICE <URL> { } #',
    "\n} SERVICE <URL> { ?s ?p ?o } #", "{?x} SERVICE <URL> { } {$this}", "\\U00000022) SERVICE <URL> { } FILTER (",
)  # fmt: skip
SCENE = Scene.model_validate({
    "entities": [{"id": "person_1", "category": "person"}, {"id": "cup_1", "category": '"> } SERVICE <urn:x> {'}],
    "relations": [{"subject": "person_1", "predicate": "\\u0022 } SERVICE <urn:x> { } #", "object": "cup_1"}],
})  # fmt: skip


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address, and what was asked of it."""
    seen: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x", seen
        server.shutdown()
        thread.join()


def tried(text: str, folder: Path) -> str:
    """Load rules and check a scene with them in both engines; return what is said where they are refused."""
    path = folder / "own.ttl"
    path.write_text(text, encoding="utf-8")
    try:
        rules = Rules.load([path], shipped=False)
        for engine in ("compiled", "pyshacl"):
            check(SCENE, rules, engine=engine)  # type: ignore[arg-type]
    except KnowledgeError as error:
        assert "\n" not in str(error) and "own.ttl" in str(error), error
        return str(error)
    return ""


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_a_rule_asks_nobody(name: str, listener: tuple[str, list[str]], tmp_path: Path) -> None:
    url, seen = listener
    assert tried(QUERIES[name].replace("CLAUSE", CLAUSE).replace("URL", url), tmp_path)
    assert seen == []


@pytest.mark.parametrize("name", PLACES)
def test_no_iri_of_a_rule_leads_out(name: str, listener: tuple[str, list[str]], tmp_path: Path) -> None:
    url, seen = listener
    for iri in (*OUT, *BROKEN):
        told = tried(PLACES[name].replace("IRI", iri.replace("URL", url), 1), tmp_path)
        assert told, iri
    tried(PLACES[name].replace("<IRI>", f"<{url}>"), tmp_path)  # it may be right, and is not fetched
    assert seen == []


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_of_a_rule_leads_out(name: str, listener: tuple[str, list[str]], tmp_path: Path) -> None:
    url, seen = listener
    for text in WAYS_OUT:
        for quoted in (text, text.replace("\\", "\\\\")):
            safe = quoted.replace('"', '\\"').replace("\n", "\\n").replace("URL", url)
            tried(TEXTS[name].replace("TEXT", f'"{safe}"'), tmp_path)
    assert seen == []


def test_right_iris_beside_them_are_taken(tmp_path: Path) -> None:
    for iri in ("urn:a%20b", "http://example.org/ä?x=1&y=(2)#z", "urn:a'b", "https://example.org/\\u00e9", "urn:a;b,c"):
        for name in ("in", "has value", "path", "class", "object of a triple rule", "datatype of a value"):
            declared = f"\n<{iri}> a <http://www.w3.org/2002/07/owl#Class> .\n"
            assert tried(PLACES[name].replace("IRI", iri) + declared, tmp_path) == ""


def test_the_reasoner_fetches_no_import(listener: tuple[str, list[str]]) -> None:
    url, seen = listener
    own = f"<https://w3id.org/nesy/ontology> <http://www.w3.org/2002/07/owl#imports> <{url}> ."
    graph = Graph().parse(data=own, format="turtle")
    owl_world(graph)
    assert seen == []


def test_an_ontology_names_no_iri_that_is_none(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    url, seen = listener
    for iri in BROKEN:
        path = tmp_path / "own.ttl"
        path.write_text(f"<{iri}> a <http://www.w3.org/2002/07/owl#Class> .", encoding="utf-8")
        with pytest.raises(KnowledgeError, match=r"own\.ttl: "):
            Ontology.load([path])
    assert seen == [] and url


def test_the_graph_of_an_analysis_asks_nobody(listener: tuple[str, list[str]]) -> None:
    from nesy.errors import InputError

    url, seen = listener
    graph = example().graph
    for query in (
        f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f'ASK {{ ?s ?p "\\u0022 . SERVICE <{url}> {{ }} #" }}',
        f"LOAD <{url}>",
    ):
        with pytest.raises(InputError) as caught:
            graph.query(query)
        assert "\n" not in str(caught.value)
    assert seen == []
