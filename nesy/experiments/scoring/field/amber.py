"""Objects that descriptions name, with AMBER's lists of each image -> its CHAIR, Cover, Hal and Cog.

An object that is named is there, if it means one of the image's true objects. CHAIR is the share of the objects named
that are not there, Cover the share of the true objects that are named, Hal the share of descriptions with an object
that is not there, and Cog the share of the objects that people would make up for this image that are named and not
there. All are counted over all descriptions together, as AMBER's evaluation does; its paper divides Cog by the objects
named instead. There a noun is held against the lists by their synonyms and by word vectors; here by what `same` says.

Source: Wang et al., AMBER: An LLM-free Multi-dimensional Benchmark for MLLMs Hallucination Evaluation, 2023.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Same = Callable[[str, str], bool]


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
    """Shares in [0, 1]."""

    descriptions: int
    named: int
    chair: float
    cover: float
    hal: float
    cog: float


def amber_scores(descriptions: Iterable[Described], same: Same = str.__eq__) -> Amber:
    """Score descriptions.

    >>> found = amber_scores([Described(("beach", "dog", "sun"), ("beach", "sea"), ("dog", "cat"))])
    >>> round(found.chair, 3), found.cover, found.hal, found.cog
    (0.667, 0.5, 1.0, 0.5)

    Args:
        descriptions: each with the lists of its image.
        same: whether a named word means a listed one.
    """
    number = named = wrong = covered = there = made_up = likely = bad = 0
    for one in descriptions:
        absent = [word for word in one.named if not any(same(word, true) for true in one.there)]
        number += 1
        named += len(one.named)
        wrong += len(absent)
        bad += bool(absent)
        there += len(one.there)
        covered += sum(any(same(word, true) for word in one.named) for true in one.there)
        likely += len(one.likely)
        made_up += sum(any(same(word, listed) for word in absent) for listed in one.likely)
    return Amber(
        descriptions=number,
        named=named,
        chair=wrong / max(1, named),
        cover=covered / max(1, there),
        hal=bad / max(1, number),
        cog=made_up / max(1, likely),
    )
