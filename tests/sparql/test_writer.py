"""The writer of SPARQL: what it writes is read as the same query, by every engine, whatever stands in a literal."""

from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.plugins.sparql import prepareQuery

from nesy.checking import Rules
from nesy.sparql import SparqlError, is_iri, literal_text, local_query, parse, written
from tests.any_queries import PREFIX, random_query
from tests.sparql.test_parser import HEAD, QUERIES

QUERY_TEXTS = [text if text.startswith("BASE") else HEAD + text for text in QUERIES]


def own_queries() -> list[str]:
    pack = Rules.load()
    selections = [one.source for plan in pack.plans for one in plan.selections]
    return [*selections, *(plan.source for plan in pack.plans if plan.source), *(one.text for one in pack.inferences)]


@pytest.mark.parametrize("text", QUERY_TEXTS)
def test_what_is_written_is_read_as_the_same(text: str) -> None:
    once = written(parse(text))
    assert written(parse(once)) == once


def test_the_shipped_rules_are_written_as_the_same() -> None:
    for text in own_queries():
        once = written(parse(text))
        assert written(parse(once)) == once


DATA = """@prefix : <http://example.org/> .
:x1 :p :x2, :x3 ; :q :x3 ; :n 1, 2.5 ; :s "one", "two" . :x2 :p :x3 ; :n 2 ; :s "one" . :x3 :q :x1 ; :n 0 ."""


def test_an_engine_answers_what_is_written_as_it_answers_what_was_written() -> None:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    answered = 0
    for seed in range(300):
        text = PREFIX + random_query(Random(seed))
        try:
            rows = sorted(map(str, store.query(text)))
            query = parse(text)
        except (SyntaxError, SparqlError):
            continue
        assert sorted(map(str, store.query(written(query)))) == rows, text
        answered += bool(rows)
    assert answered > 30


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example("\\u0022 ) } SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } #")
@example('"""\n\r\t\b\f\\U00000022\\')
@example("a\\\\u0041")
def test_a_literal_is_itself_in_both_engines(text: str) -> None:
    quoted = literal_text(text)
    (row,) = ox.Store().query(f"SELECT ({quoted} AS ?x) {{}}")
    assert row["x"].value == text
    query = prepareQuery(f"SELECT * {{ BIND ({quoted} AS ?x) }}")
    (bound,) = [one for one in str(query.algebra).split("\n") if "expr" in one][:1] or [""]
    found = query.algebra.p.p.expr if "p" in query.algebra.p else None
    assert found == Literal(text), bound


@given(st.text(max_size=12))
@example("a:b>")
@example("a:\\u003e")
@example("a:\ud800")
def test_what_counts_as_an_iri_ends_where_it_ends(text: str) -> None:
    if is_iri(text):
        (row,) = ox.Store().query(f"SELECT (<{text}> AS ?x) {{}}")
        assert row["x"] == ox.NamedNode(text) and URIRef(text).n3() == f"<{text}>"


@pytest.mark.parametrize(
    "text",
    [
        'ASK { ?s ?p "\\u0022 } SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } #" }',
        "ASK { ?s ?p ?o } # \\u000A SERVICE <http://127.0.0.1:1/> { ?a ?b ?c }",
        "ASK { ?s ?p '\\U0000005C' }",
        "ASK { ?s ?p <urn:a\\u003E> }",
        "ASK { ?s ?p '\\ud800' }",
        "ASK { ?s ?p '\ud800' }",
    ],
)
def test_an_escape_that_engines_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(SparqlError, match=r"meaning of its own|no character|half of a character"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ASK { SERVICE <urn:s> { } }", "SERVICE clause is refused"),
        ("ASK { FILTER NOT EXISTS { OPTIONAL { SERVICE SILENT ?x { } } } }", "SERVICE clause is refused"),
        ("SELECT (1 AS ?x) { { SELECT * { MINUS { SERVICE <urn:s> { } } } } }", "SERVICE clause is refused"),
        ("ASK {} HAVING (EXISTS { SERVICE <urn:s> { } })", "SERVICE clause is refused"),
        ("ASK FROM <urn:g> {}", "FROM is refused"),
        ("SELECT * FROM NAMED <urn:g> {}", "FROM is refused"),
        ("LOAD <urn:g>", "SELECT, CONSTRUCT, ASK, DESCRIBE"),
        ("ASK {} ; DROP ALL", "the end is expected"),
    ],
)
def test_a_query_that_asks_elsewhere_is_none(text: str, told: str) -> None:
    with pytest.raises(SparqlError, match=told):
        local_query(text)
