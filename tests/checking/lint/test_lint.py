"""Rules that would never fire: refused with file, line, term and what was meant; the right ones beside them stay."""

import re
from pathlib import Path

import pytest

from nesy.checking import Rules
from nesy.checking.lint.turtle_places import Places
from nesy.checking.rules import lint
from nesy.errors import KnowledgeError
from nesy.pipeline import Pipeline
from nesy.settings import CheckingSettings, Settings
from tests.rule_texts import FIRST, HEAD, asking, rule, write

HAS = "SELECT $this ?value WHERE { $this nesy:hasRelation ?value "
OTHER = "sh:nodeKind sh:IRI . <http://example.org/r> sh:declare [ sh:prefix 'nesy' ; sh:namespace 'http://x/' ]"


def tripling(predicate: str, value: str, more: str = "") -> str:
    """An inference of one triple, in one line."""
    made = f"sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate {predicate} ; sh:object {value} ]"
    return f":I a sh:NodeShape ; sh:targetClass nesy:Person ; {made} ; {more} . ".replace("; ;", ";").replace(
        ";  .", "."
    )


def inferring(template: str) -> str:
    """An inference with a query, whose template is in the third line."""
    head = ":I a sh:NodeShape ; sh:targetClass nesy:Person ; sh:rule [ a sh:SPARQLRule ;"
    query = f"CONSTRUCT {{\n {template} }} WHERE {{ $this nesy:ride ?x }}"
    return f'{head} sh:prefixes <http://example.org/r> ;\n sh:construct """{query}""" ] .\n'


BAD = {
    # terms of SHACL that are misspelt, or that nothing runs: the line counted from the rule's first, what is told
    'rule("sh:nodeKind sh:Literal", target="sh:targetclass nesy:Person ;")': (0, "sh:targetclass", "sh:targetClass"),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:Cat ; sh:targetclass nesy:Dog ;")': (
        0,
        "sh:targetclass",
        "sh:targetClass",
    ),
    'rule("sh:property [ sh:path nesy:ride ; sh:mincount 1 ]")': (1, "sh:mincount", "sh:minCount"),
    'rule("sh:properties [ sh:path nesy:ride ; sh:minCount 1 ]")': (1, "sh:properties", "sh:property"),
    # texts where a scene has IRIs
    "asking(HAS + \". ?value nesy:object ?o . ?o nesy:category 'horse' }\")": (2, '"horse"', "nesy:Horse"),
    "rule(\"sh:property [ sh:path nesy:category ; sh:hasValue 'dining table' ]\")": (
        1,
        '"dining table"',
        "nesy:DiningTable",
    ),
    "rule(\"sh:property [ sh:path ( nesy:hasAttribute nesy:attribute ) ; sh:in ( nesy:attribute_blue 'red' ) ]\")": (
        1,
        '"red"',
        "nesy:attribute_red",
    ),
    'rule("sh:nodeKind sh:Iri")': (1, "sh:nodeKind sh:Iri", "sh:IRI"),
    'rule("sh:closd true")': (1, "sh:closd", "sh:closed"),
    'rule("sh:nodeKind sh:IRI").replace("sh:NodeShape", "sh:Nodeshape")': (0, "rdf:type sh:Nodeshape", "sh:NodeShape"),
    'rule("sh:nodeKind sh:IRI").replace("sh:severity", "sh:serverity")': (0, "sh:serverity", "sh:severity"),
    'rule("sh:nodeKind sh:IRI", severity="sh:Violaton")': (0, "sh:severity sh:Violaton", "sh:Violation"),
    'rule("sh:target [ a sh:SPARQLTarget ; sh:select \'SELECT ?this {}\' ]", target="")': (
        1,
        "sh:target [ a sh:SPARQLTarget ]",
        "sh:targetClass",
    ),
    'rule("sh:target :T ; sh:nodeKind sh:Literal")': (1, "sh:target", "sh:targetClass"),
    "rule(\"sh:js [ sh:jsFunctionName 'f' ]\")": (1, "sh:js", ""),
    'rule("sh:expression [ sh:path nesy:ride ]")': (1, "sh:expression", ""),
    'rule("sh:property [ sh:path nesy:ride ; sh:values nesy:cat ]")': (1, "sh:values", "sh:in"),
    'rule("sh:property [ sh:path nesy:ride ; sh:value nesy:Cat ]")': (1, "sh:value", "sh:hasValue"),
    'rule("sh:property [ sh:path nesy:ride ; sh:singleLine true ]")': (1, "sh:singleLine", ""),
    'rule("<http://datashapes.org/dash#hasValueIn> ( nesy:Cat )")': (1, "hasValueIn", ""),
    # namespaces that are none
    'rule("<https://www.w3.org/ns/shacl#nodeKind> sh:Literal")': (1, "no namespace", "<http://www.w3.org/ns/shacl#>"),
    'rule("<http://www.w3.org/ns/shaclnodeKind> sh:Literal")': (1, "no namespace", "<http://www.w3.org/ns/shacl#>"),
    'rule("<http://www.w3.org/ns/shacl/nodeKind> sh:Literal")': (1, "no namespace", "<http://www.w3.org/ns/shacl#>"),
    'rule("sh:class <http://w3id.org/nesy/ontology#Cat>")': (1, "no namespace", "<https://w3id.org/nesy/ontology#>"),
    'rule("sh:class <https://w3id.org/nesy/ontologyCat>")': (1, "no namespace", "<https://w3id.org/nesy/ontology#>"),
    'rule("sh:class n:Cat").replace(":R a", "@prefix n: <https://w3id.org/nesy/ontology> . :R a")': (
        0,
        "@prefix n: <https://w3id.org/nesy/ontology>",
        "<https://w3id.org/nesy/ontology#>",
    ),
    # values of the wrong kind
    "rule(\"sh:property [ sh:path nesy:ride ;\\n sh:minCount 'two' ]\")": (2, 'sh:minCount "two"', "2"),
    "rule(\"sh:property [ sh:path nesy:ride ;\\n sh:maxCount '5' ]\")": (2, 'sh:maxCount "5"', "5"),
    'rule("sh:property [ sh:path nesy:ride ; sh:minCount -1 ]")': (1, "sh:minCount -1", ""),
    'rule("sh:property [ sh:path nesy:ride ; sh:minCount 1.0 ]")': (1, "sh:minCount 1.0", ""),
    "rule(\"sh:deactivated 'true'\")": (1, 'sh:deactivated "true"', "true"),
    'rule("sh:in nesy:Cat")': (1, "sh:in nesy:Cat", "( nesy:Cat )"),
    'rule("sh:or [ sh:nodeKind sh:Literal ]")': (1, "sh:or [ ... ]", ""),
    "rule(\"sh:property [ sh:path nesy:confidence ; sh:minInclusive 'high'^^xsd:decimal ]\")": (
        1,
        "no xsd:decimal",
        "",
    ),
    'rule("sh:nodeKind sh:IRI", target="sh:targetClass \'nesy:Person\' ;")': (0, "needs an IRI", "nesy:Person"),
    'rule("sh:property [ sh:path nesy:ride ; sh:severity :Own ]")': (1, "sh:severity :Own", ""),
    'rule("sh:property [ sh:path :p ; sh:minCount 1 ] . :p sh:inversePath nesy:ride")': (1, "sh:path :p", ""),
    'rule("sh:property [ sh:path nesy:ride ; sh:minCount " + "9" * 5000 + " ]")': (1, "5000 digits", ""),
    'rule("sh:property [ sh:path nesy:ride ; sh:maxCount 1 ] ; sh:severity sh:Warning")': (1, "one severity, not", ""),
    "rule(\"sh:select 'SELECT $this {}'\")": (1, "put it into sh:sparql", ""),
    'rule("sh:property [ sh:path nesy:ride ;\\n sh:maxCount 7 ; sh:targetClass nesy:Scene ]")': (2, "has no IRI", ""),
    'rule("sh:or :L . :L rdf:first [ sh:nodeKind sh:IRI ]")': (1, "its list has no end", ""),
    'rule("sh:in :L . :L rdf:first nesy:Cat ; rdf:rest :L")': (1, "its list has no end", ""),
    # classes and words that nobody declares
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:Persn ;")': (0, "nesy:Persn", "nesy:Person"),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:person ;")': (0, "nesy:person", "nesy:Person"),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:left_of ;")': (0, "is no class", ""),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass :Robot ;")': (0, ":Robot", ""),
    'rule("sh:nodeKind sh:Literal", target="sh:targetSubjectsOf nesy:rides ;")': (0, "nesy:rides", "nesy:ride"),
    'rule("sh:property [ sh:path nesy:hasEntity ;\\n sh:class nesy:Vehicel ]")': (2, "nesy:Vehicel", "nesy:Vehicle"),
    'rule("sh:property [ sh:path nesy:hasEntitty ; sh:minCount 1 ]")': (1, "nesy:hasEntitty", "nesy:hasEntity"),
    'rule("sh:property [ sh:path ( nesy:hasEntity\\n nesy:categry ) ; sh:minCount 1 ]")': (
        2,
        "categry",
        "nesy:category",
    ),
    'rule("sh:property [ sh:path [ sh:inversePath nesy:subjct ] ; sh:minCount 1 ]")': (1, "subjct", "nesy:subject"),
    'rule("sh:in ( nesy:Cat\\n nesy:Dgo )")': (2, "nesy:Dgo", "nesy:Dog"),
    'rule("sh:property [ sh:path nesy:ride ; sh:datatype xsd:sting ]")': (1, "xsd:sting", "xsd:string"),
    'rule("sh:property [ sh:path nesy:Person ; sh:minCount 1 ]")': (1, "is a class, and no property", ""),
    "rule(\"sh:property [ sh:path nesy:id ; sh:hasValue '1'^^xsd:intger ]\")": (1, "xsd:intger", "xsd:integer"),
    '"nesy:Drone rdfs:subClassOf nesy:Vehicel . " + rule("sh:nodeKind sh:IRI")': (0, "nesy:Vehicel", "nesy:Vehicle"),
    'rule("sh:property [ sh:path :ride ; sh:maxCount 0 ]")': (1, "sh:path :ride", "nesy:ride"),
    'rule("sh:property [ sh:path ( nesy:hasEntity\\n :zzz ) ; sh:maxCount 0 ]")': (
        2,
        ":zzz: is a property that nobody",
        "",
    ),
    'rule("sh:property [ sh:path [ sh:alternativePath ( nesy:on :zzz ) ] ; sh:maxCount 0 ]")': (1, ":zzz", ""),
    'rule("sh:nodeKind sh:Literal", target="sh:targetSubjectsOf <http://schema.org/knows> ;")': (0, "knows", ""),
    'rule("sh:nodeKind sh:Literal").replace(" a sh:NodeShape", " rdf:tpye sh:NodeShape")': (0, "rdf:tpye", "rdf:type"),
    '":Robot rdfs:subclassOf nesy:Thing . " + rule("sh:nodeKind sh:IRI")': (0, "rdfs:subclassOf", "rdfs:subClassOf"),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:Cat ,\\n nesy:Persn ;")': (
        1,
        "nesy:Persn",
        "nesy:Person",
    ),
    'rule("sh:nodeKind sh:Literal", target="sh:targetClass ( nesy:Cat nesy:Dog ) ;")': (0, "needs an IRI", ""),
    'rule("sh:nodeKind sh:Literal", severity="sh:Info , sh:Warning")': (0, "one severity, not", ""),
    '"@prefix nesy: <http://x.org/> . " + rule("sh:nodeKind sh:IRI", target="sh:targetClass nesy:Person ;")': (
        0,
        "sh:targetClass nesy:Person",
        "<https://w3id.org/nesy/ontology#Person>",
    ),
    # values that are no numbers, and flags that are none
    "rule(\"sh:property [ sh:path nesy:confidence ; sh:minInclusive 'NaN'^^xsd:double ]\")": (1, "to compare with", ""),
    "rule(\"sh:property [ sh:path nesy:confidence ; sh:hasValue 'sNaN'^^xsd:decimal ]\")": (1, "no xsd:decimal", ""),
    "rule(\"sh:property [ sh:path nesy:confidence ; sh:in ( 0.5 'NaN'^^xsd:decimal ) ]\")": (1, "no xsd:decimal", ""),
    "rule(\"sh:property [ sh:path nesy:id ; sh:pattern 'x' ; sh:flags 'iz' ]\")": (1, "a flag that is none", ""),
    "asking(HAS + \"FILTER (0.5 < 'sNaN'^^<http://www.w3.org/2001/XMLSchema#decimal>) }\")": (2, "no xsd:decimal", ""),
    # what inferences add
    'inferring("$this nesy:hasAtribute ?x")': (2, "nesy:hasAtribute: is added", "nesy:hasAttribute"),
    'inferring("$this a nesy:Persn")': (2, "nesy:Persn: is added", "nesy:Person"),
    'inferring("$this rdfs:lable ?x")': (2, "rdfs:lable: no such term", "rdfs:label"),
    'tripling("nesy:ridee", "nesy:Cat")': (0, "nesy:ridee: is added", "nesy:ride"),
    'tripling("rdf:type", "nesy:Persn")': (0, "nesy:Persn: is added", "nesy:Person"),
    "tripling('nesy:isTall', 'true', more='sh:order \"NaN\"^^xsd:double')": (0, "sh:order is a number", ""),
    "tripling('nesy:isTall', 'true', more='sh:order \"sNaN\"')": (0, "sh:order is a number", ""),
    "tripling('nesy:isTall', 'true', more='sh:order \"2\"')": (0, "sh:order is a number", ""),
    # queries
    'asking(HAS + ". ?value <http://schema.org/knows> ?x }")': (2, "schema.org/knows", ""),
    'asking("SELECT ?value WHERE { $this nesy:hasRelation ?value }")': (2, "does not select $this", "SELECT $this"),
    'asking(HAS + ".\\n ?value nesy:subjct ?s }")': (3, "nesy:subjct", "nesy:subject"),
    'asking(HAS + ".\\n\\n ?value nesy:predicate nesy:ridng }")': (4, "nesy:ridng", "nesy:ride"),
    'asking(HAS + ". ?value a nesy:relation }")': (2, "nesy:relation", "nesy:Relation"),
    'asking(HAS + ". ?value rdfs:subclassOf ?x }")': (2, "rdfs:subclassOf", "rdfs:subClassOf"),
    'asking(HAS + ". FILTER EXISTS { ?value nesy:objekt ?x } }")': (2, "nesy:objekt", "nesy:object"),
    'asking(HAS + ". ?value <http://w3id.org/nesy/ontology#id> ?x }")': (
        2,
        "no namespace",
        "<https://w3id.org/nesy/ontology#>",
    ),
    'asking(HAS + ". ?value nesy:confidence ?conf\\n FILTER (?confidnce > 0.5) }")': (3, "?confidnce", "?conf"),
    'asking(HAS + "FILTER (?value > " + "9" * 5000 + ") }")': (2, "5000 digits", ""),
    # shapes that nothing reaches, or that are not there; circles and depth
    'rule("sh:nodeKind sh:Literal", target="")': (0, ":R: has no target", ""),
    '"[] a sh:NodeShape ; sh:nodeKind sh:Literal ."': (0, "a nameless shape: has no target", ""),
    '":P sh:path nesy:ride ; sh:maxCount 0 ."': (0, ":P: has no target", ""),
    'rule("sh:node :Missing")': (1, "sh:node :Missing", ""),
    'rule("sh:or ( :Goood [ sh:nodeKind sh:Literal ] )")': (1, "sh:or :Goood", ":Good"),
    'rule("sh:node :A . :A sh:node :B . :B sh:not :A")': (0, "refers to itself (:A -> :B -> :A)", ""),
    'rule("sh:node :R")': (0, "refers to itself (:R -> :R)", ""),
    'rule("sh:property :P . :P sh:path nesy:ride ; sh:property :P")': (0, "refers to itself (:P -> :P)", ""),
    'rule("sh:node [ " * 9 + "sh:nodeKind sh:IRI" + " ]" * 9)': (0, "nested 9 levels deep", ""),
    'rule("sh:not [ " * 40 + "sh:nodeKind sh:IRI" + " ]" * 40)': (0, "nested 40 levels deep", ""),
    # prefixes and messages
    "rule(OTHER)": (6 - FIRST, f"(lines 6 and {FIRST + 1})", ""),
    "asking(HAS + '}', '\"{?typo}\"')": (0, "names {?typo}", ""),
    "asking('SELECT * WHERE { $this nesy:hasRelation ?r }', '\"{?typo}\"')": (0, "names {?typo}", ""),
    "asking(HAS + '}', '\"{?vlue}\"')": (0, "names {?vlue}", "{?value}"),
    "asking(HAS + '}', '\"{ ?value }\"')": (0, "no placeholder", "{?value}"),
    "asking(HAS + '}', '\"fine\"@en , \"{?foo}\"@de')": (0, "names {?foo}", ""),
    "rule(\"sh:property [ sh:path nesy:ride ; sh:maxCount 0 ;\\n sh:message '{?nobody}' ]\")": (
        2,
        "names {?nobody}",
        "",
    ),
}


@pytest.mark.parametrize("made", BAD)
def test_what_would_never_fire_is_refused_with_its_line_and_what_was_meant(tmp_path: Path, made: str) -> None:
    line, told, meant = BAD[made]
    path = write(tmp_path, eval(made))
    with pytest.raises(KnowledgeError) as caught:
        Rules.load([path], shipped=False)
    error = str(caught.value)
    assert error.startswith(f"{path}: line {FIRST + line}: ")
    assert told in error and "\n" not in error
    assert (f"did you mean {meant}?" in error) if meant else "did you mean" not in error
    first = next(str(one) for one in lint([path], shipped=False) if one.grave)
    assert first == re.sub(r" \(\d+ more: .*\)$", "", error)


GOOD = {
    "a class of one's own": ":Robot a owl:Class . " + rule("sh:nodeKind sh:IRI", target="sh:targetClass :Robot ;"),
    "one declared as a subclass": ":Robot rdfs:subClassOf nesy:Thing . " + rule("sh:class :Robot"),
    "a shape that is a class": rule("a rdfs:Class ; sh:nodeKind sh:IRI", target=""),
    "a word outside the ontology": rule("sh:class <https://w3id.org/nesy/label#unicycle>"),
    "what describes": rule(
        'sh:name "n" ; sh:description "d" ; sh:order 1 ; sh:group :G ; sh:codeIdentifier "c" ; sh:property [ sh:path'
        ' nesy:ride ; sh:defaultValue 1 ; sh:maxCount 1 ] . :G a sh:PropertyGroup ; rdfs:label "group"'
    ),
    "other vocabularies": rule(
        'rdfs:seeAlso <http://x.org/y> ; <http://purl.org/dc/terms/creator> "me" ; <http://my.org/own> :thing ;'
        ' <http://www.w3.org/ns/shacl-test#x> "x" ; <http://www.w3.org/ns/prov#wasDerivedFrom> :it ; sh:nodeKind sh:IRI'
    ),
    "a library": rule("sh:node :L . :L a sh:NodeShape ; sh:nodeKind sh:IRI"),
    "a library in a list": rule("sh:or ( :L [ sh:nodeKind sh:IRI ] ) . :L a sh:NodeShape ; sh:nodeKind sh:IRI"),
    "a deactivated shape": ":X a sh:NodeShape ; sh:deactivated true ; sh:nodeKind sh:Literal . "
    + rule("sh:nodeKind sh:IRI"),
    "a deactivated rule": rule("sh:deactivated true ; sh:nodeKind sh:Literal"),
    "eight levels": rule("sh:node [ " * 8 + "sh:nodeKind sh:IRI" + " ]" * 8),
    "one shape twice": rule("sh:and ( :A :A ) . :A sh:node :B . :B sh:nodeKind sh:IRI"),
    "all variables": asking("SELECT * WHERE { $this nesy:hasRelation ?value }", '"{?value} {$this}"'),
    "a brace in a comment": asking("# a { brace\n" + HAS + "}", '"{?value}"'),
    "a brace in a text": asking(HAS + 'FILTER (STR(?value) != "{?x}") }', '"{?value}"'),
    "an alias": asking("SELECT $this (STR(?r) AS ?value) WHERE { $this nesy:hasRelation ?r }", '"{?value}"'),
    "a variable that is asked for": asking(HAS + "FILTER (!BOUND(?nothing)) }"),
    "words that an inference adds": ":I a sh:NodeShape ; sh:targetClass nesy:Person ; sh:rule [ a sh:TripleRule ;"
    " sh:subject sh:this ; sh:predicate nesy:isTall ; sh:object true ] . "
    + rule("sh:property [ sh:path nesy:isTall ; sh:maxCount 1 ]"),
    "a property of one's own": ":mood a rdf:Property . " + rule("sh:property [ sh:path :mood ; sh:maxCount 1 ]"),
    "a property that an inference adds": "".join(
        [tripling(":mood", "nesy:Cat"), rule("sh:property [ sh:path ( :mood nesy:id ) ; sh:maxCount 1 ]")]
    ),
    "an added word that nothing reads, and is like no other": tripling(":seen", "true"),
    "one whose capitals stand elsewhere": tripling("nesy:isTall", "true"),
    "an added word like another, which a rule reads": tripling("nesy:ridee", "true")
    + rule("sh:property [ sh:path nesy:ridee ; sh:maxCount 1 ]"),
    "an added value": inferring("$this nesy:hasAttribute nesy:glowing"),
    "words of RDF and of provenance": rule(
        "sh:property [ sh:path ( rdf:type rdfs:label <http://www.w3.org/ns/prov#wasDerivedFrom> ) ; sh:maxCount 9 ]"
    ),
    "a list of steps with a name": rule(
        "sh:property [ sh:path [ sh:alternativePath :L ] ; sh:maxCount 9 ] ."
        " :L rdf:first nesy:on ; rdf:rest ( nesy:ride )"
    ),
    "a text that is one": asking(HAS + '. ?value nesy:id "r1" }'),
    "IRIs of a scene": rule(
        "sh:property [ sh:path nesy:category ; sh:hasValue nesy:Cat ; sh:in ( nesy:Cat nesy:Dog ) ]"
    ),
    "an infinite bound": rule("sh:property [ sh:path nesy:confidence ; sh:maxExclusive 'INF'^^xsd:double ]"),
    "several classes": rule("sh:nodeKind sh:IRI", target="sh:targetClass nesy:Cat , nesy:Dog ;"),
    "a prefix of the query": asking("PREFIX n: <https://w3id.org/nesy/ontology#> " + HAS + ". ?value n:id ?i }"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_loaded(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, GOOD[name])
    assert Rules.load([path], shipped=False).only("Good")
    assert [one for one in lint([path], shipped=False) if one.grave] == []


def test_a_library_may_lie_in_another_file(tmp_path: Path) -> None:
    library = write(tmp_path, ":L a sh:NodeShape ; sh:nodeKind sh:IRI .", "library.ttl")
    library.write_text(library.read_text(encoding="utf-8").replace(":Good", ":AlsoGood"), encoding="utf-8")
    using = write(tmp_path, rule("sh:node :L"))
    assert Rules.load([library, using], shipped=False)
    with pytest.raises(KnowledgeError, match=r"library\.ttl: line \d+: :L: has no target"):
        Rules.load([library], shipped=False)
    with pytest.raises(KnowledgeError, match=r"mine\.ttl: line \d+: sh:node :L: no such shape"):
        Rules.load([using], shipped=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_are_right_however_a_term_is_written(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.ttl"
    text = (
        "# sh:mincount in a comment\n@prefix s: <http://www.w3.org/ns/shacl#> .\nPREFIX n: <https://w3id.org/nesy/ontology#>\n"
        '<http://e.org/R> a s:NodeShape ; s:targetClass n:Cat ;\n s:message """sh:mincount\n\\"two\\"\nlines""" ;\n'
        " s:severity s:Info ;\n s:property [ s:path n:ride ;\n <http://www.w3.org/ns/shacl#mincount> 1 ] .\n"
    )
    path.write_text(text, encoding=encoding)
    with pytest.raises(KnowledgeError, match="line 10: sh:mincount: no such term"):
        Rules.load([path], shipped=False)
    places = Places.of_file(path)
    assert places.terms("http://www.w3.org/ns/shacl#mincount", "1") == [10]
    assert places.subjects("http://e.org/R") == [4]
    assert places.texts('sh:mincount\n"two"\nlines') == [5]
    assert places.terms("https://w3id.org/nesy/ontology#") == [3]


def test_settings_and_the_shipped_pack_refuse_as_well(tmp_path: Path) -> None:
    path = write(tmp_path, rule("sh:nodeKind sh:Literal", target="sh:targetClass nesy:Persn ;"))
    with pytest.raises(KnowledgeError, match="nesy:Persn"):
        Rules.load([path])
    pipeline = Pipeline(model="embedded", settings=Settings(checking=CheckingSettings(rules=(str(path),))))
    with pytest.raises(KnowledgeError, match="nesy:Persn"):
        assert pipeline.rules


def test_all_mistakes_are_told_and_the_rule_pack_has_none(tmp_path: Path) -> None:
    wrong = (
        rule("sh:mincount 1 ;\n sh:in nesy:Cat", target="sh:targetClass nesy:Persn ;")
        + "\n:NoSeverity a sh:NodeShape ; sh:targetClass nesy:Cat ; sh:message 'x' ; sh:nodeKind sh:IRI ."
        + "\n:Says a sh:NodeShape ; sh:targetClass nesy:Cat ; sh:message 'x' ; sh:severity sh:Info ."
    )
    wrong += "\n" + rule("sh:in nesy:Cat ; sh:mincount 1").replace(":R a", ":T a")
    found = lint([write(tmp_path, wrong)], shipped=False)
    lines = [(one.line - FIRST if one.line else None, one.grave) for one in found]
    assert lines == [(0, True), (1, True), (2, True), (3, True), (4, False), (6, True), (6, True)]
    assert lint([Path(__file__).parents[3] / "rules"], shipped=False) == []


def test_a_file_that_is_no_turtle_and_one_defined_twice(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text(HEAD + ":R a ;", encoding="utf-8")
    twice = write(tmp_path, rule("sh:nodeKind sh:IRI"), "twice.ttl")
    again = write(tmp_path, rule("sh:nodeKind sh:IRI").replace(":R a", ":S a"), "again.ttl")
    told = [str(one) for one in lint([broken, twice, again], shipped=False)]
    assert any(one.startswith(f"{broken}: line {FIRST}: not Turtle") for one in told)
    assert any("rule http://example.org/r#Good is already defined in" in one for one in told)


def test_the_first_mistake_is_the_same_to_check_and_to_lint(tmp_path: Path) -> None:
    texts = (
        rule("sh:nodeKind sh:IRI", target="sh:targetClass nesy:Persn ;\n sh:mincount 1 ;"),
        asking("SELECT ?value WHERE { $this nesy:hasRelation ?value }") + "\n:P sh:path nesy:ride ; sh:maxcount 1 .",
        tripling("nesy:isTall", "true ] , [ a sh:TripleRule") + "\n" + rule("sh:in nesy:Cat").replace(":R a", ":S a"),
        ":N a sh:NodeShape ; sh:targetClass nesy:Cat ; sh:nodeKind sh:IRI .\n" + rule("sh:mincount 1"),
    )
    for text in texts:
        path = write(tmp_path, text)
        with pytest.raises(KnowledgeError) as caught:
            Rules.load([path], shipped=False)
        told = [str(one) for one in lint([path], shipped=False) if one.grave]
        assert re.sub(r" \(\d+ more: .*\)$", "", str(caught.value)) == told[0]


def test_brackets_without_end_are_told_as_such(tmp_path: Path) -> None:
    path = write(tmp_path, rule("sh:not [ " * 2000 + "sh:nodeKind sh:IRI" + " ]" * 2000))
    with pytest.raises(KnowledgeError, match="nested too deeply to be read"):
        Rules.load([path], shipped=False)
