"""The HICO-DET test annotations -> gold scenes: a person, one of 117 verbs, one of 80 objects.

Source: Chao et al., "Learning to Detect Human-Object Interactions", WACV 2018.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nesy.interchange.instances import THRESHOLD, Gold, Pair, gold
from nesy.interchange.json_rows import each, pixels, reading, rows, size_px, word


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image; the boxes of the source count pixels from 1."""
    for place, row in rows(folder / "hicodet" / "hicodet.jsonl"):
        with reading(place):
            yield gold(word(row, "file"), each(place, row, "pairs", _pair), size_px(row, "size"), threshold)


def _pair(one: dict[str, Any]) -> Pair:
    return Pair(
        subject="person",
        subject_box=pixels(one, "human_box", first=1),
        predicate=word(one, "verb"),
        object=word(one, "object"),
        object_box=pixels(one, "object_box", first=1),
    )
