"""The VRD test annotations -> gold scenes: 100 classes, 70 predicates, no image sizes.

Source: Lu et al., "Visual Relationship Detection with Language Priors", ECCV 2016.
"""

from collections.abc import Iterator
from pathlib import Path

from nesy.interchange.instances import THRESHOLD, Gold, gold
from nesy.interchange.json_rows import each, reading, rows, word
from nesy.interchange.pair_rows import relation_pair


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image; words and self loops as annotated.

    The source has no image sizes, so boxes are in shares of the extent of all boxes of the image.
    """
    for place, row in rows(folder / "vrd" / "vrd.jsonl"):
        with reading(place):
            yield gold(word(row, "file"), each(place, row, "relations", relation_pair), threshold=threshold)
