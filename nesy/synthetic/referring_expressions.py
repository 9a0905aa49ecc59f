"""A drawn scene -> the words that single out its things, and what is true of them; what questions are made of."""

from collections import Counter
from random import Random

from nesy.question import Thing
from nesy.scene import Entity, Scene
from nesy.synthetic.groups import MOUNTS
from nesy.synthetic.objects import DRAW

Triple = tuple[str, str, str]

CATEGORIES = ("person", *DRAW)
GERUNDS = {
    "ride": "riding",
    "sit_on": "sitting on",
    "hold": "holding",
    "drink_with": "drinking from",
    "read": "reading",
    "kick": "kicking",
    "carry": "carrying",
    "drag": "dragging",
    "walk": "walking",
    "pet": "petting",
    "push": "pushing",
    "feed": "feeding",
    "wear": "wearing",
    "fly": "flying",
    "swing": "swinging",
    "type_on": "typing on",
    "on": "on",
    "under": "under",
}
"""Every relation of the drawn world -> how a question says it."""

_WORDS = {
    "person": ("person", "person", "man", "woman"),
    "bicycle": ("bicycle", "bike"),
    "dining_table": ("table", "dining table"),
    "sports_ball": ("ball", "sports ball"),
    "motorcycle": ("motorcycle", "motorbike"),
    "couch": ("couch", "sofa"),
    "potted_plant": ("plant", "potted plant"),
    "tennis_racket": ("racket", "tennis racket"),
}
TARGETS = {
    "ride": MOUNTS,
    "sit_on": ("chair", "bench", "couch"),
    "hold": ("umbrella", "cup", "bottle", "sports_ball", "book", "tennis_racket"),
    "drink_with": ("cup", "bottle"),
    "read": ("book",),
    "kick": ("sports_ball",),
    "carry": ("suitcase", "surfboard"),
    "drag": ("suitcase",),
    "walk": ("dog",),
    "pet": ("dog", "cat"),
    "push": ("bicycle", "motorcycle"),
    "feed": ("cow", "horse"),
    "wear": ("backpack",),
    "fly": ("kite",),
    "swing": ("tennis_racket",),
    "type_on": ("laptop",),
    "on": ("dining_table", "bench", "couch"),
    "under": ("dining_table",),
}
"""Relation -> what it is drawn with."""
_ALSO = {
    "drink_with": ("hold",),
    "read": ("hold",),
    "carry": ("hold",),
    "drag": ("hold",),
    "fly": ("hold",),
    "swing": ("hold",),
    "type_on": ("hold",),
    "wear": ("carry", "hold"),
    "ride": ("on",),
    "sit_on": ("on",),
}
"""What may be said as well where the first holds: never asked about as if it were false."""


def words(category: str) -> str:
    """Return a category in words.

    >>> words("dining_table")
    'dining table'
    """
    return category.replace("_", " ")


class Asker:
    """A scene, and what questions about it need to know."""

    def __init__(self, scene: Scene, rng: Random) -> None:
        self.scene, self.rng = scene, rng
        self.category = {e.id: e.category for e in scene.entities}
        self.number = Counter(self.category.values())
        self.colour = {e.id: e.attributes[0] for e in scene.entities}

    def word(self, category: str) -> str:
        """Return one of the words for a category."""
        return self.rng.choice(_WORDS.get(category, (words(category),)))

    def the(self, entity: Entity) -> tuple[str, Thing] | None:
        """Return words that mean this entity alone, and what they name; None where there are none."""
        alone = self.number[entity.category] == 1
        colour = self.colour[entity.id]
        twins = [e for e in self.scene.entities if (e.category, self.colour[e.id]) == (entity.category, colour)]
        noun = self.word(entity.category)
        if not alone and len(twins) > 1:
            return None
        if alone and self.rng.random() < 0.75:
            return f"the {noun}", Thing(noun, (), True)
        said = f"the {noun} in {colour}" if entity.category == "person" else f"the {colour} {noun}"
        return said, Thing(noun, (colour,), True)

    def one(self, *categories: str) -> tuple[Entity, str, Thing] | None:
        """Return an entity (of these categories) that words can single out."""
        found = [e for e in self.scene.entities if not categories or e.category in categories]
        self.rng.shuffle(found)
        return next(((e, *named) for e in found if (named := self.the(e)) is not None), None)

    def holds(self, subject: str, predicate: str, target: str) -> bool:
        """Tell whether a relation may be said to hold, part states included."""
        for r in self.scene.relations:
            if (r.subject, r.object) == (subject, target) and predicate in (r.predicate, *_ALSO.get(r.predicate, ())):
                return True
        return any(
            (p.entity, p.object) == (subject, target) and p.state.startswith(predicate.replace("_", " "))
            for p in self.scene.part_states
        )

    def of(self, subject: str, predicate: str) -> list[str]:
        """Return the entities that `subject` does this to."""
        return [e.id for e in self.scene.entities if self.holds(subject, predicate, e.id)]

    def by(self, predicate: str, target: str) -> list[str]:
        """Return the entities that do this to `target`."""
        return [e.id for e in self.scene.entities if self.holds(e.id, predicate, target)]

    def person_in(self, entity: str) -> str:
        """Return a thing as an answer names it: a person by the colour."""
        category = self.category[entity]
        return f"person in {self.colour[entity]}" if category == "person" else words(category)

    def triples(self, subject: str | None, predicate: str | None, target: str | None) -> tuple[Triple, ...]:
        """Return at most two relations of the scene that fit; None fits all."""
        return tuple(
            (r.subject, r.predicate, r.object)
            for r in self.scene.relations
            if subject in (None, r.subject) and predicate in (None, r.predicate) and target in (None, r.object)
        )[:2]


def a(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    """Return a noun in the plural."""
    irregular = {"person": "people", "man": "men", "woman": "women", "bench": "benches", "couch": "couches"}
    return irregular.get(noun, noun + "s")
