"""Where a person and a thing lie -> how likely it is that the one does something with the other: who holds the racket.

A logistic regression for each action of V-COCO on the numbers of `box_features` and the thing's category, fitted and
measured by `python -m lab.layout_fit`. No picture is looked at, and no word of a model is asked.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.scene import Entity
from nesy.witness.box_features import BY_CATEGORY, box_features

TABLE = Path(__file__).parent / "layout_table.json"
"""The weights, made by `python -m lab.layout_fit`."""
VERBS = Path(__file__).parent / "layout_verbs.toml"
"""Which actions tell of which of our verbs."""
_SIDES = (1e-6, 1e6)
"""Between these a box is one: less has no area, more was never measured."""


@dataclass(frozen=True)
class Action:
    """What one action of V-COCO looks like: P(action) = 1 / (1 + exp(-log-odds))."""

    bias: float
    weights: NDArray[np.float64]
    """Of each of `FEATURES`."""
    categories: Mapping[str, NDArray[np.float64]]
    """Category of the thing -> what it adds to the bias, and to the weights of the columns `BY_CATEGORY`; of a category
    that is not here V-COCO does not say."""

    def log_odds(self, features: NDArray[np.float64], added: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of the action for each row of features, (n,).

        Args:
            features: (n, features).
            added: (n, 1 + by category), as `categories` has them.
        """
        own: NDArray[np.float64] = (features[:, BY_CATEGORY] * added[:, 1:]).sum(axis=1)
        return features @ self.weights + self.bias + added[:, 0] + own


@dataclass(frozen=True)
class Verb:
    """Which actions tell of a verb."""

    actions: tuple[str, ...]
    """The first is that of things which none of them was seen with."""
    of: frozenset[str]
    """The only categories that something is known of; empty for any."""


def layout_chance(subject: Entity, predicate: str, object: Entity, *, ontology: Ontology | None = None) -> float | None:
    """Return how likely it is, by their boxes and categories alone, that a person does something with a thing.

    Of all pairs of a person and a thing of one photograph that lie so, it is the share that V-COCO says it of. So it
    can be compared: the likeliest of three people holds the racket. It says nothing of what the pixels show.

    >>> import nesy
    >>> racket = nesy.Entity(id="tennis_racket_1", category="tennis racket", box=(0.34, 0.42, 0.46, 0.52))
    >>> near = nesy.Entity(id="person_1", category="woman", box=(0.20, 0.20, 0.38, 0.90))
    >>> far = nesy.Entity(id="person_2", category="man", box=(0.80, 0.20, 0.95, 0.85))
    >>> nesy.layout_chance(near, "holding", racket) > 0.5 > nesy.layout_chance(far, "hold", racket)
    True
    >>> nesy.layout_chance(racket, "hold", near) is None
    True

    Args:
        subject: who does it.
        predicate: a verb, in any spelling that the ontology knows: `sit on`, `sit_on`, `sitting on`.
        object: what it is done to or with. A category that V-COCO does not have counts as the mean of those below it,
            or of the nearest class above both; one that no ontology has, as the mean of all.
        ontology: the shipped one if None.

    Returns:
        A chance in [0, 1]; None where nothing is known: of this predicate, or of it with such a thing; where a box is
        missing or has no area; where the subject is no person.
    """
    return layout_chances([(subject, predicate, object)], ontology=ontology)[0]


def layout_chances(
    pairs: Sequence[tuple[Entity, str, Entity]], *, ontology: Ontology | None = None
) -> list[float | None]:
    """Return `layout_chance` of many subjects, predicates and objects, in their order, at once."""
    known = ontology or Ontology.default()
    people: list[Box | None] = []
    things: list[Box | None] = []
    asked: dict[str, list[tuple[int, NDArray[np.float64], int]]] = defaultdict(list)
    for place, (subject, predicate, thing) in enumerate(pairs):
        weighed = _weighed(known, predicate, thing.category)
        if not weighed or not _has_area(subject) or not _has_area(thing) or not _is_person(known, subject.category):
            continue
        for action, added in weighed:
            asked[action].append((len(people), added, place))
        people.append(subject.box)
        things.append(thing.box)
    chances: list[float | None] = [None] * len(pairs)
    if not people:
        return chances
    features = box_features(np.asarray(people, dtype=np.float64), np.asarray(things, dtype=np.float64))
    for name, rows in asked.items():
        numbers, added = features[[row for row, _, _ in rows]], np.asarray([added for _, added, _ in rows])
        scores = table()[name].log_odds(numbers, added)
        for (_, _, place), chance in zip(rows, np.exp(-np.logaddexp(0.0, -scores)).tolist(), strict=True):
            chances[place] = max(chance, chances[place] or 0.0)
    return chances


def actions_seen(predicate: str, category: str, *, ontology: Ontology | None = None) -> tuple[str, ...]:
    """Return the actions of V-COCO that tell of a predicate and were seen there with this very category.

    >>> actions_seen("holding", "tennis racket"), actions_seen("kick", "couch"), actions_seen("repair", "bicycle")
    (('hold obj',), (), ())

    Args:
        predicate: in any spelling that the ontology knows, like the category.
        category: of what it is done to or with.
        ontology: the shipped one if None.
    """
    known = ontology or Ontology.default()
    concept = known.concept("category", category)
    told = _weighed(known, predicate, category)
    return tuple(name for name, _ in told if concept is not None and concept.term in table()[name].categories)


@cache
def table() -> Mapping[str, Action]:
    """Return what every action of V-COCO looks like ("hold obj"), read once."""
    return actions_of(json.loads(TABLE.read_text(encoding="utf-8"))["actions"])


def actions_of(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Action]:
    """Return the actions that the table holds as JSON."""
    return {
        name: Action(
            row["bias"],
            np.asarray(row["weights"], dtype=np.float64),
            {category: np.asarray(added, dtype=np.float64) for category, added in row["categories"].items()},
        )
        for name, row in rows.items()
    }


@cache
def verbs() -> Mapping[str, Verb]:
    """Return which actions tell of which verb, read once."""
    rows = tomllib.loads(VERBS.read_text(encoding="utf-8"))
    return {verb: Verb(tuple(row["actions"]), frozenset(row.get("of", ()))) for verb, row in rows.items()}


@lru_cache(maxsize=4096)
def _weighed(ontology: Ontology, predicate: str, category: str) -> tuple[tuple[str, NDArray[np.float64]], ...]:
    """Return the actions that tell of a predicate with a thing, and what the thing's category adds in each."""
    verb = verbs().get(ontology.canonical("predicate", predicate))
    if verb is None:
        return ()
    concept = ontology.concept("category", category)
    word = None if concept is None else concept.term
    if verb.of and word not in verb.of:
        return ()
    seen = [name for name in verb.actions if word in table()[name].categories] or verb.actions[:1]
    return tuple((name, _added(ontology, table()[name].categories, word)) for name in seen)


def _added(ontology: Ontology, categories: Mapping[str, NDArray[np.float64]], word: str | None) -> NDArray[np.float64]:
    """Return what a category adds: its own, else the mean below it or below the nearest class above it, else of all."""
    if word is not None and word in categories:
        return categories[word]
    for above in () if word is None else (word, *ontology.ancestors(word)):
        below = [added for category, added in categories.items() if ontology.is_a(category, above)]
        if below:
            return np.asarray(np.mean(below, axis=0))
    return np.asarray(np.mean(list(categories.values()), axis=0))


@lru_cache(maxsize=4096)
def _is_person(ontology: Ontology, category: str) -> bool:
    return ontology.is_a(category, "person")


def _has_area(entity: Entity) -> bool:
    if entity.box is None:
        return False
    left, top, right, bottom = entity.box
    return _SIDES[0] < right - left < _SIDES[1] and _SIDES[0] < bottom - top < _SIDES[1]
