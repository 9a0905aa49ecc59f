"""An entity or a count, and what witnesses saw -> whether there is such a thing, and as many as said, with a chance.

That nothing is found contradicts nothing by itself: it weighs by the share of such things that are found, and where
that share is low it weighs nothing. What contradicts is another kind of thing in that very box, a number that is
certain enough, or a thing of a kind that is hardly ever missed, of which there is not even a glimpse.
"""

from collections.abc import Collection
from math import prod

from nesy.geometry import iou
from nesy.grounding.opinion import Opinion, article, listed
from nesy.grounding.sightings import PRIOR, Seen, Sightings
from nesy.scene import Count, Entity
from nesy.verdict import Status

SUPPORTED, CONTRADICTED = 0.7, 0.12
"""Chance from which a claim counts as supported, and below which as contradicted where something speaks against it."""
PLAIN, RIVALLED = 0.93, 0.85
"""Share of the things of a kind that must be found for its absence to contradict: alone, and where a thing of the same
sort is seen: a horse, where a cow is said to be."""
VERY_BOX = 0.7
"""IoU from which a thing of another kind is in that very box; below, one may be in front of the other."""
ALIKE = 0.3
"""The chance that a thing is what is said where what may be called so is seen: a truck, where a car is. By hand."""
OF_SOME = 0.8
"""The chance that a number is right where there are more: it may be of some of them. By hand."""
CROWD = 8
"""From so many things of a kind on, their number is not judged: detectors and people lose count."""


def judge_entity(entity: Entity, sight: Sightings, others: Collection[str] = ()) -> Opinion:
    """Tell whether there is such a thing: at its box, or anywhere.

    Args:
        entity: what is said to be there.
        sight: what was seen.
        others: the names of what was seen that stand for other things of the scene.
    """
    word, box = entity.category, entity.box
    sure, maybe = sight.of(word), sight.possible(word)
    if box is not None:
        sure, maybe = (_one(sight.at(box, found)) for found in (sure, maybe))
    there = sure or maybe
    free = [seen for seen in there if seen.name not in others]
    if there and not free:
        return _one_more(word, there, sight)
    best = max(free, key=lambda seen: seen.right, default=None)
    if best is not None and sure:
        return _seen(free, sight, plural=box is None and sight.words.is_plural(word))
    if best is not None:
        what = article(best.category)
        why = f"The witness sees {what}, and cannot tell whether {_it_is(word, sight)}."
        return Opinion("unknown", why, (best.name,), chance=PRIOR + (best.right - PRIOR) / 2)
    if sight.category(word) is None:
        return Opinion("unknown", f"No witness looks for {_some(word, sight)}.")
    return _elsewise(entity, sight) if box is not None else _nowhere(word, sight)


def _seen(sure: list[Seen], sight: Sightings, *, plural: bool) -> Opinion:
    """What the word says is seen; a plural is of two at least."""
    chance = max(seen.right for seen in sure)
    if plural:
        chance = _numbers(sure, 1, sight)[1]
    names = tuple(sorted(seen.name for seen in sure))
    status: Status = "supported" if chance >= SUPPORTED else "unknown"
    doubt = "" if status == "supported" else ", and is not sure"
    return Opinion(status, f"The witness sees {listed(names)}{doubt}.", names, chance=chance)


def _one_more(word: str, there: list[Seen], sight: Sightings) -> Opinion:
    """All that is seen of the kind stands for other things of the scene: is there one more, unseen?"""
    names = tuple(sorted(seen.name for seen in there))
    why = f"The witness sees {listed(names)}, and no more of the kind."
    return Opinion("unknown", why, names, chance=sight.one_more(word, there))


def _elsewise(entity: Entity, sight: Sightings) -> Opinion:
    """Nothing of the kind is seen at the box: is another kind?"""
    word, box = entity.category, entity.box
    assert box is not None
    left = sight.unseen(word, box)
    glimpse = sight.glimpse(word, box)
    alike = sight.words.lookalikes(sight.category(word) or word)
    here = [seen for seen in sight.seen if iou(seen.box, box) >= VERY_BOX]
    if any(seen.category in alike for seen in here):
        names = tuple(sorted(seen.name for seen in here if seen.category in alike))
        return Opinion("unknown", f"It may be what is called {listed(names)}.", names, chance=max(ALIKE, left or 0.0))
    other = max(here, key=lambda seen: seen.right, default=None)
    if other is not None and left is not None:
        doubt = "" if glimpse is None else f", and has a glimpse of {_some(word, sight)}"
        why = f"At that box the witness sees {article(other.category)}{doubt}."
        chance = left * (1 - other.right) / max(left * (1 - other.right) + (1 - left) * other.right, 1e-9)
        against = glimpse is None and other.right >= SUPPORTED and chance < CONTRADICTED
        return Opinion("contradicted" if against else "unknown", why, (other.name,), chance=chance)
    if sight.obstacle is not None:
        return Opinion("unknown", sight.obstacle, chance=PRIOR)
    if glimpse is not None:
        return Opinion("unknown", f"The witness has a glimpse of {_some(word, sight)} there, no more.", chance=left)
    found = sight.recall(word, box)
    return Opinion("unknown", f"Nothing is seen there; {_percent(found)} of things of that size are.", chance=left)


def _nowhere(word: str, sight: Sightings) -> Opinion:
    """Nothing of the kind is seen anywhere."""
    if sight.obstacle is not None:
        return Opinion("unknown", sight.obstacle, chance=PRIOR)
    left, found = sight.unseen(word), sight.recall(word)
    why = f"No {_plain(word)} is seen; {_percent(found)} of such things are."
    alike = sight.words.lookalikes(sight.category(word) or word)
    mistaken = tuple(seen.name for seen in sight.seen if seen.category in alike)
    if mistaken:
        told = f"{why} It may be what is called {listed(mistaken)}."
        return Opinion("unknown", told, mistaken, chance=max(ALIKE, left or 0.0))
    if sight.glimpse(word) is not None:
        return Opinion("unknown", f"The witness has a glimpse of {_some(word, sight)}, no more.", chance=left)
    rivals = [seen for seen in sight.of_sort(word) if seen.right >= SUPPORTED]
    least = RIVALLED if rivals else PLAIN
    against = found >= least and left is not None and left < CONTRADICTED
    names = tuple(seen.name for seen in rivals)
    return Opinion("contradicted" if against else "unknown", why, names, chance=left)


# --- counts ---


def judge_count(count: Count, sight: Sightings, *, of_all: bool = False) -> Opinion:
    """Tell whether there are as many as said.

    Args:
        count: what is said.
        sight: what was seen.
        of_all: whether it is said of all there are, as a description counts; a text may speak of some of them only.
    """
    word, said = count.category, count.value
    if said == 0:
        return _none_of(word, sight)
    sure, maybe = sight.of(word), sight.possible(word)
    if sight.category(word) is None and not sure:
        return Opinion("unknown", f"No witness looks for {_some(word, sight)}.")
    if sight.obstacle is not None:
        return Opinion("unknown", sight.obstacle, chance=PRIOR)
    found = sure or maybe
    names = tuple(sorted(seen.name for seen in found))
    number = len(found)
    if max(number, said) >= CROWD:
        return Opinion("unknown", "There are too many to be counted.", names)
    exactly, more = _numbers(found, said, sight)
    more *= 0.0 if of_all else 1.0
    chance = exactly + more * OF_SOME
    told = f"The witness sees {listed(names)}." if names else f"No {_plain(word)} is seen."
    if not sure and maybe and number >= said:  # three sheep; how many of them are lambs?
        return Opinion("unknown", told, names, chance=PRIOR + (exactly + more - PRIOR) / 2)
    if number == said and exactly >= SUPPORTED - 0.1:
        return Opinion("supported", told, names, chance=chance)
    whole = sight.category(word) is not None  # of signs only some kinds are looked for
    if number < said and not whole:
        return Opinion("unknown", f"{told} Not every {_plain(word)} is looked for.", names)
    alike = sight.words.lookalikes(sight.category(word) or word)
    most = number + sum(seen.category in alike for seen in sight.seen)  # one of the trucks may be called a car
    against = number > 0 and (most < said or (of_all and number > said)) and exactly + more < CONTRADICTED
    return Opinion("contradicted" if against else "unknown", told, names, chance=chance)


def _numbers(found: list[Seen], said: int, sight: Sightings) -> tuple[float, float]:
    """Return the chances that there are exactly so many, and that there are more.

    What was seen is right by its own chance; of what was missed there is one more with the chance that one is missed,
    two with its square, and so on (a geometric distribution).
    """
    right = [1.0]
    for seen in found:
        right = [
            (right[k] if k < len(right) else 0.0) * (1 - seen.right) + (right[k - 1] if k else 0.0) * seen.right
            for k in range(len(right) + 1)
        ]
    box = found[0].box if found else None
    category = found[0].category if found else None
    missed = PRIOR * (1 - (sight.recall(category, box) if category else 0.0))
    exactly = sum(part * (1 - missed) * missed ** (said - k) for k, part in enumerate(right) if k <= said)
    fewer = sum(part * (1 - missed ** (said - k)) for k, part in enumerate(right) if k < said)
    return exactly, max(0.0, 1 - exactly - fewer)


def _none_of(word: str, sight: Sightings) -> Opinion:
    sure = sight.of(word)
    if sure:
        there = 1 - prod(1 - seen.right for seen in sure)
        names = tuple(sorted(seen.name for seen in sure))
        status: Status = "contradicted" if 1 - there < 1 - SUPPORTED else "unknown"
        return Opinion(status, f"The witness sees {listed(names)}.", names, chance=1 - there)
    if sight.category(word) is None:
        return Opinion("unknown", f"No witness looks for {_some(word, sight)}.")
    maybe = max(sight.possible(word), key=lambda seen: seen.right, default=None)
    if maybe is not None:
        why = f"The witness sees {article(maybe.category)}, and cannot tell whether {_it_is(word, sight)}."
        return Opinion("unknown", why, (maybe.name,), chance=1 - PRIOR - (maybe.right - PRIOR) / 2)
    alone = _nowhere(word, sight)
    chance = None if alone.chance is None else 1 - alone.chance
    return Opinion("supported" if alone.status == "contradicted" else "unknown", alone.reason, chance=chance)


def _one(seen: Seen | None) -> list[Seen]:
    return [] if seen is None else [seen]


def _some(word: str, sight: Sightings) -> str:
    """Return a word with `a` or `an` before it, if it is no plural."""
    return _plain(word) if sight.words.is_plural(word) else article(word)


def _it_is(word: str, sight: Sightings) -> str:
    return f"{'these are' if sight.words.is_plural(word) else 'it is'} {_some(word, sight)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _plain(word: str) -> str:
    return word.replace("_", " ")
