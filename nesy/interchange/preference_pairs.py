"""Lessons that are pairs -> rows of preferences: as TRL reads them, and as LLaMA-Factory's ranking does.

TRL: `prompt`, `chosen`, `rejected`, lists of messages, and `images` (huggingface/trl, docs/source/dataset_formats.md,
vision datasets); its processor puts the picture into the first turn of the user. LLaMA-Factory: `messages` up to the
answer, `chosen` and `rejected` a message each, `images` (hiyouga/LLaMA-Factory, data/README.md, ranking).
"""

from typing import Any

from nesy.interchange.lessons import Lesson
from nesy.interchange.row_origin import FIELD, origin, reason
from nesy.interchange.training_turns import IMAGE


def dpo_row(lesson: Lesson, picture: str, _name: str) -> dict[str, Any]:
    """Return a row of TRL's conversational preferences.

    Args:
        lesson: a pair.
        picture: the path of its file, as the row names it.
    """
    (turn,) = lesson.turns
    return {
        "prompt": [{"role": "user", "content": turn.asked}],
        "chosen": [{"role": "assistant", "content": turn.said}],
        "rejected": [{"role": "assistant", "content": lesson.rejected}],
        "images": [picture],
        "reason": reason(lesson),
        FIELD: origin(lesson),
    }


def ranking_row(lesson: Lesson, picture: str, _name: str) -> dict[str, Any]:
    """Return a row of LLaMA-Factory's ranking; arguments as of `dpo_row`."""
    (turn,) = lesson.turns
    return {
        "messages": [{"role": "user", "content": IMAGE + turn.asked}],
        "chosen": {"role": "assistant", "content": turn.said},
        "rejected": {"role": "assistant", "content": lesson.rejected},
        "images": [picture],
        "reason": reason(lesson),
        FIELD: origin(lesson),
    }
