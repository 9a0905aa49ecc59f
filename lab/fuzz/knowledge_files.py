"""Rule files and ontologies in Turtle, spoilt as text and as graphs: `nesy check --rules`, `nesy.Ontology.load`."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from rdflib import OWL, RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from lab.fuzz.case import Make, Tally
from lab.fuzz.mutations import encoded, spoilt
from lab.fuzz.scratch import scratch_file
from lab.fuzz.seeds import OWN_ONTOLOGY, OWN_RULE, ROOT, SCENE
from nesy import assets
from nesy.checking import Rules, check
from nesy.errors import KnowledgeError
from nesy.ontology import Ontology
from nesy.ontology.namespaces import VOCABULARY
from nesy.ontology.turtle import read_turtle
from nesy.scene import Scene

Triple = tuple[Node, Node, Node]
_TERMS: tuple[Node, ...] = (
    *(
        SH[name]
        for name in (
            "NodeShape",
            "PropertyShape",
            "property",
            "path",
            "node",
            "minCount",
            "maxCount",
            "in",
            "sparql",
            "select",
            "js",
            "rule",
        )
    ),
    *(
        SH[name]
        for name in (
            "pattern",
            "flags",
            "hasValue",
            "not",
            "xone",
            "qualifiedValueShape",
            "targetClass",
            "target",
            "or",
            "closed",
        )
    ),
    *(
        OWL[name]
        for name in (
            "Class",
            "disjointWith",
            "complementOf",
            "unionOf",
            "equivalentClass",
            "inverseOf",
            "AllDisjointClasses",
        )
    ),
    *(
        RDF.type,
        RDF.nil,
        RDF.first,
        RDF.rest,
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        RDFS.label,
        VOCABULARY["term"],
        VOCABULARY.Cup,
    ),
    *(
        Literal(1),
        Literal(-1),
        Literal(10**30),
        Literal("NaN", datatype=XSD.decimal),
        Literal("x", datatype=XSD.integer),
    ),
    *(
        Literal(""),
        Literal("a{?b}"),
        Literal("(a+)+$"),
        Literal("x", lang="de"),
        Literal("SELECT * { }"),
        Literal("\x1b"),
    ),
    *(BNode(), URIRef("https://example.org/x"), URIRef("urn:a"), Literal(float("nan")), Literal(True)),
)


@dataclass(frozen=True)
class _Seed:
    text: str
    triples: tuple[Triple, ...]


def open_rules() -> Make:
    """Return what makes rule files, each of one rule or a few."""
    pack, scene = Rules.load(), Scene.from_json(SCENE)
    texts = [pack.shape(rule.iri).serialize(format="turtle") for rule in pack]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "tests/checking/shacl_core").glob("*.ttl"))]
    seeds = _valid([*texts, *[OWN_RULE] * 10])
    return lambda chance: _RuleFile(_spoilt(seeds, chance), scene)


def open_ontologies() -> Make:
    """Return what makes ontologies of some statements each."""
    pack, scene = Rules.load(), Scene.from_json(SCENE)
    texts = [OWN_ONTOLOGY] * 10
    for path in sorted(assets.ontologies().glob("*.ttl")):
        text = path.read_text("utf-8")
        heads = "\n".join(re.findall(r"^@prefix .*$", text, re.MULTILINE)) + "\n"
        blocks = [
            one for one in re.split(r"\n\s*\n", re.sub(r"^@prefix .*$", "", text, flags=re.MULTILINE)) if one.strip()
        ]
        for start in range(0, min(len(blocks), 60), 3):
            texts.append(heads + "\n".join(blocks[start : start + 3])[:4000])
    seeds = _valid(texts)
    return lambda chance: _OntologyFile(_spoilt(seeds, chance), scene, pack)


def _valid(texts: Iterable[str]) -> list[_Seed]:
    """Return those that are Turtle, with their triples."""
    seeds = []
    for text in texts:
        with suppress(KnowledgeError):
            seeds.append(_Seed(text, tuple(sorted(read_turtle(scratch_file(text.encode(), ".ttl"))))))
    return seeds


def _spoilt(seeds: Sequence[_Seed], chance: Random) -> bytes:
    seed = chance.choice(seeds)
    text = _bent_graph(seed.triples, chance) if chance.random() < 0.4 else seed.text
    if chance.random() < 0.6:
        text = spoilt(text, chance, [one.text for one in chance.choices(seeds, k=3)])
    return encoded(text, chance)


def _bent_graph(said: Sequence[Triple], chance: Random) -> str:
    """Return a graph with some terms of its triples exchanged, deleted or doubled."""
    triples = list(said)
    terms = [term for triple in triples for term in triple]
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(triples))
        s, p, o = triples[at]
        new = chance.choice((chance.choice(_TERMS), chance.choice(terms)))
        match chance.randrange(5):
            case 0:
                del triples[at : at + (len(triples) > 1)]
            case 1:
                triples[at] = (s, p, new)
            case 2 if isinstance(new, URIRef):
                triples[at] = (s, new, o)
            case 3 if not isinstance(new, Literal):
                triples[at] = (new, p, o)
            case _:
                triples.append((s, p, new))
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    try:
        if not _has_circular_list(graph):  # the writer of Turtle follows it without an end
            return graph.serialize(format="turtle")
    except (ArithmeticError, RecursionError):  # it sorts values, also such as have no order
        pass
    return graph.serialize(format="nt")


def _has_circular_list(graph: Graph) -> bool:
    return any(
        holder in set(graph.transitive_objects(rest, RDF.rest)) for holder, rest in graph.subject_objects(RDF.rest)
    )


@dataclass(frozen=True)
class _RuleFile:
    data: bytes
    scene: Scene

    def run(self) -> Tally:
        """Load the file without the shipped rules, and check a scene with it."""
        rules = Rules.load((scratch_file(self.data, ".ttl"),), shipped=False)
        check(self.scene, rules).to_json()
        return Tally()


@dataclass(frozen=True)
class _OntologyFile:
    data: bytes
    scene: Scene
    rules: Rules

    def run(self) -> Tally:
        """Load the file, ask it for its words and what keeps them apart, and check a scene with it."""
        ontology = Ontology.load([scratch_file(self.data, ".ttl")])
        words = [*sorted(ontology.categories)[:4], "drone", "cup"]
        for word in words:
            ontology.concept("category", word)
            ontology.ancestors(word)
            ontology.why_disjoint(words[0], word)
        for verb in ("steer", "hold"):
            ontology.inverse(verb), ontology.opposites(verb), ontology.characteristics(verb)
        check(self.scene, self.rules, ontology).to_json()
        return Tally()
