"""The raw outputs of the two networks: those that others recorded on photographs, and ours on a drawn picture."""

from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps
import pytest

from nesy.witness.detector import CATEGORIES, candidates, raw_grids
from nesy.witness.embedded import DETECTOR, FOLDER, POSE
from nesy.witness.network import Network, OnnxFile
from nesy.witness.pose import network_size, poses, raw_people

PHOTOGRAPHS = Path(__file__).resolve().parents[3] / "shared" / "data" / "photographs"
RECORDED = Path(__file__).parent / "drawn_outputs.npz"
NANODET = Network(OnnxFile(FOLDER / DETECTOR[0], DETECTOR[1]), threads=1)
MOVENET = Network(OnnxFile(FOLDER / POSE[0], POSE[1]), threads=1)


def drawn() -> PIL.Image.Image:
    """Return a picture of nothing in particular that any version of Pillow draws alike: flat rectangles."""
    picture = PIL.Image.new("RGB", (320, 240), (90, 140, 190))
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((0, 160, 320, 240), fill=(70, 110, 60))
    pen.rectangle((140, 60, 180, 200), fill=(200, 60, 50))
    pen.rectangle((145, 30, 175, 60), fill=(220, 180, 150))
    pen.rectangle((20, 170, 110, 215), fill=(240, 240, 240))
    return picture


@pytest.mark.skipif(not PHOTOGRAPHS.is_dir(), reason="the photographs of ../shared/data are not here")
def test_the_outputs_on_photographs_are_those_of_the_original_networks() -> None:
    reference = np.load(PHOTOGRAPHS / "reference" / "outputs.npz")
    files = sorted({key.split("|")[0] for key in reference.files})
    assert len(files) == 6
    for file in files:
        with PIL.Image.open(PHOTOGRAPHS / "images" / file) as opened:
            picture = PIL.ImageOps.exif_transpose(opened).convert("RGB")
        for grid in raw_grids(NANODET, picture):
            cells = len(grid.scores)
            assert np.abs(grid.scores - reference[f"{file}|scores|{cells}"]).max() <= 1e-3
            kept = reference[f"{file}|distances|{cells}"]  # as float16, whose steps are wider than 1e-3 from 2 on
            half_a_step = np.spacing(np.abs(kept)).astype(np.float32) / 2
            assert (np.abs(grid.distances - kept) <= 1e-3 + half_a_step).all()
        width, height = network_size(picture.size)
        assert np.abs(raw_people(MOVENET, picture) - reference[f"{file}|persons|{height}x{width}"]).max() <= 1e-3


def test_the_outputs_on_a_drawn_picture_are_those_recorded() -> None:
    recorded = np.load(RECORDED)
    for grid in raw_grids(NANODET, drawn()):
        assert np.abs(grid.scores.max(axis=1) - recorded[f"scores_{grid.stride}"]).max() <= 1e-3
        assert np.abs(grid.distances.mean(axis=1) - recorded[f"distances_{grid.stride}"]).max() <= 1e-3
    assert np.abs(raw_people(MOVENET, drawn()) - recorded["people"]).max() <= 1e-3


def test_what_is_made_of_the_outputs_lies_around_the_picture() -> None:
    found = candidates(NANODET, drawn())
    assert found.boxes.shape == (3549, 4) and found.scores.shape == (3549, len(CATEGORIES))
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    assert found.boxes.min() > -1 and found.boxes.max() < 2
    people = poses(MOVENET, drawn())
    assert people.joints.shape == (6, 17, 3) and people.boxes.shape == (6, 4) and people.scores.shape == (6,)


@pytest.mark.parametrize(
    ("size", "fed"),
    [
        ((640, 480), (256, 192)),
        ((359, 640), (128, 256)),
        ((640, 218), (256, 96)),
        ((1, 1), (256, 256)),
        ((9999, 2), (256, 32)),
    ],
)
def test_the_pose_network_is_fed_multiples_of_32(size: tuple[int, int], fed: tuple[int, int]) -> None:
    assert network_size(size) == fed
