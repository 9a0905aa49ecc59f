"""An entity or a count, and the evidence -> whether there is such a thing, and as many as said."""

from nesy.geometry import iou
from nesy.grounding.evidence import Evidence, Known
from nesy.grounding.opinion import Opinion, article, contradicted, listed, supported, unknown
from nesy.scene import Count, Entity

SAME_PLACE, ELSEWHERE = 0.5, 0.1
"""IoU from which two boxes are of one thing, and below which of two (PASCAL VOC's threshold; 0.1 by hand)."""


def judge_entity(entity: Entity, evidence: Evidence) -> Opinion:
    """Tell whether there is such a thing."""
    word = entity.category
    absence = evidence.absence(word)
    if absence is not None:
        return contradicted(
            absence, f"The evidence names every {_plain(evidence.words.base(word))} there is, and names none."
        )
    denied = evidence.denied(word)
    certain = evidence.certain(word)
    if denied and not certain:
        names = (evidence.name(i, claim) for i, claim in denied)
        return contradicted("denied", f"The evidence says that there is no {_plain(word)}.", names)
    others = evidence.others(word)
    if not certain and others and (evidence.left(word, others) == 0 or _of_one_mind(word, others, evidence)):
        kinds = listed(dict.fromkeys(_plain(k.entity.category) for k in others))
        return contradicted("other_kind", f"The evidence names another kind instead: {kinds}.", evidence.names(others))
    if entity.box is not None and evidence.is_closed(word):
        placed = _by_place(entity, [k for k in evidence.possible(word) if k.entity.box is not None], evidence)
        if placed is not None:
            return placed
    number = evidence.number(word)
    if number is not None and number[0] == 1 and evidence.words.is_plural(word):
        return contradicted("plural", "The evidence has one only.", evidence.names(number[1]))
    if certain:
        return supported(f"The evidence names {listed(evidence.names(certain))}.", evidence.names(certain))
    possible = evidence.possible(word)
    if possible:
        what = article(possible[0].entity.category)
        reason = f"The evidence names {what}, and does not say whether it is {article(word)}."
        return unknown(reason, evidence.names(possible))
    return unknown(f"The evidence does not tell of any {_plain(word)}.")


def _of_one_mind(word: str, others: list[Known], evidence: Evidence) -> bool:
    """Tell whether several witnesses name another kind and none names one that may be meant."""
    return not evidence.possible(word) and len({k.source for k in others}) > 1


def _by_place(entity: Entity, boxed: list[Known], evidence: Evidence) -> Opinion | None:
    """Hold the box of an entity against those of the evidence; None where they do not decide."""
    overlaps = [(iou(entity.box, k.entity.box), k) for k in boxed if entity.box and k.entity.box]
    if not overlaps or evidence.number(entity.category) is None:
        return None
    best, nearest = max(overlaps, key=lambda found: found[0])
    if best < ELSEWHERE:
        instead = _instead(entity, evidence)
        if instead is not None:
            what = article(instead.entity.category)
            return contradicted("other_category", f"The evidence has {what} at that place.", evidence.names([instead]))
        names = evidence.names(boxed)
        reason = f"The evidence has {_plain(entity.category)} elsewhere only: {listed(names)}."
        return contradicted("elsewhere", reason, names)
    name = evidence.names([nearest])
    if best < SAME_PLACE:
        return unknown(f"Its box overlaps that of {name[0]} in part only.", name)
    if not evidence.words.covers(entity.category, nearest.entity.category):
        return None
    return supported(f"The evidence has {name[0]} at the same place.", name)


def _instead(entity: Entity, evidence: Evidence) -> Known | None:
    """Return what the evidence has at the place of a thing, and what cannot be called so; the nearest of several."""
    words, alike = evidence.words, evidence.words.lookalikes(evidence.words.sort(entity.category))
    overlaps = [
        (iou(entity.box, k.entity.box), k)
        for k in evidence.known
        if entity.box
        and k.entity.box
        and not words.may_be(entity.category, k.entity.category)
        and words.sort(k.entity.category) not in alike
    ]
    best, nearest = max(overlaps, key=lambda found: found[0], default=(0.0, None))
    return nearest if best >= SAME_PLACE else None


def judge_count(count: Count, evidence: Evidence) -> Opinion:
    """Tell whether there are as many as said."""
    word, said = count.category, count.value
    number, told = evidence.number(word), evidence.told(word)
    if said == 0:
        return _none_of(word, evidence)
    if said in told:
        return supported(f"The evidence counts {said} as well.", (evidence.name(*place) for place in told[said]))
    if number is None:
        return _by_counts(word, said, evidence)
    there, which = number
    names = evidence.names(which)
    if there == said:
        return supported(f"The evidence has {there}.", names)
    if there < said:
        return contradicted("count", f"The evidence has {there or 'none'}, fewer than {said}.", names)
    if told and all(other > said for other in told):
        counted = [evidence.name(*place) for places in told.values() for place in places]
        return contradicted("count_fewer", f"The evidence has {there}, and counts {max(told)}.", [*names, *counted])
    return contradicted("count_some", f"The evidence has {there}; the text may speak of some of them.", names)


def _none_of(word: str, evidence: Evidence) -> Opinion:
    certain, denied = evidence.certain(word), evidence.denied(word)
    if certain:
        names = evidence.names(certain)
        return contradicted("present", f"The evidence names {listed(names)}.", names)
    if denied:
        return supported("The evidence says so as well.", (evidence.name(i, claim) for i, claim in denied))
    if evidence.absent(word):
        return supported(f"The evidence names every {_plain(evidence.words.base(word))} there is, and names none.")
    return unknown(f"The evidence would not name every {_plain(word)}.")


def _by_counts(word: str, said: int, evidence: Evidence) -> Opinion:
    """Hold a number against stated ones: all of them must be of one mind."""
    told = evidence.told(word)
    if len(told) == 1:
        other, places = next(iter(told.items()))
        names = [evidence.name(*place) for place in places]
        if other < said:
            return contradicted("stated_count", f"The evidence counts {other}.", names)
        several = len({source for source, _ in places}) > 1
        reason = f"The evidence counts {other}; the text may speak of some of them."
        return contradicted("stated_count_some", reason, names) if several else unknown(reason, names)
    return unknown(f"The evidence does not say how many {_plain(word)} there are.")


def _plain(word: str) -> str:
    return word.replace("_", " ")
