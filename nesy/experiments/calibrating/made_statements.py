"""A labelled picture -> statements about it that are true or false for sure, as many of the one as of the other.

Of a drawing they are those of `nesy.synthetic.statements`. Of any other picture the true ones are what is listed. The
false ones are what the labels deny, and what is made of the true ones where it is known to be false: another category
at a place, where every thing of it is listed elsewhere or nowhere; a box that misses every thing of its category; a
relation turned round, or its contrary; a state of a part that has no such state; something done to a thing that is not
there; a count that is off.
"""

from collections.abc import Iterator
from random import Random

from nesy.experiments.calibrating.labelled import APART, End, Labelled, is_contrary
from nesy.experiments.rules.contradictions import excluded
from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changes_of, listed
from nesy.scene import Claim, Count, Entity, PartState, Relation, in_words, named, term
from nesy.synthetic.statements import Statement, statements

PER_PICTURE = 8
"""So many statements are made of a picture at most."""
_MOVES = 8
_LEAST_SIDE = 0.02


def told_of(known: Labelled, rng: Random, ontology: Ontology, n: int = PER_PICTURE) -> tuple[Statement, ...]:
    """Return at most `n` statements about a picture; the same `rng` returns the same.

    Of every kind of claim as many are true as false, so that the kind alone tells nothing.

    Args:
        known: the picture.
        rng: what is drawn from.
        ontology: what its words mean.
        n: at most so many.
    """
    if known.complete:
        return statements(known.scene, rng, ontology, n)
    maker = _Maker(known, rng, ontology)
    pairs: list[tuple[Statement, Statement]] = []
    for kind in ("relation", "entity", "part_state", "count"):
        true, false = (_apart(found, rng) for found in (maker.true(kind), maker.false(kind)))
        pairs += zip(true, false, strict=False)
    rng.shuffle(pairs)
    return tuple(one for both in pairs[: n // 2] for one in both)


def _apart(found: Iterator[Statement], rng: Random) -> list[Statement]:
    """Return what is told, once, in an order that is drawn."""
    once = {(in_words(one.claim), tuple(e.box for e in one.entities)): one for one in found}
    told = list(once.values())
    rng.shuffle(told)
    return told


class _Maker:
    """One picture, and what statements about it are made from."""

    def __init__(self, known: Labelled, rng: Random, ontology: Ontology) -> None:
        self._known, self._rng, self._ontology = known, rng, ontology
        self._scene = known.scene
        self._counted = sorted({e.category for e in self._scene.entities if known.counts(e.category, ontology)})

    def true(self, kind: str) -> Iterator[Statement]:
        """Yield what is listed of a kind of claims."""
        claims: dict[str, tuple[Claim, ...]] = {
            "entity": self._scene.entities,
            "relation": self._scene.relations,
            "part_state": self._scene.part_states,
            "count": tuple(self._count(category, 0) for category in self._counted),
        }
        for claim in claims[kind]:
            yield Statement(claim, named(claim, self._scene.entities), True)

    def false(self, kind: str) -> Iterator[Statement]:
        """Yield what is known to be false of a kind of claims."""
        match kind:
            case "entity":
                for thing in self._scene.entities:
                    made = (self._renamed(thing), self._moved(thing))
                    yield from (Statement(one, (one,), False) for one in made if one is not None)
            case "relation":
                yield from self._denied()
                for relation in self._scene.relations:
                    yield from self._contraries(relation)
                    yield from self._without(relation)
            case "part_state":
                for state in self._scene.part_states:
                    yield from self._without(state)
                    yield from self._impossible(state)
            case _:
                for category in self._counted:
                    off = self._count(category, self._rng.choice((-1, 1, 1, 2)))
                    yield Statement(off, (), False)

    def _count(self, category: str, off: int) -> Count:
        return Count(id="n1", category=category, value=len(listed(self._scene, category, self._ontology)) + off)

    def _renamed(self, thing: Entity) -> Entity | None:
        """Return a thing under the category of another kind, of which none is there."""
        others = [*changes_of(thing, self._scene, self._ontology), *sorted({e.category for e in self._scene.entities})]
        self._rng.shuffle(others)
        for other in others:
            if thing.box is not None and self._is_other(other, thing):
                return Entity(id=self._fresh(other), category=other, box=thing.box)
        return None

    def _is_other(self, category: str, thing: Entity) -> bool:
        apart = not self._ontology.is_a(thing.category, category) and not self._ontology.is_a(category, thing.category)
        return apart and self._known.is_missing(category, thing.box, self._ontology, APART)

    def _moved(self, thing: Entity) -> Entity | None:
        """Return a thing in a box of its size elsewhere, that no thing of its category is in."""
        if thing.box is None:
            return None
        left, top, right, bottom = thing.box
        wide, high = right - left, bottom - top
        for _ in range(_MOVES if wide < 1 and high < 1 else 0):
            across, down = self._rng.uniform(0, 1 - wide), self._rng.uniform(0, 1 - high)
            box: Box = (round(across, 4), round(down, 4), round(across + wide, 4), round(down + high, 4))
            if self._known.is_missing(thing.category, box, self._ontology, APART):
                return thing.model_copy(update={"box": box})
        return None

    def _denied(self) -> Iterator[Statement]:
        """Yield what the labels deny; a bare category becomes a thing without a place."""
        for one in self._known.denied:
            ends = [self._end(name) for name in (one.subject, one.object)]
            claim = Relation(id="r1", subject=ends[0].id, predicate=one.predicate, object=ends[1].id)
            yield Statement(claim, tuple(dict.fromkeys(ends)), False)

    def _end(self, name: str) -> Entity:
        found = next((entity for entity in self._scene.entities if entity.id == name), None)
        return found or Entity(id=self._fresh(name), category=name)

    def _contraries(self, relation: Relation) -> Iterator[Statement]:
        """Yield a relation turned round, and one that cannot stand beside it."""
        words = sorted(excluded(relation.predicate, self._ontology))
        made = [relation.model_copy(update={"subject": relation.object, "object": relation.subject})]
        if words:
            made.append(relation.model_copy(update={"predicate": self._rng.choice(words)}))
        for claim in made:
            ends = [End(one, self._scene.entity(one).category) for one in (claim.subject, claim.object)]
            if claim.subject != claim.object and is_contrary(
                ends[0], claim.predicate, ends[1], self._known, self._ontology
            ):
                yield Statement(claim, named(claim, self._scene.entities), False)

    def _without(self, claim: Relation | PartState) -> Iterator[Statement]:
        """Yield a claim of a thing that is not where it is said to be, and of one that is not there at all."""
        ends = named(claim, self._scene.entities)
        for place, end in enumerate(ends):
            before, after = ends[:place], ends[place + 1 :]
            if (moved := self._moved(end)) is not None:
                yield Statement(claim, (*before, moved, *after), False)
            if (other := self._renamed(end)) is not None:
                fields = ("subject", "object", "entity")
                meant = {field: other.id for field in fields if getattr(claim, field, None) == end.id}
                yield Statement(claim.model_copy(update=meant), (*before, other, *after), False)

    def _impossible(self, state: PartState) -> Iterator[Statement]:
        """Yield the same state of parts of the body that are never in it."""
        word = self._ontology.canonical("state", state.state)
        for part, states in sorted(self._ontology.part_states.items()):
            if word not in states and self._ontology.canonical("part", state.part) in self._ontology.part_states:
                yield Statement(state.model_copy(update={"part": part}), named(state, self._scene.entities), False)

    def _fresh(self, category: str) -> str:
        taken, stem, number = {entity.id for entity in self._scene.entities}, term(category), 1
        while f"{stem}_{number}" in taken:
            number += 1
        return f"{stem}_{number}"
