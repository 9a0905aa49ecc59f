"""The embedded witness: NanoDet and MoveNet MultiPose, shipped with the package, on the processor."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image

from nesy.geometry import Box, share
from nesy.image import Image
from nesy.observations import KEYPOINTS, Keypoints, Observations, Person, Thing, WitnessInfo
from nesy.witness.crowd import people
from nesy.witness.detector import CATEGORIES, Candidates, candidates
from nesy.witness.glimpses import FROM, glimpses
from nesy.witness.network import Floats, Network, OnnxFile
from nesy.witness.views import sightings

NAME = "embedded"
FOLDER = Path(__file__).resolve().parent / "model"
DETECTOR = ("nanodet-g-416.onnx", "a9ae388eb2f156ab3e4977dcb2282529e30e37816223338d580fcef2e35df53f")
POSE = ("movenet-multipose-lightning.onnx", "3b2788d284fa94d29bdeaf87273d7229d3211d1d6e4b2477fdaa3faf4fab4d94")
LEAST_SCORE = 0.31
"""What it is less sure of it does not tell; chosen with the photographs in view that `make witness` counts."""
LEAST_SCORES = {"person": 0.28}
"""By category, where that differs."""
_LONGER_SIDE = 1000
"""In pixels: what is at least twice as large is made smaller first."""


class EmbeddedWitness:
    """Sees things of COCO's 80 categories, and people with their joints.

    >>> EmbeddedWitness().info.knows("cup")
    True

    Args:
        folder: where the two networks lie; None: in the package.
        threads: of the processor, while it looks; None: as many as there are cores, four at most.
    """

    def __init__(self, folder: Path | None = None, threads: int | None = None) -> None:
        place = folder or FOLDER
        self.detector = Network(OnnxFile(place / DETECTOR[0], DETECTOR[1]), threads)
        """NanoDet, for whoever measures what it tells by itself."""
        self.pose = Network(OnnxFile(place / POSE[0], POSE[1]), threads)

    @property
    def info(self) -> WitnessInfo:
        """Who it is, and what it would name."""
        # As `sha256sum` prints the files, in order of name: how the sum of several is told throughout.
        lines = "".join(f"{total}  {name}\n" for name, total in sorted((DETECTOR, POSE)))
        return WitnessInfo(
            name=NAME,
            version="human-models 3.0.4",
            weights_sha256=hashlib.sha256(lines.encode()).hexdigest(),
            categories=CATEGORIES,
            glimpses_from=FROM,
        )

    def observe(self, image: Image) -> Observations:
        """Return what it sees, the surest first.

        Raises:
            ModelError: a network's file is missing or damaged.
        """
        picture = _reduced(image.pixels)
        whole = candidates(self.detector, picture)
        things = self._things(picture, whole)
        return Observations(
            image=image.info,
            witnesses=(self.info,),
            things=things,
            people=self._people(picture, things),
            glimpses=glimpses(_faint(whole), things),
        )

    def _things(self, picture: PIL.Image.Image, whole: Candidates) -> tuple[Thing, ...]:
        def look(part: PIL.Image.Image) -> Candidates:
            return whole if part is picture else candidates(self.detector, part)

        seen = sightings(picture, look, min(LEAST_SCORE, *LEAST_SCORES.values()))
        things = (
            Thing(category=CATEGORIES[one.category], box=_box(one.box), score=share(one.score), witness=NAME)
            for one in seen
        )
        return tuple(thing for thing in things if thing.score >= LEAST_SCORES.get(thing.category, LEAST_SCORE))

    def _people(self, picture: PIL.Image.Image, things: Sequence[Thing]) -> tuple[Person, ...]:
        found = people(self.pose, picture, [thing.box for thing in things if thing.category == "person"])
        return tuple(
            Person(box=_box(box), score=share(score), keypoints=_keypoints(joints), witness=NAME)
            for box, score, joints in zip(found.boxes, found.scores, found.joints, strict=True)
        )


def _reduced(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return a picture no larger than the networks can use: every look at it shrinks it again."""
    factor = max(picture.size) // _LONGER_SIDE
    return picture.reduce(min(factor, min(picture.size))) if factor > 1 else picture


def _faint(found: Candidates) -> list[Thing]:
    """Return the candidates from which glimpses are taken."""
    cells, places = np.nonzero(found.scores >= FROM)
    return [
        Thing(category=CATEGORIES[p], box=_box(found.boxes[i]), score=share(found.scores[i, p]), witness=NAME)
        for i, p in zip(cells, places, strict=True)
    ]


def _box(corners: Sequence[float] | Floats) -> Box:
    left, top, right, bottom = map(share, corners)
    return left, top, right, bottom


def _keypoints(joints: Floats) -> Keypoints:
    places = {name: tuple(map(share, joint)) for name, joint in zip(KEYPOINTS, joints, strict=True)}
    return Keypoints.model_validate(places)
