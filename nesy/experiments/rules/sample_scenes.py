"""Seed -> scenes on which rules fire: drawn scenes with errors and odd claims put in, the same for the same seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from nesy.experiments.rules.probes import beside, interactions, part_states
from nesy.ontology import Ontology
from nesy.scene import Scene, term
from nesy.synthetic import draw

Lists = dict[str, list[dict[str, Any]]]
"""A scene as the lists of its JSON form, to be changed in place."""

EDITS = 6
"""At most so many changes of one scene."""


def sampled_scenes(count: int, seed: int, words: Sequence[str] = ()) -> tuple[Scene, ...]:
    """Return drawn scenes, each with 1 to `EDITS` changes.

    Args:
        count: how many.
        seed: the same seed gives the same scenes.
        words: predicates, part states and categories that changes should prefer, such as those that rules name.
    """
    return tuple(_sampled(index, seed, tuple(words)) for index in range(count))


def _sampled(index: int, seed: int, words: tuple[str, ...]) -> Scene:
    rng = Random(f"nesy sampled {seed} {index}")
    drawn = draw(seed, index, "counter" if index % 4 == 3 else "ordinary").scene
    lists: Lists = drawn.model_dump(mode="json", exclude_none=True, exclude={"image", "schema_"})
    draft = _Draft(lists, rng, words)
    for _ in range(rng.randint(1, EDITS)):
        rng.choice(_EDITS)(draft)
    return Scene.model_validate(lists)


@cache
def _predicates() -> tuple[str, ...]:
    ontology = Ontology.default()
    return tuple(sorted(ontology.verbs | ontology.spatial))


def _preferred(rng: Random, words: Sequence[str], known: Sequence[str]) -> str:
    """Return one of the words that are also known, or, one time in four, any known one."""
    both = sorted(set(words) & set(known))
    return rng.choice(both) if both and rng.random() < 0.75 else rng.choice(known)


@dataclass(frozen=True)
class _Draft:
    """A scene being changed: its lists, the source of chance, and the words to prefer."""

    lists: Lists
    rng: Random
    words: tuple[str, ...]

    def _entity(self) -> str:
        return str(self.rng.choice(self.lists["entities"])["id"])

    def relate(self) -> None:
        """Add a relation between any two entities."""
        predicate = _preferred(self.rng, self.words, _predicates())
        self.lists["relations"].append({"subject": self._entity(), "predicate": predicate, "object": self._entity()})

    def relate_again(self) -> None:
        """Say something else of a pair, turn a relation round, or say it of another pair too."""
        if not self.lists["relations"]:
            self.relate()
            return
        old = self.rng.choice(self.lists["relations"])
        new = {key: old[key] for key in ("subject", "predicate", "object")}
        match self.rng.randrange(5):
            case 0:
                new["subject"], new["object"] = old["object"], old["subject"]
            case 1:
                new["predicate"] = _preferred(self.rng, self.words, _predicates())
            case 2:
                new["object"] = self._entity()
            case 3:
                new["subject"] = self._entity()
            case _:
                new = {
                    "subject": old["object"],
                    "predicate": _preferred(self.rng, self.words, _predicates()),
                    "object": old["subject"],
                }
        self.lists["relations"].append(new)

    def relate_alike(self) -> None:
        """Say beside a relation what the ontology links to its predicate: an opposite, an inverse, what it excludes."""
        if not self.lists["relations"]:
            self.relate()
            return
        old = self.rng.choice(self.lists["relations"])
        ends = [old["subject"], old["object"]]
        if self.rng.random() < 0.3:
            ends.reverse()
        predicate = self.rng.choice(sorted(beside(term(old["predicate"]), Ontology.default())))
        self.lists["relations"].append({"subject": ends[0], "predicate": predicate, "object": ends[1]})

    def spoil_relation(self) -> None:
        if self.lists["relations"]:
            old = self.rng.choice(self.lists["relations"])
            if self.rng.random() < 0.5:
                old["subject"], old["object"] = old["object"], old["subject"]
            else:
                old["predicate"] = _preferred(self.rng, self.words, _predicates())

    def rename_entity(self) -> None:
        """Give an entity another category; sometimes one that the ontology lacks."""
        categories = sorted(Ontology.default().categories)
        new = "unicorn" if self.rng.random() < 0.1 else _preferred(self.rng, self.words, categories)
        self.rng.choice(self.lists["entities"])["category"] = new

    def known_pair(self) -> None:
        """Add a person, a thing and what people do with it."""
        verb, category = self.rng.choice(interactions())
        person = f"added_{len(self.lists['entities'])}"
        self.lists["entities"] += [
            {"id": person, "category": "person", "box": _box(self.rng)},
            {"id": f"{person}_thing", "category": category, "box": _box(self.rng)},
        ]
        self.lists["relations"].append({"subject": person, "predicate": verb, "object": f"{person}_thing"})
        part, state = self.rng.choice(part_states())
        self.lists["part_states"].append({"entity": person, "part": part, "state": state, "object": f"{person}_thing"})

    def say_state(self) -> None:
        """Add a part state; now and then of a part that cannot be in it."""
        part, state = self.rng.choice(part_states())
        preferred = [pair for pair in part_states() if pair[1] in self.words]
        if preferred and self.rng.random() < 0.6:
            part, state = self.rng.choice(preferred)
        if self.rng.random() < 0.2:
            part = self.rng.choice(part_states())[0]
        if part in ("hand", "foot", "arm", "leg") and self.rng.random() < 0.5:
            part = self.rng.choice(("left_", "right_")) + part
        person = self._person()
        new = {"entity": person, "part": part, "state": state}
        if self.rng.random() < 0.8:
            new["object"] = self._entity()
        self.lists["part_states"].append(new)

    def say_state_again(self) -> None:
        """Repeat a part state with one of its words changed."""
        if not self.lists["part_states"]:
            self.say_state()
            return
        old = self.rng.choice(self.lists["part_states"])
        new = {key: value for key, value in old.items() if key != "id"}
        part, state = self.rng.choice(part_states())
        new.update(
            self.rng.choice(
                [{"state": state}, {"part": part}, {"object": self._entity()}, {"state": "no_interaction"}, {}]
            )
        )
        self.lists["part_states"].append(new)

    def _person(self) -> str:
        persons = [entity["id"] for entity in self.lists["entities"] if entity["category"] == "person"]
        return str(self.rng.choice(persons)) if persons and self.rng.random() < 0.85 else self._entity()

    def describe(self) -> None:
        """Add one or two attributes."""
        attributes = sorted(Ontology.default().attributes)
        entity = self.rng.choice(self.lists["entities"])
        entity["attributes"] = [*entity.get("attributes", []), *self.rng.choices(attributes, k=self.rng.randint(1, 2))]

    def count(self) -> None:
        """Say how many there are of a category, often wrongly."""
        category = str(self.rng.choice(self.lists["entities"])["category"])
        self.lists["counts"].append({"category": category, "value": self.rng.randint(0, 3)})

    def move(self) -> None:
        """Move a box, squeeze it, lay it upon another one, or drop it."""
        entity, other = self.rng.choice(self.lists["entities"]), self.rng.choice(self.lists["entities"])
        match self.rng.randrange(5):
            case 0:
                entity["box"] = _box(self.rng)
            case 1:
                left, top, _, bottom = _box(self.rng)
                entity["box"] = [left, top, round(left + self.rng.choice((0.0, 0.004, 0.02)), 4), bottom]
            case 2 if "box" in other:
                entity["box"] = [min(1.0, round(edge + self.rng.choice((0.0, 0.0, 0.01)), 4)) for edge in other["box"]]
            case 3:
                entity["box"] = self.rng.choice(
                    ([0.0, 0.0, 1.0, 1.0], [0.01, 0.01, 0.99, 0.99], [0.4, 0.4, 0.404, 0.404])
                )
            case _:
                entity.pop("box", None)

    def repeat(self) -> None:
        """List an entity twice."""
        entity = self.rng.choice(self.lists["entities"])
        self.lists["entities"].append({**entity, "id": f"{entity['id']}_again{len(self.lists['entities'])}"})


def _box(rng: Random) -> list[float]:
    left, right = sorted(round(rng.random(), 3) for _ in range(2))
    top, bottom = sorted(round(rng.random(), 3) for _ in range(2))
    return [left, top, min(1.0, right + 0.02), min(1.0, bottom + 0.02)]


_EDITS: tuple[Callable[[_Draft], None], ...] = (
    *(_Draft.relate, _Draft.relate_again, _Draft.relate_alike, _Draft.spoil_relation, _Draft.rename_entity),
    *(_Draft.known_pair, _Draft.say_state, _Draft.say_state_again, _Draft.describe, _Draft.count),
    *(_Draft.move, _Draft.move, _Draft.repeat),
)
