"""The V-COCO annotations -> gold scenes: a person, one of 24 actions with a role, one of 80 objects.

Source: Gupta and Malik, "Visual Semantic Role Labeling", 2015.
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nesy.interchange.instances import THRESHOLD, Gold, Pair, gold
from nesy.interchange.json_rows import each, pixels, reading, rows, word

PREDICATES = MappingProxyType(
    {
        # The same verb in HICO.
        "hold obj": "hold",
        "ride instr": "ride",
        "hit obj": "hit",
        "eat obj": "eat",
        "jump instr": "jump",
        "carry obj": "carry",
        "throw obj": "throw",
        "catch obj": "catch",
        "cut obj": "cut",
        "kick obj": "kick",
        "read obj": "read",
        "point instr": "point",
        # The same meaning in other words.
        "sit instr": "sit on",
        "lay instr": "lie on",
        "talk_on_phone instr": "talk on",
        "cut instr": "cut with",
        "drink instr": "drink with",
        # What one does with a board or skis under the feet is `ride` in HICO.
        "ski instr": "ride",
        "surf instr": "ride",
        "skateboard instr": "ride",
        "snowboard instr": "ride",
        # No HICO verb means this; `watch`, `wield` and `type on` are narrower. The words stay open.
        "look obj": "look at",
        "hit instr": "hit with",
        "eat instr": "eat with",
        "work_on_computer instr": "work on",
    }
)
"""Action and role of V-COCO -> the predicate of the scene."""


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image.

    The file has no image sizes, so boxes are in shares of the extent of all boxes of the image.

    Raises:
        InputError: an action is none of V-COCO's.
    """
    for place, row in rows(folder / "vcoco" / "trainval.jsonl"):
        with reading(place):
            yield gold(word(row, "file"), each(place, row, "pairs", _pair), threshold=threshold)


def _pair(one: dict[str, Any]) -> Pair:
    return Pair(
        subject="person",
        subject_box=pixels(one, "human_box"),
        predicate=_predicate(word(one, "action")),
        object=word(one, "object"),
        object_box=pixels(one, "object_box"),
    )


def _predicate(action: str) -> str:
    if action not in PREDICATES:
        raise ValueError(f"action: {action!r} is unknown; V-COCO has {', '.join(sorted(PREDICATES))}")
    return PREDICATES[action]
