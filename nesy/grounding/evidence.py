"""Trusted scenes, and the categories of which they list everything -> what is there, how many, and how it is called."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from nesy.grounding.word_match import Words
from nesy.scene import Entity, Scene, term
from nesy.verdict import Objection

CROWD = 10
"""From so many boxes of a category on, those who draw them stop counting (COCO boxes 10 to 15 of a crowd)."""


@dataclass(frozen=True)
class Known:
    """An entity of the evidence."""

    source: int
    """Which scene, counted from 0."""
    entity: Entity


class Evidence:
    """What is trusted of one image. Several scenes may name one thing, each in its own words (five captions)."""

    def __init__(self, sources: Sequence[Scene], closed: Collection[str], words: Words) -> None:
        """Take the scenes.

        Args:
            sources: one or more; boxes, annotations, captions of people.
            closed: the words of which the evidence would name every one: who is absent there is absent. What names
                no category of the ontology is closed as a word.
        """
        self.sources = tuple(sources)
        self.words = words
        self.closed = frozenset(words.category(word) or words.base(word) for word in closed)

    @cached_property
    def known(self) -> tuple[Known, ...]:
        """Every entity of every scene."""
        return tuple(Known(i, entity) for i, scene in enumerate(self.sources) for entity in scene.entities)

    def name(self, source: int, claim: str) -> str:
        """Return how a claim of the evidence is called in a judgement."""
        return claim if len(self.sources) == 1 else f"{source + 1}:{claim}"

    def names(self, found: Collection[Known]) -> tuple[str, ...]:
        """Return how these entities are called in a judgement, sorted."""
        return tuple(sorted({self.name(k.source, k.entity.id) for k in found}))

    def excludes(self, said: str, known: Known) -> bool:
        """Tell whether an entity is of another kind than the word says, by its word or an attribute: a husky dog."""
        category = known.entity.category
        names = (category, *(f"{attribute} {category}" for attribute in known.entity.attributes))
        return any(self.words.excludes(said, name) for name in names)

    def certain(self, said: str) -> list[Known]:
        """Return the entities that are what the word says."""
        return [k for k in self.known if self.words.covers(said, k.entity.category)]

    def possible(self, said: str) -> list[Known]:
        """Return the entities that are or may be what the word says."""
        return [k for k in self.known if self.words.may_be(said, k.entity.category) and not self.excludes(said, k)]

    def meant(self, said: str) -> list[Known]:
        """Return the entities that are spoken of: those that may be it, else those of another kind."""
        return self.possible(said) or self.others(said)

    def others(self, said: str) -> list[Known]:
        """Return the entities of the same category that are of another kind: the duck, for a swan."""
        if not self.words.divisions(said):
            return []
        sort = self.words.sort(said)
        return [k for k in self.known if self.excludes(said, k) and self.words.sort(k.entity.category) == sort]

    def is_closed(self, said: str) -> bool:
        """Tell whether the evidence would name every thing of this word."""
        return (self.words.category(said) or self.words.base(said)) in self.closed

    def absent(self, said: str) -> bool:
        """Tell whether the evidence says that there is none: it names none, and would."""
        return self.absence(said) is not None

    def absence(self, said: str) -> Objection | None:
        """Return of which kind the objection is that there is none of a word; None where there may be one."""
        named, categories = self.words.naming(said)
        if named is None:
            return None if self.words.base(said) not in self.closed or self.possible(said) else "absent_word"
        if not categories <= self.closed or self.possible(said):
            return None
        alike = {*categories, *(other for one in categories for other in self.words.lookalikes(one))}
        there = (self.words.naming(k.entity.category)[1] for k in self.known)
        return None if any(alike & found for found in there) else named

    def denied(self, said: str) -> list[tuple[int, str]]:
        """Return (source, id) of the counts that say that there is none."""
        return [
            (i, count.id)
            for i, scene in enumerate(self.sources)
            for count in scene.counts
            if count.value == 0 and self.words.covers(count.category, said)
        ]

    def number(self, said: str) -> tuple[int, tuple[Known, ...]] | None:
        """Return how many there are, and which; None where the evidence does not tell.

        Only boxes of a closed category tell: five captions that name one dog each name one dog, or five.
        """
        if not self.is_closed(said):
            return None
        most: list[Known] = []
        for source in range(len(self.sources)):
            here = [k for k in self.possible(said) if k.source == source]
            boxed = [k for k in here if k.entity.box is not None]
            if here and len(boxed) == len(here) and len(boxed) > len(most):
                most = boxed
        if most:
            return None if len(most) >= CROWD else (len(most), tuple(most))
        return (0, ()) if self.absent(said) else None

    def told(self, said: str) -> dict[int, list[tuple[int, str]]]:
        """Return the numbers that the evidence states: value -> (source, id) of each count."""
        found: dict[int, list[tuple[int, str]]] = {}
        for i, scene in enumerate(self.sources):
            for count in scene.counts:
                if self.words.base(count.category) == self.words.base(said):
                    found.setdefault(count.value, []).append((i, count.id))
        return found

    def left(self, said: str, found: Collection[Known]) -> int | None:
        """Return how many there may be of a word beside `found`; None where nothing tells.

        By the boxes; a scene that names as many as there are boxes of the category tells which of them may be it. Where
        nothing counts them, the scene that names most of them gives the number, a plural none.
        """
        counted = self.number(said)
        if counted is not None:
            return self._left_of(said, counted[0], found)
        if self.is_closed(said) and any(k.entity.box is not None for k in self.possible(said)):
            return None  # a crowd
        named = {*self.possible(said), *found}
        if any(self.is_plural(k.entity) for k in named):
            return None
        return max(0, self._most_in_one(named) - self._most_in_one(found))

    def _left_of(self, said: str, there: int, found: Collection[Known]) -> int:
        sort, left = self.words.sort(said), max(0, there - self._most_in_one(found))
        for source in range(len(self.sources)):
            here = [k for k in self.known if k.source == source and self.words.sort(k.entity.category) == sort]
            if len(here) >= there and not any(self.is_plural(k.entity) for k in here):
                rest = [k for k in here if k not in found and not self.excludes(said, k)]
                left = min(left, len(rest))
        return left

    def _most_in_one(self, found: Collection[Known]) -> int:
        return max((sum(k.source == i for k in found) for i in range(len(self.sources))), default=0)

    def qualities(self, known: Known) -> tuple[str, ...]:
        """Return what the evidence says that a thing is like: its attributes, and what it does (sit on: sit)."""
        doing = (r.predicate for r in self.sources[known.source].relations if r.subject == known.entity.id)
        return (*known.entity.attributes, *(term(predicate).split("_", 1)[0] for predicate in doing))

    def is_plural(self, entity: Entity) -> bool:
        """Tell whether an entity stands for several: it has an attribute of quantity, or its word is a plural."""
        if self.words.is_plural(entity.category):
            return True
        least = (self.words.at_least(attribute) for attribute in entity.attributes)
        if any(number is not None and number > 1 for number in least):
            return True
        return any(attribute.isdigit() and int(attribute) > 1 for attribute in entity.attributes)
