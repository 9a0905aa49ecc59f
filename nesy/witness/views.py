"""Several looks at one picture, whole and in parts -> things, each with the mean score of the looks that could see it.

A network that shrinks every picture to the same size sees small things better in a part of it. A thing is believed by
the mean over all looks that hold it whole, so what only one of them sees counts for little; of several things that
cover one another, of whatever category, the surest stays.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import PIL.Image
import PIL.ImageOps

from nesy.geometry import Box, iou
from nesy.witness.detector import Candidates
from nesy.witness.network import Floats
from nesy.witness.overlap import without_overlap

_LEAST_PART = 0.6
"""A part has at least this share of the longer side, so that the two have some of it in common."""
_LEAST_SCORE = 0.15
"""What a look is less sure of is not seen in it."""
_SAME_IN_LOOK, _SAME_BETWEEN, _SAME_CATEGORY, _SAME_PLACE = 0.6, 0.55, 0.5, 0.65
"""Intersections over union from which two boxes show one thing: in one look; in two; in the end, of one category; and
of two categories."""
_MARGIN = 0.03
"""A box that comes so near to an inner side of a part, as a share of that part, may go on beyond it."""


@dataclass(frozen=True)
class View:
    """A part of a picture, in shares of its sides, and whether it is looked at in a mirror."""

    window: Box = (0.0, 0.0, 1.0, 1.0)
    mirrored: bool = False

    def pixels(self, picture: PIL.Image.Image) -> PIL.Image.Image:
        """Cut the part out of a picture."""
        width, height = picture.size
        left, top, right, bottom = self.window
        edges = (int(left * width), int(top * height), round(right * width), round(bottom * height))
        part = picture if edges == (0, 0, width, height) else picture.crop(edges)
        return PIL.ImageOps.mirror(part) if self.mirrored else part

    def in_picture(self, boxes: Floats) -> Floats:
        """Return boxes in shares of the part, (n, 4), in shares of the picture."""
        left, top, right, bottom = self.window
        if self.mirrored:
            boxes = np.asarray(boxes * [-1, 1, -1, 1] + [1, 0, 1, 0], dtype=np.float32)[:, [2, 1, 0, 3]]
        sides = [right - left, bottom - top] * 2
        return np.asarray(boxes * sides + [left, top, left, top], dtype=np.float32)

    def holds(self, box: Box) -> bool:
        """Tell whether a box of the picture lies in the part, away from sides that are not the picture's."""
        left, top, right, bottom = self.window
        across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
        return (
            (left <= 0 or box[0] >= left + across)
            and (top <= 0 or box[1] >= top + down)
            and (right >= 1 or box[2] <= right - across)
            and (bottom >= 1 or box[3] <= bottom - down)
        )


@dataclass(frozen=True)
class Sighting:
    """One thing of a picture: place of its category in the network's list, box, mean score in [0, 1]."""

    category: int
    box: Box
    score: float


def views_of(size_px: tuple[int, int]) -> tuple[View, ...]:
    """Return the looks at a picture of this size: the whole, and two squares along its longer side, one mirrored."""
    width, height = size_px
    part = max(min(size_px) / max(size_px), _LEAST_PART)
    if width >= height:
        return View(), View((0.0, 0.0, part, 1.0)), View((1.0 - part, 0.0, 1.0, 1.0), mirrored=True)
    return View(), View((0.0, 0.0, 1.0, part)), View((0.0, 1.0 - part, 1.0, 1.0), mirrored=True)


def sightings(
    picture: PIL.Image.Image, look: Callable[[PIL.Image.Image], Candidates], least: float
) -> tuple[Sighting, ...]:
    """Look at a picture as a whole and in parts, and return what is there, the surest first.

    Args:
        picture: upright, RGB.
        look: what a network sees in a picture.
        least: the mean score from which a thing is told, in [0, 1].
    """
    views = views_of(picture.size)
    seen = [_in_view(view, look(view.pixels(picture))) for view in views]
    return _apart(one for one in _mean_over(views, seen) if one.score >= least)


def _in_view(view: View, found: Candidates) -> list[Sighting]:
    """Return what one look shows, each thing once."""
    sure = found.scores.max(axis=1) >= _LEAST_SCORE
    boxes, scores = view.in_picture(found.boxes[sure]), found.scores[sure]
    seen = []
    for category in np.flatnonzero((scores >= _LEAST_SCORE).any(axis=0)):
        of_it = np.flatnonzero(scores[:, category] >= _LEAST_SCORE)
        for place in of_it[without_overlap(boxes[of_it], scores[of_it, category], _SAME_IN_LOOK)]:
            left, top, right, bottom = map(float, boxes[place])
            seen.append(Sighting(int(category), (left, top, right, bottom), float(scores[place, category])))
    return [sighting for sighting in seen if view.holds(sighting.box)]


@dataclass
class _Group:
    """Sightings of one thing, at most one a look."""

    of: dict[int, Sighting] = field(default_factory=dict)
    """By the look."""
    box: Box = (0.0, 0.0, 0.0, 0.0)
    """The mean of their boxes, weighed by the squares of their scores."""

    def add(self, look: int, sighting: Sighting) -> None:
        self.of[look] = sighting
        weights = np.array([one.score**2 for one in self.of.values()])
        corners = weights @ np.array([one.box for one in self.of.values()]) / weights.sum()
        left, top, right, bottom = map(float, corners)
        self.box = (left, top, right, bottom)


def _mean_over(views: Sequence[View], seen: Sequence[Sequence[Sighting]]) -> Iterator[Sighting]:
    """Yield the things that the looks show together, each with its mean score over the looks that hold it."""
    groups: dict[int, list[_Group]] = {}
    pool = [(look, sighting) for look, sightings in enumerate(seen) for sighting in sightings]
    for look, sighting in sorted(pool, key=lambda pair: -pair[1].score):
        of_it = groups.setdefault(sighting.category, [])
        near = [(iou(sighting.box, group.box), group) for group in of_it if look not in group.of]
        best, group = max(near, key=lambda pair: pair[0], default=(0.0, _Group()))
        if best <= _SAME_BETWEEN:
            group = _Group()
            of_it.append(group)
        group.add(look, sighting)
    for category, of_it in groups.items():
        for group in of_it:
            looks = max(len(group.of), sum(view.holds(group.box) for view in views))
            yield Sighting(category, group.box, sum(one.score for one in group.of.values()) / looks)


def _apart(found: Iterator[Sighting]) -> tuple[Sighting, ...]:
    """Return the sightings that no surer one covers, the surest first."""
    kept: list[Sighting] = []
    for one in sorted(found, key=lambda sighting: -sighting.score):
        most = [_SAME_CATEGORY if one.category == other.category else _SAME_PLACE for other in kept]
        if all(iou(one.box, other.box) <= limit for other, limit in zip(kept, most, strict=True)):
            kept.append(one)
    return tuple(kept)
