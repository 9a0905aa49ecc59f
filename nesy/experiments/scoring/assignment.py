"""Two scenes of which some entities have no boxes -> the pairing of entities under which most of what is said is right.

Entities are paired that the same words mean; of all pairings that one is taken under which the most claims agree:
entities, attributes, relations and part states count one each. This is graph matching, for which no quick way to the
best is known: all pairings are gone through, the most promising first and none that cannot be better than the best so
far, up to a number of steps. The same scenes give the same pairs, whatever their ids and the machine.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nesy.ontology import Ontology
from nesy.scene import Entity, Scene

STEPS = 5_000
"""So many pairs are tried for one scene at most; a scene of a dozen entities mostly takes as many steps."""
Link = tuple[tuple[str, ...], str, str]
"""What a claim says between two entities: its words, from, to; a part state without an object is a link to itself."""


def links(scene: Scene, ontology: Ontology) -> frozenset[Link]:
    """Return what relations and part states say, in the words that labels stand for."""
    word = ontology.canonical
    return frozenset(
        [((word("predicate", r.predicate),), r.subject, r.object) for r in scene.relations]
        + [
            (
                (word("part", p.part), word("state", p.state), *(() if p.object else ("",))),
                p.entity,
                p.object or p.entity,
            )
            for p in scene.part_states
        ]
    )


def assigned(
    predicted: Scene,
    truth: Scene,
    paired: Mapping[str, str],
    may_be: Callable[[Entity, Entity], bool],
    ontology: Ontology,
    steps: int = STEPS,
) -> dict[str, str]:
    """Return predicted id -> true id: the pairs that are given, and the best of the others.

    Args:
        predicted: what is measured.
        truth: what is true.
        paired: what is settled already, by boxes.
        may_be: whether two entities may be a pair.
        ontology: says which words mean the same.
        steps: how many pairs are tried at most.
    """
    taken = set(paired.values())
    free = [entity for entity in truth.entities if entity.id not in taken]
    choices = {
        entity.id: [other.id for other in free if may_be(entity, other)]
        for entity in predicted.entities
        if entity.id not in paired
    }
    search = _Search(
        said=_Side.of(predicted, ontology),
        true=_Side.of(truth, ontology),
        choices={mine: found for mine, found in choices.items() if found},
        steps=steps,
    )
    return search.best_from(dict(paired))


@dataclass(frozen=True)
class _Side:
    """One scene: the links of each entity, its attributes, and how it looks to its neighbours."""

    links: Mapping[str, frozenset[Link]]
    attributes: Mapping[str, frozenset[str]]
    looks: Mapping[str, Counter[tuple[object, ...]]]

    @classmethod
    def of(cls, scene: Scene, ontology: Ontology) -> "_Side":
        kinds = {entity.id: ontology.canonical("category", entity.category) for entity in scene.entities}
        every = links(scene, ontology)
        of_each = {who: frozenset(link for link in every if who in link[1:]) for who in kinds}
        return cls(
            links=of_each,
            attributes={
                entity.id: frozenset(ontology.canonical("attribute", one) for one in entity.attributes)
                for entity in scene.entities
            },
            looks={
                who: Counter(
                    (words, start == who, kinds[end if start == who else start]) for words, start, end in found
                )
                for who, found in of_each.items()
            },
        )


@dataclass
class _Search:
    said: _Side
    true: _Side
    choices: Mapping[str, Sequence[str]]
    steps: int
    best: dict[str, str] = field(default_factory=dict)
    best_score: int = -1

    def best_from(self, paired: dict[str, str]) -> dict[str, str]:
        self._go(paired, self._order(paired), 0)
        return self.best

    def _order(self, paired: Mapping[str, str]) -> tuple[str, ...]:
        """Those with few choices first, then those that most links bind to what comes before."""
        left, order = set(self.choices), list(paired)
        ordered: list[str] = []
        while left:
            placed = set(order)
            bound = {mine: sum(bool({a, b} - {mine} & placed) for _, a, b in self.said.links[mine]) for mine in left}
            position = {mine: place for place, mine in enumerate(self.choices)}
            chosen = min(left, key=lambda mine: (-bound[mine], len(self.choices[mine]), position[mine]))
            left.remove(chosen)
            order.append(chosen)
            ordered.append(chosen)
        return tuple(ordered)

    def _go(self, paired: dict[str, str], left: tuple[str, ...], score: int) -> None:
        if score > self.best_score:
            self.best, self.best_score = dict(paired), score
        if not left or self.steps <= 0 or score + self._hope(left) <= self.best_score:
            return
        mine, *others = left
        taken = set(paired.values())
        gains = [(self._gain(mine, theirs, paired), theirs) for theirs in self.choices[mine] if theirs not in taken]
        for gain, theirs in sorted(gains, key=lambda row: (-row[0], -self._alike(mine, row[1]))):
            self.steps -= 1
            self._go({**paired, mine: theirs}, tuple(others), score + gain)
        self._go(paired, tuple(others), score)

    def _gain(self, mine: str, theirs: str, paired: Mapping[str, str]) -> int:
        """Return how many claims are right once these two are a pair, and were not before."""
        called = {**paired, mine: theirs}
        right = sum(
            start in called and end in called and (words, called[start], called[end]) in self.true.links[theirs]
            for words, start, end in self.said.links[mine]
        )
        return 1 + len(self.said.attributes[mine] & self.true.attributes[theirs]) + right

    def _alike(self, mine: str, theirs: str) -> int:
        return (self.said.looks[mine] & self.true.looks[theirs]).total()

    def _hope(self, left: Sequence[str]) -> int:
        """Return what the rest can gain at most: a claim between two of them counts for the first alone."""
        later, hope = set(left), 0
        for mine in left:
            later.discard(mine)
            between = sum(not {start, end} & later for _, start, end in self.said.links[mine])
            hope += max(
                1
                + len(self.said.attributes[mine] & self.true.attributes[theirs])
                + min(between, len(self.true.links[theirs]))
                for theirs in self.choices[mine]
            )
        return hope
