"""What witnesses saw of a picture, and the picture -> what is seen of a word, and where, with a chance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nesy.geometry import Box, area, iou
from nesy.grounding.measured import Measured, chance, log_odds, measured, silent
from nesy.grounding.visibility import obstacle
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.observations import Keypoints, Observations, Person, Thing
from nesy.scene import Entity

SAME_PLACE = 0.5
"""IoU from which two boxes are of one thing (PASCAL VOC's threshold)."""
ONE_PERSON = 0.4
"""IoU from which a skeleton is of a person's box: a skeleton's box is drawn around joints, and is narrower. By hand."""
WORTHLESS = 0.4
"""Share of things of a kind and size below which not finding one weighs nothing."""
PRIOR = 0.5
"""The chance of a claim before anybody looked: nobody's word is worth anything yet."""


@dataclass(frozen=True)
class Seen:
    """One thing that was seen, however often."""

    name: str
    """How it is called in a judgement: `cup_1`."""
    category: str
    box: Box
    right: float
    """The chance that it is there and is such a thing."""
    joints: Keypoints | None = None
    """Of a person whose skeleton was seen."""


@dataclass(frozen=True)
class Glimpse:
    """What may be a thing, and is too faint to be called seen."""

    box: Box
    right: float
    """The chance that it is there and is such a thing, no more than `PRIOR`: a glimpse shows nothing."""


@dataclass
class _Merged:
    """A thing while it is put together of what several saw."""

    category: str
    box: Box
    right: float
    by: set[str]
    """Names of the witnesses who saw it."""


class Sightings:
    """What one or several witnesses saw of one picture."""

    def __init__(
        self,
        several: Sequence[Observations],
        words: Words,
        image: Image | None = None,
        numbers: Measured | None = None,
    ) -> None:
        """Take what was seen.

        Args:
            several: of one picture; what a witness tells twice counts once.
            words: of the ontology.
            image: its pixels, where they are at hand.
            numbers: what sightings are worth; the shipped ones if None.
        """
        self.several, self.words, self.image = tuple(several), words, image
        self.measured = measured() if numbers is None else numbers

    @cached_property
    def aspect(self) -> float:
        """Width of the picture over its height; 1 where nobody says."""
        for info in (seen.image for seen in self.several):
            if info is not None and info.width_px and info.height_px:
                return info.width_px / info.height_px
        return 1.0

    @cached_property
    def obstacle(self) -> str | None:
        """Why silence about this picture says nothing, as a sentence; None where it says something."""
        return obstacle(self.several, self.image)

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """Everything that was seen: what two witnesses name alike at one place is one thing."""
        merged: list[_Merged] = []
        for thing in sorted(self._things(), key=lambda thing: -thing.score):
            category = self.words.base(thing.category)
            right = self.measured.right(thing.score)
            at = next((one for one in merged if one.category == category and _same(one.box, thing.box)), None)
            if at is None:
                merged.append(_Merged(category, thing.box, right, {thing.witness}))
            elif thing.witness not in at.by:  # two who do not share their eyes
                at.right = 1 - (1 - at.right) * (1 - right)
                at.by.add(thing.witness)
        numbers, free = Counter[str](), list(self._people())
        found: list[Seen] = []
        skeletons: list[Person] = []
        for one in merged:
            numbers[one.category] += 1
            taken = _taken(free, one.box) if self.words.covers("person", one.category) else None
            skeletons += [] if taken is None else [taken]
            joints = None if taken is None else taken.keypoints
            found.append(Seen(f"{one.category}_{numbers[one.category]}", one.category, one.box, one.right, joints))
        for person in free:
            if any(_is_same_person(person, other) for other in skeletons):
                continue
            skeletons.append(person)
            numbers["person"] += 1
            right = self.measured.right(person.score)
            found.append(Seen(f"person_{numbers['person']}", "person", person.box, right, person.keypoints))
        return tuple(found)

    def of(self, word: str) -> list[Seen]:
        """Return what is what the word says: a cup, for a drinking vessel."""
        return [seen for seen in self.seen if self.words.covers(word, seen.category)]

    def possible(self, word: str) -> list[Seen]:
        """Return what is or may be what the word says: a person, for a woman; or is one of them, for a couple."""
        group = self.words.sort(word) == "group"
        return [
            seen
            for seen in self.seen
            if self.words.may_be(word, seen.category) or (group and self.words.ontology.is_a(seen.category, "agent"))
        ]

    def of_sort(self, word: str) -> list[Seen]:
        """Return what is of the same sort as a word names, and another thing: a horse, for a cow."""
        above = self.words.ontology.ancestors(word)[:1]
        return [seen for seen in self.seen if self.words.ontology.ancestors(seen.category)[:1] == above != ()]

    def at(self, box: Box, among: Iterable[Seen]) -> Seen | None:
        """Return the one of these that lies at a box; None where none does."""
        best = max(among, key=lambda seen: iou(seen.box, box), default=None)
        return best if best is not None and _same(best.box, box) else None

    def category(self, word: str) -> str | None:
        """Return the category that a witness would have named; None: nobody looked for it."""
        category = self.words.category(word)
        return category if category is not None and self._witnesses_of(category) else None

    def recall(self, word: str, box: Box | None = None) -> float:
        """Return the chance that such a thing would have been found, by somebody; 0 where nobody looked, or could."""
        category = self.category(word)
        if category is None or self.obstacle is not None:
            return 0.0
        missed = 1.0
        for fainter in self._witnesses_of(category):
            missed *= 1 - self.measured.found(category, box, glimpsed=fainter)
        return 1 - missed

    def glimpse(self, word: str, box: Box | None = None) -> float | None:
        """Return the score of the best glimpse of such a thing, at a box or anywhere; None where there is none.

        Where a thing of another kind is seen in that very place, the glimpse is most likely of it.
        """
        return max(
            (score for thing, score in self._glimpses(word) if box is None or _same(thing.box, box)), default=None
        )

    def glimpses(self, word: str, besides: Sequence[Seen] = ()) -> list[Glimpse]:
        """Return where there may be what the word says: the likeliest place, and those that are no less likely.

        Args:
            word: for a thing; where nobody looks for what it says (a ring cake), no glimpse is of it.
            besides: things that were seen; a glimpse of one of them is of no other.
        """
        if self.category(word) is None:
            return []
        found = [
            Glimpse(thing.box, self._glimpsed(score))
            for thing, score in self._glimpses(word)
            if not any(_same(thing.box, seen.box) for seen in besides)
        ]
        best = max((one.right for one in found), default=0.0)
        return [one for one in found if one.right == best]

    def _glimpsed(self, score: float) -> float:
        first, slope = self.measured.glimpse
        return min(PRIOR, chance(first + slope * log_odds(score)))

    def _glimpses(self, word: str) -> Iterator[tuple[Thing, float]]:
        for thing in (thing for seen in self.several for thing in seen.glimpses):
            if self.words.may_be(word, thing.category):
                other = self.at(thing.box, (s for s in self.seen if not self.words.may_be(word, s.category)))
                yield thing, thing.score * (1.0 if other is None else 1 - other.right)

    def unseen(self, word: str, box: Box | None = None) -> float | None:
        """Return the chance that a thing is there that nobody is sure to see; None where nobody looked for it.

        Of what is found less often than `WORTHLESS`, silence says nothing.
        """
        if self.category(word) is None:
            return None
        score = self.glimpse(word, box)
        if score is not None and self.obstacle is None:
            return self._glimpsed(score)
        recall = self.recall(word, box)
        return silent(recall, PRIOR) if recall >= WORTHLESS else PRIOR

    def one_more(self, word: str, there: Sequence[Seen]) -> float:
        """Return the chance that there is one more thing of a word beside those that are seen.

        It is as large as the largest of them: a smaller one is missed more often.
        """
        box = max((seen.box for seen in there), key=area, default=None)
        recall = self.recall(word, box)
        left = silent(recall, PRIOR) if recall >= WORTHLESS else PRIOR
        return max([left, *(glimpse.right for glimpse in self.glimpses(word, there))])

    def joints_at(self, box: Box) -> Keypoints | None:
        """Return the joints of the person at a box."""
        taken = _taken(list(self._people()), box)
        return None if taken is None else taken.keypoints

    def _witnesses_of(self, category: str) -> list[bool]:
        """Return, for every witness that looks for a category, whether it lists glimpses, too."""
        every = {witness.name: witness for seen in self.several for witness in seen.witnesses}
        return [
            witness.glimpses_from is not None
            for witness in every.values()
            if any(self.words.base(known) == category for known in witness.categories)
        ]

    def _things(self) -> Iterable[Thing]:
        return dict.fromkeys(thing for seen in self.several for thing in seen.things)

    def _people(self) -> Iterable[Person]:
        return dict.fromkeys(person for seen in self.several for person in seen.people)


def entity_of(seen: Seen) -> Entity:
    """Return a thing that was seen as an entity of a scene."""
    return Entity(id=seen.name, category=seen.category, box=seen.box)


def _same(one: Box, other: Box) -> bool:
    return iou(one, other) >= SAME_PLACE


def _is_same_person(one: Person, other: Person) -> bool:
    """Tell whether two skeletons are of one person: those that two witnesses drew at one place."""
    return one.witness != other.witness and iou(one.box, other.box) >= ONE_PERSON


def _taken(people: list[Person], box: Box) -> Person | None:
    """Take the skeleton of a person's box out of these; None where there is none."""
    best = max(people, key=lambda person: iou(person.box, box), default=None)
    if best is None or iou(best.box, box) < ONE_PERSON:
        return None
    people.remove(best)
    return best
