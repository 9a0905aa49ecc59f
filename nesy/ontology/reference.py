"""Words of a question or an answer, and a scene -> the entities and claims of the scene that they mean."""

from collections.abc import Iterator

from nesy.geometry import centre
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.question import Thing
from nesy.scene import Entity, PartState, Relation, Scene, term

_IMPLIED = {
    # what is true as well where the first is, between the same two; chosen by hand
    "ride": ("on",),
    "straddle": ("on",),
    "sit_on": ("on",),
    "lie_on": ("on",),
    "stand_on": ("on",),
    "carry": ("hold",),
    "drag": ("pull", "hold"),
    "drink_with": ("drink", "hold"),
    "read": ("hold",),
    "hold_in_both_hands": ("hold",),
    "pet": ("touch",),
    "on_top_of": ("on",),
    "under": ("below",),
    "beneath": ("under", "below"),
}
_SIDES = {"left_of", "right_of", "to_the_left_of", "to_the_right_of", "above", "below"}
"""Positions that boxes alone decide; `on` and `under` say more than on which side."""
_MARGIN = 0.02
"""Boxes this far apart lie wholly beside each other; the rules about boxes have the same margin."""


def same_thing(label: str, category: str, ontology: Ontology) -> bool:
    """Tell whether a word may mean an entity of this category: `man` a person, `bike` a bicycle, `animal` a dog."""
    if term(label) == term(category):
        return True
    word, other = ontology.concept("category", label), ontology.concept("category", category)
    if word is None or other is None:
        return False
    if word.iri == other.iri:
        return word.exact or other.exact or word.base == other.base
    return ontology.is_a(category, label) or ontology.is_a(label, category)


def named(thing: Thing | None, scene: Scene, ontology: Ontology) -> tuple[Entity, ...]:
    """Return the entities that `thing` may be, in scene order; all of them for None or a thing without a name.

    An entity that is listed with another value of an attribute's dimension (`blue` for `red`) is not meant.
    """
    if thing is None:
        return scene.entities
    by_id = tuple(e for e in scene.entities if term(e.id) == term(thing.label))
    return by_id or tuple(
        e
        for e in scene.entities
        if (not thing.label or same_thing(thing.label, e.category, ontology))
        and all(fits(attribute, e, ontology) is not False for attribute in thing.attributes)
    )


def fits(attribute: str, entity: Entity, ontology: Ontology) -> bool | None:
    """Tell whether `entity` is listed with this attribute; None where nothing of its dimension is listed."""
    wanted = ontology.canonical("attribute", attribute)
    have = {ontology.canonical("attribute", own) for own in entity.attributes}
    if wanted in have:
        return True
    rivals = {value for values in ontology.dimensions.values() if wanted in values for value in values}
    return False if have & rivals else None


def values_of(dimension: str, entity: Entity, ontology: Ontology) -> tuple[str, ...]:
    """Return the values of a dimension (`colour`) that an entity is listed with."""
    known = ontology.dimensions.get(dimension, frozenset())
    return tuple(own for own in entity.attributes if ontology.canonical("attribute", own) in known)


def find(
    scene: Scene, subject: str | None, predicate: str | None, target: str | None, ontology: Ontology
) -> tuple[Relation, ...]:
    """Return the relations of a scene that these words mean, in scene order; None stands for anything.

    Args:
        subject: a word (`man`) or an id, as `target`.
        predicate: a word; what holds by another that implies it is found as well (`on` for who rides).
    """
    subjects, targets = ({e.id for e in named(_worded(w), scene, ontology)} for w in (subject, target))
    return tuple(
        r
        for r in scene.relations
        if r.subject in subjects
        and r.object in targets
        and (predicate is None or says(r.predicate, predicate, ontology))
    )


def _worded(word: str | None) -> Thing | None:
    return None if word is None else Thing(word)


def same_predicate(one: str, other: str, ontology: Ontology) -> bool:
    """Tell whether two predicates say the same: `riding` and `ride`, `drink` and `drink_with`."""
    a, b = ontology.canonical("predicate", one), ontology.canonical("predicate", other)
    if a == b:
        return True
    if {a, b} & ontology.spatial:
        return (way := direction(a, ontology)) is not None and way == direction(b, ontology)
    # A bare verb is meant with any preposition behind it.
    return "_" in a + b and ("_" not in a or "_" not in b) and a.split("_")[0] == b.split("_")[0]


def says(predicate: str, wanted: str, ontology: Ontology) -> bool:
    """Tell whether what holds by `predicate` holds by `wanted` too."""
    if same_predicate(predicate, wanted, ontology):
        return True
    own, asked = ontology.canonical("predicate", predicate), ontology.canonical("predicate", wanted)
    return asked in ontology.entails(own) or asked in _IMPLIED.get(own, ())


def direction(predicate: str, ontology: Ontology) -> str | None:
    """Return `left`, `right`, `up` or `down` for a predicate that says no more than on which side a thing is."""
    iri = ontology.iri("predicate", predicate) if ontology.canonical("predicate", predicate) in _SIDES else None
    way = None if iri is None else ontology.graph.value(iri, NESY.direction)
    return None if way is None else str(way).rpartition("direction_")[2]


def supporting(subject: str, predicate: str, target: str, scene: Scene, ontology: Ontology) -> tuple[str, ...]:
    """Return the ids of the claims by which `subject predicate target` holds; the two entities where boxes say so."""
    found = [claim.id for claim in _between(subject, predicate, target, scene, ontology)]
    if not found and beside(subject, predicate, target, scene, ontology):
        found = [subject, target]
    return tuple(found)


def beside(
    subject: str, predicate: str, target: str, scene: Scene, ontology: Ontology, gap: float | None = None
) -> bool:
    """Tell whether the boxes put `subject` on that side of `target`: by their middles, or by a `gap` between them."""
    way = direction(predicate, ontology)
    a, b = scene.entity(subject).box, scene.entity(target).box
    if way is None or a is None or b is None or subject == target:
        return False
    axis = 0 if way in ("left", "right") else 1
    if way in ("right", "down"):
        a, b = b, a
    return centre(a)[axis] < centre(b)[axis] if gap is None else a[axis + 2] < b[axis] - gap


def wholly_beside(subject: str, predicate: str, target: str, scene: Scene, ontology: Ontology) -> bool:
    """Tell whether the box of `subject` lies wholly on that side of the box of `target`."""
    return beside(subject, predicate, target, scene, ontology, _MARGIN)


def placed(subject: str, predicate: str, target: str, scene: Scene, ontology: Ontology) -> bool:
    """Tell whether boxes can say if `subject` is on that side of `target`."""
    return (
        direction(predicate, ontology) is not None
        and scene.entity(subject).box is not None
        and scene.entity(target).box is not None
    )


def _between(
    subject: str, predicate: str, target: str, scene: Scene, ontology: Ontology
) -> Iterator[Relation | PartState]:
    for r in scene.relations:
        turned = ontology.inverse(r.predicate) if (r.subject, r.object) == (target, subject) else None
        if ((r.subject, r.object) == (subject, target) and says(r.predicate, predicate, ontology)) or (
            turned is not None and says(turned, predicate, ontology)
        ):
            yield r
    for p in scene.part_states:
        if (p.entity, p.object) == (subject, target) and says(p.state, predicate, ontology):
            yield p
