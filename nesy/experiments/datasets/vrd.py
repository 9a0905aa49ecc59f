"""The VRD test annotations -> gold scenes: 100 classes, 70 predicates, no image sizes.

Source: Lu et al., "Visual Relationship Detection with Language Priors", ECCV 2016.
"""

from collections.abc import Iterator
from pathlib import Path

from nesy.experiments.datasets.instances import THRESHOLD, Gold, Pair, gold
from nesy.experiments.datasets.json_lines import pixels, reading, rows


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image; words and self loops as annotated.

    The source has no image sizes, so boxes are in shares of the extent of all boxes of the image.
    """
    for place, row in rows(folder / "vrd" / "vrd.jsonl"):
        with reading(place):
            pairs = [
                Pair(
                    subject=one["subject"],
                    subject_box=pixels(one["subject_box"]),
                    predicate=one["predicate"],
                    object=one["object"],
                    object_box=pixels(one["object_box"]),
                )
                for one in row["relations"]
            ]
            name = row["file"]
        yield gold(name, pairs, threshold=threshold)
