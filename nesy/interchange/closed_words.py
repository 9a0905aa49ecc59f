"""The closed lists of words of COCO, HICO-DET and V-COCO, with their numbers; the ontology has the first two's.

Sources: Lin et al., ECCV 2014 (80 categories, numbered up to 90); Chao et al., WACV 2018 (117 verbs, 600 pairs of a
verb and an object); Gupta and Malik, 2015 (26 actions, with up to two roles of an object, 29 in all in the order of its
evaluation).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from nesy.scene import term

if TYPE_CHECKING:
    from rdflib.term import Node

PERSON = "person"


@dataclass(frozen=True, eq=False)
class ClosedList:
    """Words and their numbers."""

    what: str
    """For messages: `verb of HICO-DET`."""
    words: Mapping[int, str]

    def number(self, word: str) -> int | None:
        """Return the number of a word, however it is spelt (`sit_on`, `sit on`); None where it is not listed."""
        return self._numbers.get(term(word))

    def word(self, number: object) -> str:
        """Return the word of a number; ValueError where there is none."""
        if isinstance(number, bool) or not isinstance(number, int) or number not in self.words:
            raise ValueError(f"{number!r:.40} is no {self.what} ({min(self.words)} to {max(self.words)} are)")
        return self.words[number]

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {term(word): number for number, word in self.words.items()}


@cache
def categories(numbers: str = "coco91") -> ClosedList:
    """Return the 80 categories by COCO's numbers (1 to 90), or with `coco80From0` by their place, from 0."""
    return _listed("category of COCO", numbers)


@cache
def verbs() -> ClosedList:
    """Return the 117 verbs of HICO-DET, from 1."""
    return _listed("verb of HICO-DET", "hicoVerb")


@cache
def interactions() -> Mapping[tuple[str, str], int]:
    """Return the verb and object of each of the 600 interactions of HICO-DET -> its number, from 1."""
    from nesy.ontology import Ontology
    from nesy.ontology.namespaces import NESY

    graph, found = Ontology.default().graph, {}
    for number, node in _numbered("hicoInteraction"):
        verb, category = (graph.value(graph.value(node, end), NESY.term) for end in (NESY.ofVerb, NESY.ofCategory))
        found[str(verb), str(category)] = number
    return MappingProxyType(found)


def _listed(what: str, scheme: str) -> ClosedList:
    from rdflib import SKOS

    from nesy.ontology import Ontology

    graph, found = Ontology.default().graph, {}
    for number, node in _numbered(scheme):
        labels = graph.objects(node, SKOS.prefLabel)
        found[number] = next(str(label) for label in labels if getattr(label, "language", None) == "en")
    return ClosedList(what, MappingProxyType(dict(sorted(found.items()))))


def _numbered(scheme: str) -> "Iterator[tuple[int, Node]]":
    """Yield what the ontology gives a number in a list, with the number."""
    from rdflib import SKOS, Literal

    from nesy.ontology import Ontology
    from nesy.ontology.namespaces import VOCABULARY

    for node, number in Ontology.default().graph.subject_objects(SKOS.notation):
        if isinstance(number, Literal) and number.datatype == VOCABULARY[scheme]:
            yield int(str(number)), node


@dataclass(frozen=True)
class VcocoRole:
    """What V-COCO says of a person: an action, and as what an object takes part in it."""

    action: str
    role: str | None
    """`obj`, what it is done to; `instr`, what with; None: no object takes part."""
    predicate: str | None
    """What a scene says."""
    only: str | None = None
    """The one object of which the action is said in place of a wider one."""

    @property
    def name(self) -> str:
        """As evaluations call it: `hold_obj`."""
        return self.action if self.role is None else f"{self.action}_{self.role}"


VCOCO_ROLES: tuple[VcocoRole, ...] = tuple(
    VcocoRole(*row)
    for row in (
        ("hold", "obj", "hold"),
        ("stand", None, None),
        ("sit", "instr", "sit on"),
        ("ride", "instr", "ride"),
        ("walk", None, None),
        # No HICO verb means to look at, hit with, eat with or work on: `watch`, `wield`, `type on` are narrower.
        ("look", "obj", "look at"),
        ("hit", "instr", "hit with"),
        ("hit", "obj", "hit"),
        ("eat", "obj", "eat"),
        ("eat", "instr", "eat with"),
        ("jump", "instr", "jump"),
        ("lay", "instr", "lie on"),
        ("talk_on_phone", "instr", "talk on"),
        ("carry", "obj", "carry"),
        ("throw", "obj", "throw"),
        ("catch", "obj", "catch"),
        ("cut", "instr", "cut with"),
        ("cut", "obj", "cut"),
        ("run", None, None),
        ("work_on_computer", "instr", "work on"),
        # What one does with a board or skis under the feet is `ride` in HICO.
        ("ski", "instr", "ride", "skis"),
        ("surf", "instr", "ride", "surfboard"),
        ("skateboard", "instr", "ride", "skateboard"),
        ("smile", None, None),
        ("drink", "instr", "drink with"),
        ("kick", "obj", "kick"),
        ("point", "instr", "point"),
        ("read", "obj", "read"),
        ("snowboard", "instr", "ride", "snowboard"),
    )
)


def vcoco_role(predicate: str, category: str) -> int | None:
    """Return the place in `VCOCO_ROLES` of what a scene says of a person and an object; None where V-COCO has no word.

    >>> [VCOCO_ROLES[vcoco_role("ride", thing)].name for thing in ("horse", "skis")], vcoco_role("feed", "horse")
    (['ride_instr', 'ski_instr'], None)
    """
    fitting = [
        number
        for number, one in enumerate(VCOCO_ROLES)
        if one.predicate is not None and one.predicate == term(predicate).replace("_", " ")
    ]
    own = [number for number in fitting if VCOCO_ROLES[number].only == term(category)]
    wide = [number for number in fitting if VCOCO_ROLES[number].only is None]
    return next(iter(own or wide), None)
