"""COCO's categories of stuff -> the words that people use: `sky-other-merged` is sky, `wall-brick` a wall.

Source: Kirillov et al., "Panoptic Segmentation", CVPR 2019; the 53 categories are those of
github.com/cocodataset/panopticapi.
"""

from dataclasses import replace

from nesy.interchange.labels import Labels

_SAY_NOTHING = ("merged", "other", "stuff")
_OF_A_MATERIAL = ("wall", "floor")
_RUN_TOGETHER = {"playingfield": "playing field"}


def plain(word: str) -> str:
    """Return what people call a category.

    >>> [plain(word) for word in ("grass-merged", "floor-wood", "window-blind", "door-stuff", "traffic light")]
    ['grass', 'floor', 'window blind', 'door', 'traffic light']
    """
    parts = [part for part in word.split("-") if part not in _SAY_NOTHING] or [word]
    return parts[0] if parts[0] in _OF_A_MATERIAL else _RUN_TOGETHER.get(word, " ".join(parts))


def in_plain_words(labels: Labels) -> Labels:
    """Return labels with the words that people use."""
    scene = labels.scene
    entities = tuple(one.model_copy(update={"category": plain(one.category)}) for one in scene.entities)
    return replace(
        labels,
        scene=scene.model_copy(update={"entities": entities}),
        whole=frozenset(map(plain, labels.whole)),
        unsure=tuple(one.model_copy(update={"category": plain(one.category)}) for one in labels.unsure),
    )
