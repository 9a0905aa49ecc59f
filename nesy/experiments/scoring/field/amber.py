"""Objects that descriptions name, with AMBER's lists of each image -> its CHAIR, Cover, Hal and Cog.

CHAIR is the share of the objects named that are not there, Cover the share of the true objects that are named, Hal the
share of descriptions with an object that is not there, and Cog the share of the objects that people would make up for
this image that are named and not there. All are counted over all descriptions together. AMBER's script goes through
the nouns of a description that stand in its vocabulary, with repeats:

1. one of nine safe words counts as named, and neither way;
2. else a true object, or a word associated with one, is there;
3. else one of the likely objects, or a word associated with one, counts for Cog;
4. else, or after that, a noun that is near a true object after all is there; any other is made up.

A noun counts for one listed object alone, the first that it goes with: words that are associated with objects come
before the objects, in the order of the list. *Near* compares word vectors in the script (spaCy's en_core_web_lg, cosine
above 0.8), with likely objects and with true ones; here `same` says which words mean the same. The paper divides Cog by
the objects named instead, and its AMBER score is the mean of 1 - CHAIR and the F1 of the questions.

Source: Wang et al., AMBER: An LLM-free Multi-dimensional Benchmark for MLLMs Hallucination Evaluation, 2023;
`inference.py`, `data/relation.json` and `data/safe_words.txt` of junyangwang0410/AMBER.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

Same = Callable[[str, str], bool]


@dataclass(frozen=True)
class AmberWords:
    """The words beside the lists of the images."""

    associated: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Object -> words that may stand for it."""
    safe: Collection[str] = ()
    """Words that are never made up."""

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that counts as an object."""
        return frozenset(self.associated).union(*self.associated.values())


@cache
def amber_words() -> AmberWords:
    """Return AMBER's own words."""
    read = json.loads((files(__package__) / "amber_words.json").read_text(encoding="utf-8"))
    return AmberWords({name: tuple(words) for name, words in read["associated"].items()}, frozenset(read["safe"]))


@dataclass(frozen=True)
class Described:
    """What one description names, and AMBER's lists for its image."""

    named: tuple[str, ...]
    """Objects of AMBER's vocabulary, with repeats."""
    there: tuple[str, ...]
    likely: tuple[str, ...] = ()
    """What people would make up for this image."""


@dataclass(frozen=True)
class Amber:
    """Shares in [0, 1]; None where there is nothing to take them of."""

    descriptions: int
    named: int
    chair: float | None
    cover: float | None
    hal: float | None
    cog: float | None


def amber_scores(descriptions: Iterable[Described], same: Same = str.__eq__, words: AmberWords | None = None) -> Amber:
    """Score descriptions.

    >>> found = amber_scores([Described(("beach", "dog", "sun"), ("beach", "sea"), ("dog", "cat"))])
    >>> round(found.chair or 0, 3), found.cover, found.hal, found.cog
    (0.667, 0.5, 1.0, 0.5)

    Args:
        descriptions: each with the lists of its image.
        same: whether a named word means a listed one, where its letters and associations do not say so.
        words: associations and safe words; None: there are none.
    """
    known = words or AmberWords()
    number = named = wrong = covered = there = made_up = likely = bad = 0
    for one in descriptions:
        true, listed = _owners(one.there, known), _owners(one.likely, known)
        found, cog, absent = set[int](), set[int](), 0
        for word in one.named:
            if word in known.safe:
                continue
            at = _first(word, true, str.__eq__)
            if at is None:
                like = _first(word, listed, str.__eq__)
                like = _first(word, listed, same) if like is None else like
                cog.update(() if like is None else (like,))
                at = _first(word, true, same)
            found.update(() if at is None else (at,))
            absent += at is None
        number, bad = number + 1, bad + bool(absent)
        named, wrong = named + len(one.named), wrong + absent
        there, covered = there + len(one.there), covered + len(found)
        likely, made_up = likely + len(one.likely), made_up + len(cog)
    return Amber(
        descriptions=number,
        named=named,
        chair=wrong / named if named else None,
        cover=covered / there if there else None,
        hal=bad / number if number else None,
        cog=made_up / likely if likely else None,
    )


def _owners(objects: Sequence[str], words: AmberWords) -> list[tuple[str, int]]:
    """Return the words that stand for listed objects, each with the place of its object: associated ones first."""
    associated = [(word, at) for at, name in enumerate(objects) for word in words.associated.get(name, ())]
    return [*associated, *((name, at) for at, name in enumerate(objects))]


def _first(word: str, owners: Iterable[tuple[str, int]], same: Same) -> int | None:
    return next((at for listed, at in owners if same(word, listed)), None)
