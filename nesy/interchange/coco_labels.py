"""A COCO annotation file, with relations or without -> the labels of its pictures.

Every thing of every category counts as annotated, as in COCO. In a federated set (LVIS) an image tells which are:
those annotated but for `not_exhaustive_category_ids`, and `neg_category_ids`. `"info": {"exhaustive": false}` says that
no category is, a list of names there that these are. A relation with `"false": true` is one that does not hold.
"""

from collections.abc import Iterator
from pathlib import Path

from nesy.errors import InputError
from nesy.interchange.coco_annotations import CocoFile, CocoImage
from nesy.interchange.json_rows import reading
from nesy.interchange.labels import Denied, Labels
from nesy.interchange.losses import Lost, losses
from nesy.interchange.pixels import SizeOf, no_size
from nesy.scene import ImageInfo, Relation, Scene


def labels(path: Path, size_of: SizeOf = no_size) -> Iterator[Labels | Lost]:
    """Yield the labels of every image, in the order of the file; crowd regions are things of which nobody is sure.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    held = CocoFile(path, size_of)
    exhaustive = _exhaustive(held)
    for image in held:
        yield _labels(image, held, exhaustive)
    yield from losses(held.lost)


def _labels(image: CocoImage, held: CocoFile, exhaustive: frozenset[str] | None) -> Labels:
    """Return what is known of one image."""
    names = {one.id: one.entity.id for one in image.things}
    sure = {one.id for one in image.things if not one.crowd}
    told = [one for one in image.relations if {one.subject, one.object} <= sure]
    said = [((names[one.subject], one.predicate, names[one.object]), one.false) for one in told]
    true, denied = (dict.fromkeys(words for words, false in said if false is wanted) for wanted in (False, True))
    with reading(image.place):
        scene = Scene(
            image=ImageInfo(name=image.name, width_px=image.size_px[0], height_px=image.size_px[1]),
            entities=tuple(one.entity for one in image.things if one.id in sure),
            relations=tuple(
                Relation(id=f"r{n}", subject=subject, predicate=predicate, object=target)
                for n, (subject, predicate, target) in enumerate(true, 1)
            ),
        )
        return Labels(
            scene=scene,
            whole=_whole(image, held, exhaustive),
            unsure=tuple(one.entity for one in image.things if one.id not in sure),
            denied=tuple(Denied(*one) for one in denied),
        )


def _whole(image: CocoImage, held: CocoFile, exhaustive: frozenset[str] | None) -> frozenset[str]:
    lists = {key: image.row.get(f"{key}_category_ids") for key in ("neg", "not_exhaustive")}
    for key, found in lists.items():
        if found is not None and not isinstance(found, list):
            raise TypeError(f"{key}_category_ids: a list is expected, got {found!r}")
    if exhaustive is not None:
        return exhaustive
    if lists["neg"] is None and lists["not_exhaustive"] is None:
        return frozenset(held.names.values())
    negative, partly = ({held.names[one] for one in found or () if one in held.names} for found in lists.values())
    return frozenset(({one.entity.category for one in image.things} - partly) | negative)


def _exhaustive(held: CocoFile) -> frozenset[str] | None:
    """Return the names that `info` says are annotated in full; None where it does not say otherwise."""
    info = held.data.get("info")
    said = info.get("exhaustive", True) if isinstance(info, dict) else True
    if said is True:
        return None
    if said is not False and not (isinstance(said, list) and all(isinstance(one, str) for one in said)):
        raise InputError(f"{held.place}: info.exhaustive: true, false or a list of category names is expected")
    return frozenset(said or ())
