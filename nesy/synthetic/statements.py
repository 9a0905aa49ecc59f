"""A drawn scene -> statements about it that are true or false for sure, as the corrective loop meets them.

As many are true as are false, of every kind of claim. What is false is what a model mixes up and what a change of a
claim would say: another word of the few that are offered, the other direction, another subject or object, another body
part, a count that is off, the category of another thing, and a relation where there is none; and what a model makes up:
a thing in a box that holds none, or holds too little of it. A box that is shown for a true statement is now and then
rough: a model's are.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from nesy.geometry import Box, iou
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed, changes_of
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, in_words, named, term
from nesy.synthetic.referring_expressions import CATEGORIES, GERUNDS
from nesy.synthetic.truth import holds

KINDS = {"relation": 40, "part_state": 15, "entity": 30, "count": 15}
"""Kind of a statement -> how often it is tried first, in percent: what rules object to are relations for the most, and
most relations that are wrong are so because a thing of theirs is not there or is another."""
_TRIES = 6
_ABSENT = 0.15
"""The share of counts that are about a category of which there is nothing."""
_APART = 0.1
"""The most that the box of nothing may overlap (IoU) with a thing of its category."""
MISSED, MET = 0.4, 0.6
"""A box whose IoU with that of its thing is at most the first misses it; a rough one is at least the second."""


@dataclass(frozen=True)
class Statement:
    """A claim, the entities it names as they would be shown, and whether it is true."""

    claim: Claim
    entities: tuple[Entity, ...]
    true: bool


def statements(scene: Scene, rng: Random, ontology: Ontology, n: int) -> tuple[Statement, ...]:
    """Return at most `n` statements about a drawn scene, no two of the same words; the same `rng` returns the same."""
    teller = _Teller(scene, rng, ontology)
    found: dict[str, Statement] = {}
    for _ in range(_TRIES * n):
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        both = [stated for true in (True, False) if (stated := teller.one(kind, true)) is not None]
        # Only where there are both is one taken: else a kind would tell by itself what is more often true of it.
        if len(both) == 2 and not any(in_words(stated.claim) in found for stated in both):
            stated = rng.choice(both)
            found[in_words(stated.claim)] = stated
        if len(found) == n:
            break
    return tuple(found.values())


class _Teller:
    """One scene, and what statements about it are drawn from."""

    def __init__(self, scene: Scene, rng: Random, ontology: Ontology) -> None:
        self._scene, self._rng, self._ontology = scene, rng, ontology
        self._number = Counter(e.category for e in scene.entities)

    def one(self, kind: str, true: bool) -> Statement | None:
        """Return a statement of a kind that is `true`, or None where none is found."""
        if kind == "entity":
            return self._entity(true)
        if kind == "count":
            return self._count(true)
        stated: Sequence[Relation | PartState]
        stated = self._scene.relations if kind == "relation" else self._scene.part_states
        for _ in range(_TRIES):
            scene = self._scene
            if true:
                claim = self._stated(stated)
            elif self._rng.random() < 0.25 and (missed := self._missing(stated)) is not None:
                return missed
            else:
                ghost = self._ghost()
                if ghost is not None and self._rng.random() < 0.15:
                    scene = scene.model_copy(update={"entities": (*scene.entities, ghost)})
                claim = self._mistaken(kind, stated, scene)
            if claim is not None and holds(claim, scene, self._ontology) is true:
                shown = named(claim, scene.entities)
                return Statement(claim, tuple(map(self._rough, shown)) if true else shown, true)
        return None

    def _missing(self, claims: Sequence[Relation | PartState]) -> Statement | None:
        """Return what is stated, of a thing whose box misses it."""
        claim = self._stated(claims)
        shown = () if claim is None else named(claim, self._scene.entities)
        place = self._rng.randrange(len(shown)) if shown else 0
        moved = self._moved(shown[place]) if shown else None
        if claim is None or moved is None:
            return None
        return Statement(claim, (*shown[:place], moved, *shown[place + 1 :]), False)

    def _stated(self, claims: Sequence[Relation | PartState]) -> Claim | None:
        """Return what is stated, rare words as often as frequent ones, or now and then what holds as well."""
        if not claims:
            return None
        word = self._rng.choice(sorted({_word(claim) for claim in claims}))
        claim: Claim = self._rng.choice([c for c in claims if _word(c) == word])
        also = changes_of(claim, self._scene, self._ontology)
        return changed(claim, self._rng.choice(also), None) if also and self._rng.random() < 0.15 else claim

    def _mistaken(self, kind: str, claims: Sequence[Relation | PartState], scene: Scene) -> Claim | None:
        mistake = self._rng.choice(_MISTAKES[kind])
        if not claims and mistake is not _unrelated:
            return None
        return mistake(self._rng.choice(claims) if claims else None, scene, self._rng, self._ontology)

    def _entity(self, true: bool) -> Statement | None:
        """Return what a box holds, under the id of its category or of a wrong one, as it was perhaps seen."""
        rng = self._rng
        real, mistake = rng.choice(self._scene.entities), 1.0 if true else rng.random()
        thing = self._ghost() if mistake < 0.3 else self._moved(real) if mistake < 0.65 else None
        if thing is not None:
            return Statement(thing, (thing,), False)
        others = [c for c in (*changes_of(real, self._scene, self._ontology), *CATEGORIES) if c != real.category]
        seen = real.category if rng.random() < 0.5 else rng.choice(others)
        said = real.category if true else (seen if seen != real.category else rng.choice(others))
        if holds(real.model_copy(update={"category": said}), self._scene, self._ontology) is not true:
            return None
        name = real.id if seen == real.category else f"{seen}_{1 + self._number[seen]}"
        shown = self._rough(real.model_copy(update={"id": name, "category": seen}))
        return Statement(shown.model_copy(update={"category": said}), (shown,), true)

    def _count(self, true: bool) -> Statement | None:
        rng = self._rng
        absent = [c for c in CATEGORIES if not self._number[c]]
        kinds = absent if absent and rng.random() < _ABSENT else sorted(self._number)
        category = rng.choice(kinds)
        number = self._number[category]
        value = number if true else number + rng.choice((-1, 1, 1, 2))
        claim = Count(id="n1", category=category, value=max(value, 0))
        return Statement(claim, (), true) if holds(claim, self._scene, self._ontology) is true else None

    def _rough(self, entity: Entity) -> Entity:
        """Return an entity as it is, or now and then with a box that is off by a little more."""
        return entity if self._rng.random() < 0.5 else self._off(entity, 0.12, MET, 1.0) or entity

    def _moved(self, entity: Entity) -> Entity | None:
        """Return an entity in a box near its own that misses it, and every other of its category."""
        return self._off(entity, 0.4, 0.0, MISSED)

    def _off(self, entity: Entity, by: float, least: float, most: float) -> Entity | None:
        """Return an entity whose box is off, each side by about that share of the box; None where none is found.

        Args:
            entity: what the box is of.
            by: standard deviation.
            least: IoU with the entity's own box.
            most: IoU with the box of anything of its category.
        """
        if entity.box is None:
            return None
        for _ in range(_TRIES):
            left, top, right, bottom = entity.box
            wide, high = right - left, bottom - top
            across, down = (self._rng.gauss(0, by) for _ in range(2))  # it moves as a whole, and each side by itself
            moves = [across * wide, down * high, across * wide, down * high]
            sizes = [wide, high, wide, high]
            sides = [v + m + self._rng.gauss(0, by / 2) * s for v, m, s in zip(entity.box, moves, sizes, strict=True)]
            left, top, right, bottom = (min(1.0, max(0.0, side)) for side in sides)
            box: Box = (left, top, right, bottom)
            if right - left < 0.02 or bottom - top < 0.02 or iou(box, entity.box) < least:
                continue
            alike = [e.box for e in self._scene.entities if e.category == entity.category and e.box is not None]
            if least or all(iou(box, other) <= most for other in alike):
                return entity.model_copy(update={"box": box})
        return None

    def _ghost(self) -> Entity | None:
        """Return an entity that is not there: no thing of its category is near its box."""
        rng, category = self._rng, self._rng.choice(CATEGORIES)
        for _ in range(_TRIES):
            left, top = rng.uniform(0, 0.7), rng.uniform(0.2, 0.7)
            box: Box = (left, top, left + rng.uniform(0.1, 0.3), top + rng.uniform(0.1, 0.3))
            near = (e.box is not None and iou(e.box, box) > _APART for e in self._scene.entities)
            alike = (e.category == category for e in self._scene.entities)
            if not any(a and b for a, b in zip(near, alike, strict=True)):
                return Entity(id=f"{category}_{1 + self._number[category]}", category=category, box=box)
        return None


def _word(claim: Relation | PartState) -> str:
    return term(claim.predicate) if isinstance(claim, Relation) else f"{claim.part} {term(claim.state)}"


Mistake = Callable[[Relation | PartState | None, Scene, Random, Ontology], Claim | None]


def _changed(claim: Relation | PartState | None, scene: Scene, rng: Random, ontology: Ontology) -> Claim | None:
    changes = () if claim is None else changes_of(claim, scene, ontology)
    return changed(claim, rng.choice(changes), None) if claim is not None and changes else None


def _turned(claim: Relation | PartState | None, _scene: Scene, _rng: Random, _ontology: Ontology) -> Claim | None:
    if not isinstance(claim, Relation):
        return None
    return claim.model_copy(update={"subject": claim.object, "object": claim.subject})


def _elsewhere(claim: Relation | PartState | None, scene: Scene, rng: Random, _ontology: Ontology) -> Claim | None:
    """Return the claim of another subject or object, of the same category where there is one."""
    if claim is None:
        return None
    owner = "subject" if isinstance(claim, Relation) else "entity"
    end = rng.choice((owner, "object"))
    at, other = getattr(claim, end), claim.object if end == owner else getattr(claim, owner)
    rest = [e for e in scene.entities if e.id not in (at, other)]
    alike = [e for e in rest if at is not None and e.category == scene.entity(at).category]
    new = alike if alike and rng.random() < 0.7 else rest
    return claim.model_copy(update={end: rng.choice(new).id}) if new else None


def _unrelated(_claim: Relation | PartState | None, scene: Scene, rng: Random, ontology: Ontology) -> Claim | None:
    """Return a relation that suits two things which have none."""
    related = {frozenset((r.subject, r.object)) for r in scene.relations}
    pairs = [(a, b) for a in scene.entities for b in scene.entities if a.id != b.id]
    apart = [(a, b) for a, b in pairs if frozenset((a.id, b.id)) not in related]
    if not apart:
        return None
    subject, target = rng.choice(apart)
    suited = [verb for verb in GERUNDS if verb not in ontology.verbs or verb in ontology.affordances(target.category)]
    predicate = rng.choice(suited if suited and rng.random() < 0.8 else list(GERUNDS))
    return Relation(id="r1", subject=subject.id, predicate=predicate, object=target.id)


def _other_verb(claim: Relation | PartState | None, _scene: Scene, rng: Random, _ontology: Ontology) -> Claim | None:
    return claim.model_copy(update={"predicate": rng.choice(list(GERUNDS))}) if isinstance(claim, Relation) else None


def _other_part(claim: Relation | PartState | None, scene: Scene, rng: Random, _ontology: Ontology) -> Claim | None:
    """Return a state of a part of the body that is not in it, or what another one does."""
    if not isinstance(claim, PartState):
        return None
    other = rng.choice(scene.part_states)
    taken = {"part": other.part, "state": other.state}
    return claim.model_copy(update=rng.choice((taken, {"part": rng.choice(_PARTS)})))


_PARTS = ("foot", "leg", "hip", "hand", "arm", "head")
_MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "relation": (_changed, _changed, _turned, _elsewhere, _elsewhere, _elsewhere, _unrelated, _other_verb),
    "part_state": (_changed, _changed, _elsewhere, _elsewhere, _other_part),
}
