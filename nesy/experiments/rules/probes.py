"""A word of the vocabulary -> a small scene that claims it amid what rules speak of, and the rules that look at it."""

import re
from collections.abc import Iterator
from functools import cache

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking import Rules, prepare
from nesy.experiments.rules.preconditions import preconditions
from nesy.ontology import NO_INTERACTION, Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY, predicate_iri
from nesy.scene import Scene, term

_NAMED = re.compile(r"nesy:(\w+)")
_CLAIM = "claim"
"""Id of the claim in question in every probe."""


@cache
def interactions() -> tuple[tuple[str, str], ...]:
    """Return the human-object interactions of the ontology as (verb, category), sorted."""
    return tuple(sorted(_linked(NESY.Affordance, NESY.ofVerb, NESY.ofCategory)))


@cache
def part_states() -> tuple[tuple[str, str], ...]:
    """Return the part states of the ontology as (part, state), sorted."""
    return tuple(sorted(_linked(NESY.PartStateType, NESY.ofPart, NESY.ofState)))


def _linked(kind: URIRef, first: URIRef, second: URIRef) -> Iterator[tuple[str, str]]:
    graph = Ontology.default().graph
    for node in graph.subjects(RDF.type, kind):
        yield _word(graph, graph.value(node, first)), _word(graph, graph.value(node, second))


def _word(graph: Graph, iri: Node | None) -> str:
    found = graph.value(iri, NESY.term)
    return str(found) if found is not None else term(str(iri).removeprefix(str(VOCABULARY)))


def touching(word: tuple[str, str], rules: Rules) -> frozenset[str]:
    """Return the IRIs of the rules that look at a claim with this word: they are reached by it in its probe.

    Args:
        word: one of `interactions()` or `part_states()`.
        rules: the pack.
    """
    found = prepare(probe(word, rules), rules=rules).findings(_reached_by_claim(rules))
    return frozenset(finding.rule for finding in found)


@cache
def _reached_by_claim(rules: Rules) -> Rules:
    return preconditions(rules, naming=_CLAIM)


def probe(word: tuple[str, str], rules: Rules) -> Scene:
    """Return a scene of two persons and two things in which one claim (id `claim`) says the word.

    Beside it stand the same claim about the other person and the other thing and the other way round, the verbs and
    part states that the rules name and the ontology links to the word, so that rules about two claims can match.
    """
    ontology = Ontology.default()
    is_state = word in part_states()
    category = _object_of(word, ontology) if is_state else word[1]
    relations: list[dict[str, str]] = []
    states: list[dict[str, str]] = []
    verbs, named_states = _named(rules)
    if is_state:
        states.append(_state(*word, "thing_1", id=_CLAIM))
        states += [_state(*word, "thing_2"), {"entity": "person_1", "part": word[0], "state": NO_INTERACTION}]
        states.append(_state(word[0], NO_INTERACTION, "thing_1"))
        companions = verbs
    else:
        verb = word[0]
        relations.append({**_relation("person_1", verb, "thing_1"), "id": _CLAIM})
        relations += [_relation("person_1", verb, "thing_2"), _relation("person_2", verb, "thing_1")]
        relations.append(_relation("thing_1", verb, "person_1"))
        companions = verbs | beside(verb, ontology)
    for other in sorted(companions):
        relations += [_relation("person_1", other, "thing_1"), _relation("person_1", other, "thing_2")]
    for part, state in named_states:
        states += [_state(part, state, "thing_1"), _state(part, state, "thing_2")]
    person, thing = [0.1, 0.1, 0.4, 0.9], [0.2, 0.4, 0.5, 0.8]
    return Scene.model_validate(
        {
            "entities": [
                {"id": "person_1", "category": "person", "box": person},
                {"id": "person_2", "category": "person", "box": [0.6, 0.1, 0.9, 0.9]},
                {"id": "thing_1", "category": category, "box": thing},
                {"id": "thing_2", "category": category, "box": [0.7, 0.4, 0.95, 0.8]},
            ],
            "relations": relations,
            "part_states": states,
        }
    )


def _relation(subject: str, predicate: str, target: str) -> dict[str, str]:
    return {"subject": subject, "predicate": predicate, "object": target}


def _state(part: str, state: str, target: str, **more: str) -> dict[str, str]:
    return {"entity": "person_1", "part": part, "state": state, "object": target, **more}


def _object_of(word: tuple[str, str], ontology: Ontology) -> str:
    """Return a category that the state is seen with, the first by name; a bicycle where none is on record."""
    graph = ontology.graph
    for kind in graph.subjects(RDF.type, NESY.PartStateType):
        if (_word(graph, graph.value(kind, NESY.ofPart)), _word(graph, graph.value(kind, NESY.ofState))) == word:
            return min((_word(graph, category) for category in graph.objects(kind, NESY.seenWith)), default="bicycle")
    return "bicycle"


def beside(verb: str, ontology: Ontology) -> set[str]:
    """Return the predicates that the ontology links to one in any way, and `no_interaction`."""
    graph, iri = ontology.graph, predicate_iri(verb)
    nodes = {*graph.objects(iri), *graph.subjects(None, iri)}
    known = ontology.verbs | ontology.spatial
    return {name for node in nodes if (name := str(node).removeprefix(str(VOCABULARY))) in known} | {NO_INTERACTION}


def named_words(rules: Rules) -> tuple[str, ...]:
    """Return the words of the vocabulary that the rules name: predicates, states and categories, sorted."""
    ontology = Ontology.default()
    classes = {str(ontology.iri("category", name)).removeprefix(str(VOCABULARY)): name for name in ontology.categories}
    names = _names(rules)
    states = {name.removeprefix("state_") for name in names if name.startswith("state_")}
    found = (names & (ontology.verbs | ontology.spatial)) | states | {classes[n] for n in names & classes.keys()}
    return tuple(sorted(found))


@cache
def _named(rules: Rules) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return the verbs that the rules name, and the (part, state) pairs of the states that they name."""
    names, ontology = _names(rules), Ontology.default()
    verbs = frozenset(names & ontology.verbs)
    wanted = {name.removeprefix("state_") for name in names if name.startswith("state_")}
    return verbs, tuple(pair for pair in part_states() if pair[1] in wanted)


def _names(rules: Rules) -> set[str]:
    names: set[str] = set()
    for rule in rules:
        shape = rules.shape(rule.iri)
        for text in shape.objects(None, SH.select):
            names.update(_NAMED.findall(str(text)))
        names.update(str(node).removeprefix(str(VOCABULARY)) for node in shape.objects())
    return names
