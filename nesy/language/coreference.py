"""Descriptions of mentions in the order of a text in, the things that they mean out: who is the man, he, the other.

A definite phrase means the latest thing of that noun that fits; else one of a wider word ("the animal"); a pronoun the
latest fitting subject, else the latest that fits, persons before animals. "Two men" are two things; "men" are one, a
group. What is introduced anew ("a dog", "another") is a new thing.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from nesy.language.descriptions import Description, Kind
from nesy.language.things import Named, Thing
from nesy.ontology import Ontology

MOST_MEMBERS = 20
"""Larger numbers are one group with the number as its quality."""
_SENTENCES_BACK = 3
"""A pronoun means nothing that was last mentioned more sentences ago."""
_PROMINENT = (0.0, 2.0, 8.0)
"""What the prominence of a mention is worth to a pronoun that may mean it; a sentence in between costs 6."""
_REMEMBERED = 300
"""A phrase means nothing that was last mentioned so many mentions ago; this keeps the time linear."""


class Identity:
    """Tells which things the mentions of one text mean."""

    def __init__(self, ontology: Ontology) -> None:
        self.things: list[Thing] = []
        self.ontology = ontology
        self._named: deque[Named] = deque(maxlen=_REMEMBERED)
        self._wider_known: dict[tuple[str, str], bool] = {}
        self._in_prose: set[int] = set()  # and in no list yet
        self._in_lists: set[int] = set()

    def meant(
        self,
        told: Description,
        sentence: int,
        owner: tuple[int, ...],
        listed: bool = False,
        related: bool = False,
    ) -> tuple[int, ...]:
        """Return the things that a mention means, () for an "it" or "they" that nothing fits; new ones are added.

        Args:
            told: how it refers.
            sentence: which sentence it stands in.
            owner: the things that have it, where the text says so: "the man's hat".
            listed: whether it stands in a list.
            related: whether it stands there without an article, in an item that says what things do to each other.
        """
        match told.kind:
            case Kind.PRONOUN:
                found = self._pronoun(told, sentence)
            case Kind.ONE:
                found = self._one(told)
            case Kind.DEFINITE:
                found = self._unnamed(told, sentence) or self._definite(told, owner)
            case Kind.NEW if later := self._unnamed(told, sentence):
                found = later
            case Kind.NEW:
                again = self._listed_before(told) if related else ()
                found = again or (self._listed(told) if listed else ()) or self._new(told)
        self._in_lists.update(found if listed else ())
        (self._in_prose.difference_update if listed else self._in_prose.update)(found)
        for one in found:
            thing = self.things[one]
            if told.kind in (Kind.DEFINITE, Kind.NEW):
                thing.qualities |= told.qualities
                thing.side = thing.side or told.side
                thing.name = thing.name or told.name
            elif told.gender in ("masc", "fem") and not thing.group:
                thing.gender = thing.gender or told.gender  # "a skater ... she": no other is meant by "he"
            thing.owners.update(owner)
            thing.named_apart = thing.named_apart or len(found) == 1 or told.kind is Kind.ONE
        if found:
            self._named.append(Named(found, told, sentence))
        return found

    def _recent(self) -> Iterator[tuple[int, Thing]]:
        first = max(0, len(self.things) - _REMEMBERED)
        return enumerate(self.things[first:], start=first)

    # --- new things ---

    def _introduce(self, told: Description) -> tuple[int, ...]:
        many = told.number if told.number is not None and 0 < told.number <= MOST_MEMBERS else None
        first = len(self.things)
        for _ in range(many or 1):
            self.things.append(Thing(told.category, told.noun, many is None, told.gender, told.person, told.age))
        return tuple(range(first, len(self.things)))

    def _new(self, told: Description) -> tuple[int, ...]:
        if told.next:
            return self._unnamed_member(told) or self._introduce(told)
        if told.ordinal is not None:
            member = self._nth(told)
            if member:
                return member
        if told.counted and told.number == 1:  # "one man ... the other"
            return self._unnamed_member(told) or self._introduce(told)
        if told.number is None and not told.counted:  # groups without number are one as long as the word is the same
            for named in reversed(self._named):
                if self._same_group(named, told):
                    return named.things
        if told.counted and (told.number or 0) > 1:
            for named in reversed(self._named):
                if named.description.counted and len(named.things) == told.number and self._kin(named.things, told):
                    return named.things
        if told.number == 1:
            return self._refined(told) or self._introduce(told)
        return self._introduce(told)

    def _listed(self, told: Description) -> tuple[int, ...]:
        """Return what prose has named and a list names again: "A cat is sleeping. Objects: cat, rug."."""
        if told.next:
            return ()
        fitting = [i for i, thing in self._recent() if i in self._in_prose and self._fits(thing, told, ())]
        same = [i for i in fitting if self.things[i].noun == told.noun]
        kin = same or [i for i in fitting if self._wider(told.noun, self.things[i].noun)]
        if told.number is None:
            return tuple(kin)
        kin = [i for i in kin if not self.things[i].group]
        return tuple(kin[: told.number]) if told.number == 1 or len(kin) == told.number else ()

    def _listed_before(self, told: Description) -> tuple[int, ...]:
        """Return the item of a list that a later item names again: the man of "man, horse, man riding horse"."""
        return next(
            (
                (i,)
                for i, thing in self._recent()
                if i in self._in_lists and thing.noun == told.noun and self._fits(thing, told, ())
            ),
            (),
        )

    def _same_group(self, named: Named, told: Description) -> bool:
        thing = self.things[named.things[0]]
        return thing.group and thing.noun == told.noun and self._fits(thing, told, ())

    def _refined(self, told: Description) -> tuple[int, ...]:
        """Return a member of a counted set of a wider word: "two people ... a man"."""
        for named in reversed(self._named):
            if len(named.things) < 2:
                continue
            for one in named.things:
                thing = self.things[one]
                if thing.named_apart or thing.noun == told.noun or not self._narrows(told, thing):
                    continue
                if self._fits(thing, told, ()):
                    thing.category, thing.noun, thing.gender = told.category, told.noun, told.gender
                    return (one,)
        return ()

    def _narrows(self, told: Description, thing: Thing) -> bool:
        """Tell whether a word says more of a thing: the man of "two people", the boy of "two kids"."""
        of_age = thing.age == told.age == "young" and bool(told.gender) and not thing.gender
        return of_age or self._under(told.noun, thing.noun)

    # --- members of sets ---

    def _unnamed_member(self, told: Description) -> tuple[int, ...]:
        """Return the next member of the latest fitting set that no phrase has meant alone."""
        for named in reversed(self._named):
            if len(named.things) < 2:
                continue
            if told.kind is not Kind.ONE and not self._kin(named.things, told):
                continue
            left = [one for one in named.things if not self.things[one].named_apart]
            if not left or (len(left) == len(named.things) and told.next and told.kind is Kind.NEW):
                continue
            if told.number is None:
                return tuple(left)
            if told.kind is Kind.ONE and told.number > 1:  # "two are red and the third is blue"
                return tuple(left[: told.number]) if told.number <= len(left) else ()
            self._sharpen(left[0], told)
            return (left[0],)
        return ()

    def _sharpen(self, one: int, told: Description) -> None:
        thing = self.things[one]
        if told.kind is not Kind.ONE and thing.noun != told.noun and self._under(told.noun, thing.noun):
            thing.category, thing.noun, thing.gender = told.category, told.noun, told.gender

    def _nth(self, told: Description) -> tuple[int, ...]:
        for named in reversed(self._named):
            if len(named.things) > max(1, told.ordinal or 0) and (
                told.kind is Kind.ONE or self._kin(named.things, told)
            ):
                return (named.things[told.ordinal or 0],)
        return ()

    def _one(self, told: Description) -> tuple[int, ...]:
        found = () if told.ordinal is None else self._nth(told)
        found = found or self._unnamed_member(told)
        if found or not self._named or not told.next or told.number is None:
            return found
        like = next(
            (named.description for named in reversed(self._named) if named.description.kind is not Kind.PRONOUN), None
        )
        if like is None or like.number is None:
            return ()
        self.things.append(Thing(_one_of(like), like.noun, False, like.gender, like.person, like.age))
        return (len(self.things) - 1,)

    # --- definite phrases ---

    def _definite(self, told: Description, owner: tuple[int, ...]) -> tuple[int, ...]:
        if told.next:
            return self._unnamed_member(told) or self._introduce(told)
        if told.ordinal is not None:
            member = self._nth(told)
            if member:
                return member
        if told.number is None or told.number > 1:
            return self._several(told, owner) or self._introduce(told)
        return (
            self._single(told, owner, lambda thing: thing.noun == told.noun)
            or self._refined(told)
            or self._single(told, owner, lambda thing: self._wider(told.noun, thing.noun))
            or self._role(told, owner)
            or self._introduce(told)
        )

    def _single(self, told: Description, owner: tuple[int, ...], fits: Callable[[Thing], bool]) -> tuple[int, ...]:
        for alone in (True, False):  # what was last meant alone, before a member of some set
            for named in reversed(self._named):
                if (len(named.things) == 1) is not alone or named.description.kind is Kind.PRONOUN:
                    continue
                for one in named.things:
                    thing = self.things[one]
                    free = alone or not thing.named_apart
                    if free and one not in owner and not thing.group and fits(thing) and self._fits(thing, told, owner):
                        return (one,)
        return ()

    def _role(self, told: Description, owner: tuple[int, ...]) -> tuple[int, ...]:
        """Return the only person there is: "the surfer" after "a man", and no "her daughter" after "a woman"."""
        if not told.person:
            return ()
        persons = [i for i, thing in self._recent() if thing.person]
        if len(persons) != 1 or persons[0] in owner:
            return ()
        thing = self.things[persons[0]]
        if thing.group or not self._fits(thing, told, ()) or (thing.age and told.age and thing.age != told.age):
            return ()
        return (persons[0],)

    def _several(self, told: Description, owner: tuple[int, ...]) -> tuple[int, ...]:
        for same in (True, False):
            for named in reversed(self._named):
                things = [self.things[one] for one in named.things]
                if len(things) == 1 and not things[0].group:
                    continue
                if same and not all(thing.noun == told.noun for thing in things):
                    continue
                if not same and not (self._kin(named.things, told) and told.noun != things[0].noun):
                    continue
                if all(self._fits(thing, told, owner) for thing in things):
                    return named.things
        if told.counted:
            kin = [
                i for i, thing in self._recent()
                if not thing.group and (thing.noun == told.noun or self._wider(told.noun, thing.noun))
                and self._fits(thing, told, owner)
            ]  # fmt: skip
            if len(kin) == told.number:
                return tuple(kin)
        elif told.number is None:
            kin = [i for i, thing in self._recent() if not thing.group and thing.noun == told.noun]
            if len(kin) > 1:
                return tuple(kin)
        return ()

    # --- pronouns ---

    def _unnamed(self, told: Description, sentence: int) -> tuple[int, ...]:
        """Return whom a pronoun meant before his name: the woman of "With her right hand, the woman waves."."""
        if not told.person or told.number != 1:
            return ()
        for i, thing in self._recent():
            if thing.unnamed_in == sentence and told.prominence == 2 and {thing.gender, told.gender} != {"masc", "fem"}:
                thing.category, thing.noun, thing.age, thing.unnamed_in = told.category, told.noun, told.age, None
                thing.gender = thing.gender or told.gender
                return (i,)
        return ()

    def _pronoun(self, told: Description, sentence: int) -> tuple[int, ...]:
        best: tuple[int, ...] = ()
        best_score = -math.inf
        barred = {  # by whatever words they were named before
            one
            for named in self._named
            if named.sentence == sentence and named.description.head in told.barred
            for one in named.things
        }
        for place, named in enumerate(reversed(self._named)):
            back = sentence - named.sentence
            if back > _SENTENCES_BACK:
                break
            if barred.intersection(named.things):
                continue
            score = self._answers(named, told.gender) + _PROMINENT[named.description.prominence] - 6.0 * back
            score -= 0.5 * place
            if score > best_score:
                best, best_score = named.things, score
        if not best and told.gender == "plur":
            return self._joined(sentence)
        if not best and told.person:  # "He holds a cup." of whom nothing was said before
            later = None if told.noun in ("he", "she") else sentence  # a subject is not named after its clause
            self.things.append(Thing("person", "person", False, told.gender, True, "", unnamed_in=later))
            return (len(self.things) - 1,)
        return best

    def _joined(self, sentence: int) -> tuple[int, ...]:
        """Return the persons, or else the animals, of the latest sentence with two: "a man and a woman ... they"."""
        found: dict[int, None] = {}
        for named in reversed(self._named):
            if sentence - named.sentence > 2 or (len(found) > 1 and named.sentence < sentence):
                break
            for one in named.things:
                if self.things[one].person or self.ontology.is_a(self.things[one].noun, "animal"):
                    found[one] = None
        if len(found) > 1:
            return tuple(sorted(found))
        return tuple(one for one in found if not self.things[one].gender)  # "a person ... their bike"

    def _answers(self, named: Named, gender: str) -> float:
        """Return how well what was named answers to a pronoun; minus infinity: not at all.

        *He* and *she* are persons before they are animals, wherever in the sentences at hand the persons stand.
        """
        thing = self.things[named.things[0]]
        several = len(named.things) > 1 or thing.group
        if gender == "plur":
            return -math.inf if not several else 4.0 if named.description.person else 0.0
        if several:
            return -math.inf
        if gender == "neut":
            return -math.inf if thing.person else -8.0 if thing.name else 0.0
        if {thing.gender, gender} == {"masc", "fem"}:
            return -math.inf
        if thing.person:
            return 20.0 if thing.gender else 18.0
        if thing.name:
            return 18.0
        return 0.0 if self.ontology.is_a(thing.noun, "animal") else -math.inf

    # --- what fits ---

    def _fits(self, thing: Thing, told: Description, owner: tuple[int, ...]) -> bool:
        if thing.side and told.side and thing.side != told.side:
            return False
        if owner and thing.owners and not thing.owners & set(owner):
            return False
        if {thing.gender, told.gender} == {"masc", "fem"}:
            return False
        return not self._contradict(thing.qualities, told.qualities)

    def _contradict(self, have: set[str], more: frozenset[str]) -> bool:
        """Tell whether qualities of one dimension differ: a red car is not the blue one."""
        if not have or not more:
            return False
        for values in self._dimensions.values():
            one, other = values & have, values & more
            if one and other and not one & other:
                return True
        return False

    @property
    def _dimensions(self) -> Mapping[str, frozenset[str]]:
        return self.ontology.dimensions

    def _wider(self, wide: str, narrow: str) -> bool:
        found = self._wider_known.get((wide, narrow))
        if found is None:  # asked of every pair of mentions that stand near each other
            found = self._wider_known[wide, narrow] = wide != narrow and self.ontology.is_a(narrow, wide)
        return found

    def _under(self, narrow: str, wide: str) -> bool:
        return self._wider(wide, narrow)

    def _kin(self, things: Sequence[int], told: Description) -> bool:
        noun = self.things[things[0]].noun
        return noun == told.noun or self._wider(told.noun, noun) or self._wider(noun, told.noun)


def _one_of(like: Description) -> str:
    return " ".join([*like.category.split()[:-1], like.noun])
