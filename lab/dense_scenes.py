"""Seed -> small scenes that break many rules at once: few entities, much said of them, and seldom true."""

from random import Random
from typing import Any

from nesy.experiments.rules.probes import interactions, part_states
from nesy.ontology import Ontology
from nesy.scene import Scene

_CATEGORIES = (
    *("person", "person", "person", "horse", "dog", "cup", "bowl", "chair", "dining table", "bicycle", "kite"),
    *("woman", "puppy", "animal", "jacket", "shelf", "unicorn"),
)
_RELATIONS = (
    *("ride", "sit_on", "hold", "no_interaction", "straddle", "lie_on", "wear", "feed"),
    *(
        "on",
        "on top of",
        "under",
        "above",
        "left_of",
        "right_of",
        "inside",
        "behind",
        "in_front_of",
        "near",
        "far from",
    ),
)
_COUNTED = ("person", "dog", "animal", "people", "cup", "woman")


def tangled_scenes(count: int, seed: int) -> tuple[Scene, ...]:
    """Return scenes of two to six entities with up to fourteen claims, drawn at random.

    One in three speaks of two places or directions alone, one of them in a circle through all of its entities.

    Args:
        count: how many.
        seed: the same seed gives the same scenes.
    """
    return tuple(_tangled(Random(f"nesy tangled {seed} {index}"), index) for index in range(count))


def _tangled(chance: Random, index: int) -> Scene:
    kinds = [chance.choice(_CATEGORIES) for _ in range(chance.randint(2, 6))]
    ids = [f"{kind.replace(' ', '_')}_{number}" for number, kind in enumerate(kinds, start=1)]
    if index % 3:
        verbs = sorted(Ontology.default().verbs)
        words = [*_RELATIONS, *chance.sample(verbs, 3), chance.choice(interactions())[0]]
    else:
        words = chance.sample(_RELATIONS[8:17], 2)
    said = {(chance.choice(ids), chance.choice(words), chance.choice(ids)) for _ in range(chance.randint(3, 10))}
    said = {one for one in said if one[0] != one[2] or chance.random() < 0.2}
    if not index % 3:
        round_ = chance.sample(ids, len(ids))
        said |= {(a, words[0], b) for a, b in zip(round_, [*round_[1:], round_[0]], strict=True)}
    states = [chance.choice(part_states()) for _ in range(chance.randint(0, 2 if index % 3 else 0))]
    relations = [{"subject": a, "predicate": p, "object": b} for a, p, b in sorted(said)]
    chance.shuffle(relations)
    rows: dict[str, list[dict[str, Any]]] = {
        "entities": [{"id": name, "category": kind, **_box(chance)} for name, kind in zip(ids, kinds, strict=True)],
        "part_states": [
            {"entity": chance.choice(ids), "part": part, "state": state, "object": chance.choice(ids)}
            for part, state in states
        ],
        "relations": relations,
        "counts": [
            {"category": chance.choice(_COUNTED), "value": chance.randint(0, 4)} for _ in range(chance.randint(0, 3))
        ],
    }
    for claims in rows.values():
        for claim in claims:
            if chance.random() < 0.8:
                claim["confidence"] = round(chance.uniform(0.2, 1), 2)
    return Scene.model_validate(rows)


def _box(chance: Random) -> dict[str, list[float]]:
    if chance.random() < 0.5:
        return {}
    left, top = round(chance.uniform(0, 0.6), 2), round(chance.uniform(0, 0.6), 2)
    width, height = chance.choice((0.0, 0.1, 0.3, 0.4)), chance.choice((0.1, 0.3, 0.4))
    return {"box": [left, top, round(left + width, 2), round(top + height, 2)]}
