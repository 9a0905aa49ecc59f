"""A scene -> what may become of each claim, what that costs, and the scene that a set of decisions gives.

A claim is kept or withdrawn; so is each attribute of an entity, and a count may be set to what is listed. A claim comes
to say something else only where somebody said so: the model named it, a look supports it, or, of an entity, it is a
wider word for the same (`nesy.repair.meant`). To say what nobody said is an invention, and off unless it is asked for.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from rdflib.term import Node

from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed, content, replaced, wider
from nesy.repair.meant import UNNAMED, Meant
from nesy.repair.prices import changing, denied, unsaying, weighed, withdrawing
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, attribute_id, in_words

WITHDRAW = "withdraw"
LISTED = "listed"
"""The change of a count: to the number of entities of its category that the repaired scene lists."""

Decisions = Mapping[str, str]
"""Id of a claim or of an attribute -> what becomes of it; the others are kept."""


class Choices:
    """The claims of one scene with their choices; what is asked for is worked out once."""

    def __init__(
        self,
        scene: Scene,
        ontology: Ontology,
        chances: Mapping[str, float] = MappingProxyType({}),
        meant: Meant | None = None,
    ) -> None:
        """Take the scene; `chances` are those of the statements that were looked at, in words of the scene.

        Args:
            scene: what is to be mended.
            ontology: where wider words come from, and inventions.
            chances: of what was looked at.
            meant: what claims may come to say; nothing but what the looks support if None.
        """
        self.scene = scene
        self._chances = chances
        self.ontology = ontology
        self._meant = meant or Meant(scene, ontology, chances)
        self.claims: dict[str, Claim] = {c.id: c for c in sorted(scene.claims(), key=lambda claim: in_order(claim.id))}
        """By id, in the order of ids: what is built from them does not depend on the order of the scene."""
        self._changes: dict[str, tuple[str, ...]] = {}

    def changes(self, claim_id: str) -> tuple[str, ...]:
        """Return the admissible changes of a claim, the likeliest first; an attribute has none.

        A count is set to what is listed: what is listed was said, and so was how many that are. Of several counts of a
        category only one that was right of the list is: the others are wrong beside it.
        """
        if claim_id not in self._changes:
            match self.claims.get(claim_id):
                case None:
                    found: tuple[str, ...] = ()
                case Count() as count:
                    found = (LISTED,) if count.id in self.right_counts or not self._right_beside(count) else ()
                case claim:
                    found = self._meant.changes(claim)
            self._changes[claim_id] = found
        return self._changes[claim_id]

    def invented(self, claim_id: str, choice: str) -> bool:
        """Tell whether a claim comes to say by a choice what nobody said."""
        return choice not in (WITHDRAW, LISTED) and self._meant.invented(self.claims[claim_id], choice)

    def evades(self, claim_id: str, choice: str) -> bool:
        """Tell whether by a choice a thing is of fewer classes, and nothing but the choice speaks for that."""
        claim = self.claims[claim_id]
        return isinstance(claim, Entity) and choice != WITHDRAW and not self._meant.likelier(claim, choice)

    def wider(self, claim_id: str) -> tuple[str, ...]:
        """Return the wider words for an entity; none for another claim."""
        claim = self.claims[claim_id]
        return wider(claim, self.ontology) if isinstance(claim, Entity) else ()

    def lost(self, claim_id: str, change: str) -> frozenset[Node]:
        """Return the classes to which an entity belongs no longer after a change."""
        claim = self.claims[claim_id]
        assert isinstance(claim, Entity), "only entities have classes"
        return self.ontology.classes(claim.category) - self.ontology.classes(change)

    @cached_property
    def entities(self) -> tuple[Entity, ...]:
        """The entities, in the order of ids."""
        return tuple(claim for claim in self.claims.values() if isinstance(claim, Entity))

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """The counts, in the order of ids."""
        return tuple(claim for claim in self.claims.values() if isinstance(claim, Count))

    @cached_property
    def right_counts(self) -> frozenset[str]:
        """Ids of the counts that agree with the list as it was said."""
        return frozenset(count.id for count in self.counts if count.value == self._listed(self.scene, count))

    def _right_beside(self, count: Count) -> bool:
        return any(other.id in self.right_counts and self.same_category(count, other) for other in self.counts)

    def same_category(self, one: Count, other: Count) -> bool:
        """Tell whether two counts are of one category, however it is written."""
        node = self.ontology.node
        return node("category", one.category) == node("category", other.category)

    @cached_property
    def attributes(self) -> Mapping[str, tuple[Entity, int]]:
        """Id of an attribute, as its node in a graph is named -> its entity, and its place there."""
        return MappingProxyType(
            {
                attribute_id(entity, place): (entity, place)
                for entity in self.entities
                for place in range(len(entity.attributes))
            }
        )

    def cost(self, claim_id: str, choice: str) -> int:
        """Return what a choice costs, in thousandths of a nat."""
        if claim_id in self.attributes:
            entity, place = self.attributes[claim_id]
            believed = weighed(entity, self._chances)
            assert isinstance(believed, Entity), "only entities have attributes"
            return unsaying(believed, entity.attributes[place], self._chances)
        claim = weighed(self.claims[claim_id], self._chances)
        if choice == WITHDRAW:
            return withdrawing(claim, self._chances)
        rank = None if choice == UNNAMED else self.changes(claim_id).index(choice)
        looked_at = choice not in (UNNAMED, LISTED)
        return changing(claim, rank) + (denied(changed(claim, choice, None), self._chances) if looked_at else 0)

    def about(self, claim_id: str) -> tuple[str, ...]:
        """Return the ids of the entities that a relation or a part state is about."""
        match self.claims.get(claim_id):
            case Relation() as relation:
                return relation.subject, relation.object
            case PartState() as state:
                return (state.entity,) if state.object is None else (state.entity, state.object)
            case _:
                return ()

    @cached_property
    def hanging(self) -> Mapping[str, tuple[str, ...]]:
        """Id of an entity -> ids of the claims that go when it goes."""
        found: dict[str, list[str]] = defaultdict(list)
        for claim_id in self.claims:
            for entity in dict.fromkeys(self.about(claim_id)):
                found[entity].append(claim_id)
        return {entity: tuple(claims) for entity, claims in found.items()}

    def belongs(self, label: str, category: str) -> bool:
        """Tell whether an entity of category `label` is one of those that a count of `category` counts."""
        return self.ontology.node("category", category) in self.ontology.classes(label)

    def says(self, claim_id: str, change: str) -> tuple[str | int | None, ...]:
        """Return what a claim says after a change, to tell two that come to say the same."""
        return content(changed(self.claims[claim_id], change, None))

    def after(self, claim: Claim, decisions: Decisions) -> Claim:
        """Return what a claim says by these decisions, one that is withdrawn or recounted what it said."""
        choice = decisions.get(claim.id)
        return claim if choice in (None, WITHDRAW, LISTED) else self._changed(claim, str(choice))

    def _changed(self, claim: Claim, choice: str) -> Claim:
        """Return a changed claim: as sure as a look at it was; a wider word, as sure as the word; else nobody knows."""
        as_sure = claim.confidence if choice in self.wider(claim.id) else None
        now = changed(claim, choice, as_sure)
        return now.model_copy(update={"confidence": self._chances.get(in_words(now), as_sure)})

    def applied(self, decisions: Decisions) -> Scene:
        """Return the scene after these decisions."""
        if not decisions:
            return self.scene
        after = {
            claim_id: self._changed(self.claims[claim_id], choice)
            for claim_id, choice in decisions.items()
            if choice not in (WITHDRAW, LISTED)
        }
        for entity_id in {self.attributes[one][0].id for one in decisions if one in self.attributes}:
            after[entity_id] = self._without_attributes(after.get(entity_id, self.claims[entity_id]), decisions)
        gone = frozenset(claim_id for claim_id, choice in decisions.items() if choice == WITHDRAW)
        scene = replaced(self.scene, after).without(gone)
        counts: dict[str, Claim] = {}
        for count in scene.counts:
            if decisions.get(count.id) == LISTED:
                counts[count.id] = changed(count, str(self._listed(scene, count)), None)
        return replaced(scene, counts)

    def _without_attributes(self, entity: Claim, decisions: Decisions) -> Claim:
        assert isinstance(entity, Entity), "only entities have attributes"
        left = [
            said
            for place, said in enumerate(entity.attributes)
            if decisions.get(attribute_id(entity, place)) != WITHDRAW
        ]
        return entity.model_copy(update={"attributes": tuple(left)})

    def _listed(self, scene: Scene, count: Count) -> int:
        return sum(self.belongs(entity.category, count.category) for entity in scene.entities)

    def touches_counts(self, decisions: Decisions) -> bool:
        """Tell whether the decisions could make a count wrong: an entity goes or is another, or a number is new."""
        return bool(self.scene.counts) and any(
            choice == LISTED or isinstance(self.claims.get(claim_id), Entity) for claim_id, choice in decisions.items()
        )

    def near(self, scene: Scene, decisions: Decisions) -> Scene:
        """Return of the scene after the decisions what shares an entity with a changed claim; counts are left out."""
        middle = {
            entity
            for claim_id, choice in decisions.items()
            if choice != WITHDRAW
            for entity in (self.about(claim_id) or (claim_id,))
        }
        part_states = tuple(p for p in scene.part_states if {p.entity, p.object} & middle)
        relations = tuple(r for r in scene.relations if {r.subject, r.object} & middle)
        named = {end for p in part_states for end in (p.entity, p.object)}
        named |= middle | {end for r in relations for end in (r.subject, r.object)}
        entities = tuple(entity for entity in scene.entities if entity.id in named)
        return scene.model_copy(
            update={"entities": entities, "part_states": part_states, "relations": relations, "counts": ()}
        )


def in_order(claim_id: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key by which ids are ordered: numbers by value, so that r10 comes after r2; no two ids share a key.

    >>> sorted(["r10", "r2", "r02", "cup_1"], key=in_order)
    ['cup_1', 'r02', 'r2', 'r10']
    """
    parts = (part for part in re.split(r"(\d+)", claim_id) if part)
    told = ((0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts)
    return *told, (-1, 0, claim_id)
