"""The embedded witness: NanoDet and MoveNet MultiPose, shipped with the package, on the processor."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nesy.geometry import Box
from nesy.image import Image
from nesy.observations import KEYPOINTS, Keypoints, Observations, Person, Thing, WitnessInfo
from nesy.witness.detector import CATEGORIES, Candidates, candidates
from nesy.witness.glimpses import FROM, glimpses
from nesy.witness.network import Floats, Network, OnnxFile
from nesy.witness.overlap import without_overlap
from nesy.witness.pose import poses

NAME = "embedded"
FOLDER = Path(__file__).resolve().parent / "model"
DETECTOR = ("nanodet-g-416.onnx", "a9ae388eb2f156ab3e4977dcb2282529e30e37816223338d580fcef2e35df53f")
POSE = ("movenet-multipose-lightning.onnx", "3b2788d284fa94d29bdeaf87273d7229d3211d1d6e4b2477fdaa3faf4fab4d94")
_LEAST = 0.35


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
        self._detector = Network(OnnxFile(place / DETECTOR[0], DETECTOR[1]), threads)
        self._pose = Network(OnnxFile(place / POSE[0], POSE[1]), threads)

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
        """Return what it sees.

        Raises:
            ModelError: a network's file is missing or damaged.
        """
        found = candidates(self._detector, image.pixels)
        things = self._things(found)
        return Observations(
            image=image.info,
            witnesses=(self.info,),
            things=things,
            people=self._people(image),
            glimpses=glimpses(_faint(found), things),
        )

    def _things(self, found: Candidates) -> tuple[Thing, ...]:
        things = []
        for place in np.flatnonzero(found.scores.max(axis=0) >= _LEAST):
            scores = found.scores[:, place]
            sure = np.flatnonzero(scores >= _LEAST)
            for which in sure[without_overlap(found.boxes[sure], scores[sure], 0.5)]:
                box, score = _box(found.boxes[which]), _share(scores[which])
                things.append(Thing(category=CATEGORIES[place], box=box, score=score, witness=NAME))
        return tuple(sorted(things, key=lambda thing: -thing.score))

    def _people(self, image: Image) -> tuple[Person, ...]:
        found = poses(self._pose, image.pixels)
        return tuple(
            Person(box=_box(box), score=_share(score), keypoints=_keypoints(joints), witness=NAME)
            for box, score, joints in zip(found.boxes, found.scores, found.joints, strict=True)
            if score >= _LEAST
        )


def _faint(found: Candidates) -> list[Thing]:
    """Return the candidates from which glimpses are taken."""
    cells, places = np.nonzero(found.scores >= FROM)
    return [
        Thing(category=CATEGORIES[p], box=_box(found.boxes[i]), score=_share(found.scores[i, p]), witness=NAME)
        for i, p in zip(cells, places, strict=True)
    ]


def _share(value: float) -> float:
    """Return a number of a network within [0, 1], with four digits: as far as a pixel of a large picture is told."""
    return round(min(1.0, max(0.0, float(value))), 4)


def _box(corners: Sequence[float] | Floats) -> Box:
    left, top, right, bottom = map(_share, corners)
    return left, top, right, bottom


def _keypoints(joints: Floats) -> Keypoints:
    places = {name: tuple(map(_share, joint)) for name, joint in zip(KEYPOINTS, joints, strict=True)}
    return Keypoints.model_validate(places)
