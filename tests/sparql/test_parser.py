"""The parser of SPARQL: it reads every query of SPARQL 1.1, refuses others with their place, and never overflows."""

import itertools
from random import Random

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import SH

from nesy.checking import Rules
from nesy.sparql import SparqlError, first_word, parse, parse_open, parse_with
from nesy.sparql.tokens import tokens
from nesy.sparql.tree import (
    Aggregate,
    Bind,
    Call,
    Choice,
    Excluded,
    Filter,
    Iri,
    Link,
    Literal,
    Minus,
    Named,
    Query,
    Repeated,
    Steps,
    Triples,
    Values,
    Variable,
)
from nesy.sparql.variable_scope import everything, parts
from tests.any_queries import PREFIX, random_query

HEAD = "PREFIX : <http://example.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
QUERIES = """SELECT * {}
SELECT * WHERE { ?s ?p ?o }
select distinct ?s where { ?s a :T . }
SELECT REDUCED ?s FROM <urn:g> FROM NAMED <urn:h> { ?s ?p ?o }
SELECT (1 AS ?x) (?x + 1 AS ?y) {}
SELECT (COUNT(*) AS ?n) { ?s ?p ?o }
SELECT ?s (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(?o) > 1) (SUM(?o) > 2)
SELECT (GROUP_CONCAT(DISTINCT ?o; separator=", ") AS ?n) { ?s ?p ?o }
SELECT (SAMPLE(?o) AS ?a) (AVG(?o) AS ?b) (MIN(?o) AS ?c) { ?s ?p ?o } GROUP BY (STR(?s) AS ?k) (?p)
SELECT ?k { ?s ?p ?o } GROUP BY (STR(?s) AS ?k) ORDER BY DESC(COUNT(?o)) ASC(?k) LIMIT 5 OFFSET 2
SELECT ?s { ?s ?p ?o } ORDER BY ?s DESC(?o) STR(?p) (?o + 1) OFFSET 1 LIMIT 2
SELECT ?s { ?s ?p ?o } VALUES ?s { :a <urn:b> "c"@en 1 true UNDEF }
SELECT ?s { VALUES (?s ?o) { (:a 1) (UNDEF -2.5) } ?s ?p ?o }
SELECT ?s { VALUES () { () } }
ASK { :a :b :c , :d ; :e :f ; . :g :h :i }
ASK FROM <urn:g> WHERE { ?s ?p ?o }
CONSTRUCT { ?s :p [ :q ?o ] . _:b :r ( 1 2 ) } WHERE { ?s ?p ?o }
CONSTRUCT WHERE { ?s :p ?o . ?o :q 5 }
CONSTRUCT FROM <urn:g> WHERE { ?s :p ?o }
CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } ORDER BY ?s LIMIT 3
DESCRIBE <urn:a> :b ?c WHERE { ?c a :T }
DESCRIBE *  { ?s ?p ?o }
DESCRIBE <urn:a>
SELECT * { ?s :p/:q|^:r*/(:a|!:b)+ ?o }
SELECT * { ?s !(:a|^:b|^a) ?o ; ^:p ?q }
SELECT * { ?s !a ?o ; !(:p) ?q }
SELECT * { ?s (:p)? ?o . ?s :p?/:q ?o }
SELECT * { ?s ^(:p/:q)* ?o }
SELECT * { { ?s :p ?o } UNION { ?s :q ?o } UNION { } }
SELECT * { ?s :p ?o OPTIONAL { ?o :q ?x OPTIONAL { ?x :r ?y } } MINUS { ?s :z ?o } }
SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH <urn:g> { ?a ?b ?c } }
SELECT * { SERVICE SILENT <urn:s> { ?s ?p ?o } }
SELECT * { ?s :p ?o . FILTER (?o > 1) FILTER NOT EXISTS { ?o :q ?x } FILTER EXISTS { { ?o :r ?x } } }
SELECT * { ?s :p ?o FILTER regex(?o, "a", "i") FILTER :f(?o) FILTER (BOUND(?o)) }
SELECT * { ?s :p ?o BIND (IF(?o = 1, ?s, 1/0) AS ?x) BIND (COALESCE(?x, 1) AS ?y) }
SELECT * { ?s :p ?o FILTER (?o IN () || ?o NOT IN (1, :a, "b") && !(?o = 2)) }
SELECT * { ?s :p ?o FILTER (-?o + 1 * 2 - -3 / +4 <= ?o -1) }
SELECT * { ?s :p ?o FILTER (NOT EXISTS { ?s :q ?o } && EXISTS { ?s :r ?o }) }
SELECT * { { SELECT ?s (MAX(?o) AS ?m) { ?s :p ?o } GROUP BY ?s } ?s :q ?m }
SELECT * { { SELECT * { ?s :p ?o } LIMIT 1 VALUES ?s { :a } } }
SELECT * { [] :p ?o . [ :q ?x ] . [ :q ?x ; :r [ :s ?y ] ] :p ?z . ?a :b [ ] }
SELECT * { ( 1 ?x ( 2 ) ) :p () . ( 3 ) }
SELECT * { _:a :p _:b . _:b.c :q _:a }
SELECT * { ?s :p "a\\nb\\t\\"c\\\\\\u00e9" , 'd' , '''e'f''g''' , \"\"\"h"i""j\"\"\" }
SELECT * { ?s :p "a"@en-GB , "b"^^xsd:date , "c"^^<urn:d> , 1 , -2 , +3.5 , .5 , 1e3 , -1.5E-3 , true , false }
SELECT * { ?s :a.b ?o ; :c:d ?x ; :%41 ?y ; :1st ?z ; : ?w ; :e\\~f ?v }
SELECT * { ?s :p ?o } # a comment { in the end
SELECT * { ?été :p ?o2 . ?_x :p ?1 . $x :p $o }
SELECT * { ?s :p 1.}
SELECT * { ?s :p 1 .?s :q 2}
SELECT * { ?s :p ?o FILTER(?o<3 && ?o>1) }
SELECT * { ?s :p ?o FILTER(xsd:integer(?o) = 1 || <urn:f>(?o, 1) || :g()) }
SELECT * { FILTER(STRLEN("a") = 1 && NOW() > 1 && CONCAT() = "" && SUBSTR("a", 1) = "a") }
BASE <http://example.org/> PREFIX x: <y#> SELECT * { <a> x:b <../c> }
PREFIX a.b-c: <urn:a> SELECT * { ?s a.b-c:d ?o }
SELECT ?x { ?x :p ?y } GROUP BY ?x HAVING EXISTS { ?x :q ?z }
SELECT * { ?s ?p ?o . { ?a ?b ?c . } . OPTIONAL { } . }""".split("\n")
QUERIES += ["SELECT * { ?s#c\n:p ?o }", "SELECT *\n{\t?s\r\n:p ?o }"]


def to_the_store(text: str) -> bool:
    """Tell whether pyoxigraph takes a text for a query."""
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):  # it was read, and asks what cannot be answered here
        return True
    return True


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_of_sparql_is_read(text: str) -> None:
    query = parse(HEAD + text if not text.startswith("BASE") else text)
    assert query.form in text.upper()
    assert "SERVICE" in text or to_the_store(HEAD + text if not text.startswith("BASE") else text)


ILL = {
    "": (1, 1, "the query ends"),
    "SELECT": (1, 7, "the query ends"),
    "SELECT * {": (1, 11, "the query ends"),
    "SELECT * { ?s ?p }": (1, 18, "a term is expected"),
    "SELECT * {\n ?s ?p ?o }}": (2, 12, "the end is expected"),
    "SELECT * { ?s x:p ?o }": (1, 15, "the prefix x: is not declared"),
    "SELECT * { ?s <urn:p> ?o FILTER ?o }": (1, 33, "an expression in brackets"),
    "SELECT * { BIND (1 AS ?x) BIND (2 AS ?x) }": (1, 27, "has a value already"),
    "SELECT (1 AS ?x) { ?x ?p ?o }": (1, 8, "has a value already"),
    "SELECT ?p (COUNT(?s) AS ?n) { ?s ?p ?o }": (1, 8, "is no key"),
    "SELECT * { ?s ?p ?o } GROUP BY ?s": (1, 34, "cannot be selected of groups"),
    "SELECT * { FILTER (COUNT(?x) > 1) }": (1, 20, "COUNT outside"),
    "SELECT * { FILTER (FOO(1)) }": (1, 20, "an expression is expected"),
    "SELECT * { FILTER (STRLEN(1, 2)) }": (1, 20, "STRLEN with 2 operands"),
    "SELECT * { FILTER (BOUND(1)) }": (1, 20, "BOUND of something else"),
    "SELECT * { FILTER (1 < 2 < 3) }": (1, 26, "is expected"),
    "SELECT * { VALUES (?a ?b) { (1) } }": (1, 29, "a row of 1 values"),
    "SELECT * { ?s ?p 'a\n' }": (1, 18, "a term is expected"),
    "SELECT * { ?s ?p '\\q' }": (1, 18, "none of SPARQL's"),
    "SELECT * { ?s ?p ?o LIMIT 3 }": (1, 21, "expected"),
    "SELECT * { ?s ?p ?o } LIMIT x": (1, 29, "a whole number"),
    "CONSTRUCT { ?s <urn:a>/<urn:b> ?o } { }": (1, 16, "a path in a template"),
    "CONSTRUCT WHERE { FILTER (true) }": (1, 34, "plain triples"),
    "INSERT DATA { <urn:a> <urn:b> 1 }": (1, 1, "SELECT, CONSTRUCT, ASK, DESCRIBE"),
    "DELETE WHERE { ?s ?p ?o }": (1, 1, "SELECT, CONSTRUCT, ASK, DESCRIBE"),
    "LOAD <urn:a>": (1, 1, "SELECT, CONSTRUCT, ASK, DESCRIBE"),
}


@pytest.mark.parametrize("text", ILL)
def test_what_is_no_query_is_refused_with_its_place(text: str) -> None:
    line, column, reason = ILL[text]
    with pytest.raises(SparqlError, match=reason) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert not to_the_store(text)


def test_it_takes_for_queries_what_the_store_takes_for_queries() -> None:
    """3,000 drawn ones, of which some bind a name twice, or select of groups what is no key."""
    told = {True: 0, False: 0}
    for number in range(3000):
        text = PREFIX + random_query(Random(str(number)))
        try:
            parse(text)
            found = True
        except SparqlError:
            found = False
        assert found == to_the_store(text), text
        told[found] += 1
    assert min(told.values()) > 30


@given(st.lists(st.sampled_from(sorted({word for text in QUERIES for word in text.split()})), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_words_at_all_are_a_query_or_an_error(words: list[str]) -> None:
    text = "SELECT * { " + " ".join(words)
    try:
        parse_open(text)
    except SparqlError as error:
        assert 0 <= error.place <= len(text)


DEEP = {
    "brackets": "SELECT * { FILTER (" + "(" * 5000 + "1" + ")" * 5000 + ") }",
    "groups": "SELECT * " + "{" * 5000 + "}" * 5000,
    "queries": "SELECT * " + "{ SELECT * " * 5000 + "{ }" + "}" * 5000,
    "denials": "SELECT * { FILTER (" + "!" * 5000 + "1) }",
    "functions": "SELECT * { FILTER (" + "STR(" * 5000 + "1" + ")" * 5000 + ") }",
    "paths": "SELECT * { ?s " + "(" * 5000 + "<urn:p>" + ")" * 5000 + " ?o }",
    "lists": "SELECT * { ?s ?p " + "(" * 5000 + ")" * 5000 + " }",
    "nameless nodes": "SELECT * { ?s ?p " + "[ ?p " * 5000 + "1" + "]" * 5000 + " }",
    "EXISTS": "SELECT * { FILTER " + "EXISTS { FILTER " * 5000 + "(1)" + "}" * 5000 + " }",
    "sums": "SELECT * { FILTER (1" + " + 1" * 5000 + ") }",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_text_that_nests_too_deep_is_refused_and_nothing_overflows(name: str) -> None:
    with pytest.raises(SparqlError, match=r"nested deeper than|in a row"):
        parse(DEEP[name])


def test_a_long_text_that_is_flat_is_read() -> None:
    patterns = " . ".join(f"?s{number} <urn:p> ?s{number + 1}" for number in range(3000))
    joined = " || ".join(["?s1 = 1"] * 3000)
    assert len(parse(f"SELECT ?s1 {{ {patterns} FILTER ({joined}) }}").group.elements) == 3001


# --- the tree ---


def test_operators_hold_as_sparql_says() -> None:
    (bind,) = parse("SELECT * { BIND (1 - 2 - 3 * 4 < 5 && !true || 6 IN (7) AS ?x) }").group.elements
    assert isinstance(bind, Bind)

    def shown(one: object) -> str:
        match one:
            case Call(name, (operand,)):
                return f"({name}{shown(operand)})"
            case Call(name, operands):
                return f"({f' {name} '.join(map(shown, operands))})"
            case Literal(text):
                return text
        raise AssertionError(one)

    assert shown(bind.expression) == "((((1 - 2) - (3 * 4)) < 5) && (!true)) || (6 IN 7))".join(["(", ""])


def test_paths_hold_as_sparql_says() -> None:
    query = parse(HEAD + "SELECT * { ?s :a/^:b|(:c|:d)+ ?o ; ^(:e/:f?) ?p ; !(:g|^:h) ?q }")
    (statement,) = query.group.elements
    assert isinstance(statement, Triples)
    first, second, third = (pattern.path for pattern in statement.patterns)
    a, b, c, d, e, f, g, h = (f"http://example.org/{letter}" for letter in "abcdefgh")
    assert first == Choice(
        (Steps((Link(a), Link(b, inverse=True))), Repeated(Choice((Link(c), Link(d))), 1)),
    )
    assert second == Steps((Repeated(Link(f, inverse=True), 0, once=True), Link(e, inverse=True)))
    assert third == Excluded(frozenset({g}), frozenset({h}), (True, True))


def test_names_are_told_with_their_prefixes_and_texts_without_their_escapes() -> None:
    query = parse_with('PREFIX x: <urn:x#> SELECT * { x:a\\~b y:c "\\u00e9\\n\'" , "d"@EN-gb , 1.50 }', {"y": "urn:y#"})
    (statement,) = query.group.elements
    assert isinstance(statement, Triples)
    assert statement.patterns[0].subject == Iri("urn:x#a~b") and statement.patterns[0].path == Link("urn:y#c")
    texts = [one.object for one in statement.patterns]
    assert texts[0] == Literal("é\n'") and texts[1] == Literal("d", texts[1].datatype, "en-gb")  # type: ignore[union-attr]
    assert texts[2] == Literal("1.50", "http://www.w3.org/2001/XMLSchema#decimal")
    open_query = parse_open("SELECT * { my:A my:b ?c }")
    assert open_query.group.elements == parse("SELECT * { <my:A> <my:b> ?c }").group.elements


def test_everything_finds_what_stands_at_any_depth() -> None:
    text = (
        "SELECT (SUM(?x) AS ?s) { { SELECT ?x { OPTIONAL { FILTER EXISTS { SERVICE <urn:s> { } } } } } } "
        "GROUP BY ?g HAVING (EXISTS { VALUES ?v { 1 } MINUS { ?a ?b ?c } })"
    )
    found = list(everything(parse(text)))
    assert {type(one) for one in found} >= {Query, Filter, Named, Values, Minus}
    query = parse(text)
    assert [part.name for _, value in query.selected for part in parts(value) if isinstance(part, Aggregate)] == ["SUM"]


def test_every_part_knows_where_it_stands() -> None:
    texts = [
        str(text) for predicate in (SH.select, SH.construct) for text in Rules.load().graph.objects(None, predicate)
    ]
    seen = 0
    for text in texts:
        for one in everything(parse_open(text)):
            if isinstance(one, Triples):
                for pattern in one.patterns:
                    for end in (pattern.subject, pattern.object):
                        if isinstance(end, Variable):
                            assert text[slice(*end.span)][1:] == end.name
                            seen += 1
            elif isinstance(one, (Filter, Bind)):
                keyword = "FILTER" if isinstance(one, Filter) else "BIND"
                assert text[slice(*one.span)].startswith(keyword)
                assert slice(*one.expression.span).start >= one.span.start
                for part in parts(one.expression):
                    if isinstance(part, Call) and not part.name.isalpha() and part.name[0] not in "<N":
                        assert text[slice(*part.sign)] == part.name
                        seen += 1
    assert len(texts) > 70 and seen > 1500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select * {}", ("SELECT", 0)),
        ("# c\nPREFIX a: <urn:a> BASE <urn:b>\n ASK {}", ("ASK", 36)),
        ("PREFIX select: <urn:a> INSERT DATA {}", ("INSERT", 23)),
        ("", ("", 0)),
        ("PREFIX", ("", 6)),
        ("{ }", ("", 0)),
    ],
)
def test_the_first_word_is_told_of_queries_and_of_updates(text: str, expected: tuple[str, int]) -> None:
    assert first_word(text) == expected


@pytest.mark.parametrize(
    ("query", "iri"),
    [
        (r"ASK { ?s <urn:\u00e9> ?o }", "urn:\u00e9"),
        (r"PREFIX x: <http://e\u0078/> ASK { ?s x:p ?o }", "http://ex/p"),
        ("PREFIX a\u00b7b: <urn:> ASK { ?s a\u00b7b:c\u00b7d ?o }", "urn:c\u00b7d"),
    ],
)
def test_iris_may_be_escaped_and_names_may_hold_a_middle_dot(query: str, iri: str) -> None:
    assert first_word(query)[0] == "ASK"
    (triples,) = parse(query).group.elements
    assert isinstance(triples, Triples)
    path = triples.patterns[0].path
    assert isinstance(path, Link)
    assert path.iri == iri


def test_the_first_word_is_told_without_reading_what_stands_behind_it() -> None:
    short, long = ("ASK { ?s ?p " + "a." * count + " }" for count in (1_000, 100_000))
    assert first_word(short) == first_word(long) == ("ASK", 0)


# --- the time of reading goes with the length of the text ---

LONG = {
    "names with points": "a." * 200_000,
    "names without a colon": "SELECT * { ?s a " + "b.c-d" * 100_000,
    "a text that is not closed": 'ASK { ?s ?p """' + 'a"b ' * 100_000,
    "many of them": "\"\"\"'''" * 100_000,
    "backslashes before quotation marks": '"' + '\\"' * 200_000,
    "IRIs that are not closed": "<a" * 200_000,
    "points behind a name": "a:b" + "." * 400_000,
    "points behind a label": "_:b" + "." * 400_000,
    "per cents": "a:" + "%4" * 200_000,
    "digits": "<" + "1" * 400_000,
    "comments": "#\n" * 200_000,
    "signs": "<1&" * 100_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_is_cut_into_words_in_one_pass(name: str) -> None:
    """Each word is at the place where the one before it ended; what takes a square of time would not end here."""
    found = tokens(LONG[name])
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


def test_what_is_no_word_of_sparql_is_the_last_one() -> None:
    assert [one.kind for one in tokens('?a """b ?c')] == ["variable", "stray"]
