"""CVAT for video 1.1 (XML): tracks over the frames of a clip -> images as CVAT for images 1.1 has them, one a frame.

A track is one thing: it has one id in every frame. Its shapes are one a frame, those between two that were drawn
included; `outside="1"` says that the thing is not in that frame. The size of the frames is `original_size` of the task.
A frame is called `frame_000000.png`, as CVAT calls the file in its export.

Format: CVAT's documentation, "XML annotation format", version 1.1, and "CVAT for videos export".
"""

import copy
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterator, Sequence

from nesy.interchange.instances import numbered


def size_of(meta: ElementTree.Element) -> dict[str, str]:
    """Return `width` and `height` of the frames as the task tells them; empty where it does not."""
    found = next(meta.iter("original_size"), None)
    sides = {} if found is None else {side: (found.findtext(side) or "").strip() for side in ("width", "height")}
    return {side: text for side, text in sides.items() if text}


def images(tracks: Sequence[ElementTree.Element], size: dict[str, str]) -> Iterator[ElementTree.Element]:
    """Yield an image for each frame in which a thing is, in the order of the frames.

    Raises:
        ValueError: a shape tells no frame.
    """
    ids = numbered(track.get("label") or "thing" for track in tracks)
    frames: dict[int, list[ElementTree.Element]] = defaultdict(list)
    for track, own in zip(tracks, ids, strict=True):
        for shape in track:
            frame = shape.get("frame", "").strip()
            if not (frame.isascii() and frame.isdigit() and len(frame) < 10):
                raise ValueError(f"track {track.get('id')}: frame is {frame[:40]!r}; a whole number would be right")
            if shape.get("outside") != "1":
                frames[int(frame)].append(_shape(shape, track.get("label"), own))
    for number, shapes in sorted(frames.items()):
        image = ElementTree.Element("image", {"id": str(number), "name": f"frame_{number:06}.png", **size})
        image.extend(shapes)
        yield image


def _shape(shape: ElementTree.Element, label: str | None, own: str) -> ElementTree.Element:
    found = copy.deepcopy(shape)
    if label is not None:
        found.set("label", label)
    if not any(one.get("name") == "id" and (one.text or "").strip() for one in found.iter("attribute")):
        ElementTree.SubElement(found, "attribute", {"name": "id"}).text = own
    return found
