"""A predicate, a state or a posture, and the ontology -> the cues that show it, and what they say of two things."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rdflib import RDF, RDFS, SKOS, URIRef
from rdflib.term import Node

from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.witness.cues import POSTURES, TESTS, Pair

_PREFIX = str(VOCABULARY["cue_"])


@dataclass(frozen=True)
class Cue:
    """A cue as the ontology declares it."""

    name: str
    seen: str
    """What is seen where it is there, in words."""
    missed: str
    """What is seen where it is not."""
    telling: bool
    """Whether it is hardly seen where what it shows does not hold; else it is only needed."""


@dataclass(frozen=True)
class Shown:
    """What one cue says of two things."""

    cue: Cue
    degree: float
    """How plain it is, in [0, 1]."""


class Showing:
    """Reads the cues of an ontology; made once per ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self.of_predicate = lru_cache(maxsize=4096)(self._of_predicate)
        self.of_state = lru_cache(maxsize=4096)(self._of_state)

    def _of_predicate(self, word: str) -> tuple[Cue, ...]:
        """Return the cues of a predicate: its own, else those of its kinds of verb, else of what it entails."""
        concept = self._ontology.concept("predicate", word)
        if concept is None:
            return ()
        own = self._shown_by(concept.iri)
        if own:
            return own
        kinds = self._cues_of(self._ontology.graph.objects(concept.iri, NESY.verbKind))
        if kinds:
            return kinds
        entailed = (self._ontology.iri("predicate", wider) for wider in sorted(self._ontology.entails(word)))
        return self._cues_of(iri for iri in entailed if iri is not None)

    def _of_state(self, part: str, state: str) -> tuple[Cue, ...]:
        """Return the cues of a part in a state: the part's, where it must be at the thing, and the state's own."""
        graph, ontology = self._ontology.graph, self._ontology
        limb, doing = ontology.concept("part", part), ontology.concept("state", state)
        if limb is None or doing is None:
            return ()
        own = self._shown_by(doing.iri)
        if (doing.iri, RDF.type, NESY.ApartState) in graph:
            return own
        wider = [limb.iri, *graph.objects(limb.iri, SKOS.broader)]
        return _each_once((*self._cues_of(wider), *own))

    def of_posture(self, attribute: str) -> tuple[Cue, ...]:
        """Return the cues of a posture; none for other words."""
        concept = self._ontology.concept("attribute", attribute)
        return () if concept is None else self._shown_by(concept.iri)

    def _cues_of(self, nodes: Iterable[Node]) -> tuple[Cue, ...]:
        return _each_once(cue for node in nodes if isinstance(node, URIRef) for cue in self._shown_by(node))

    def _shown_by(self, iri: URIRef) -> tuple[Cue, ...]:
        graph = self._ontology.graph
        return tuple(
            Cue(
                cue.removeprefix(_PREFIX),
                str(graph.value(URIRef(cue), NESY.phraseSeen)),
                str(graph.value(URIRef(cue), NESY.phraseMissed)),
                telling=way == NESY.shownBy,
            )
            for way in (NESY.shownBy, NESY.needs)
            for cue in sorted(map(str, graph.objects(iri, way)))
        )


def shown(cues: Sequence[Cue], of: Pair, *, alone: bool = False) -> tuple[Shown, ...]:
    """Return what these cues say of two things; a cue that cannot be tested there says nothing.

    Args:
        cues: of `Showing`.
        of: the two things.
        alone: there is no second thing: only what needs none is tested.
    """
    tested = ((cue, TESTS[cue.name](of)) for cue in cues if not alone or cue.name in POSTURES)
    return tuple(Shown(cue, degree) for cue, degree in tested if degree is not None)


def names(ontology: Ontology) -> Mapping[str, str]:
    """Return name -> what it tests, of every cue of an ontology."""
    graph = ontology.graph
    found = {
        str(cue).removeprefix(_PREFIX): graph.value(cue, RDFS.comment) for cue in graph.subjects(RDF.type, NESY.Cue)
    }
    return {name: str(told) for name, told in sorted(found.items())}


def _each_once(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    return tuple(dict.fromkeys(cues))
