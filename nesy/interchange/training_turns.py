"""Lessons -> rows of instruction turns: as LLaVA reads them, and as LLaMA-Factory reads messages with images.

LLaVA: `id`, `image`, `conversations` of `from` (human, gpt) and `value`, the first with `<image>` (haotian-liu/LLaVA,
docs/Finetune_Custom_Data.md). LLaMA-Factory: `messages` of `role` and `content`, and as many `images` as there are
`<image>` (hiyouga/LLaMA-Factory, data/README.md, sharegpt).
"""

from typing import Any

from nesy.interchange.lessons import Lesson
from nesy.interchange.row_origin import FIELD, origin

IMAGE = "<image>\n"
"""Where the picture stands in the first turn."""


def llava_row(lesson: Lesson, picture: str, name: str) -> dict[str, Any]:
    """Return a row of LLaVA's format.

    Args:
        lesson: what is learnt.
        picture: the path of its file, as the row names it.
        name: the id of the row.
    """
    told = []
    for place, turn in enumerate(lesson.turns):
        told.append({"from": "human", "value": (IMAGE if place == 0 else "") + turn.asked})
        told.append({"from": "gpt", "value": turn.said})
    return {"id": name, "image": picture, "conversations": told, FIELD: origin(lesson)}


def sharegpt_row(lesson: Lesson, picture: str, _name: str) -> dict[str, Any]:
    """Return a row of LLaMA-Factory's sharegpt format; arguments as of `llava_row`."""
    told = []
    for place, turn in enumerate(lesson.turns):
        told.append({"role": "user", "content": (IMAGE if place == 0 else "") + turn.asked})
        told.append({"role": "assistant", "content": turn.said})
    return {"messages": told, "images": [picture], FIELD: origin(lesson)}
