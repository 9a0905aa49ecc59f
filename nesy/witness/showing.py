"""A predicate, a state or a bearing, and the ontology -> the cues that show it, and what they say of two things.

A garment or a part of a body has a region of the body beside, where its colour is looked for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from rdflib import RDF, RDFS, SKOS, URIRef
from rdflib.term import Node

from nesy.ontology import Ontology
from nesy.ontology.morphology import head_nouns, noun_bases, verb_bases
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.scene import term
from nesy.witness.cues import POSTURES, TESTS, Pair

_PREFIX, _REGION = str(VOCABULARY["cue_"]), str(VOCABULARY["region_"])

Way = Literal["telling", "hinting", "needed"]
"""How a cue shows something: it is hardly seen where that does not hold; it speaks for it, and is often wrong; or it is
needed, and seen in much else, too."""
_WAYS: Mapping[URIRef, Way] = {NESY.shownBy: "telling", NESY.hintedBy: "hinting", NESY.needs: "needed"}


@dataclass(frozen=True)
class Cue:
    """A cue as the ontology declares it."""

    name: str
    seen: str
    """What is seen where it is there, in words."""
    missed: str
    """What is seen where it is not."""
    way: Way
    """How it shows what it shows."""


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
        """Return the cues of a predicate, and of how a body is held that does so: standing, for `stand beside`."""
        cues = self._of_concept(word)
        known = {cue.name for cue in cues}
        return (*cues, *(cue for cue in self.of_bearing(word) if cue.name not in known))

    def _of_concept(self, word: str) -> tuple[Cue, ...]:
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

    def of_part_alone(self, part: str, state: str) -> tuple[Cue, ...]:
        """Return the cues of a part in a state that is at nothing: of a raised hand, a bent leg, else of the state."""
        limb = re.sub(r"^(?:left|right)_", "", self._ontology.canonical("part", part))
        plain = re.sub(r"\W.*", "", term(state))  # raise(over_head)
        held = [one for doing in _forms(plain) if (one := f"{doing}_{limb}") in self._bearings]
        return self._shown_by(self._bearings[held[0]]) if held else self.of_bearing(plain)

    def of_bearing(self, word: str) -> tuple[Cue, ...]:
        """Return the cues of how a body is held, by a participle or a verb: `sitting`, `walk`; none for other words."""
        plain = term(word)
        return next((self._shown_by(self._bearings[one]) for one in _forms(plain) if one in self._bearings), ())

    def region(self, word: str) -> str | None:
        """Return the region of the body where something is worn or is: `torso`, for a T-shirt; None for other words."""
        base = self._ontology.canonical("category", word)
        names = (base, *noun_bases(base), *(head for _, head in head_nouns(base)))
        return next((self._regions[name] for name in names if name in self._regions), None)

    def is_young(self, word: str) -> bool:
        """Tell whether a word is for a child: a girl, no woman."""
        return self._ontology.canonical("category", word) in self._young

    @cached_property
    def _young(self) -> frozenset[str]:
        return frozenset(self._labelled(NESY.YoungPerson))

    @property
    def regions(self) -> frozenset[str]:
        """The names of the regions of the body."""
        return frozenset(self._regions.values())

    @cached_property
    def _bearings(self) -> Mapping[str, URIRef]:
        return self._labelled(NESY.Bearing)

    @cached_property
    def _regions(self) -> Mapping[str, str]:
        return {word: str(iri).removeprefix(_REGION) for word, iri in self._labelled(NESY.BodyRegion).items()}

    def _labelled(self, kind: URIRef) -> dict[str, URIRef]:
        graph = self._ontology.graph
        return {
            term(str(label)): iri
            for iri in graph.subjects(RDF.type, kind)
            if isinstance(iri, URIRef)
            for label in graph.objects(iri, NESY.label)
        }

    def _cues_of(self, nodes: Iterable[Node]) -> tuple[Cue, ...]:
        return _each_once(cue for node in nodes if isinstance(node, URIRef) for cue in self._shown_by(node))

    def _shown_by(self, iri: URIRef) -> tuple[Cue, ...]:
        graph = self._ontology.graph
        return tuple(
            Cue(
                cue.removeprefix(_PREFIX),
                str(graph.value(URIRef(cue), NESY.phraseSeen)),
                str(graph.value(URIRef(cue), NESY.phraseMissed)),
                _WAYS[way],
            )
            for way in _WAYS
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


def _forms(word: str) -> tuple[str, ...]:
    """Return a word, and the base forms of its first verb: walk_across is of walking."""
    first = word.split("_", 1)[0]
    return (word, first, *verb_bases(first))
