"""A scene -> the part of it that tools of annotation hold, which have text fields for what they have no form for.

What is returned is what reading gives back: part states stand with their entities, and claims have ids given anew.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from nesy.interchange.claim_lines import count_line, relation_line, state_line
from nesy.scene import Count, PartState, Relation, Scene

C = TypeVar("C", PartState, Relation, Count)


def in_text_fields(scene: Scene, lost: Counter[str], *, relations: bool = False, counts: bool = False) -> Scene:
    """Return a scene without what text fields cannot hold, and count that.

    Args:
        scene: without places in a text.
        lost: what is counted.
        relations: whether relations too are lines of a text field, of their subject.
        counts: whether counts are lines of a text field.
    """
    place = {one.id: number for number, one in enumerate(scene.entities)}
    states = sorted(_lined(scene.part_states, state_line, "part states", lost), key=lambda one: place[one.entity])
    related: Sequence[Relation] = scene.relations
    if relations:
        related = sorted(_lined(related, relation_line, "relations", lost), key=lambda one: place[one.subject])
    counted: Sequence[Count] = _lined(scene.counts, count_line, "counts", lost) if counts else scene.counts
    claims: dict[str, Sequence[PartState | Relation | Count]] = {
        "part_states": states,
        "relations": related,
        "counts": counted,
    }
    rows = {
        name: [one.model_dump(include=one.model_fields_set - {"id", "confidence"}) for one in some]
        for name, some in claims.items()
    }
    found = Scene.model_validate({"image": scene.image, "entities": scene.entities, **rows})
    for name, some in claims.items():
        lost["confidences of claims about entities"] += sum(one.confidence is not None for one in some)
        lost["ids of claims about entities"] += sum(
            old.id != new.id for old, new in zip(some, getattr(found, name), strict=True)
        )
    return found


def _lined(claims: Sequence[C], line: Callable[[C], str | None], what: str, lost: Counter[str]) -> list[C]:
    kept = [one for one in claims if line(one) is not None]
    lost[f"{what} whose words make no line"] += len(claims) - len(kept)
    return kept
