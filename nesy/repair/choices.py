"""A scene -> what may become of each claim, what that costs, and the scene that a set of decisions gives."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed, changes_of, content, replaced
from nesy.repair.prices import changing, denied, weighed, withdrawing
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene

WITHDRAW = "withdraw"
LISTED = "listed"
"""The change of a count: to the number of entities of its category that the repaired scene lists."""

UNNAMED = "thing"
"""The last change of an entity: that something is there, and not what. A word that the ontology does not know, so the
verdict lists it; no rule turns on it."""

Decisions = Mapping[str, str]
"""Id of a claim -> what becomes of it; the others are kept."""


class Choices:
    """The claims of one scene with their choices; what is asked for is worked out once."""

    def __init__(self, scene: Scene, ontology: Ontology, chances: Mapping[str, float] = MappingProxyType({})) -> None:
        """Take the scene; `chances` are those of the statements that were looked at, in words of the scene."""
        self.scene = scene
        self._chances = chances
        self.ontology = ontology
        self.claims: dict[str, Claim] = {c.id: c for c in sorted(scene.claims(), key=lambda claim: in_order(claim.id))}
        """By id, in the order of ids: what is built from them does not depend on the order of the scene."""
        self._changes: dict[str, tuple[str, ...]] = {}

    def changes(self, claim_id: str) -> tuple[str, ...]:
        """Return the admissible changes of a claim, the likeliest first.

        Those of `nesy.ontology.alternatives`, with two of its own. A count is set to what is listed. Another category
        is taken only where all that is said to be done to the entity is seen with it; else the entity stays without its
        category, as a `thing`: a claim that says less needs no witness.
        """
        if claim_id not in self._changes:
            claim = self.claims[claim_id]
            match claim:
                case Count():
                    found: tuple[str, ...] = (LISTED,)
                case Entity():
                    found = (*self._other_categories(claim), UNNAMED)
                case _:
                    found = changes_of(claim, self.scene, self.ontology)
            self._changes[claim_id] = found
        return self._changes[claim_id]

    def _other_categories(self, entity: Entity) -> list[str]:
        word = self.ontology.canonical
        done = {word("predicate", r.predicate) for r in self.scene.relations if r.object == entity.id}
        done &= self.ontology.verbs
        if not done:
            return []
        offered = changes_of(entity, self.scene, self.ontology)
        return [category for category in offered if done <= self.ontology.affordances(category)]

    @cached_property
    def entities(self) -> tuple[Entity, ...]:
        """The entities, in the order of ids."""
        return tuple(claim for claim in self.claims.values() if isinstance(claim, Entity))

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """The counts, in the order of ids."""
        return tuple(claim for claim in self.claims.values() if isinstance(claim, Count))

    def cost(self, claim_id: str, choice: str) -> int:
        """Return what a choice costs, in thousandths of a nat."""
        claim = weighed(self.claims[claim_id], self._chances)
        if choice == WITHDRAW:
            return withdrawing(claim)
        rank = None if choice == UNNAMED else self.changes(claim_id).index(choice)
        looked_at = choice not in (UNNAMED, LISTED)
        return changing(claim, rank) + (denied(changed(claim, choice, None), self._chances) if looked_at else 0)

    def about(self, claim_id: str) -> tuple[str, ...]:
        """Return the ids of the entities that a relation or a part state is about."""
        match self.claims[claim_id]:
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
        return claim if choice in (None, WITHDRAW, LISTED) else changed(claim, str(choice), None)

    def applied(self, decisions: Decisions) -> Scene:
        """Return the scene after these decisions; a changed claim has no confidence, for nobody was asked of it."""
        if not decisions:
            return self.scene
        after = {
            claim_id: changed(self.claims[claim_id], choice, None)
            for claim_id, choice in decisions.items()
            if choice not in (WITHDRAW, LISTED)
        }
        gone = frozenset(claim_id for claim_id, choice in decisions.items() if choice == WITHDRAW)
        scene = replaced(self.scene, after).without(gone)
        counts: dict[str, Claim] = {}
        for count in scene.counts:
            if decisions.get(count.id) == LISTED:
                seen = sum(self.belongs(entity.category, count.category) for entity in scene.entities)
                counts[count.id] = changed(count, str(seen), None)
        return replaced(scene, counts)

    def touches_counts(self, decisions: Decisions) -> bool:
        """Tell whether the decisions could make a count wrong: an entity goes or is another, or a number is new."""
        return bool(self.scene.counts) and any(
            choice == LISTED or isinstance(self.claims[claim_id], Entity) for claim_id, choice in decisions.items()
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
