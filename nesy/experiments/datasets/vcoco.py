"""The V-COCO annotations -> gold scenes: a person, one of 24 actions with a role, one of 80 objects.

Source: Gupta and Malik, "Visual Semantic Role Labeling", 2015.
"""

from collections.abc import Iterator
from pathlib import Path

from nesy.interchange.instances import THRESHOLD, Gold, gold
from nesy.interchange.json_rows import each, reading, rows, word
from nesy.interchange.pair_rows import vcoco_pair


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image.

    The file has no image sizes, so boxes are in shares of the extent of all boxes of the image.

    Raises:
        InputError: an action is none of V-COCO's.
    """
    for place, row in rows(folder / "vcoco" / "trainval.jsonl"):
        with reading(place):
            yield gold(word(row, "file"), each(place, row, "pairs", vcoco_pair), threshold=threshold)
