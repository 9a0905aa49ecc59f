"""Predicted things with boxes and true ones -> AP as COCO counts it, by pycocotools.

AP is the mean over categories and over IoU thresholds 0.50, 0.55 ... 0.95; AP50 and AP75 are of one threshold; AR100 is
the mean recall of at most 100 predictions an image. Categories that are never true do not count. Boxes are in pixels
where the picture's size is known, else as if it were 1000 x 1000.

Source: Lin et al., Microsoft COCO, ECCV 2014, and pycocotools.
"""

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nesy.errors import InputError
from nesy.experiments.scoring.field.triplets import PicturePair
from nesy.ontology import Ontology
from nesy.scene import Entity, Scene

NEEDED = "pip install 'nesy[metrics]'"
_SIDE_PX = 1000
"""Of a picture whose size is not known."""


@dataclass(frozen=True)
class BoxAp:
    """Shares in [0, 1]; None where nothing is true."""

    ap: float | None
    ap50: float | None
    ap75: float | None
    ar100: float | None
    images: int
    things: int
    """True ones."""
    predicted: int
    """With a box; those without are left out."""


def coco_files(pairs: Sequence[PicturePair], ontology: Ontology) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the truth as COCO writes `instances_*.json`, and the predictions as it writes results.

    Images are numbered from 1 in their order, categories from 1 by their names; boxes are [left, top, width, height] in
    pixels. A thing stands by its calibrated chance where there is one, else by its confidence; without one it is sure.
    """
    word = ontology.canonical
    names = sorted(
        {word("category", e.category) for pair in pairs for e in (*pair.true.entities, *pair.predicted.entities)}
    )
    numbers = {name: number for number, name in enumerate(names, start=1)}
    images = []
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for image, pair in enumerate(pairs, start=1):
        width, height = _size_px(pair.true, pair.predicted)
        images.append({"id": image, "file_name": pair.name, "width": width, "height": height})
        for side, rows in ((pair.true, annotations), (pair.predicted, results)):
            for entity in side.entities:
                if entity.box is None:
                    continue
                left, top, right, bottom = entity.box
                box = [left * width, top * height, (right - left) * width, (bottom - top) * height]
                row = {"image_id": image, "category_id": numbers[word("category", entity.category)], "bbox": box}
                if side is pair.true:
                    row |= {"id": len(annotations) + 1, "area": box[2] * box[3], "iscrowd": 0}
                else:
                    row |= {"score": _score(entity, pair.chances or {})}
                rows.append(row)
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories}, results


def box_ap(pairs: Sequence[PicturePair], ontology: Ontology) -> BoxAp:
    """Return the AP of the boxes of things.

    Raises:
        InputError: pycocotools is not installed.
    """
    truth, results = coco_files(pairs, ontology)
    counts = {"images": len(pairs), "things": len(truth["annotations"]), "predicted": len(results)}
    if not truth["annotations"]:
        return BoxAp(None, None, None, None, **counts)
    if not results:
        return BoxAp(0.0, 0.0, 0.0, 0.0, **counts)
    stats = coco_stats(truth, results)
    return BoxAp(ap=stats[0], ap50=stats[1], ap75=stats[2], ar100=stats[8], **counts)


def coco_stats(truth: dict[str, Any], results: list[dict[str, Any]]) -> list[float]:
    """Return the twelve numbers of pycocotools; what it prints is dropped.

    Raises:
        InputError: pycocotools is not installed.
    """
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError:
        raise InputError(f"the measure coco needs pycocotools; `{NEEDED}` mends that") from None
    with contextlib.redirect_stdout(io.StringIO()):
        gold = COCO()
        gold.dataset = truth
        gold.createIndex()
        found = COCOeval(gold, gold.loadRes(results), "bbox")
        found.evaluate()
        found.accumulate()
        found.summarize()
    return [float(value) for value in found.stats]


def _score(entity: Entity, chances: Mapping[str, float]) -> float:
    own = 1.0 if entity.confidence is None else entity.confidence
    return chances.get(entity.id, own)


def _size_px(*scenes: Scene) -> tuple[int, int]:
    for scene in scenes:
        if scene.image is not None and scene.image.width_px and scene.image.height_px:
            return scene.image.width_px, scene.image.height_px
    return _SIDE_PX, _SIDE_PX
