"""A ground-truth scene + a kind of error + a seed -> the same scene with exactly one error in it, or None.

What is wrong with a seeded claim is taken from the ontology (what is asymmetric, opposite, incapable, expected) and
from the boxes, never from the rules that are to find it.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nesy.experiments.rules.contradictions import claims_of_place, excluded, expected_states, incapable, is_interaction
from nesy.experiments.rules.displacement import moved
from nesy.ontology import NO_INTERACTION, Ontology
from nesy.scene import Count, PartState, Relation, Scene, term


@dataclass(frozen=True)
class Seeded:
    """One scene with one error."""

    kind: str
    base: Scene
    """The scene without the error: the ground truth, with the true claims that the error needs beside it."""
    scene: Scene
    names: frozenset[str]
    """Ids of the changed claim and of the entity it is about: a finding counts when it names one of them."""
    told: str
    """What was done, in one line."""


Seeder = Callable[[Scene, Ontology, random.Random], Seeded | None]


def seeded(kind: str, scene: Scene, ontology: Ontology, seed: str) -> Seeded | None:
    """Return the scene with one error of this kind, or None where the kind does not apply.

    Args:
        kind: one of `KINDS`.
        scene: a ground-truth scene.
        ontology: what tells right from wrong.
        seed: the same seed makes the same error.
    """
    return KINDS[kind](scene, ontology, random.Random(f"{seed} {kind}"))


def _swap(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Swap subject and object of a relation that does not hold both ways.

    That is one which the ontology calls one-way, or anything that a person does with a thing that cannot act. Without
    boxes only the latter is seeded: "the cup is behind the plate" and the reverse are the same graph with other names,
    so nothing in it could be wrong.
    """
    relation = _one(chance, (r for r in scene.relations if r.subject != r.object and _directed(r, scene, ontology)))
    if relation is None:
        return None
    turned = relation.model_copy(update={"subject": relation.object, "object": relation.subject})
    return Seeded("swap", scene, _with_relation(scene, turned), frozenset({relation.id}), f"{_told(relation)} swapped")


def _opposite(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Add a relation that cannot hold beside one that is there, on the same ordered pair."""
    relation = _one(chance, (r for r in scene.relations if r.subject != r.object and excluded(r.predicate, ontology)))
    if relation is None:
        return None
    word = chance.choice(sorted(excluded(relation.predicate, ontology)))
    return _added("opposite", scene, relation, word)


def _no_interaction(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Say of a pair with an interaction that there is none."""
    relation = _one(chance, (r for r in scene.relations if is_interaction(r.predicate, ontology)))
    return None if relation is None else _added("no_interaction", scene, relation, NO_INTERACTION)


def _category(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Give the object of an interaction a category that is disjoint with what the verb needs."""
    relation = _one(
        chance,
        (
            r
            for r in scene.relations
            if r.subject != r.object and incapable(r.predicate, _by_person(r, scene, ontology), ontology)
        ),
    )
    if relation is None:
        return None
    word = chance.choice(incapable(relation.predicate, _by_person(relation, scene, ontology), ontology))
    entities = tuple(e.model_copy(update={"category": word}) if e.id == relation.object else e for e in scene.entities)
    return Seeded(
        "category",
        scene,
        scene.model_copy(update={"entities": entities}),
        frozenset({relation.id, relation.object}),
        f"{_told(relation)}: {relation.object} made a {word}",
    )


def _part(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Add the part state that an interaction comes with, and then move it to a part that cannot be in that state."""
    expected = expected_states(ontology)
    categories = {e.id: ontology.iri("category", e.category) for e in scene.entities}
    relation = _one(
        chance,
        (r for r in scene.relations if (ontology.iri("predicate", r.predicate), categories[r.object]) in expected),
    )
    if relation is None:
        return None
    states = expected[ontology.iri("predicate", relation.predicate), categories[relation.object]]
    part, state = chance.choice(states)
    elsewhere = sorted(p for p, able in ontology.part_states.items() if state not in able)
    true = PartState(id=_fresh(scene, "p"), entity=relation.subject, part=part, state=state, object=relation.object)
    wrong = true.model_copy(update={"part": chance.choice(elsewhere)})
    return Seeded(
        "part",
        scene.model_copy(update={"part_states": (*scene.part_states, true)}),
        scene.model_copy(update={"part_states": (*scene.part_states, wrong)}),
        frozenset({true.id}),
        f"{_told(relation)}: {state} moved from {part} to {wrong.part}",
    )


def _count(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Count every category truly, and one of them one too many or too few."""
    words: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    for entity in scene.entities:
        # Two words of one meaning are counted together, under the one that came first.
        key = str(ontology.iri("category", entity.category) or term(entity.category))
        numbers[words.setdefault(key, entity.category)] += 1
    if not numbers:
        return None
    true = [
        Count(id=f"{_fresh(scene, 'n')}_{place}", category=word, value=number)
        for place, (word, number) in enumerate(numbers.items(), start=1)
    ]
    place = chance.randrange(len(true))
    right = true[place]
    wrong = right.model_copy(update={"value": right.value + chance.choice((-1, 1))})
    return Seeded(
        "count",
        scene.model_copy(update={"counts": (*scene.counts, *true)}),
        scene.model_copy(update={"counts": (*scene.counts, *true[:place], wrong, *true[place + 1 :])}),
        frozenset({right.id}),
        f"{right.value} {right.category} counted as {wrong.value}",
    )


def _box(scene: Scene, ontology: Ontology, chance: random.Random) -> Seeded | None:
    """Move the box of a relation's subject, or else its object, to where the relation cannot hold."""
    options = []
    entities = {entity.id: entity for entity in scene.entities}
    for relation in scene.relations:
        if relation.subject == relation.object:
            continue
        for claim in sorted(claims_of_place(relation, entities[relation.object].category, ontology)):
            change = moved(claim, entities[relation.subject], entities[relation.object])
            if change is not None:
                options.append((relation, claim, change))
    if not options:
        return None
    relation, claim, entity = chance.choice(options)
    touched = {r.id for r in scene.relations if entity.id in (r.subject, r.object)}
    return Seeded(
        "box",
        scene,
        scene.model_copy(update={"entities": tuple(entity if e.id == entity.id else e for e in scene.entities)}),
        frozenset({entity.id, *touched}),
        f"{_told(relation)}: the box of {entity.id} moved to where it is not {claim}",
    )


KINDS: Mapping[str, Seeder] = MappingProxyType(
    {
        "swap": _swap,
        "opposite": _opposite,
        "category": _category,
        "part": _part,
        "no_interaction": _no_interaction,
        "count": _count,
        "box": _box,
    }
)
"""Name -> what makes one error of the kind."""

# --- small steps ---


def _directed(relation: Relation, scene: Scene, ontology: Ontology) -> bool:
    subject, target = scene.entity(relation.subject), scene.entity(relation.object)
    on_thing = is_interaction(relation.predicate, ontology) and ontology.is_a(target.category, "non_agent")
    if on_thing and _by_person(relation, scene, ontology):
        return True
    return ontology.is_asymmetric(relation.predicate) and subject.box is not None and target.box is not None


def _by_person(relation: Relation, scene: Scene, ontology: Ontology) -> bool:
    return ontology.is_a(scene.entity(relation.subject).category, "person")


def _one(chance: random.Random, relations: Iterable[Relation]) -> Relation | None:
    found = list(relations)
    return chance.choice(found) if found else None


def _added(kind: str, scene: Scene, beside: Relation, predicate: str) -> Seeded:
    new = beside.model_copy(update={"id": _fresh(scene, "r"), "predicate": predicate, "confidence": None})
    return Seeded(
        kind,
        scene,
        scene.model_copy(update={"relations": (*scene.relations, new)}),
        frozenset({new.id}),
        f"{_told(beside)}: {predicate} added",
    )


def _with_relation(scene: Scene, changed: Relation) -> Scene:
    return scene.model_copy(update={"relations": tuple(changed if r.id == changed.id else r for r in scene.relations)})


def _told(relation: Relation) -> str:
    return f"{relation.subject} {relation.predicate} {relation.object}"


def _fresh(scene: Scene, prefix: str) -> str:
    taken = {claim.id for claim in scene.claims()}
    return next(f"{prefix}{number}" for number in range(1, len(taken) + 2) if f"{prefix}{number}" not in taken)
