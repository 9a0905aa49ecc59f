"""Seed -> drawn scenes with several errors whose truth is known, and confidences: what the repair is measured on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from nesy.experiments.rules.seeded_errors import KINDS, Seeded, seeded
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene
from nesy.synthetic import draw

ERRORS = tuple(kind for kind in KINDS if kind != "box")
"""The kinds of errors that are a claim; a wrong box is none, and no repair can withdraw it."""
_LISTS = {"entities": Entity, "part_states": PartState, "relations": Relation, "counts": Count}
FEW, MANY = (1, 4), (8, 14)
"""How many errors a scene has: the least and the most."""
TRUE, FALSE = (0.55, 0.99), (0.3, 0.9)
"""Confidences are drawn evenly from these: what is true is mostly, not always, believed more than what is false."""


@dataclass(frozen=True)
class Spoilt:
    """A scene with errors."""

    scene: Scene
    wrong: dict[str, str]
    """Id of each false claim -> the kind of its error."""
    truth: Scene
    """What it was before the errors; its ids are those of the scene."""


def spoilt_scenes(count: int, seed: int, errors: tuple[int, int], ontology: Ontology) -> Iterator[Spoilt]:
    """Yield drawn scenes with errors, each seeded on its own in the true scene and all then told together.

    Args:
        count: how many.
        seed: the same seed gives the same scenes.
        errors: the least and the largest number of errors in a scene. Where more than four are wanted, scenes are
            joined of as many drawings as there are fours.
        ontology: what tells right from wrong.
    """
    for index in range(count):
        chance = Random(f"nesy spoilt {seed} {errors} {index}")
        wanted = chance.randint(*errors)
        drawings = [draw(seed, index * 10 + part).scene for part in range((wanted + 3) // 4)]
        yield _spoilt(_joined(drawings), wanted, chance, ontology)


def _joined(scenes: list[Scene]) -> Scene:
    """Return one scene of several, each with ids of its own; what they count is added up."""
    if len(scenes) == 1:
        return scenes[0].model_copy(update={"image": None})
    update = {
        name: tuple(_renamed(claim, f"_{n}") for n, scene in enumerate(scenes) for claim in getattr(scene, name))
        for name in ("entities", "part_states", "relations")
    }
    # A drawing counts whatever it lists, so the sums are true of all together.
    numbers = Counter(entity.category for scene in scenes for entity in scene.entities)
    counted = {count.category for scene in scenes for count in scene.counts}
    counts = tuple(
        Count(id=f"n{place}", category=category, value=numbers[category])
        for place, category in enumerate(sorted(counted), start=1)
    )
    return Scene(entities=()).model_copy(update={**update, "counts": counts})


def _renamed(claim: Claim, suffix: str) -> Claim:
    fields = [f for f in ("id", "entity", "subject", "object") if isinstance(getattr(claim, f, None), str)]
    return claim.model_copy(update={field: getattr(claim, field) + suffix for field in fields})


def _spoilt(truth: Scene, wanted: int, chance: Random, ontology: Ontology) -> Spoilt:
    scene, wrong, touched = truth, dict[str, str](), set[str]()
    for attempt in range(20 * wanted):
        kind = chance.choice(ERRORS)
        if len(wrong) == wanted or (kind == "count" and "count" in wrong.values()):
            continue
        one = seeded(kind, truth, ontology, f"{chance.random()}")
        if one is None:
            continue
        change = _change(one, truth, f"x{attempt}")
        # An error beside another's claim could be true again.
        about = {part for claim in change.values() for part in _about(claim)}
        if about & touched:
            continue
        touched |= about
        if kind == "count":  # it counts everything anew
            scene = scene.model_copy(update={"counts": ()})
        scene = _with(scene, change)
        true = {claim.id: claim for claim in one.base.claims()}
        wrong |= {new: kind for new, claim in change.items() if _before(new, true, attempt) != claim}
    return Spoilt(_believed(scene, wrong, chance), wrong, truth)


def _change(one: Seeded, truth: Scene, suffix: str) -> dict[str, Claim]:
    """Return the claims that the error changed or added; those added under new ids."""
    known = {claim.id: claim for claim in truth.claims()}
    changed = [claim for claim in one.scene.claims() if known.get(claim.id) != claim]
    return {
        new: claim.model_copy(update={"id": new})
        for claim in changed
        for new in (claim.id if claim.id in known else claim.id + suffix,)
    }


def _before(new: str, true: dict[str, Claim], attempt: int) -> Claim | None:
    """Return what is true in place of a claim; the claim itself where it is true."""
    found = true.get(new) or true.get(new.removesuffix(f"x{attempt}"))
    return None if found is None else found.model_copy(update={"id": new})


def _about(claim: Claim) -> set[str]:
    """Return what errors may not share: the pair of a relation, the entity of a category, the count."""
    ends = [getattr(claim, field) for field in ("subject", "entity", "object") if getattr(claim, field, None)]
    return {" ".join(sorted(ends))} if ends else {claim.id}


def _with(scene: Scene, change: dict[str, Claim]) -> Scene:
    update = {}
    known = {claim.id for claim in scene.claims()}
    for name, kind in _LISTS.items():
        rows = [change.get(claim.id, claim) for claim in getattr(scene, name)]
        rows += [claim for new, claim in change.items() if new not in known and isinstance(claim, kind)]
        update[name] = tuple(rows)
    return scene.model_copy(update=update)


def _believed(scene: Scene, wrong: dict[str, str], chance: Random) -> Scene:
    update = {
        name: tuple(
            claim.model_copy(update={"confidence": round(chance.uniform(*(FALSE if claim.id in wrong else TRUE)), 3)})
            for claim in getattr(scene, name)
        )
        for name in _LISTS
    }
    return Scene.model_validate(scene.model_copy(update=update).model_dump(by_alias=True))
